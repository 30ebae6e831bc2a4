"""How one row of a data set reads: its turns as bubbles, thinking, tools and tool calls among them (no Gradio here)."""

import json
import re
from typing import Any

from core.data.raw import Row
from webui.markup import Html, el
from webui.text import Text

SHORT = 700
"""Characters of a bubble; what follows is folded."""

LONGEST = 20_000
"""Characters of a bubble that are sent to the page at all."""

THINKING = re.compile(r"^\s*<think>(.*?)</think>\s*", re.DOTALL)

_SIDES = {"assistant": "answer", "chosen": "answer", "answer": "answer", "rejected": "worse", "system": "system"}


def talk(row: Row, text: Text) -> Html:
    """The row as a conversation."""
    return el("div", tools(row, text), _turns(row, text), cls="lw-talk", tabindex=0)


def question(row: Row) -> str:
    """What is asked first, for a line of a table; a text row has only an answer."""
    turns = row.get("messages") or row.get("prompt") or []
    return next((_words(turn) for turn in turns if turn["role"] == "user"), _words(turns[0]) if turns else "")


def answer(row: Row) -> str:
    """What is answered first, or the text."""
    if "text" in row:
        return str(row["text"])
    for part in ("messages", "answer", "chosen"):
        for turn in row.get(part) or []:
            if turn["role"] == "assistant" and _words(turn):
                return _words(turn)
    return ""


def exchanges(row: Row) -> int:
    """How many questions with an answer the row holds; 1 for a text."""
    return max(1, sum(turn["role"] == "user" for turn in row.get("messages") or []))


def _words(turn: dict[str, Any]) -> str:
    said = THINKING.sub("", str(turn.get("content") or ""))
    calls = [str((call.get("function") or call).get("name", "")) for call in turn.get("tool_calls") or []]
    return said or " ".join(f"{name}()" for name in calls)


def _turns(row: Row, text: Text) -> list[Html]:
    if "text" in row:
        return [_bubble("text", {"content": row["text"]}, text)]
    if "messages" in row:
        return [_bubble(turn["role"], turn, text) for turn in row["messages"]]
    turns = [_bubble(turn["role"], turn, text) for turn in row.get("prompt", [])]
    for part in ("chosen", "rejected", "answer"):
        turns += [_bubble(part, turn, text) for turn in row.get(part, [])]
    if "label" in row:
        turns.append(el("p", text("data.label.true" if row["label"] else "data.label.false"), cls="lw-note"))
    return turns


def _bubble(role: str, turn: dict[str, Any], text: Text) -> Html:
    label = text(f"data.role.{role}") if f"data.role.{role}" in text else role
    if role == "tool" and turn.get("name"):
        label = text("data.role.tool_named", name=str(turn["name"])[:80])
    content = str(turn.get("content") or "")
    thought = str(turn.get("reasoning_content") or "")
    if not thought and role in ("assistant", "answer", "chosen", "rejected") and (found := THINKING.match(content)):
        thought, content = found[1].strip(), content[found.end() :]
    parts = [
        el("span", label, cls="lw-who"),
        folded(text("data.thinking"), _long(thought, text)) if thought else None,
        _tool_said(content, text) if role == "tool" else _long(content, text) if content else None,
        [call(made, text) for made in turn.get("tool_calls") or []],
    ]
    if not content and not thought and not turn.get("tool_calls"):
        parts.append(el("p", text("data.empty_turn"), cls="lw-note"))
    return el("div", parts, cls=f"lw-bubble lw-{_SIDES.get(role, 'ask')}")


def _long(said: str, text: Text) -> list[Html]:
    """A text, folded from `SHORT` characters on."""
    if len(said) <= SHORT * 5 // 4:
        return [el("p", said)]
    rest = said[SHORT:LONGEST]
    more = [el("p", rest)]
    if len(said) > LONGEST:
        more.append(el("p", text("data.much_more", n=f"{len(said) - LONGEST:,}"), cls="lw-note"))
    return [el("p", said[:SHORT]), folded(text("data.more", n=f"{len(said) - SHORT:,}"), more)]


def folded(title: str, inside: object) -> Html:
    return el("details", el("summary", title), inside, cls="lw-more lw-inside")


def call(made: dict[str, Any], text: Text) -> Html:
    """One call of a tool: its name and what it is given."""
    function = made.get("function") or made
    name = text("data.tool_call", name=str(function.get("name", ""))[:120])
    return el("div", el("span", name, cls="lw-tag"), _code(function.get("arguments")), cls="lw-call")


def _tool_said(content: str, text: Text) -> object:
    """What a tool gave back: laid out where it is JSON."""
    try:
        return _code(json.loads(content)) if content.lstrip()[:1] in "{[" else _long(content, text)
    except (ValueError, RecursionError):
        return _long(content, text)


def _code(value: object) -> Html | None:
    if value in (None, "", {}, []):
        return None
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return el("pre", said[:LONGEST], cls="lw-json")


def tools(row: Row, text: Text) -> Html | None:
    """The tools that the row offers, folded: name and what each is for."""
    offered = row.get("tools")
    if not isinstance(offered, list) or not offered:
        return None
    lines = []
    for tool in offered:
        function = (tool.get("function") or tool) if isinstance(tool, dict) else {}
        name, purpose = str(function.get("name", "")), str(function.get("description", ""))
        lines.append(el("li", el("strong", name[:120]), " ", purpose[:600], _code(function.get("parameters"))))
    return folded(text("data.tools", n=len(offered)), el("ul", lines, cls="lw-tools"))
