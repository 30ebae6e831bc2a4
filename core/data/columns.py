"""The names that columns go by in published data, and what each of them holds.

Names are compared in lower case, without blanks at the ends and with `-` and blanks as `_`.
"""

MESSAGES = (
    "messages",
    "conversations",
    "conversation",
    "dialogue",
    "dialogues",
    "dialog",
    "dialogs",
    "chat",
    "turns",
    "对话",
    "会话",
)
"""A list of turns."""

INSTRUCTION = ("instruction", "instructions", "指令", "任务")
INPUT = ("input", "context", "输入", "上下文")
OUTPUT = ("output", "outputs", "response", "answer", "completion", "target", "输出", "回答", "答案")
PROMPT = ("prompt", "提示", "提示词")
COMPLETION = ("completion", "response", "output", "answer", "target", "chosen_response", "补全", "回复")
QUESTION = (
    "question", "questions", "query", "ask", "q", "user", "problem", "标准问", "标准问题", "问题", "提问", "问",
    "问句", "题目", "用户问题",
    "用户提问", "input", "输入",
)  # fmt: skip
ANSWER = (
    "answer", "answers", "response", "reply", "a", "assistant", "solution", "标准答案", "答案", "回答", "答", "答复",
    "回复", "标准回答",
    "客服回复", "output", "输出",
)  # fmt: skip
TITLE = ("title", "标题")
TEXT = ("text", "content", "document", "文本", "正文", "内容")
SYSTEM = ("system", "system_prompt", "系统", "系统提示", "系统提示词")
HISTORY = ("history", "历史", "历史对话")
TOOLS = ("tools", "functions", "工具")
CHOSEN = ("chosen", "preferred", "chosen_response", "好回答", "优选")
REJECTED = ("rejected", "dispreferred", "rejected_response", "reject", "差回答", "劣选")
LABEL = ("label", "kto_tag", "标签")

UNREMARKABLE = frozenset(
    "id idx index no number uid uuid qnaid row source dataset group category categories type metadata meta "
    "lang language date created tags url "
    "序号 编号 来源 分类 类别 日期".split()
)
"""Columns that people keep beside their examples; leaving them out needs no word."""

KNOWN = frozenset(
    MESSAGES + INSTRUCTION + INPUT + OUTPUT + PROMPT + COMPLETION + QUESTION + ANSWER + TITLE + TEXT + SYSTEM + HISTORY
    + TOOLS + CHOSEN + REJECTED + LABEL
)  # fmt: skip


def plain(name: str) -> str:
    """A column's name as it is compared: ` Question ` -> `question`, `System Prompt` -> `system_prompt`."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def find(columns: list[str], names: tuple[str, ...], taken: tuple[str, ...] = ()) -> str | None:
    """The first of `columns` that goes by one of `names`, the earlier name first; None when there is none."""
    by_name = {plain(column): column for column in reversed(columns) if column not in taken}
    return next((by_name[name] for name in names if name in by_name), None)
