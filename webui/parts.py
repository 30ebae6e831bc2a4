"""What the shell and the tabs hand each other, and the one way to attach an event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from webui.snapshot import Snapshot


@dataclass(frozen=True)
class Bar:
    """What the bar offers in a tab: one primary button, never disabled, and perhaps a quiet one (ux.md, section 5)."""

    label: str
    action: str
    quiet_label: str = ""
    quiet_action: str = ""
    question: bool = False  # whether the question box of Compare is shown


@dataclass(frozen=True)
class Wired:
    """An event that the shell attaches once all outputs exist. `source` is not sent what was just typed into it."""

    event: Any
    handle: Callable[..., Any]
    inputs: tuple[Any, ...]
    source: Any = None
    clicked: bool = False
    every: bool = False  # also while the one before is being answered; else such a press is dropped

    @property
    def mode(self) -> str:
        """Gradio's trigger mode: while a value is being answered, the one that stands there then is sent after it.

        With `source` that is what the person chose last; else the answer may have put the value before it back.
        """
        if self.clicked:
            return "multiple" if self.every else "once"
        return "always_last" if self.inputs else "once"


@dataclass
class BarParts:
    """The bar's components, for the tabs; and where tabs leave the events that the shell attaches.

    `page` is a gr.State with this page's `Page`. A tab that streams into its own components (Compare) attaches
    its events itself with `quiet` and `page` as an input.
    """

    question: gr.Textbox
    plan: gr.HTML
    primary: gr.Button
    quiet: gr.Button
    page: gr.State
    wired: list[Wired] = field(default_factory=list)

    def on(self, event: Any, handle: Callable[..., Any], inputs: Sequence[Any] = (), *, source: Any = None) -> None:
        """`handle(page, *values)` on `event`; its Outcome (or None) is shown and every tab is brought up to date."""
        self.wired.append(Wired(event, handle, tuple(inputs), source))

    def on_click(self, html: gr.HTML, handle: Callable[..., Any], *, every: bool = False) -> None:
        """`handle(page, do, id)` when a button in `html` (webui.parts.clickable) is pressed."""
        self.wired.append(Wired(html.click, handle, (), clicked=True, every=every))


@dataclass(frozen=True)
class TabParts:
    """A built tab. `refresh(snap)` gives one update for each of `outputs`; the shell sends only what has changed."""

    outputs: list[Any]
    refresh: Callable[[Snapshot], list[Any]]


def quiet(event: Any, fn: Callable[..., Any] | None, inputs: Any = None, outputs: Any = None, **more: Any) -> Any:
    """Attach an event without Gradio's own progress (English in every language) and without an API entry."""
    return event(fn, inputs, outputs, show_progress="hidden", api_visibility="private", **more)


def whole(value: Any) -> Any:
    """What came from outside, with a replacement sign for each half of a character: no file can hold those.

    A browser never sends halves, a program at the page's door may.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return type(value)(whole(one) for one in value)
    return {whole(name): whole(one) for name, one in value.items()} if isinstance(value, dict) else value


CLICKS = """element.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-do]');
  if (pressed && element.contains(pressed)) trigger('click', {do: pressed.dataset.do, id: pressed.dataset.id || ''});
});"""


def clickable(value: str = "", **more: Any) -> gr.HTML:
    """A gr.HTML whose `<button data-do= data-id=>` reach Python by mouse and keyboard."""
    return gr.HTML(value, js_on_load=CLICKS, **more)
