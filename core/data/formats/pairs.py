"""Columns that are known as pairs: what is asked and what is answered, where neither name says so by itself."""

from core.data import columns as c

PAIRS = (
    (
        ("article", "document", "dialogue", "dialog", "transcript", "content", "text", "body", "文章", "原文",
         "正文", "内容", "全文"),
        ("highlights", "summary", "summaries", "abstract", "tldr", "tl;dr", "headline", "摘要", "总结", "概要",
         "zusammenfassung", "resumen", "résumé"),
    ),
    (
        ("nl", "natural_language", "intent", "nl_query", "english_query", "自然语言", "docstring", "question",
         "query"),
        ("cmd", "command", "sql", "sql_query", "bash", "code", "snippet", "shell", "python", "regex", "cypher",
         "canonical_solution", "代码", "命令"),
    ),
    (("prompt",), ("canonical_solution",)),
    (("source", "src", "source_text"), ("target", "tgt", "target_text", "translation")),
    (("question",), ("query",)),
)  # fmt: skip
"""(what stands before, what is to be learned); the first pair that is there counts."""

LANGUAGES = frozenset(
    "english en eng german de deutsch french fr français francais spanish es español espanol italian it italiano "
    "portuguese pt português russian ru русский japanese ja jp 日本語 日文 日语 korean ko kr 한국어 韩文 chinese "
    "zh cn zh_cn 中文 汉语 英文 英语 法语 德语 俄语 dutch nl polish pl turkish tr arabic ar hindi hi vietnamese vi "
    "thai th swedish sv danish da finnish fi czech cs greek el hebrew he ukrainian uk hungarian hu romanian "
    "ro indonesian".split()
)
"""Columns named after a language: the same words in each."""

CHOICES = ("choices", "options", "candidates", "endings", "选项", "候选答案", "mc1_targets", "answer_choices")
"""Columns of the answers that a question offers to choose from."""


def known_pair(names: list[str]) -> tuple[str, str] | None:
    """(question, answer) of columns that are known together."""
    for before, after in PAIRS:
        if (asked := c.find(names, before)) and (answer := c.find(names, after, (asked,))):
            return asked, answer
    return None


def languages(names: list[str]) -> tuple[str, str] | None:
    """The first two columns that are named after languages, in their order; None when other columns are there too."""
    found = [name for name in names if c.plain(name) in LANGUAGES]
    others = [name for name in names if name not in found and c.plain(name) not in c.UNREMARKABLE]
    return (found[0], found[1]) if len(found) >= 2 and not others else None


def choices_of(names: list[str]) -> list[str]:
    """The columns of the answers to choose from: one of lists, or one for each letter."""
    if found := c.find(names, CHOICES):
        return [found]
    letters = [name for name in names if c.plain(name) in ("a", "b", "c", "d", "e")]
    return letters if len(letters) >= 3 else []
