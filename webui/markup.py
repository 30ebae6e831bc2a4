"""HTML made safely: every text is escaped here, because names, rows and answers are written by others.

el("p", "asked: ", el("b", question), cls="answer")   ->   <p class="answer">asked: <b>...</b></p>
"""

from collections.abc import Iterable
from html import escape

_VOID = {"br", "hr", "img", "input", "path"}


class Html(str):
    """Text that is HTML already; only `el` makes it."""

    __slots__ = ()


def _inside(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child, quote=True)
    if isinstance(child, Iterable):
        return "".join(_inside(one) for one in child)
    return escape(str(child), quote=True)


def el(name: str, /, *children: object, **attributes: str | int | bool | None) -> Html:
    """One element: `cls` is class, `aria_label` is aria-label; True has no value, None and False leave it out."""
    marks = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        said = "class" if key == "cls" else key.rstrip("_").replace("_", "-")
        marks.append(f" {said}" if value is True else f' {said}="{escape(str(value), quote=True)}"')
    start = f"<{name}{''.join(marks)}>"
    return Html(start if name in _VOID else f"{start}{''.join(_inside(child) for child in children)}</{name}>")
