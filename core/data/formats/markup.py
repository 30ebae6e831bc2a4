"""Text in which the turns of a conversation are marked -> messages.

    "### Instruction:\nSay hi\n\n### Response:\nHi"  -> [{"role": "user", ...}, {"role": "assistant", ...}]

The marks and the blanks around them go, all else stays. Whether a column is such text is for the whole column to
say (`markup_of`): one row that happens to hold a mark is none.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.data.formats.speakers import ROLES

Message = dict[str, Any]

NEARLY_ALL = 0.9
"""Share of a column's rows that must be marked up in the same way."""


@dataclass(frozen=True)
class _Marks:
    """One way of marking. `opener` has one group, the speaker; it stands wherever a turn begins.

    preface  words may stand before the first turn; they are a system prompt
    """

    opener: re.Pattern[str]
    preface: bool = False


_WORDS = r"Human|Assistant|User|AI|Bot|System|Question|Answer|Q|A"
_CHINESE = r"用户|助手|问|答|问题|回答|患者|病人|医生|客服|顾客|客户|系统|人类|机器人|提问"
_HASH = (
    r"Instruction|Input|Response|Output|Human|Assistant|User|AI|Bot|System|Question|Answer|Prompt|Context|"
    r"指令|输入|输出|回答|回复|问题|答案|问|答|用户|助手|系统"
)
_MARKED: dict[str, _Marks] = {
    "chatml": _Marks(re.compile(r"<\|im_start\|>[ \t]*(\w+)[^\S\n]*\n?")),
    "llama3": _Marks(re.compile(r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>")),
    "harmony": _Marks(
        re.compile(r"<\|start\|>(user|assistant|system|developer|assistant<\|channel\|>(?:analysis|final))<\|message\|>")
    ),
    "gemma": _Marks(re.compile(r"<start_of_turn>[ \t]*(\w+)[^\S\n]*\n?")),
    "moss": _Marks(re.compile(r"<\|(Human|MOSS|Inner Thoughts|Commands|Results)\|>:"), True),
    "deepseek": _Marks(re.compile(r"<｜(User|Assistant)｜>"), True),
    "bars": _Marks(re.compile(r"<\|(user|assistant|system|observation|tool|human|bot|prompter)\|>:?", re.IGNORECASE)),
    "angles": _Marks(re.compile(r"<(human|bot|user|assistant|system|gpt|ai|model)>[ \t]*[:：]", re.IGNORECASE)),
    "inst": _Marks(re.compile(r"(\[/?INST\])")),
    "hash": _Marks(re.compile(rf"(?<!#)###[ \t]*({_HASH})[ \t]*[:：]", re.IGNORECASE), True),
    "capitals": _Marks(re.compile(r"(?:^|(?<=\s)|(?<=>))(SYSTEM|USER|ASSISTANT|FUNCTION RESPONSE):"), True),
    "names": _Marks(re.compile(rf"(?:^|\n)[ \t]*(?:\*\*)?({_WORDS})(?:\*\*)?[:：](?:\*\*)?", re.IGNORECASE)),
    "chinese": _Marks(re.compile(rf"(?:^|\n)[ \t]*(?:\[Round \d+\]\s*)?({_CHINESE})[ \t]*[:：]")),
}  # fmt: skip
"""Ways of marking by name, the plainest first: a text that fits several is taken by the first."""

_WORDY = ("hash", "capitals", "names", "chinese")
_USER = re.compile(r"\s*(?:###\s*)?(?:Human|User|用户)\s*[:：]", re.IGNORECASE)

_ENDS = (
    "<|im_end|>", "<|return|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>", "<end_of_turn>",
    "<|end|>", "</s>", "<s>", "<eos>", "<eoh>", "<eom>", "<eot>", "<eoc>", "<eor>", "<｜end▁of▁sentence｜>",
    "<|begin_of_text|>", "[EOS]",
)  # fmt: skip
"""What may stand at the end of a turn."""

_BEGINS = re.compile(
    r"\s*(?:<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>|\[gMASK\]|<sop>)*\s*"
)
_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_ADDED = ("input", "context", "输入")
"""Speakers whose words belong to the question before them."""


def split(said: str, way: str | None = None) -> list[Message] | None:
    """The turns that are marked in `said`; None when there are none or a speaker is not known.

    `way` is the name of the one way of marking that counts; without it the first that fits.
    """
    for name in [way] if way in _MARKED else list(_MARKED):
        found = _by(said, _MARKED[str(name)])
        if found and {"user", "assistant"} <= {message["role"] for message in found}:
            return found
    return None


def split_prompt(said: str, way: str) -> list[Message] | None:
    """The turns before an answer: marked as in `split`, but the user speaks last, but for an empty answer's mark."""
    found = _by(said, _MARKED[way])
    if found and found[-1]["role"] == "assistant" and not found[-1]["content"]:
        found = found[:-1]
    return found if found and found[-1]["role"] in ("user", "tool") else None


def markup_of(texts: list[str], prompt: bool = False) -> str | None:
    """How nearly all of these texts are marked up; None when they are not. `prompt`: each ends before an answer."""
    texts = [said for said in texts if said.strip()]
    fitting: Counter[str] = Counter()
    worded = set[str]()  # marks without a word behind them are words themselves: somebody asks what [INST] is
    for said in texts:
        for name in _MARKED:
            if turns := split_prompt(said, name) if prompt else split(said, name):
                fitting[name] += 1
                if any(turn["content"] for turn in turns):
                    worded.add(name)
    enough = [name for name in _MARKED if name in worded and fitting[name] >= NEARLY_ALL * len(texts)]
    if prompt:
        enough = [name for name in enough if _is_talk(texts, name)]
    return enough[0] if enough else None


def _is_talk(texts: list[str], way: str) -> bool:
    """Whether prompts are talks, and not questions with a word such as `Question:` before them, which is to stay."""
    if way not in _WORDY or any(_USER.match(said) for said in texts):
        return True
    turns = [turn for said in texts for turn in split_prompt(said, way) or ()]
    return any(turn["role"] == "assistant" for turn in turns)


def _by(said: str, marks: _Marks) -> list[Message] | None:
    said = said[found.end() :] if (found := _BEGINS.match(said)) else said
    begins = list(marks.opener.finditer(said))
    if not begins:
        return None
    preface = said[: begins[0].start()].strip()
    if preface and not marks.preface:
        return None
    messages: list[Message] = [{"role": "system", "content": preface}] if preface else []
    for index, begin in enumerate(begins):
        end = begins[index + 1].start() if index + 1 < len(begins) else len(said)
        words = said[begin.end() : end].strip()
        while words.endswith(_ENDS):
            words = words.removesuffix(next(mark for mark in _ENDS if words.endswith(mark))).rstrip()
        if not _take(messages, begin[1], words):
            return None
    return messages


def _take(messages: list[Message], name: str, words: str) -> bool:
    """One more turn; False when its speaker is not known."""
    if name == "[INST]":
        if system := _SYSTEM.match(words):
            messages.append({"role": "system", "content": system[1].strip()})
            words = words[system.end() :].strip()
        messages.append({"role": "user", "content": words})
        return True
    if name == "[/INST]":
        messages.append({"role": "assistant", "content": words})
        return bool(len(messages) > 1 and messages[-2]["role"] == "user")
    name, _, channel = name.partition("<|channel|>")
    if channel == "analysis":
        messages.append({"role": "assistant", "content": "", "reasoning_content": words})
        return True
    if name == "assistant" and messages and messages[-1].get("reasoning_content") and not messages[-1]["content"]:
        messages[-1]["content"] = words
        return True
    key = name.lower().replace(" ", "_")
    if key in ("inner_thoughts", "commands", "results"):
        return not words or words.lower() == "none"  # what MOSS writes for no plug-in; else it is more than a talk
    if key in _ADDED and messages and messages[-1]["role"] == "user":
        if words:
            messages[-1]["content"] += "\n" + words
        return True
    role = ROLES.get({"回复": "回答"}.get(key, key)) or ("user" if key in ("context", "输入", "指令") else None)
    role = role or ("assistant" if key == "输出" else None)
    if role is None:
        return False
    messages.append({"role": role, "content": words})
    return True
