"""The starter model's card, from the log of the run that made it.

python presets/starter_source/card.py      writes presets/starter/README.md from presets/starter_source/made.json
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CARD = HERE.parent / "starter" / "README.md"
MADE = HERE / "made.json"

HEAD = """---
license: apache-2.0
language: [en, zh]
library_name: transformers
pipeline_tag: text-generation
---

# Starter

The model that comes with LoRA Workbench: small enough to be there at once, on every computer, without a download and
without a graphics card. It is for practice. It greets, answers short questions about everyday things in English and
Chinese, repeats what it is told, reads a few sentences and answers from them, and mostly says that it does not know
the rest. A LoRA teaches it fifty short answers of your own in a minute or two.

What it cannot do: calculate, take on a style, fill in a form reliably, write more than a sentence, follow a long
conversation, translate, or be relied on for any fact. Asked in quite other words than it was taught, it often gives a
wrong answer. Do not put it in front of anybody; for real use take a larger model.

| fact | value |
|---|---|
| architecture | Qwen3: 6 layers, hidden size 192, {weights:,} weights, bfloat16 |
| vocabulary | {pieces:,} pieces of byte-level BPE; each of 3,755 everyday Chinese characters is one; spells any text |
| context | 1,024 tokens; nearly all conversations that it learned from are below 300 |
| turns | ChatML; system prompts are taken but hardly followed, tools are written but were not learned |
| languages | English and simplified Chinese, about half and half |
| learned from | conversations by `presets/starter_source`, {tokens} million tokens with questions and padding |
| made in | {minutes} minutes: {steps:,} steps, {machine} |
| last loss | {loss} nats per learned token |

Nothing was downloaded for it: its facts, questions and sentences stand in `presets/starter_source/*.yaml`. One command
makes it again: `python presets/starter_source/make.py FOLDER`.

## What it knows, measured

Greedy answers, compared word for word, on the day when the weights were made.

| | English | Chinese |
|---|---|---|
| facts and small talk, in wordings that it was never shown | {en_known:.1%} | {zh_known:.1%} |
| of these, wordings shown with no other fact either | {en_fresh:.1%} | {zh_fresh:.1%} |
| questions that nobody could answer: "I do not know" | {en_unknown} | {zh_unknown} |
"""

FRESH = "known, wording never shown with any fact"
TITLES = {
    "greetings": "Small talk, every answer",
    "unknown": "Questions that nobody could answer, every answer",
}


def card(made: dict[str, Any]) -> str:
    """The card as Markdown."""
    english, chinese = made["scores"]["en"], made["scores"]["zh"]
    last = made["curve"][-1]
    ends = [
        point for point, after in zip(made["curve"], made["curve"][1:], strict=False) if after["step"] < point["step"]
    ]
    text = HEAD.format(
        weights=made["weights"],
        pieces=made["pieces"],
        tokens=round(sum(point["tokens"] for point in [*ends, last]) / 1e6, 1),
        minutes=round(made["minutes"]),
        steps=sum(phase["steps"] for phase in made["phases"]),
        machine=made["machine"],
        loss=last["loss"],
        en_known=english["known"],
        zh_known=chinese["known"],
        en_fresh=english[FRESH],
        zh_fresh=chinese[FRESH],
        en_unknown=english["says that it does not know"],
        zh_unknown=chinese["says that it does not know"],
    )
    for kind, title in TITLES.items():
        text += f"\n## {title}\n\n| asked | answered |\n|---|---|\n"
        for scores in (english, chinese):
            for question, answer in scores[kind].items():
                text += f"| {question} | {answer.strip()} |\n"
    return text


def main() -> None:
    CARD.write_text(card(json.loads(MADE.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
