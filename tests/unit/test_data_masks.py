"""Learned are the answers, as each family of templates writes them, with the end of the turn; nothing else.

The templates in `templates/` are written for these tests after what is publicly known of each family: its markers,
what it trims, how it shows thoughts and calls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.tokens import chat_prompt, encode, pieces, render
from core.errors import UserError

FOLDER = Path(__file__).parent / "templates"


def as_it_is(words: str, last: bool) -> str:
    return words


def trimmed(words: str, last: bool) -> str:
    return words.strip()


@dataclass(frozen=True)
class Family:
    """`before` the answer, how its words are written, `end` of the last turn and of those before it."""

    end: str = "<|im_end|>"
    inner: str | None = None
    before: str = ""
    words: Callable[[str, bool], str] = as_it_is
    system: bool = True

    def learned(self, answers: list[str]) -> list[str]:
        last = len(answers) - 1
        ends = [self.end if place == last or self.inner is None else self.inner for place in range(len(answers))]
        return [
            self.before + self.words(a, p == last) + end for p, (a, end) in enumerate(zip(answers, ends, strict=True))
        ]


FAMILIES = {
    "chatml": Family(),
    "yi": Family(words=trimmed),
    "qwen2_5_tools": Family(),
    "qwen3_hybrid": Family(words=lambda words, last: words.lstrip("\n") if last else words),
    "qwen3_thinking": Family(words=lambda words, last: words.lstrip("\n") if last else words),
    "qwen3_coder": Family(),
    "qwq": Family(words=lambda words, last: words.lstrip("\n")),
    "llama2": Family(" </s>", before=" ", words=trimmed),
    "llama3": Family("<|eot_id|>", words=trimmed),
    "llama3_2": Family("<|eot_id|>", words=trimmed),
    "mistral_v1": Family("</s>", system=False),
    "mistral_v3": Family("</s>", before=" ", words=trimmed),
    "mistral_tekken": Family("</s>"),
    "gemma2": Family("<end_of_turn>", words=trimmed, system=False),
    "gemma3": Family("<end_of_turn>", words=trimmed),
    "phi3": Family("<|end|>"),
    "phi4": Family(),
    "deepseek_v2": Family("</s>", before=" "),
    "deepseek_r1": Family("<｜end▁of▁sentence｜>"),
    "glm4": Family("<|user|>"),
    "chatglm3": Family("<|user|>", before=" "),
    "internlm2": Family(),
    "baichuan2": Family("</s>"),
    "zephyr": Family("</s>"),
    "vicuna": Family("</s>", before=" ", words=trimmed),
    "alpaca": Family("</s>", inner=""),
    "openchat": Family("<|end_of_turn|>", before=" "),
    "command_r": Family("<|END_OF_TURN_TOKEN|>", words=trimmed),
    "granite": Family("<|end_of_text|>"),
    "falcon": Family("</s>", inner="", before=" "),
    "smollm3": Family(words=lambda words, last: words.lstrip("\n")),
    "hunyuan": Family("<|eos|>"),
    "minicpm": Family("</s>", inner="", words=trimmed),
    "harmony": Family("<|return|>", inner="<|end|>", before="<|channel|>final<|message|>"),
    "kimi": Family(),
    "seed_oss": Family("<seed:eos>", words=trimmed),
    "olmo": Family("</s>"),
    "nemotron4": Family("</s>", inner="", words=trimmed),
    "parts_only": Family("<end_of_utterance>", before=" "),
    "marked": Family(),
}
SPECIAL = ["<s>", "</s>", "<pad>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|user|>", "<think>"]


@pytest.fixture(autouse=True, scope="module")
def no_probe():
    """These templates are ours: they need no trial in a process of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render.runaway, "refuse", lambda source: None)
        yield


@cache
def tokenizer_for(name: str):
    """One token for each byte, so that no token stands across the edge of a turn."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={symbol: place for place, symbol in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL[3:]})
    tokenizer.chat_template = (FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    return tokenizer


def learned(name: str, messages: list[dict], **row) -> list[str]:
    """The stretches of learned text, with the checks that hold for any row."""
    tokenizer = tokenizer_for(name)
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages, **row})
    assert encoded.ids == tokenizer(encoded.text, add_special_tokens=False)["input_ids"]
    found, going = [], False
    for piece in pieces(tokenizer, encoded):
        if piece["trained"]:
            found = [*found[:-1], found[-1] + piece["text"]] if going else [*found, piece["text"]]
        going = piece["trained"]
    assert tokenizer.decode([label for label in encoded.labels if label != -100]) == "".join(found)
    return found


def user(words: str) -> dict:
    return {"role": "user", "content": words}


def said(words: str, **more) -> dict:
    return {"role": "assistant", "content": words, **more}


LOOKS = [  # words that look like something else
    "<|im_end|>\n<|im_start|>assistant\n",
    "</s>",
    " [/INST] ",
    "<|user|>\n",
    "\n\n### Response:\n",
    "Assistant: ",
    "<end_of_turn>\n<start_of_turn>model\n",
    "<|eot_id|>",
    "{{ messages }}",
    '"\\u00e9"',
    "/no_think",
]
WORDS = st.builds(
    lambda parts, left, right: left + "".join(parts) + right,
    st.lists(
        st.sampled_from(["a", "Yes", "no", " ", "\n", "你好", "，", "🤗", "👨‍👩‍👧", "שלום", "é", "x" * 400, *LOOKS]),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["", "", " ", "\n", "\n\n "]),
    st.sampled_from(["", "", " ", "\n", " \n"]),
).filter(lambda words: words.strip() and not words.strip().startswith("<think>"))
EXCHANGES = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4)


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(exchanges=EXCHANGES, system=st.none() | WORDS)
def test_learned_are_the_answers_as_the_template_writes_them(name, exchanges, system):
    family = FAMILIES[name]
    turns = [turn for question, answer in exchanges for turn in (user(question), said(answer))]
    first = [{"role": "system", "content": system}] if system else []
    if first and not family.system:
        with pytest.raises(UserError, match=r"tokens\.template"):
            learned(name, first + turns)
        first = []
    found = learned(name, first + turns)
    assert "".join(found) == "".join(family.learned([answer for _, answer in exchanges]))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_prompt_ends_where_the_answer_begins(name):
    tokenizer = tokenizer_for(name)
    question = [user("How?"), said("So."), user("And?")]
    if name in ("hunyuan", "yi"):  # their prompts do not stand at the beginning of an answered conversation
        return
    (encoded,) = encode(tokenizer, {"row": 1, "messages": [*question, said("Thus.")]})
    last = len(encoded.ids) - encoded.trained[::-1].index(True)
    while encoded.trained[last - 1]:
        last -= 1
    prompt = chat_prompt(tokenizer, question)
    assert prompt[: last + 1] == encoded.ids[:last] or name in ("qwq", "deepseek_r1", "qwen3_thinking"), (
        "a thought may be opened"
    )


CALL = {
    "type": "function",
    "id": "call01234",
    "function": {"name": "weather", "arguments": {"city": "Zürich 好", "n": 2}},
}
ARGUMENTS = '{"city": "Zürich 好", "n": 2}'
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
HERMES = '<tool_call>\n{"name": "weather", "arguments": ' + ARGUMENTS + "}\n</tool_call><|im_end|>"
XML = "<parameter=city>\nZürich 好\n</parameter>\n<parameter=n>\n2\n</parameter>\n"
CALLS = {
    "qwen2_5_tools": HERMES,
    "qwen3_hybrid": HERMES,
    "qwen3_thinking": HERMES,
    "qwen3_coder": "<tool_call>\n<function=weather>\n" + XML + "</function>\n</tool_call><|im_end|>",
    "llama3_2": '{"name": "weather", "parameters": ' + ARGUMENTS + "}<|eot_id|>",
    "mistral_v3": '[TOOL_CALLS] [{"name": "weather", "arguments": ' + ARGUMENTS + ', "id": "call01234"}]</s>',
    "mistral_tekken": "[TOOL_CALLS]weather[ARGS]" + ARGUMENTS + "</s>",
    "deepseek_r1": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n"
    + ARGUMENTS
    + "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>",
    "glm4": "weather\n" + ARGUMENTS + "<|observation|>",
    "granite": '<|tool_call|>[{"name": "weather", "arguments": ' + ARGUMENTS + "}]<|end_of_text|>",
    "harmony": " to=functions.weather<|channel|>commentary json<|message|>" + ARGUMENTS + "<|call|>",
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>"
    + ARGUMENTS
    + "<|tool_call_end|><|tool_calls_section_end|><|im_end|>",
    "seed_oss": "<seed:tool_call>\n<function=weather>\n<parameter=city>Zürich 好</parameter>\n"
    "<parameter=n>2</parameter>\n</function>\n</seed:tool_call><seed:eos>",
}
"""How each family that knows calls writes one."""


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("result", ["wet, 12 °C", "weather", '{"a": [1]}'])
def test_calls_are_learned_whole_and_results_are_not(name, result):
    messages = [user("Rain?"), said("", tool_calls=[CALL]), {"role": "tool", "content": result}, said("Yes.")]
    if name not in CALLS:
        with pytest.raises(UserError, match=r"tokens\.template"):  # it would teach an empty answer
            learned(name, messages, tools=TOOLS)
        return
    answer = FAMILIES[name].learned(["Yes."])
    assert learned(name, messages, tools=TOOLS) == [CALLS[name], *answer]
    last = messages[:2]
    assert learned(name, [user("Hi"), said("Hello."), *last], tools=TOOLS)[-1] == CALLS[name]


THOUGHT, ANSWER = "First this.\n\nThen that.", "So."
QWEN = f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}<|im_end|>"
INSIDE = {
    "qwen3_hybrid": QWEN,
    "qwen3_thinking": QWEN.removeprefix("<think>\n"),
    "qwq": f"{ANSWER}<|im_end|>",
    "deepseek_r1": f"\n\n{ANSWER}<｜end▁of▁sentence｜>",
}
APART = {
    "qwen3_hybrid": QWEN,
    "qwen3_thinking": QWEN.removeprefix("<think>\n"),
    "harmony": f"<|channel|>analysis<|message|>{THOUGHT}<|end|>"
    f"<|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
    "seed_oss": f"<seed:think>{THOUGHT}</seed:think>\n{ANSWER}<seed:eos>",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_thoughts_inside_of_answers(name):
    """Kept as words where the template knows nothing of thoughts, else as it writes the last turn's."""
    words = f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}"
    plain = FAMILIES[name].learned([words])[0]
    assert learned(name, [user("Why?"), said(words)]) == [INSIDE.get(name, plain)]
    found = learned(name, [user("Why?"), said(words), user("And?"), said(words)])
    assert found[-1] == INSIDE.get(name, plain)
    if name in ("qwen3_hybrid", "qwen3_thinking"):  # the earlier thought is dropped
        assert found[0] == f"{ANSWER}<|im_end|>"


@pytest.mark.parametrize("name", FAMILIES)
def test_thoughts_apart_from_answers(name):
    plain = FAMILIES[name].learned([ANSWER])[0]
    turn = said(ANSWER, reasoning_content=THOUGHT)
    assert "".join(learned(name, [user("Why?"), turn])) == APART.get(name, plain)
    earlier = learned(name, [user("Why?"), turn, user("And?"), said("Thus.")])
    assert earlier[-1] == FAMILIES[name].learned(["Thus."])[0]


@pytest.mark.parametrize("name", FAMILIES)
def test_an_empty_thought_is_learned_only_where_it_is_the_answers_own_words(name):
    words = "<think>\n\n</think>\n\nSo."
    knows = {**INSIDE, "qwen3_hybrid": "So.<|im_end|>", "qwen3_thinking": "So.<|im_end|>"}
    knows["deepseek_r1"] = "\n\nSo.<｜end▁of▁sentence｜>"
    assert learned(name, [user("Why?"), said(words)]) == [knows.get(name, FAMILIES[name].learned([words])[0])]


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(
    turns=st.lists(
        st.tuples(
            st.sampled_from(["user", "assistant", "system", "tool"]), st.sampled_from(["", " ", "Hm", "<think>"])
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_conversation_is_right_or_refused(name, turns):
    """Turns out of order, empty ones, an answer first: never a word of somebody else."""
    messages = [
        {"role": role, "content": f"{words}{'' if not words.strip() else f'<{role}{place}>'}"}
        for place, (role, words) in enumerate(turns)
    ]
    try:
        found = "".join(learned(name, messages))
    except UserError as error:
        assert error.code == "tokens.template" and error.facts["row"] == 1 and error.facts["said"]
        return
    for place, (role, words) in enumerate(turns):
        if words.strip():
            assert (f"<{role}{place}>" in found) == (role == "assistant")
