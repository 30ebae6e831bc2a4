"""Every code of core/models has a sentence in both languages, and each sentence takes the facts that it is given."""

import re
import string

import pytest
import yaml

from core.workspace import REPOSITORY

TEXT = REPOSITORY / "webui" / "text"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "core" / "models").glob("*.py")))


def sentences(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in TEXT.glob(f"{language}*.yaml"):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def given() -> dict[str, set[str]]:
    """Key of a sentence -> the facts that every place in core/models gives it."""
    found: dict[str, set[str]] = {}
    for kind, code, facts in re.findall(
        r"(UserError|MachineError|Finding)\((?:\"warning\", )?\s*\"([a-z_.0-9]+)\"((?:[^()]|\([^()]*\))*)\)", SOURCE
    ):
        key = f"{'finding' if kind == 'Finding' else 'error'}.{code}"
        names = set(re.findall(r"(\w+)=", re.sub(r"\([^()]*\)", "", facts)))
        found[key] = found.get(key, names) & names
    for code, facts in re.findall(r'Advice\(\s*code="(\w+)",\s*facts=\{([^}]*)\}', SOURCE):
        found[f"advice.{code}"] = set(re.findall(r'"(\w+)":', facts))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_code_has_its_sentence(language: str) -> None:
    said, codes = sentences(language), given()
    assert len(codes) > 40
    for key, facts in codes.items():
        assert key in said, key
        needed = {name for _, name, _, _ in string.Formatter().parse(said[key]) if name}
        assert needed <= facts, (key, needed - facts)
    assert "notice.device.cpu_torch" in said
