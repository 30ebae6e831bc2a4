"""What stands around the six tabs: header, status line, the bar with its one button, the tick that keeps all true.

Tabs never talk to one another. Each gives a `bar`, a `build` and, in that, a `refresh`; the shell takes one
snapshot per tick or action, asks every tab for its updates and sends what differs from what this page has.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import gradio as gr

from core.errors import translate
from webui import bottom, frame
from webui.actions import ROOMS, Outcome, act, guarded
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, Wired, clickable, quiet, whole
from webui.snapshot import Page, Snapshot, take
from webui.tabs import TABS
from webui.text import Text

log = logging.getLogger(__name__)

STATUS = 1 + len(ROOMS) + 1
"""Where the status line stands among the outputs: after the tabs, their names and the header."""


def tell(what: str) -> str:
    """The script that sends along what only the browser knows, a function of assets/window.js."""
    return f"(page) => [page, window.lw?.{what} ?? '']"


def build(ctx: Context, text: Text) -> None:
    """All components and events of one language's page, inside an open `Blocks` or route."""
    gr.Navbar(visible=False)
    page = gr.State(Page())
    header = gr.HTML(elem_id="header")
    gr.HTML(frame.help_and_lost(text), elem_id="help")
    status = clickable(elem_id="status-line")
    parts = BarParts(
        question=gr.Textbox(
            elem_id="bar-question",
            placeholder=text("bar.question"),
            show_label=False,
            container=False,
            max_lines=4,
            visible=False,
            render=False,
        ),
        plan=gr.HTML(elem_id="bar-plan", render=False),
        primary=gr.Button(text("data.choose"), variant="primary", elem_id="bar-primary", render=False),
        quiet=gr.Button(variant="secondary", elem_id="bar-quiet", visible=False, render=False),
        page=page,
    )
    tabs, rooms, built = _tabs(ctx, text, parts)
    with gr.Row(elem_id="bar"):
        parts.plan.render()
        parts.question.render()
        parts.quiet.render()
        parts.primary.render()
    around = [header, status, parts.question, parts.plan, parts.quiet, parts.primary]
    shell = Shell(ctx, text, around, tabs, rooms, built)
    shell.attach(page, parts, status)


def _tabs(ctx: Context, text: Text, parts: BarParts) -> tuple[gr.Tabs, list[gr.Tab], list[TabParts]]:
    rooms, built = [], []
    with gr.Tabs(elem_id="rooms", overflow_behavior="wrap") as tabs:
        for room in ROOMS:
            with gr.Tab(text(f"tab.{room}"), id=room, elem_id=f"room-{room}", render_children=True) as tab:
                built.append(TABS[room].build(ctx, text, parts))
            rooms.append(tab)
    return tabs, rooms, built


@dataclass
class Shell:
    """The page's outputs and how they are brought up to date."""

    ctx: Context
    text: Text
    frame: list[Any]  # header, status, question, plan, quiet, primary
    tabs: gr.Tabs
    rooms: list[gr.Tab]
    built: list[TabParts]

    @property
    def outputs(self) -> list[Any]:
        return [self.tabs, *self.rooms, *self.frame, *(output for tab in self.built for output in tab.outputs)]

    # -- events

    def attach(self, page: gr.State, parts: BarParts, status: gr.HTML) -> None:
        """Load, tick, the choice of a tab, the two buttons, and every event that a tab has left in `parts`."""
        context = gr.context.Context.root_block
        assert context is not None
        quiet(context.load, self._on_load, page, self.outputs)
        told = gr.Textbox(visible=False, elem_id="told")  # carries what only the browser knows
        quiet(gr.Timer(1).tick, self._on_tick, [page, told], self.outputs, trigger_mode="once", js=tell("room()"))
        for room, tab in zip(ROOMS, self.rooms, strict=True):
            opened = self._opened(room)
            quiet(tab.select, opened, [page, told], self.outputs, trigger_mode="always_last", js=tell("byHand()"))
        for which, button in (("action", parts.primary), ("quiet", parts.quiet)):
            run = self._pressed(which)
            quiet(button.click, run, [page, told], self.outputs, trigger_mode="once", js=tell(f"shown('{which}')"))
        quiet(parts.primary.click, None, js="() => window.lw?.pressed()")  # the file picker, the box to mend
        parts.on_click(status, lambda page, do, id: self._act(do))
        for wired in parts.wired:
            run = self._clicked(wired) if wired.clicked else self._changed(wired)
            quiet(wired.event, run, [page, *wired.inputs], self.outputs, trigger_mode=wired.mode)

    def _on_load(self, page: Page, request: gr.Request) -> list[Any]:
        asked = str(request.query_params.get("room", "")) if request else ""
        if not page.by_hand:  # else a person was quicker than this
            page.room = asked if asked in ROOMS else self.ctx.drafts.load().room
        wanted = whole(str(request.query_params.get("run", ""))) if request else ""
        if wanted:  # a bookmark of Share's "keep using it here"
            page.trouble = guarded(lambda: self.ctx.drafts.update(run=self.ctx.store.get(wanted).id)).error
        page.told = ""
        page.seen.clear()
        return self.show(page, open_room=page.room != ROOMS[0])  # that one is open, unless another was chosen

    def _on_tick(self, page: Page, room: str) -> list[Any]:
        """What the page shows counts: at once where the program was started anew under it, else after two ticks."""
        if room in ROOMS and room != page.room and (page.room is None or room == page.told):
            page.room = room
        page.told = room
        return self.show(page)

    def _opened(self, room: str) -> Callable[[Page, str], list[Any]]:
        """Tabs announce a choice when they are first drawn, and when the server opens one; only a person's counts."""

        def opened(page: Page, by_hand: str) -> list[Any]:
            if by_hand != "yes":
                return self._nothing()
            page.room, page.by_hand = room, True
            page.trouble = guarded(lambda: self.ctx.drafts.update(room=room)).error or page.trouble
            return self.show(page)

        return opened

    def _pressed(self, which: str) -> Callable[[Page, str], list[Any]]:
        """The primary or the quiet button: does what the page showed, if that is still what there is to do."""

        def pressed(page: Page, shown: str) -> list[Any]:
            bar = self._bar(take(self.ctx, page))
            now = bar.action if which == "action" else bar.quiet_action
            meant = now == shown or all(each.startswith("undo_edit:") for each in (now, shown))
            return self._after(page, self._act(shown) if now and meant else None)  # of another change: refused there

        return pressed

    def _nothing(self) -> list[Any]:
        return [gr.skip()] * len(self.outputs)

    def _act(self, action: str) -> Outcome:
        return act(self.ctx, action, language=self.text.language)

    def _clicked(self, wired: Wired) -> Callable[[Page, gr.EventData], list[Any]]:
        def clicked(page: Page, event: gr.EventData) -> list[Any]:
            data = event._data if isinstance(event._data, dict) else {}
            do, id = (whole(str(data.get(name, ""))) for name in ("do", "id"))
            return self._after(page, guarded(wired.handle, page, do, id))

        return clicked

    def _changed(self, wired: Wired) -> Callable[..., list[Any]]:
        def changed(page: Page, *values: Any) -> list[Any]:
            return self._after(page, guarded(wired.handle, page, *map(whole, values)), source=wired.source)

        return changed

    def _after(self, page: Page, outcome: Outcome | None, source: Any = None) -> list[Any]:
        """Show what an action led to. An error stays until an action succeeds."""
        if outcome is None:
            return self.show(page, source=source)
        page.trouble, page.note = outcome.error, outcome.note
        if outcome.room:
            page.room = outcome.room
            guarded(lambda: self.ctx.drafts.update(room=page.room))
        return self.show(page, open_room=bool(outcome.room), source=source)

    # -- what is sent

    def show(self, page: Page, *, open_room: bool = False, source: Any = None) -> list[Any]:
        """One update per output; `gr.skip()` for what this page has already.

        A fault in here is logged and told in the status line: a traceback would reach the page as a bare "Error".
        """
        try:
            return self._updates(page, open_room=open_room, source=source)
        except Exception as error:
            log.exception("a page could not be brought up to date")
            updates = self._nothing()
            updates[STATUS] = gr.update(value=frame.line("error", self.text.error(translate(error))))
            return updates

    def _updates(self, page: Page, *, open_room: bool, source: Any) -> list[Any]:
        snap = take(self.ctx, page)
        faults: list[Exception] = []

        def part(count: int, made: Callable[[], list[Any]]) -> list[Any]:
            """One part of the page; when it fails the others are still brought up to date."""
            try:
                return made()
            except Exception as error:
                log.exception("a part of a page could not be brought up to date")
                faults.append(error)
                return [gr.skip()] * count

        names = part(len(ROOMS), lambda: [gr.update(label=frame.tab_label(room, snap, self.text)) for room in ROOMS])
        header = part(1, lambda: [gr.update(value=frame.header(snap, self.text))])
        bar = part(4, lambda: self._bar_updates(snap))
        tabs = [update for tab in self.built for update in part(len(tab.outputs), partial(tab.refresh, snap))]
        status = part(1, lambda: [gr.update(value=frame.status(snap, self.text))])
        if faults:
            status = [gr.update(value=frame.line("error", self.text.error(translate(faults[0]))))]
        fresh = [gr.skip(), *names, *header, *status, *bar, *tabs]
        sent = [self._difference(page, *pair, source=source) for pair in zip(self.outputs, fresh, strict=True)]
        if open_room:
            sent[0] = gr.update(selected=page.room)
        return sent

    def _bar(self, snap: Snapshot) -> Bar:
        module: ModuleType = TABS[snap.page.room or snap.draft.room]
        found: Bar = module.bar(self.ctx, snap, self.text)
        return found

    def _bar_updates(self, snap: Snapshot) -> list[Any]:
        """Question box, plan, quiet and primary button."""
        bar = self._bar(snap)
        return [gr.update(visible=bar.question), *bottom.drawn(snap, bar, self.text)]

    @staticmethod
    def _difference(page: Page, output: Any, update: Any, *, source: Any) -> Any:
        if not isinstance(update, dict):
            update = gr.update(value=update)
        if set(update) == {"__type__"}:  # nothing to say now; whatever comes next is sent
            page.seen.pop(output._id, None)
            return gr.skip()
        mark = hash(repr(update))
        if page.seen.get(output._id) == mark:
            return gr.skip()
        page.seen[output._id] = mark
        if output is source:  # the person may be typing on: everything but the value itself
            return {name: value for name, value in update.items() if name != "value"}
        return update
