"""The list of data sets as HTML: what tells one from another, and under one what was asked for (no Gradio here)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from webui import run_list
from webui.markup import Html, el
from webui.run_list import RunRow
from webui.text import Text
from webui.titles import dataset_title, older

if TYPE_CHECKING:
    from core.data.datasets import Dataset

RUNS_NAMED = 3
"""Runs that are named where a data set was used by more."""

NOTE_LIMIT = 2000
"""Characters of a note."""

KINDS = ("jsonl", "csv", "parquet")
BUTTONS = ("versions", "download", "rename", "note", "delete")


@dataclass(frozen=True)
class Known:
    """What stands around the data sets.

    versions  family -> all its versions, oldest first
    runs      data set id -> the runs that learned it
    checked   data set id -> the runs that were only checked on it
    """

    versions: "dict[str, tuple[Dataset, ...]]"
    runs: dict[str, list[RunRow]]
    checked: dict[str, list[RunRow]] = field(default_factory=dict)

    def of(self, dataset: "Dataset") -> "tuple[Dataset, ...]":
        """All versions of its family."""
        return self.versions.get(dataset.family) or (dataset,)

    def runs_of(self, datasets: "Sequence[Dataset]") -> list[RunRow]:
        """The runs that learned one of these, each once."""
        return _once(self.runs, datasets)

    def checks_of(self, datasets: "Sequence[Dataset]") -> list[RunRow]:
        """The runs that were checked on one of these and learned none."""
        learned = {row.id for row in self.runs_of(datasets)}
        return [row for row in _once(self.checked, datasets) if row.id not in learned]


def _once(runs: dict[str, list[RunRow]], datasets: "Sequence[Dataset]") -> list[RunRow]:
    return list({row.id: row for dataset in datasets for row in runs.get(dataset.id, [])}.values())


def day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def names(runs: list[RunRow], text: Text) -> str:
    """The runs by name, of many the first ones."""
    said = [run_list.label(row, text) for row in runs[:RUNS_NAMED]]
    if len(runs) > RUNS_NAMED:
        said.append(text("mine.more_runs", n=len(runs) - RUNS_NAMED))
    return text("list.comma").join(said)


def when(seconds: float) -> Html:
    """Day and hour, which never break."""
    return el("span", day(seconds), cls="lw-when")


def facts(said: "Sequence[str | Html]") -> list[str | Html]:
    """One after the other, with a dot between them; nothing for one that is ""."""
    there = [each for each in said if each]
    return [part for at, each in enumerate(there) for part in ((" · ", each) if at else (each,))]


def used(runs: list[RunRow], checks: list[RunRow], text: Text) -> list[Html]:
    """What was trained with it, and what was only checked on it."""
    lines = [text("mine.trained", runs=names(runs, text))] if runs else []
    lines += [text("mine.checked", runs=names(checks, text))] if checks else []
    return [el("span", line, cls="lw-note") for line in lines]


def button(label: str, do: str, id: str = "", cls: str = "lw-button", **more: str | bool | None) -> Html:
    return el("button", label, cls=cls, type="button", data_do=do, data_id=id, **more)


def line(dataset: "Dataset", known: Known, chosen: bool, opened: str, text: Text) -> list[Html]:
    """What tells a data set from another of the same name, and what can be done with it."""
    versions, title = known.of(dataset), dataset_title(dataset, text)
    told: list[str | Html] = [text("data.sample_rows", rows=f"{dataset.usable:,}")]
    told.append(text(f"data.container.{dataset.container}"))
    if dataset.size:
        told.append(text.size(dataset.size))
    if len(versions) > 1:
        told.append(older(dataset, versions, text) or text("mine.count", n=len(versions)))
    told.append(when(dataset.added))
    name = [el("strong", title), el("span", text("data.mine_chosen"), cls="lw-tag lw-yes") if chosen else None]
    said = [el("span", name, cls="lw-name"), el("span", facts(told), cls="lw-note")]
    said += used(known.runs_of(versions), known.checks_of(versions), text)
    if dataset.note:
        said.append(el("span", dataset.note, cls="lw-note lw-mine-note"))

    def link(do: str) -> Html:
        words = text(f"mine.{do}")
        pressed = "true" if do == opened else "false" if do != "use" else None
        return button(words, do, dataset.id, "lw-link", aria_label=f"{words}: {title}", aria_expanded=pressed)

    use = el("span", aria_hidden="true") if chosen else link("use")  # the buttons of all rows stand under one another
    return [el("span", said, cls="lw-what"), el("span", use, [link(do) for do in BUTTONS], cls="lw-actions")]


# -- what is asked for


def rename(dataset: "Dataset", text: Text) -> Html:
    label = text("data.name")
    box = el("input", type="text", id="data-name", maxlength=120, value=dataset.name, aria_label=label,
             data_typed=f"rename:{dataset.id}")  # fmt: skip
    buttons = [
        button(text("data.save"), "save", id_="data-save"),
        button(text("bar.cancel"), "keep", id_="data-keep-name"),
    ]
    return el("div", box, buttons, cls="lw-asking")


def note(dataset: "Dataset", text: Text) -> Html:
    label = text("mine.note_label")
    box = el("textarea", dataset.note, id="data-note", rows=3, maxlength=NOTE_LIMIT, aria_label=label,
             placeholder=label, data_typed=f"note:{dataset.id}")  # fmt: skip
    buttons = [button(text("data.save"), "save_note"), button(text("bar.cancel"), "keep")]
    return el("div", box, buttons, cls="lw-asking")


def download(dataset: "Dataset", pending: bool, text: Text) -> Html:
    """The kinds of file, each with what it is for. The links are the program's own route."""
    kinds = [
        el(
            "li",
            el(
                "a", text(f"out.{kind}"), href=f"../download/data/{dataset.id}.{kind}", download=True,
                cls="lw-button", data_kind=kind,
            ),
            el("span", text(f"out.{kind}.help"), cls="lw-note"),
        )
        for kind in KINDS
    ]  # fmt: skip
    said = el("p", text("out.pending"), cls="lw-note") if pending else None
    return el("div", el("ul", kinds, cls="lw-kinds"), said, button(text("mine.close"), "keep"), cls="lw-asking")


def delete(dataset: "Dataset", known: Known, pending: int, made: "list[Dataset]", text: Text) -> Html:
    """What would be lost, and what was done with it.

    pending: changes by hand that are in no version yet; made: sets that were put together from it
    """
    versions = known.of(dataset)
    named = {"name": dataset_title(dataset, text), "n": len(versions), "rows": f"{dataset.usable:,}"}
    several = len(versions) > 1
    lost = [el("p", text("mine.delete_versions" if several else "mine.delete_ask", **named), id="data-delete-ask")]
    lost += lost_with(versions, known, pending, text)
    if made:
        others = text("list.comma").join(dataset_title(each, text) for each in made)
        lost.append(el("p", text("mine.delete_made", names=others)))
    return sure(lost, "delete_yes", text)


def lost_with(versions: "Sequence[Dataset]", known: Known, pending: int, text: Text) -> list[Html]:
    """What is lost beside the rows of these versions, and which runs lose their data."""
    runs, checks = known.runs_of(versions), known.checks_of(versions)
    said = [text("mine.delete_pending", n=f"{pending:,}")] if pending else []
    said += [text("mine.delete_used", runs=names(runs, text))] if runs else []
    said += [text("mine.delete_checked", runs=names(checks, text))] if checks else []
    return [el("p", line) for line in said]


def sure(lost: list[Html], do: str, text: Text) -> Html:
    """The question before something goes for good."""
    buttons = [
        button(text("data.delete_yes"), do, cls="lw-button lw-danger", id_="data-delete-yes"),
        button(text("data.keep"), "keep", id_="data-delete-no"),
    ]
    return el("div", el("div", lost, cls="lw-warning"), buttons, cls="lw-asking", role="alertdialog")
