"""Rows of every shape that is stored, and what our reader makes of a file."""

from core.data.examine import examine


def user(said):
    return {"role": "user", "content": said}


def bot(said, **more):
    return {"role": "assistant", "content": said, **more}


def system(said):
    return {"role": "system", "content": said}


def call(arguments, **more):
    return {"type": "function", **more, "function": {"name": "add", "arguments": arguments}}


SUM = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0.5, "enum": [1, 12345678901234567890]}}}
TOOLS = [{"type": "function", "function": {"name": "add", "description": "adds", "parameters": SUM}}]

SHAPES = {
    "exchange": [{"messages": [user("Hi"), bot("Ho")]}],
    "system": [{"messages": [system("Be brief."), user("Hi"), bot("Ho")]}, {"messages": [user("Hi!"), bot("Ho")]}],
    "turns": [{"messages": [user("Hi"), bot("Ho"), user("And?"), bot("Nothing.")]}],
    "thinking": [
        {"messages": [user("Hi"), bot("Ho", reasoning_content="Hm.\nWell.")]},
        {"messages": [user("Hi!"), bot("<think>no column</think>Ho")]},
    ],
    "not learned": [{"messages": [user("Hi"), bot("Ho", learned=False), user("And?"), bot("Nothing.")]}],
    "calls": [
        {
            "messages": [
                user("5 + 1.5?"),
                bot("", tool_calls=[call({"n": 5, "x": 1.5, "s": "007"}, id="c1"), call({})], reasoning_content="Sum."),
                {"role": "tool", "content": "6.5", "name": "add", "tool_call_id": "c1"},
                bot("6.5"),
            ],
            "tools": TOOLS,
        },
        {"messages": [user("Hi"), bot("Ho")]},
    ],
    "odd calls": [
        {"messages": [user("Hi"), bot("See.", tool_calls=[call('{"n": '), call([1, 2])])], "tools": TOOLS * 2}
    ],
    "text": [{"text": "Some words,\r\n\tand  more. "}, {"text": '{"a": 1}'}],
    "better": [
        {"prompt": [system("S"), user("Hi"), bot("x"), user("y")], "chosen": [bot("good")], "rejected": [bot("bad")]},
        {
            "prompt": [user("Hi")],
            "chosen": [bot("a", reasoning_content="b")],
            "rejected": [bot("", tool_calls=[call({})])],
        },
        {"prompt": [user("Hi")], "chosen": [user("why"), bot("good")], "rejected": [user("how"), bot("bad")]},
    ],
    "better in words": [{"prompt": [user("Hi")], "chosen": [bot("good")], "rejected": [bot("bad")]}],
    "labelled": [
        {"prompt": [user("Hi")], "answer": [bot("good")], "label": True},
        {"prompt": [user("Hi")], "answer": [bot("bad"), user("no"), bot("still bad")], "label": False},
        {"prompt": [], "answer": [bot("an answer to nothing")], "label": True},
    ],
    "labelled in words": [{"prompt": [system("S"), user("Hi")], "answer": [bot("bad")], "label": False}],
    "looks like": [
        {"messages": [user("Question: what?\nAnswer: this."), bot('{"messages": []}')]},
        {"messages": [user("### Instruction: x"), bot("[]")]},
        {"messages": [user('[{"role": "user"}]'), bot("user: NaN")]},
    ],
    "letters": [{"messages": [user("\u2028\x85\x0b\ufeff中文🤗 \t"), bot(" \"a\", 'b';\r\n\rc\\n \ufffd")]}],
}


def numbered(rows):
    return [{"row": number, **row} for number, row in enumerate(rows, 1)]


def back(path):
    """The rows that our reader makes of a file, without their numbers."""
    rows = []
    examine(path, name=path.name, on_row=rows.append)
    return [{part: value for part, value in row.items() if part not in ("row", "variant")} for row in rows]
