"""Talk written down as `Name: words`, line by line: who speaks in it, and where a conversation ends.

Known speakers (User/Assistant, 客户/客服, Q/A) leave other labels, as "Note:" or "Step 1:", to the words of the turn.
Questions and answers in strict turns are no talk: each pair is a row.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from core.data.files.faults import Faults
from core.data.files.labels import Label, family, is_name, turn
from core.data.formats.speakers import role_of
from core.findings import Finding

RULE = re.compile(r"\s*([-=*_#~])\1{2,}\s*$")
_HEADING = re.compile(r"#{1,6}\s+\S")
_SPEAKERS = 12
"""People of a transcript; more names than these are no speakers."""
_PREFACE = 3
"""Lines that may stand above a talk of known speakers: a title, a date."""
_SHORT = 40
"""Lines of a text in which one question and one answer make a talk."""
_STRICT = 0.9
"""Share of the turns that take turns, from which questions and answers are pairs."""
_HEADERS = frozenset(
    "from to cc bcc subject date sent reply-to message-id mime-version content-type received return-path"
    " von an betreff gesendet de para asunto objet 发件人 收件人 主题 抄送 发送时间".split()
)

Turns = list[dict[str, str]]


@dataclass(frozen=True)
class Talk:
    """How a talk is laid out.

    names   of the speakers, as `labels.turn` gives them
    known   whether they are known roles, so that lines above the first are no words of theirs
    pairs   each question begins a row
    single  blank lines stand between turns, not between conversations
    """

    names: frozenset[str]
    known: bool = False
    pairs: bool = False
    single: bool = False


def talk_of(start: str) -> Talk | None:
    """The talk that begins with `start`, whose lines end with a line feed; None when it is no talk."""
    lines = [line for line in start.split("\n") if line.strip() and not RULE.match(line)]
    found = [turn(line) for line in lines]
    if _is_mail(found):
        return None
    labels = [one for one in found if one is not None]
    if names := _known(found, labels):
        pairs = any(family(name) == "pair" for name in names) and _are_pairs(start, names)
        return Talk(names, known=True, pairs=pairs, single=_is_single(start, names))
    if names := _by_number(found, labels):
        return Talk(names, single=_is_single(start, names))
    return None


def conversations(lines: Iterator[str], talk: Talk, faults: Faults) -> Iterator[Turns]:
    """A conversation as turns {"from": name, "value": text}; a line without a name goes on with the turn before it.

    Blank lines part conversations, or only turns (`single`); rules (---) always part conversations.
    """
    turns: list[tuple[str, list[str]]] = []
    blank, last = False, 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            blank = True
            continue
        if RULE.match(line):
            if turns and not talk.pairs:
                yield _written(turns)
                turns = []
            blank = True
            continue
        found = turn(line)
        name = found.name if found and found.name in talk.names else None
        if name is not None and turns and _parts(name, talk, blank=blank):
            if talk.known and (heading := _without_heading(turns[-1][1])):
                faults.note(Finding("info", "lines.left_out", said=heading[:80], lines=last))
            yield _written(turns)
            turns = []
        if name is not None and found:
            turns.append((name, [found.said.rstrip("\r\n")]))
        elif turns:
            turns[-1][1].extend(["", line.rstrip("\r\n")] if blank else [line.rstrip("\r\n")])
        elif talk.known:
            faults.note(Finding("info", "lines.left_out", said=line.strip()[:80], lines=number))
        else:
            turns.append(("", [line.rstrip("\r\n")]))
        blank, last = False, number
    if turns:
        yield _written(turns)


def _written(turns: list[tuple[str, list[str]]]) -> Turns:
    """A name that stands alone has its words on the next lines."""
    return [{"from": name, "value": "\n".join(lines if lines[0] else lines[1:]).lstrip("\n")} for name, lines in turns]


def _without_heading(words: list[str]) -> str:
    """The heading of the next section, taken off the end of an answer; "" when there is none."""
    if len(words) > 2 and not words[-2] and _HEADING.match(words[-1]):
        heading = words.pop()
        words.pop()
        return heading
    return ""


def _parts(name: str, talk: Talk, *, blank: bool) -> bool:
    """Whether a turn of `name` begins a conversation; an answer never does."""
    role = role_of(name)
    if talk.pairs:
        return role == "user"
    return blank and not talk.single and not (talk.known and role == "assistant")


def _is_mail(found: list[Label | None]) -> bool:
    """The head of a mail (From:, To:, Subject:) looks like a talk of three."""
    return len({one.name.lower() for one in found[:12] if one} & _HEADERS) >= 2


def _known(found: list[Label | None], labels: list[Label]) -> frozenset[str]:
    """The speakers of known roles when the text begins with one of them and both sides speak; else none."""
    begins = next((at for at, one in enumerate(found[: _PREFACE + 1]) if one and family(one.name)), None)
    if begins is None:
        return frozenset()
    kind = next((one for label in labels if (one := family(label.name)) in ("pair", "talk")), None)
    names = Counter(one.name for one in labels if family(one.name) in (kind, "aside"))
    sides = Counter[str | None]()
    for name, count in names.items():
        sides[role_of(name)] += count
    said = sum(names.values())
    both = min(sides["user"], sides["assistant"])
    if both >= 2 or (both and (2 * said >= len(found) or len(found) <= _SHORT)):
        return frozenset(names)
    return frozenset()


def _by_number(found: list[Label | None], labels: list[Label]) -> frozenset[str]:
    """The names in front of most lines ("Anna: Hello"); none when there are too many or too few."""
    names = Counter(one.name for one in labels if is_name(one.name))
    speakers = frozenset(
        name for name, count in names.items() if count > 1 or len(found) <= 4 or family(name) is not None
    )
    said = sum(names[name] for name in speakers)
    begins = bool(found) and (first := found[0]) is not None and first.name in speakers
    if begins and 2 <= len(speakers) <= _SPEAKERS and said >= 0.5 * len(found) and said >= 2:
        return speakers
    return frozenset()


def _blocks(start: str, names: frozenset[str]) -> list[list[str]]:
    """The names that speak in each block between blank lines or rules."""
    blocks: list[list[str]] = [[]]
    lines = 0
    for line in start.split("\n"):
        if not line.strip() or RULE.match(line):
            if lines:
                blocks.append([])
            lines = 0
            continue
        lines += 1
        if (found := turn(line)) and found.name in names:
            blocks[-1].append(found.name)
    return blocks if lines else blocks[:-1]


def _is_single(start: str, names: frozenset[str]) -> bool:
    """Whether blank lines stand between turns, not between conversations: then no block has two of them."""
    blocks = _blocks(start, names)
    return len(blocks) > 1 and all(len(block) <= 1 for block in blocks)


def _are_pairs(start: str, names: frozenset[str]) -> bool:
    """Whether question and answer take turns, and nobody has put several of them into each of several blocks."""
    blocks = _blocks(start, names)
    sides = [role for block in blocks for name in block if (role := role_of(name)) in ("user", "assistant")]
    if not sides or sides[0] != "user":
        return False
    strict = sum(one != other for one, other in zip(sides, sides[1:], strict=False))
    several = len(blocks) > 1 and all(sum(role_of(name) == "user" for name in block) > 1 for block in blocks)
    return strict >= _STRICT * (len(sides) - 1) and not several
