"""What the Data tab shows, as HTML from a data set (no Gradio here)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from webui import frame
from webui.markup import Html, el
from webui.snapshot import Snapshot
from webui.tabs.data_columns_view import encoding_words, format_words
from webui.templates import NAMES
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.samples import Sample

SHOWN = 3
"""Samples in sight; the others are one click away, so that one's own file stays in sight too."""


def intro(text: Text) -> Html:
    """One sentence, three steps."""
    steps = [el("li", el("b", str(n)), text(f"app.step{n}")) for n in (1, 2, 3)]
    return el("div", el("h1", text("app.line"), cls="lw-lead"), el("ol", steps, cls="lw-steps"))


def heading(title: str, note: str) -> Html:
    return el("div", el("h2", title, cls="lw-title"), el("p", note, cls="lw-note"))


def samples(found: "Sequence[Sample]", text: Text) -> Html:
    """The samples as buttons, those in the page's language first; what is more than a few is folded."""
    ordered = sorted(found, key=lambda sample: sample.language != text.language)
    first, more = ordered[:SHOWN], ordered[SHOWN:]
    folded = el(
        "details",
        el("summary", text("data.more_examples", n=len(more))),
        el("div", [_sample(sample, text) for sample in more], cls="lw-choices lw-list"),
        cls="lw-more",
    )
    return el("div", [_sample(sample, text) for sample in first], folded if more else None, cls="lw-choices lw-list")


def _sample(sample: "Sample", text: Text) -> Html:
    """A button that says what the sample is for, its size, language and kind of file."""
    tags = [text("data.sample_rows", rows=f"{sample.rows:,}")]
    if f"data.language.{sample.language}" in text:
        tags.append(text(f"data.language.{sample.language}"))
    tags.append(sample.file.suffix[1:].upper())
    return el(
        "button",
        el("strong", sample.title[text.language]),
        el("span", [el("span", tag, cls="lw-tag") for tag in tags], cls="lw-tags"),
        el("span", sample.purpose[text.language], cls="lw-note"),
        cls="lw-choice lw-line",
        type="button",
        data_do="sample",
        data_id=sample.name,
    )


def reading(snap: Snapshot, text: Text) -> Html:
    """The progress line of a file that is being read."""
    if snap.reading is None:
        return Html("")
    share, line = round(100 * snap.reading.share), frame.reading(snap.reading, text)
    return el(
        "div", el("p", line, cls="lw-title"), el("progress", value=share, max=100, aria_label=line), cls="lw-panel"
    )


def chosen(dataset: "Dataset", title: str, text: Text, *, changing: bool) -> Html:
    """The two doors folded into one line: the name, a way to other data, and what kind of file it is."""
    change = text("data.change_back" if changing else "data.change")
    return el(
        "div",
        el("strong", title, cls="lw-name"),
        el("button", change, cls="lw-link", type="button", data_do="change"),
        el("span", file_line(dataset, text), cls="lw-note lw-name"),
        cls="lw-chosen",
    )


def file_line(dataset: "Dataset", text: Text) -> str:
    """Container, encoding in words, sheet, packing, format, columns, size: "CSV · Chinese (GB18030) · ..." """
    parts = [text(f"data.container.{dataset.container}")]
    if dataset.made:  # no file was read
        return parts[0]
    if dataset.packed:
        parts.append(text(f"data.packed.{dataset.packed}"))
    if dataset.sheet and len(dataset.sheets) > 1:
        parts.append(text("data.sheet", sheet=dataset.sheet))
    if dataset.encoding:
        parts.append(encoding_words(dataset.encoding, text))
    if f"data.format.{dataset.format}" in text:
        parts.append(format_words(dataset.format, text, talk=dataset.container == "text"))
    if len(dataset.column_names) > 1:
        parts.append(text("data.column_count", n=len(dataset.column_names)))
    return " · ".join([*parts, text.size(dataset.size)])


def summary(dataset: "Dataset", text: Text, rows: int | None = None, changed: int = 0) -> Html:
    """How many rows were read, how many are ready, how many need a look.

    changed: how many of them were changed by hand since, with which there are `rows` now
    """
    now = text("edit.summary_now", rows=f"{rows:,}", n=f"{changed:,}") if changed else ""
    if dataset.made and not dataset.rows:
        return el("div", el("p", now or text("edit.empty_summary"), cls="lw-title"))
    bad, later = dataset.need_a_look(), bool(dataset.fixes or dataset.made)
    if not dataset.usable:
        key = "data.read_unknown" if dataset.format == "unknown" else "data.read_none"
    elif dataset.usable > dataset.rows:  # other wordings of a question are rows of their own
        key = "data.read_more_fine"
    elif later:
        key = "data.version_some" if bad else "data.version_rows" if dataset.usable > 1 else "data.version_row"
    else:
        key = "data.read" if bad or dataset.usable < dataset.rows else "data.read_fine"
    rows = dataset.usable if later and dataset.usable else dataset.rows
    words = [text(key, rows=f"{rows:,}", usable=f"{dataset.usable:,}")]
    if bad and dataset.usable:
        words.append(text("data.bad" if bad > 1 else "data.bad_one", n=f"{bad:,}"))
    said = [el("p", text("list.sentences").join(words), cls="lw-title")]
    if now:
        said.append(el("p", now, cls="lw-note"))
    if dataset.task == "preference":
        said.append(el("p", text("data.preference"), cls="lw-warning"))
    return el("div", said)


# -- other ways in


def paste_button(text: Text) -> Html:
    """The page's script makes a file of what was pasted (assets/window.js); it is called like this."""
    return el("button", text("data.paste_read"), cls="lw-button", type="button", data_paste=text("data.paste_name"))


def empty(text: Text) -> Html:
    """A data set that is typed in here: its name, folded."""
    label = text("edit.start_name")
    box = el("input", type="text", id="data-empty-name", maxlength=120, placeholder=label, aria_label=label,
             data_enter="create", autocomplete="off")  # fmt: skip
    button = el("button", text("edit.start_button"), cls="lw-button", type="button", data_do="create",
                data_from="#data-empty-name")  # fmt: skip
    note = el("p", text("edit.start_empty_note"), cls="lw-note")
    inside = el("div", note, box, button, cls="lw-empty-line")
    return el("details", el("summary", text("edit.start_empty")), inside, cls="lw-more lw-empty", id="data-empty-fold")


def templates(text: Text) -> Html:
    """Files to fill in."""
    links = [el("a", name, href=f"../template/{text.language}/{name}", download=name, cls="lw-link") for name in NAMES]
    return el("p", el("span", text("data.templates")), links, cls="lw-templates")
