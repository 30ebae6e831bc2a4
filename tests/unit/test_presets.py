"""What ships with the program: the built-in model is whole and small (the samples: test_samples.py)."""

import json
from typing import Any

import pytest

from core.workspace import PRESETS

STARTER = PRESETS / "starter"


def test_the_built_in_model_is_small_and_holds_no_code() -> None:
    files = [path for path in STARTER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12_000_000
    assert {path.name for path in files} == {
        "README.md",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert "auto_map" not in (STARTER / "config.json").read_text(encoding="utf-8")


def test_the_built_in_models_files_agree() -> None:
    config = json.loads((STARTER / "config.json").read_bytes())
    settings = json.loads((STARTER / "tokenizer_config.json").read_bytes())
    tokenizer = json.loads((STARTER / "tokenizer.json").read_bytes())
    ids = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    assert config["vocab_size"] == len(tokenizer["model"]["vocab"])
    assert config["eos_token_id"] == ids[settings["eos_token"]] == ids["<|im_end|>"]
    assert config["pad_token_id"] == ids[settings["pad_token"]] != config["eos_token_id"]
    assert settings["model_max_length"] == config["max_position_embeddings"] >= 512
    generation = json.loads((STARTER / "generation_config.json").read_bytes())
    assert generation["eos_token_id"] == config["eos_token_id"]


CALL = {"function": {"name": "price", "arguments": {"of": "x"}}}
SAID_CALL = '<tool_call>{"name": "price", "arguments": {"of": "x"}}</tool_call><|im_end|>'
TOOL = {"type": "function", "function": {"name": "price", "parameters": {}}}


@pytest.mark.parametrize(
    ("messages", "tools", "said", "trained"),
    [
        (
            [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
            None,
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n",
            "Hello<|im_end|>",
        ),
        (
            [
                {"role": "system", "content": "S"},
                {"role": "user", "content": "你好"},
                {"role": "assistant", "content": "好"},
            ],
            None,
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n你好<|im_end|>\n<|im_start|>assistant\n好<|im_end|>\n",
            "好<|im_end|>",
        ),
        (
            [
                {"role": "system", "content": "S"},
                {"role": "user", "content": "U"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "content": "3"},
                {"role": "assistant", "content": "Three."},
            ],
            [TOOL],
            "<|im_start|>system\nS\nTools:\n" + json.dumps(TOOL) + "<|im_end|>\n<|im_start|>user\nU<|im_end|>\n"
            f"<|im_start|>assistant\n{SAID_CALL}\n"
            "<|im_start|>tool\n3<|im_end|>\n<|im_start|>assistant\nThree.<|im_end|>\n",
            SAID_CALL + "Three.<|im_end|>",
        ),
    ],
    ids=["plain", "system", "tools"],
)
def test_the_built_in_template(messages: list[dict[str, Any]], tools: Any, said: str, trained: str) -> None:
    """ChatML, and the markers cover what the assistant says with its end of turn, nothing else."""
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(STARTER)
    assert tokenizer.apply_chat_template(messages, tools=tools, tokenize=False) == said
    encoded = tokenizer.apply_chat_template(messages, tools=tools, return_dict=True, return_assistant_tokens_mask=True)
    marked = [token for token, mark in zip(encoded["input_ids"], encoded["assistant_masks"], strict=True) if mark]
    assert tokenizer.decode(marked) == trained
    assert tokenizer.decode(encoded["input_ids"]) == said  # any text survives the small vocabulary


def test_the_built_in_template_refuses_an_unknown_role() -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(STARTER)
    with pytest.raises(Exception, match="unknown role: narrator"):
        tokenizer.apply_chat_template([{"role": "narrator", "content": "x"}], tokenize=False)
