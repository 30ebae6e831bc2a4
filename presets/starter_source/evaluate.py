"""What the starter model can do: held-out wordings, small talk, and "I do not know".

python presets/starter_source/evaluate.py [FOLDER]      about a minute; prints JSON lines

known     questions of the corpus in wordings that were never shown, exact answers, 400 per language
greetings 20 lines of small talk per language, written for this evaluation, every answer listed
unknown   30 questions that nobody could answer, written for this evaluation: how many get "I do not know"
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

import torch
import yaml
from corpus import HERE, LANGUAGES, facts
from tables import UNKNOWN
from transformers import AutoModelForCausalLM, AutoTokenizer

COUNT = 400
BATCH = 40


def answers(model: Any, tokenizer: Any, questions: list[str], longest: int = 48) -> list[str]:
    """The model's greedy answer to each question, at most `longest` tokens."""
    found: list[str] = []
    tokenizer.padding_side = "left"
    for start in range(0, len(questions), BATCH):
        turns = [[{"role": "user", "content": question}] for question in questions[start : start + BATCH]]
        fed = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True, padding=True
        )
        with torch.inference_mode():
            out = model.generate(**fed, max_new_tokens=longest, do_sample=False)
        found += tokenizer.batch_decode(out[:, fed["input_ids"].shape[1] :], skip_special_tokens=True)
    return found


def known_questions(language: str) -> list[dict[str, Any]]:
    """Facts in wordings that were never shown, by chance but always the same ones."""
    held_out = [fact for fact in facts(language) if fact.held_out]
    chosen = random.Random(1).sample(held_out, min(COUNT, len(held_out)))
    return [
        {"question": fact.question, "answer": fact.answer, "group": fact.group, "fresh": fact.fresh} for fact in chosen
    ]


def evaluate(model: Any, tokenizer: Any) -> dict[str, Any]:
    """All scores, with every wrong answer."""
    model.eval()
    report: dict[str, Any] = {}
    asked = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        rows = known_questions(language)
        given = answers(model, tokenizer, [row["question"] for row in rows])
        right = [row["answer"] == answer for row, answer in zip(rows, given, strict=True)]
        fresh = [good for row, good in zip(rows, right, strict=True) if row["fresh"]]
        seen = [good for row, good in zip(rows, right, strict=True) if not row["fresh"]]
        talk = answers(model, tokenizer, asked["greetings"][language])
        unknown = answers(model, tokenizer, asked["unknown"][language])
        report[language] = {
            "known": round(sum(right) / len(right), 3),
            "known, wording never shown with any fact": round(sum(fresh) / max(1, len(fresh)), 3),
            "known, wording shown with other facts": round(sum(seen) / max(1, len(seen)), 3),
            "says that it does not know": f"{sum(UNKNOWN[language] == a for a in unknown)} of {len(unknown)}",
            "greetings": dict(zip(asked["greetings"][language], talk, strict=True)),
            "unknown": dict(zip(asked["unknown"][language], unknown, strict=True)),
            "wrong": [
                [row["question"], answer] for row, answer, good in zip(rows, given, right, strict=True) if not good
            ],
        }
    return report


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "starter"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    print(json.dumps(evaluate(model, AutoTokenizer.from_pretrained(folder)), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
