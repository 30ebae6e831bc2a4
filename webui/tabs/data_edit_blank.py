"""What stands in the form of a row that is not there yet: empty boxes, or what the file says of it (no Gradio here)."""

import json
from typing import TYPE_CHECKING, Any

from webui.tabs import data_edit_typed as typed
from webui.tabs.data_rows import Row

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.edits.edits import Edits


def blank(dataset: "Dataset", edits: "Edits") -> Row:
    """An empty row of the kind that the data set holds, with the instructions that its rows have."""
    if dataset.task == "text":
        return {"text": ""}
    ask, reply = {"role": "user", "content": ""}, {"role": "assistant", "content": ""}
    if dataset.task == "preference":
        rows = edits.rows()
        if len(rows) and "label" in rows[0]:
            return {"prompt": [ask], "answer": [reply], "label": True}
        return {"prompt": [ask], "chosen": [reply], "rejected": [dict(reply)]}
    system = dataset.system_prompt() if dataset.usable else ""
    first = [{"role": "system", "content": system}] if system else []
    return {"messages": [*first, ask, reply]}


def filled(row: Row, found: object, columns: dict[str, str]) -> Row:
    """`row` with the cells of a record that could be read."""
    if not isinstance(found, dict):
        return row
    cells = {part: found[column] for part, column in columns.items() if found.get(column)}
    if "text" in row:
        return {"text": cells.get("text", "")}
    if "messages" not in row:
        return row
    if turns := _talk(cells.get("messages", "")):
        return {"messages": turns}
    said = {"user": ("question", "prompt", "instruction"), "assistant": ("answer", "completion", "output")}
    turns = [dict(turn) for turn in row["messages"]]
    for turn in turns:
        words = [cells[part] for part in said.get(turn["role"], ("system",)) if part in cells]
        if turn["role"] == "user" and "input" in cells:
            words.append(cells["input"])
        turn["content"] = "\n\n".join(words) or turn["content"]
    return {"messages": turns}


def _talk(cell: str) -> list[dict[str, Any]]:
    """The turns that stand in a cell as JSON; [] when it holds none that a form could show."""
    try:
        turns = json.loads(cell) if cell.lstrip()[:1] == "[" else []
    except (ValueError, RecursionError):
        return []
    plain = [
        {"role": turn["role"], "content": turn.get("content") or ""}
        for turn in turns[: typed.TURNS]
        if isinstance(turn, dict) and turn.get("role") in typed.ROLES and isinstance(turn.get("content"), str | None)
    ]
    return plain if len(plain) == len(turns) else []
