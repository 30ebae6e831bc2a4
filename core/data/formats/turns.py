"""Turns of a conversation as they are published -> messages with the roles system, user, assistant and tool."""

import re
from typing import Any

from core.data.columns import plain
from core.data.formats import markup
from core.data.formats.calls import Call, call_in_words, calls, tools_in_words
from core.data.formats.cells import BadRow, Notes, parsed, text
from core.data.formats.speakers import ROLES, role_of
from core.data.literals import as_text
from core.findings import Finding

Message = dict[str, Any]

_ROLE_KEYS = ("role", "from", "speaker", "author", "sender", "who", "name", "角色", "说话人")
_CONTENT_KEYS = ("content", "value", "text", "message", "parts", "utterance", "body", "内容", "文本")
_INSIDE = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog", "chat", "mapping")
_THINKING = ("reasoning_content", "reasoning", "thinking", "thought")
_LEARNED = ("weight", "loss", "train", "training", "trainable", "loss_weight", "output_with_loss")
_SPEAKERS = frozenset("user human assistant gpt bot system tool chatgpt ai model 用户 助手 系统 客服".split())
"""Speakers that are hardly a turn's own words."""
_ANSWERED = re.compile(r"<tool_response>\s*((?:(?!<tool_response>).)*?)\s*</tool_response>", re.DOTALL)
_PLAIN = {"user": "user", "assistant": "assistant", "system": "system", "human": "user", "gpt": "assistant"}
"""Roles of turns that need no second look: nearly all."""


def turns_of(value: Any) -> list[Any] | None:
    """The list of turns in a cell: a list, JSON text of one, or an object around one; None when there is none."""
    if isinstance(value, str):
        value = parsed(value)
    if isinstance(value, dict):
        inside: list[Any] | None = next((value[key] for key in _INSIDE if isinstance(value.get(key), list)), None)
        if inside is not None:
            return inside
        numbered = [key for key in value if plain(str(key)).startswith(("turn", "round")) and str(key)[-1:].isdigit()]
        return [value[key] for key in numbered] if numbered and len(numbered) == len(value) else [value]
    return value if isinstance(value, list) else None


def style(turns: list[Any]) -> str | None:
    """How turns are written: messages for role/content, sharegpt for all others, None for no turns."""
    first = next((turn for turn in turns if turn is not None), None)
    if isinstance(first, dict):
        keys = [key for key in _ROLE_KEYS if key in first]
        if "role" in keys:
            return "messages"
        if keys and any(key in first for key in _CONTENT_KEYS) and "name" not in keys[:1]:
            return "sharegpt"
        return "sharegpt" if any(plain(str(key)) in ROLES for key in first) else None
    if isinstance(first, list):
        return "sharegpt" if _are_pairs(turns) else None
    return "sharegpt" if isinstance(first, str) and _are_strings(turns) else None


def names_of(turns: list[Any]) -> list[str]:
    """The speakers' names, turn by turn, where turns name them."""
    found = []
    named = _are_named(turns)
    for turn in turns:
        if isinstance(turn, dict) and (key := _role_key(turn)):
            found.append(_name(turn[key]))
        elif named:
            found.append(str(turn[0]))
    return found


def messages(value: Any, notes: Notes, column: str = "", way: str | None = None) -> list[Message]:
    """Turns of any known shape as messages; `way` is how they are marked up, where they are text.

    Raises BadRow `row.no_turns`, `row.unknown_role`, `row.null`, `row.media` or `row.structured`.
    """
    turns = turns_of(value)
    if not turns:
        split = markup.split(value, way) if isinstance(value, str) else None
        if split is None:
            raise BadRow(Finding("error", "row.no_turns"))
        return [_with_call(message) for message in split]
    found: list[Message] = []
    speaker = notes.speaker
    named = _are_named(turns)
    for index, turn in enumerate(turns):
        if type(turn) is dict and len(turn) == 2 and speaker is None:
            role, content = turn.get("role") or turn.get("from"), turn.get("content") or turn.get("value")
            if type(content) is str and type(role) is str and role in _PLAIN:
                found.append({"role": _PLAIN[role], "content": content})
                continue
        if isinstance(turn, dict):
            found += _messages_of(turn, notes, column)
        elif isinstance(turn, list) and len(turn) == 2:
            found += _of_pair(turn, named, notes, column)
        elif isinstance(turn, str) and _are_strings(turns):
            found.append(_of_string(turn, index))
        else:
            raise BadRow(Finding("error", "row.no_turns"))
    return found


# -- one turn


def _role_key(turn: dict[str, Any]) -> str | None:
    return next((key for key in _ROLE_KEYS if key in turn), None)


def _name(value: Any) -> str:
    if isinstance(value, dict):  # an author with a role
        value = value.get("role", value.get("name"))
    return str(value).strip()


def _messages_of(turn: dict[str, Any], notes: Notes, column: str) -> list[Message]:
    key = _role_key(turn)
    if key is None or key == "name" and not any(one in turn for one in _CONTENT_KEYS):
        return _sides(turn, notes, column)
    name = _name(turn[key])
    role = role_of(name, notes.speaker)
    if notes.speaker is not None and name == notes.speaker.strip():
        notes.met = True
    if role is None:
        raise BadRow(Finding("error", "row.unknown_role", role=name[:40]))
    content = next((turn[one] for one in _CONTENT_KEYS if one in turn and one != key), None)
    if role == "function_call":
        found = calls(content)
        said = "" if found else text(content, notes, column)
        return [{"role": "assistant", "content": said, **({"tool_calls": found} if found else {})}]
    thinking, used, results, content = _typed(content)
    if results:
        rest = text(content, notes, column)
        return [*results, *([{"role": role, "content": rest}] if rest else [])]
    message: Message = {"role": role, "content": text(content, notes, column)}
    if role == "tool" and (inside := _ANSWERED.fullmatch(message["content"].strip())):
        message["content"] = inside[1]  # templates write it again
    if role == "assistant":
        given = turn["tool_calls"] if turn.get("tool_calls") else turn.get("function_call")
        if used := [*used, *(calls(given) if given else [])]:
            message["tool_calls"] = used
        own = next((turn[one] for one in _THINKING if isinstance(turn.get(one), str) and turn[one].strip()), "")
        if thinking or own:
            message["reasoning_content"] = thinking or str(own)
        if _untrained(turn, notes):
            message["learned"] = False
    if role == "tool":
        message |= {one: str(turn[one]) for one in ("name", "tool_call_id") if isinstance(turn.get(one), str)}
    if content is None and not message.get("tool_calls"):
        raise BadRow(Finding("error", "row.null", role=role))
    return [message]


def _typed(content: Any) -> tuple[str, list[Call], list[Message], Any]:
    """(thinking, calls, results of tools, the rest) of content in parts that have a type."""
    if not isinstance(content, list) or not any(isinstance(part, dict) and "type" in part for part in content):
        return "", [], [], content
    kinds = {str(part.get("type")) for part in content if isinstance(part, dict)}
    if not kinds & {"thinking", "reasoning", "tool_use", "tool_result"}:
        return "", [], [], content
    thinking, used, results, rest = "", [], [], []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in ("thinking", "reasoning"):
            said = part.get("thinking", part.get("reasoning", part.get("text")))
            thinking += "".join(as_text(one.get("text")) for one in said) if isinstance(said, list) else as_text(said)
        elif kind == "tool_use":
            used += calls(part)
        elif kind == "tool_result":
            results.append({"role": "tool", "content": text(part.get("content"), Notes(structured=True))})
        else:
            rest.append(part)
    return thinking, used, results, rest if rest else ("" if not used else None)


def _untrained(turn: dict[str, Any], notes: Notes) -> bool:
    """Whether a turn says of itself that it is not to be learned; a word about it is noted."""
    key = next((key for key in _LEARNED if str(turn.get(key)).strip().lower() in ("false", "0", "0.0", "no")), None)
    if key is not None:
        notes.add(Finding("info", "turn.not_learned", key=key))
    return key is not None


def _sides(turn: dict[str, Any], notes: Notes, column: str) -> list[Message]:
    """{"human": "...", "assistant": "..."}: both sides of one exchange in one object."""
    found: list[Message] = []
    for key, value in turn.items():
        role = ROLES.get(plain(str(key)))
        if role is None or role == "function_call" or value is None or role == "system" and value == "":
            continue
        said = text(value, notes, column)
        marked = markup.split_prompt(said, "moss") if role == "user" and said.startswith("<|") else None
        if said.startswith("<|MOSS|>:"):
            said = said.removeprefix("<|MOSS|>:").strip().removesuffix("<eom>").strip()
        found.append({"role": role, "content": marked[-1]["content"] if marked else said})
    if not found:
        raise BadRow(Finding("error", "row.no_turns"))
    if _untrained(turn, notes):
        found = [{**message, "learned": False} if message["role"] == "assistant" else message for message in found]
    order = ("system", "user", "tool", "assistant")
    return sorted(found, key=lambda message: order.index(message["role"]))


def _of_pair(turn: list[Any], named: bool, notes: Notes, column: str) -> list[Message]:
    """["user", "hi"] is one turn where all are so, ["hi", "hello"] an exchange."""
    said = [text(one, notes, column) for one in turn]
    notes.met = notes.met or named and said[0].strip() == (notes.speaker or "").strip()
    if named and (role := role_of(said[0], notes.speaker)) and role != "function_call":
        return [{"role": role, "content": said[1]}]
    return [{"role": "user", "content": said[0]}, {"role": "assistant", "content": said[1]}]


def _are_named(turns: list[Any]) -> bool:
    """Whether lists of two are each a speaker and what is said."""
    return all(isinstance(turn, list) and len(turn) == 2 and str(turn[0]).lower() in _SPEAKERS for turn in turns)


def _are_pairs(turns: list[Any]) -> bool:
    return all(
        isinstance(turn, list) and len(turn) == 2 and not isinstance(turn[0], dict | list) for turn in turns if turn
    )


def _are_strings(turns: list[Any]) -> bool:
    """Whether a list of texts is a conversation in turns: an exchange at least, the last of them an answer."""
    return len(turns) % 2 == 0 and all(type(turn) is str for turn in turns)


_PREFIXES = (("问：", "答："), ("问:", "答:"), ("Q:", "A:"), ("Human:", "Assistant:"), ("User:", "Assistant:"))


def _of_string(said: str, index: int) -> Message:
    """One of texts that take turns, the user first; a mark of the speaker before it goes."""
    side = index % 2
    prefix = next((pair[side] for pair in _PREFIXES if said.startswith(pair[side])), "")
    return {"role": ("user", "assistant")[side], "content": said[len(prefix) :].lstrip() if prefix else str(said)}


def _with_call(message: Message) -> Message:
    """A marked-up answer with the call in it taken out of its words."""
    if message["role"] != "assistant" or "<functioncall>" not in message["content"]:
        return message
    words, found = call_in_words(message["content"])
    return {**message, "content": words, "tool_calls": found} if found else message


def take_tools(found: list[Message]) -> list[dict[str, Any]]:
    """The tools that a marked-up conversation describes in its system prompt, taken out of it; [] when it has none."""
    if not found or found[0]["role"] != "system":
        return []
    words, offered = tools_in_words(found[0]["content"])
    if offered:
        found[0] = {**found[0], "content": words}
    return offered
