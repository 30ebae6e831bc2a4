"""Saving the row in the form, and the way on to the next one (no Gradio here)."""

from core.errors import UserError
from webui.mending import pending
from webui.tabs import data_edit_typed as typed
from webui.tabs import data_raw
from webui.tabs.data_edit_blank import blank, filled
from webui.tabs.data_edit_now import Editing, Now, editing
from webui.tabs.data_rows import Key
from webui.tabs.data_select import Selection
from webui.whole_number import whole_number


def save(now: Now, id: str, *, over: bool = False, another: bool = False) -> None:
    """Save what was typed. What stands in the way is told above the form, which stays as it is."""
    form, state = typed.opened(id), editing(now.page, now.dataset)
    if state is None or form["form"] != state.form:
        return  # pressed twice, or answered by another form
    state.tries += 1
    try:
        if form.get("stale") is True and state.key is not None and not over:  # typed into the row as it was before
            raise UserError("edit.elsewhere", row=state.key[0])
        row = typed.row_of(form, state.row)
        key = now.edits.save(state.key, row, _seen(now, state, over=over))
    except UserError as error:
        state.trouble = error
        if state.elsewhere and state.key is not None:
            state.theirs = now.edits.row(state.key)
        return
    now.close()
    now.memo["edit.saved"] = state.form
    now.said("edit.saved", row=key[0], n=f"{pending(now.edits):,}")
    if not another:
        now.memo["data.seek"] = key
    elif state.key is None:
        now.memo["data.seek"] = key
        now.open_blank()
    else:
        _on(now, state.key)


def _seen(now: Now, state: Editing, *, over: bool) -> int:
    """The stamp up to which the person has seen the row. Raises UserError `edit.elsewhere`.

    A version that was made since begins with a journal of its own: there the row is compared itself.
    """
    if state.key is None:
        return 0
    if over:
        return now.edits.stamp_of(state.key)
    if now.dataset.id == state.version:
        return state.seen
    if now.edits.row(state.key) != (state.row if state.there else None):
        raise UserError("edit.elsewhere", row=state.key[0])
    return now.edits.stamp_of(state.key)


def save_next(now: Now, id: str) -> None:
    """After a new row comes another one, after any other the next of those that are looked at."""
    save(now, id, another=True)


def mine(now: Now, id: str) -> None:
    """What was typed takes the place of what another window saved."""
    save(now, id, over=True)


def stale(now: Now, id: str) -> None:
    """What was typed before a reload came back into a row that was changed since: shown as any such conflict."""
    state = editing(now.page, now.dataset)
    if state is not None and state.key is not None and whole_number(id) == state.form:
        state.trouble = UserError("edit.elsewhere", row=state.key[0])
        state.theirs = now.edits.row(state.key)


def theirs(now: Now, id: str) -> None:
    """What another window saved stays."""
    state = editing(now.page, now.dataset)
    now.close()
    if state is not None and state.key is not None:
        now.memo["data.seek"] = state.key


# -- the way on


def complete(now: Now, number: int) -> None:
    """A row that the reading left out: with what the file says there, where that can be told."""
    row = blank(now.dataset, now.edits)
    found = data_raw.known(now.ctx, now.dataset, number)
    now.open((number, 0), {"row": number, **filled(row, found, now.dataset.columns)})


def _on(now: Now, key: Key) -> None:
    """The next of the rows that are looked at comes into the form; after the last one it is said that it was."""
    shown: Selection | None = now.memo.get("data.selection")
    if shown is not None and shown.rows.place_of(key) is None:
        left = [int(number) for number in shown.out if now.edits.row((int(number), 0)) is None]
        if left:
            number = next((number for number in left if number > key[0]), left[0])
            now.memo["data.want"] = ("out", str(number))
            return complete(now, number)
        count = _left_out(now, shown.id)
        now.memo["data.seek"] = key
        if count > 1:
            now.said("edit.all_completed", row=key[0], count=f"{count:,}", n=f"{pending(now.edits):,}")
        return None
    following = _following(now, shown, key) if shown is not None else None
    now.memo["data.seek"] = following or key
    row = now.edits.row(following) if following is not None else None
    if following is None or row is None:
        return now.said("edit.saved_last", row=key[0], n=f"{pending(now.edits):,}")
    return now.open(following, row)


def _following(now: Now, shown: Selection, key: Key) -> Key | None:
    """The row behind `key`, in the order in which they are shown, that is still there."""
    place = shown.rows.place_of(key)
    index = shown.index(place) if place is not None else None
    if index is None:
        return None
    keys = (shown.rows.key(shown.place(at)) for at in range(index + 1, shown.shown))
    return next((each for each in keys if now.edits.row(each) is not None), None)


def _left_out(now: Now, id: str) -> int:
    """How many rows a finding of this version names that were left out."""
    code = id.rpartition("-")[0]
    named = {row for found in now.dataset.findings if not code or found.code == code for row in found.rows}
    return sum(now.edits.before((row, 0)) is None for row in named)
