"""What is learned is the assistant's words with their end-of-turn token, and nothing else, whatever the template."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.tokens import chat_prompt, encode, encode_many, pieces
from core.errors import UserError

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MARKED = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}{% generation %}"
    "{{ m.content }}<|im_end|>\n{% endgeneration %}{% else %}{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MARKED_WITHOUT_END = MARKED.replace("<|im_end|>\n{% endgeneration %}", "{% endgeneration %}<|im_end|>\n")
PLAIN = (
    "{%- for m in messages -%}{%- if m.role == 'user' -%}{{ 'User: ' + m.content + '\n' }}"
    "{%- elif m.role == 'assistant' -%}{{ 'Bot: ' + m.content + eos_token + '\n' }}"
    "{%- else -%}{{ m.content + '\n' }}{%- endif -%}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{ 'Bot:' }}{%- endif -%}"
)
TRIMMED = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    "{{ m.content | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
THINKING = (  # writes an empty thought only into the last turn, so that no part of it is a beginning of the next
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and loop.last %}"
    "<think>\n\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
SPECIAL = [
    "<|im_start|>",
    "<|im_end|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
]
SPECIAL += [
    "<|end|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<s>",
    "</s>",
    "<pad>",
    "<|endoftext|>",
    "<think>",
    "</think>",
]


def make_tokenizer(template: str | None, *, eos: str = "</s>", adds_bos: bool = False):
    """A byte-level BPE tokenizer with a few merges, made in memory."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(
        ["the user said hello to the assistant, and the assistant said hello\n\n你好，世界\n"] * 20, trainer
    )
    if adds_bos:
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", made.token_to_id("<s>"))]
        )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token=eos, pad_token="<pad>")
    tokenizer.chat_template = template
    return tokenizer


def known(name: str) -> str:
    """A published template, as TRL ships it."""
    import trl.chat_template_utils

    return str(getattr(trl.chat_template_utils, f"{name}_chat_template"))


def learned(tokenizer, encoded) -> str:
    return "".join(piece["text"] for piece in pieces(tokenizer, encoded) if piece["trained"])


TEMPLATES = {
    "chatml": (lambda: CHATML, "<|im_end|>"),
    "marked": (lambda: MARKED, "<|im_end|>"),
    "marked, the end outside": (lambda: MARKED_WITHOUT_END, "<|im_end|>"),
    "trimmed": (lambda: TRIMMED, "<end_of_turn>"),
    "thinking, unknown": (lambda: THINKING, "<|im_end|>"),
    "qwen2.5": (lambda: known("qwen2_5"), "<|im_end|>"),
    "qwen3": (lambda: known("qwen3"), "<|im_end|>"),
    "qwen3, changed a little": (lambda: "{# mine #}" + known("qwen3"), "<|im_end|>"),
    "qwen3 2507": (lambda: known("qwen3_instruct_2507"), "<|im_end|>"),
    "gemma": (lambda: known("gemma"), "<end_of_turn>"),
    "gemma3": (lambda: known("gemma3"), "<end_of_turn>"),
    "llama3": (lambda: known("llama3"), "<|eot_id|>"),
    "phi3": (lambda: known("phi3"), "<|end|>"),
    "phi3.5": (lambda: known("phi3_5"), "<|end|>"),
}
_MADE: dict[str, object] = {}


def tokenizer_for(name: str):
    if name not in _MADE:
        _MADE[name] = make_tokenizer(TEMPLATES[name][0]())
    return _MADE[name]


# words as people write them: no control words, no blanks at the ends (some templates trim them), any script
WORDS = (
    st.text(st.sampled_from("abc XYZ 019 .,?!\n'\"{}<>|/你好世界，。🤗👨‍👩‍👧é"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: text and "<|" not in text and "think" not in text)
)
ROLES = ("user", "assistant")
EXCHANGES = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4)


@pytest.mark.parametrize("name", TEMPLATES)
@settings(max_examples=15, deadline=None)
@given(exchanges=EXCHANGES, system=st.none() | WORDS)
def test_learned_are_the_answers_and_their_ends_and_nothing_else(name, exchanges, system):
    tokenizer = tokenizer_for(name)
    messages = [{"role": "system", "content": system}] if system and name not in ("trimmed", "gemma") else []
    for question, answer in exchanges:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages})
    stop = TEMPLATES[name][1]
    expected = "".join(answer + stop for _, answer in exchanges)
    assert learned(tokenizer, encoded) == expected
    assert tokenizer.decode([label for label in encoded.labels if label != -100]) == expected
    assert "".join(piece["text"] for piece in pieces(tokenizer, encoded)) == encoded.text
    assert [piece["id"] for piece in pieces(tokenizer, encoded)] == encoded.ids
    assert tokenizer.decode(encoded.ids) == encoded.text
    assert not encoded.truncated and encoded.lost == 0 and encoded.length == len(encoded.ids)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_chat_prompt_is_what_stands_before_the_first_learned_token(name):
    """Otherwise the model is asked in another way than it was taught."""
    tokenizer = tokenizer_for(name)
    question = [{"role": "user", "content": "Hello?"}]
    (encoded,) = encode(tokenizer, {"row": 1, "messages": [*question, {"role": "assistant", "content": "Yes."}]})
    assert chat_prompt(tokenizer, question) == encoded.ids[: encoded.trained.index(True)]


@settings(max_examples=60, deadline=None)
@given(exchanges=EXCHANGES, limit=st.integers(0, 120))
def test_cutting_keeps_the_start_and_counts_what_is_lost(exchanges, limit):
    tokenizer = tokenizer_for("qwen3")
    messages = [m for q, a in exchanges for m in ({"role": "user", "content": q}, {"role": "assistant", "content": a})]
    (whole,) = encode(tokenizer, {"row": 1, "messages": messages})
    (cut,) = encode(tokenizer, {"row": 1, "messages": messages}, limit)
    assert cut.ids == whole.ids[:limit] and cut.trained == whole.trained[:limit]
    assert cut.truncated == (len(whole.ids) > limit)
    assert cut.lost == sum(whole.trained[limit:]) and cut.length == len(whole.ids)
    assert whole.text.startswith(cut.text)
    assert "".join(piece["text"] for piece in pieces(tokenizer, cut)) == cut.text


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60).filter(lambda text: "<" not in text))
def test_pieces_of_any_text_joined_are_the_text(text):
    tokenizer = tokenizer_for("chatml")
    (encoded,) = encode(tokenizer, {"row": 1, "text": text})
    assert encoded.text == text + "</s>"
    assert all(encoded.trained) and encoded.ids[-1] == tokenizer.eos_token_id
    assert "".join(piece["text"] for piece in pieces(tokenizer, encoded)) == encoded.text


def test_a_character_of_several_tokens_belongs_to_the_last_of_them():
    tokenizer = tokenizer_for("chatml")
    (encoded,) = encode(tokenizer, {"row": 1, "text": "a🤗b"})
    texts = [piece["text"] for piece in pieces(tokenizer, encoded)]
    assert texts == ["a", "", "", "", "🤗", "b", "</s>"]


def test_half_a_character_is_not_shown():
    tokenizer = tokenizer_for("chatml")
    (encoded,) = encode(tokenizer, {"row": 1, "text": "a🤗b"}, 3)
    assert encoded.text == "a" and [piece["text"] for piece in pieces(tokenizer, encoded)] == ["a", "", ""]


def test_plain_words_instead_of_control_tokens():
    """The prompt ends with "Bot:", so the blank after it is the model's to write."""
    tokenizer = make_tokenizer(PLAIN, eos="<s>")
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}] * 2
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages})
    assert learned(tokenizer, encoded) == " Yes<s> Yes<s>"


def test_running_text_begins_as_the_tokenizer_begins_texts():
    tokenizer = make_tokenizer(None, adds_bos=True)
    (encoded,) = encode(tokenizer, {"row": 1, "text": "hello"})
    assert encoded.text == "<s>hello</s>" and encoded.ids[0] == tokenizer.bos_token_id
    assert encoded.ids.count(tokenizer.eos_token_id) == 1


def test_the_beginning_of_text_is_not_doubled_in_a_conversation():
    tokenizer = make_tokenizer(TRIMMED, adds_bos=True)
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert encode(tokenizer, {"row": 1, "messages": messages})[0].ids.count(tokenizer.bos_token_id) == 1
    assert chat_prompt(tokenizer, messages[:1]).count(tokenizer.bos_token_id) == 1


def test_a_system_prompt_that_the_template_refuses_names_the_row():
    messages = [{"role": role, "content": "x"} for role in ("system", "user", "assistant")]
    with pytest.raises(UserError) as caught:
        encode(tokenizer_for("trimmed"), {"row": 7, "messages": messages})
    assert caught.value.code == "tokens.template"
    assert caught.value.facts == {"row": 7, "said": "System role not supported"}
    with pytest.raises(UserError, match=r"tokens\.prompt"):
        chat_prompt(tokenizer_for("trimmed"), messages[:2])


def test_a_model_without_template_still_learns_running_text():
    tokenizer = make_tokenizer(None)
    with pytest.raises(UserError, match=r"tokens\.no_template"):
        encode(tokenizer, {"row": 1, "messages": [{"role": "assistant", "content": "x"}]})
    assert encode(tokenizer, {"row": 1, "text": "x"})[0].learns


def test_thoughts_in_the_data_are_learned_and_an_empty_one_is_not():
    tokenizer = tokenizer_for("qwen3")
    thought = "<think>\nhm\n</think>\n\nfour"
    messages = [{"role": "user", "content": "2+2"}, {"role": "assistant", "content": thought}]
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages})
    assert learned(tokenizer, encoded) == thought + "<|im_end|>"


def test_tool_calls_are_learned_and_results_are_not():
    call = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Bern"}}}
    messages = [
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "wet"},
        {"role": "assistant", "content": "Yes."},
    ]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
    for name in ("qwen2.5", "qwen3", "qwen3, changed a little"):
        tokenizer = tokenizer_for(name)
        said = learned(tokenizer, encode(tokenizer, {"row": 1, "messages": messages, "tools": tools})[0])
        assert (
            said
            == '<tool_call>\n{"name": "weather", "arguments": {"city": "Bern"}}\n</tool_call><|im_end|>Yes.<|im_end|>'
        )


def test_an_answer_that_the_file_marks_as_not_to_be_learned_is_read_and_not_learned():
    tokenizer = tokenizer_for("chatml")
    turns = [("user", "a"), ("assistant", "one"), ("user", "b"), ("assistant", "two")]
    messages = [{"role": role, "content": content} for role, content in turns]
    whole = encode(tokenizer, {"row": 1, "messages": messages})[0]
    half = encode(tokenizer, {"row": 1, "messages": [messages[0], {**messages[1], "learned": False}, *messages[2:]]})[0]
    assert half.ids == whole.ids
    assert "one" in learned(tokenizer, whole) and "one" not in learned(tokenizer, half)
    assert "two" in learned(tokenizer, half)


def test_preference_rows_learn_their_answers_only():
    tokenizer = tokenizer_for("chatml")
    prompt = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "old"},
        {"role": "user", "content": "q2"},
    ]
    row = {"row": 1, "prompt": prompt, "chosen": [{"role": "assistant", "content": "good"}]}
    row["rejected"] = [{"role": "assistant", "content": "bad"}]
    chosen, rejected = encode(tokenizer, row)
    assert (chosen.part, learned(tokenizer, chosen)) == ("chosen", "good<|im_end|>")
    assert (rejected.part, learned(tokenizer, rejected)) == ("rejected", "bad<|im_end|>")
    judged = {"row": 1, "prompt": prompt, "answer": row["chosen"], "label": True}
    (answer,) = encode(tokenizer, judged)
    assert (answer.part, learned(tokenizer, answer)) == ("answer", "good<|im_end|>")


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}aaaaaaaaaa{% endfor %}{% endfor %}",
        "{{ 'a' * 3000000000 }}",
        "{{ messages|tojson(indent=200000000) }}",
        "{{ 'a' * 900000000 if messages | length > 99 }}",  # made while it is read, never written
        # well-behaved as long as texts are short
        "{% if messages[-1].content|length > 50 %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
        "{% endfor %}{% endif %}",
    ],
)
def test_a_template_without_end_is_refused(source, monkeypatch):
    from core.data.tokens import runaway

    monkeypatch.setattr(runaway, "SECONDS", 2)
    tokenizer, row = make_tokenizer(source), {"row": 1, "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(UserError, match=r"tokens\.runaway"):
        encode(tokenizer, row)
    monkeypatch.setattr(runaway.subprocess, "run", None)  # the verdict is remembered: no second try
    with pytest.raises(UserError, match=r"tokens\.runaway"):
        encode(tokenizer, row)


def test_sentencepiece_like_tokens_keep_their_words():
    """Tokens with a blank in front, byte fallback, and a blank put before the first word."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["▁", "▁Bot:", "▁User:", "Bot:", "User:", "▁yes", "yes", "▁no", "\n", "h", "i"]
    vocabulary = [("<unk>", 0.0), ("<s>", 0.0), *((word, -float(index)) for index, word in enumerate(words, 1))]
    vocabulary += [(f"<0x{byte:02X}>", -50.0) for byte in range(256)]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="<s>", unk_token="<unk>")
    tokenizer.chat_template = PLAIN
    messages = [{"role": "user", "content": "hi 好"}, {"role": "assistant", "content": "yes 好"}] * 2
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages})
    assert learned(tokenizer, encoded) == " yes 好<s> yes 好<s>"
    assert "".join(piece["text"] for piece in pieces(tokenizer, encoded)) == encoded.text


def test_several_threads_may_encode_at_once():
    """The window counts tokens while a run prepares its rows; the library's tracker of turns serves one at a time."""
    from concurrent.futures import ThreadPoolExecutor

    tokenizers = [make_tokenizer(known("qwen3")) for _ in range(2)]
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a" * 200}] * 20

    def work(tokenizer):
        return [encode(tokenizer, {"row": 1, "messages": messages})[0].labels for _ in range(8)]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, tokenizers))
    assert all(labels == found[0][0] for by_thread in found for labels in by_thread)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(EXCHANGES | WORDS, max_size=6), limit=st.none() | st.integers(0, 60), together=st.integers(1, 4))
def test_many_rows_at_once_are_the_same_as_one_by_one(rows, limit, together):
    """Rows that are refused keep their place."""
    tokenizer = tokenizer_for("trimmed")
    made = []
    for number, row in enumerate(rows, 1):
        pairs = row if isinstance(row, list) else []
        messages = [{"role": role, "content": pair[role == "assistant"]} for pair in pairs for role in ROLES]
        if number % 3 == 0:
            messages.insert(0, {"role": "system", "content": "refused"})
        made.append({"row": number, "messages": messages} if messages else {"row": number, "text": str(row)})
    found = list(encode_many(tokenizer, iter(made), limit, together=together))
    for row, many in zip(made, found, strict=True):
        try:
            assert many == encode(tokenizer, row, limit)
        except UserError as error:
            assert isinstance(many, UserError) and many.facts == error.facts and many.code == error.code


def test_the_short_way_to_ids_is_the_same_as_the_long_way():
    tokenizer = tokenizer_for("qwen2.5")
    messages = [
        {"role": "user", "content": "a🤗b  <|im_end|> \u00a0é e\u0301"},
        {"role": "assistant", "content": "好\n\n"},
    ]
    (encoded,) = encode(tokenizer, {"row": 1, "messages": messages})
    assert encoded.ids == tokenizer(encoded.text, add_special_tokens=False)["input_ids"]
    tokenizer.split_special_tokens = True  # then the library's own way is taken
    try:
        (split,) = encode(tokenizer, {"row": 1, "messages": messages})
        assert split.ids == tokenizer(split.text, add_special_tokens=False)["input_ids"] != encoded.ids
    finally:
        tokenizer.split_special_tokens = False


@pytest.mark.parametrize(
    "bad",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro deep(n) %}{% if n %}{{ deep(n - 1) }}{{ deep(n - 1) }}{% endif %}{% endmacro %}{{ deep(60) }}",
        "{{ 'a' * (3000000000 + messages | length) }}",
        "{% set n = namespace(s='aaaaaaaa') %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}",
        "{% set n = namespace(s='aaaaaaaa') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
        "{{ 'a'.ljust(3000000000) }}",
        "{{ messages | tojson(indent=200000000) }}",
        "{{ '%3000000000d' % messages | length }}",
        "{{ 9 ** (999999999 + messages | length) }}",
    ],
)
def test_a_template_that_runs_away_on_certain_words_loses_the_row_and_not_the_program(bad, monkeypatch):
    """The trial cannot know the words; other rows, and other threads, go on."""
    from core.data.tokens import rendering

    monkeypatch.setattr(rendering, "SECONDS", 0.5)
    tokenizer = make_tokenizer("{% if 'XYZZY' in messages[0].content %}" + bad + "{% endif %}" + CHATML)
    good = {"row": 1, "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    evil = {"row": 2, "messages": [{"role": "user", "content": "XYZZY"}, {"role": "assistant", "content": "a"}]}
    before = encode(tokenizer, good)
    with pytest.raises(UserError) as caught:
        encode(tokenizer, evil)
    assert caught.value.code == "tokens.template" and caught.value.facts["row"] == 2
    assert encode(tokenizer, good) == before


def test_rendering_is_the_same_as_the_librarys():
    """Also for what templates may use: dates, namespaces, macros, JSON, switches, thoughts under several names."""
    from core.data.tokens.rendering import render

    source = (
        "{%- macro m(x) %}<{{ x }}>{% endmacro %}{% set n = namespace(c=0) %}{{ bos_token }}{{ strftime_now('%Y') }}"
        "{% for x in messages %}{% if loop.index > 9 %}{% break %}{% endif %}{% set n.c = n.c + 1 %}{{ m(x.content) }}"
        "{{ x.thinking }}{{ x | tojson(indent=2) }}{{ n.c ~ x.role }}{{ '%s-%d' % ('a', 3) }}{{ 'ab' * 2 }}{{ 7 % 4 }}"
        "{{ x.get('tool_calls') }}{% endfor %}\n{{ tools }}{{ enable_thinking }}{{ documents }}"
        "{{ add_generation_prompt }}  {% if true %}\n x{% endif %}\n"
    )
    tokenizer = make_tokenizer(source)
    messages = [
        {"role": "user", "content": 'é 好 <b> \\ "'},
        {"role": "assistant", "content": "x", "reasoning_content": "r", "tool_calls": [{"a": [1, 2.5, None, True]}]},
    ]
    for prompt in (False, True):
        theirs = tokenizer.apply_chat_template(
            messages, tools=[{"t": 1}], tokenize=False, add_generation_prompt=prompt, enable_thinking=False
        )
        variables = {**tokenizer.special_tokens_map, "enable_thinking": False}
        assert render(source, messages, [{"t": 1}], prompt=prompt, variables=variables) == theirs
