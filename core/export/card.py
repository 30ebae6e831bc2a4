"""The model card of an exported adapter: README.md with a front matter that model hubs read.

Everything that came from a person (names of runs, data sets, models) is escaped, and no path is ever written.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from core.says import Says

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~:$^=])")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


@dataclass(frozen=True)
class CardFacts:
    """What the card says. Losses are nats per trained token; None or "" leaves the line out."""

    name: str  # the run's
    base_title: str
    base: str  # hub id, catalogue name, or a folder's name
    dataset: str
    rows: int | None  # that it was trained on
    recipe: str
    step: int  # optimizer steps behind these weights
    planned: int | None
    rank: int | None
    alpha: float | None
    train_loss: float | None
    eval_loss: float | None
    tokenizer: bool  # whether tokenizer files are in the folder


def is_hub_id(reference: str) -> bool:
    """Whether `reference` has the form owner/name, as model hubs use it."""
    return _HUB_ID.fullmatch(reference) is not None and ".." not in reference


def card(facts: CardFacts, text: Says) -> str:
    """The whole README.md in the language of `text`."""
    front: dict[str, Any] = {"base_model": facts.base} if is_hub_id(facts.base) else {}
    front |= {"library_name": "peft", "pipeline_tag": "text-generation", "tags": ["lora", "lora-workbench"]}
    rows = [
        (text("card.base"), plain(facts.base_title)),
        (text("card.dataset"), plain(facts.dataset)),
        (text("card.rows"), "" if facts.rows is None else f"{facts.rows}"),
        (text("card.recipe"), plain(facts.recipe)),
        (text("card.steps"), _steps(facts, text)),
        (text("card.rank"), " / ".join(f"{value:g}" for value in (facts.rank, facts.alpha) if value)),
        (text("card.train_loss"), "" if facts.train_loss is None else f"{facts.train_loss:.3f}"),
        (text("card.eval_loss"), "" if facts.eval_loss is None else f"{facts.eval_loss:.3f}"),
    ]
    table = [f"| {name} | {value} |" for name, value in rows if value]
    parts = [
        "---\n" + yaml.safe_dump(front, sort_keys=False, allow_unicode=True) + "---",
        "# " + plain(facts.name),
        text("card.what", base=plain(facts.base_title)),
        "\n".join([f"| {text('card.fact')} | {text('card.value')} |", "|---|---|", *table]),
        "## " + text("card.use"),
        *([] if is_hub_id(facts.base) else [text("card.use_folder", base=plain(facts.base_title))]),
        _code(facts),
        "## " + text("card.not"),
        text("card.not_text"),
        text("card.made"),
    ]
    return "\n\n".join(parts) + "\n"


def plain(words: str) -> str:
    """`words` as one line that Markdown and HTML show exactly as written."""
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in words).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\1", line)


def _steps(facts: CardFacts, text: Says) -> str:
    if facts.planned and facts.step < facts.planned:
        return text("card.steps_of", step=facts.step, planned=facts.planned)
    return f"{facts.step}"


def _code(facts: CardFacts) -> str:
    """The lines that load it; a base that no hub has is named by a placeholder for its folder."""
    base = facts.base if is_hub_id(facts.base) else "BASE_FOLDER"
    return f"```python\n{loading_code(base, tokenizer='.' if facts.tokenizer else base)}\n```"


def loading_code(base: str, folder: str = ".", tokenizer: str | None = None) -> str:
    """Python that loads the adapter in `folder` onto `base`; the tokenizer comes from `tokenizer`, else from `folder`.

    base: a hub id or a folder
    """
    return "\n".join(
        (
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            f"base = AutoModelForCausalLM.from_pretrained({_quoted(base)})",
            f"model = PeftModel.from_pretrained(base, {_quoted(folder)})",
            f"tokenizer = AutoTokenizer.from_pretrained({_quoted(tokenizer or folder)})",
        )
    )


def asking_code() -> str:
    """Python that asks what `loading_code` has loaded."""
    return "\n".join(
        (
            'turns = [{"role": "user", "content": "..."}]',
            'settings = {"add_generation_prompt": True, "return_dict": True, "return_tensors": "pt"}',
            "asked = tokenizer.apply_chat_template(turns, **settings)",
            "said = model.generate(**asked, max_new_tokens=200)[0, asked.input_ids.shape[1] :]",
            "print(tokenizer.decode(said, skip_special_tokens=True))",
        )
    )


def _quoted(text: str) -> str:
    """`text` as a Python string in double quotes; a folder of Windows has backslashes."""
    return json.dumps(text, ensure_ascii=False)
