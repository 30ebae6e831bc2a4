"""Where the assistant's turns begin and end in the template's own text.

A turn begins behind its header, that is what a prompt ends with before the assistant speaks, and behind an empty
thought that the template adds. It ends with what the template writes behind it whatever follows: the end-of-turn
token. Some templates write none of their own, and the token that opens the next turn ends it; at the end of a
conversation none follows, and the token is written there: else the model would never learn to stop.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from core.data.tokens.deadline import Runaway
from core.data.tokens.shapes import with_parts
from core.data.tokens.skeleton import Marked, Message, Pieces, mark

_ATOM = re.compile(r"<[^<>\s]{1,60}>|\[[^\[\]\s]{1,40}\]|.", re.DOTALL)
"""What is never cut in two: a control word, or a character."""
_ENDS_TURN = re.compile(r"<[|｜][^<>\s]{1,60}[|｜]>|</s>|<end_of_turn>|<eos>|<[a-z]+:eos>|\[\|[^\[\]\s]{1,40}\|\]")
_THOUGHT = (
    r"(?:<think>|<seed:think>|<thought>|<reasoning>|\[THINK\]|<\|START_THINKING\|>)",
    r"(?:</think>|</seed:think>|</thought>|</reasoning>|\[/THINK\]|<\|END_THINKING\|>)",
)
_OPEN_THOUGHT = re.compile(_THOUGHT[0] + r"\s*\Z")
_EMPTY_THOUGHT = re.compile(r"\s*" + _THOUGHT[0] + r"\s*" + _THOUGHT[1] + r"\s*")
_REST_OF_THOUGHT = re.compile(r"\s*" + _THOUGHT[1] + r"\s*")


class NotShown(ValueError):
    """The template does not show a turn, or not in a way that tells where it begins and ends."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A turn in the pieces of a skeleton: literal and offset in it where it starts, and where it ends.

    added  a token to write behind the turn instead of what follows, where the template gives the last one no end
    """

    start: tuple[int, int]
    end: tuple[int, int]
    added: str = ""


@dataclass(slots=True)
class Finder:
    """Finds turns in one skeleton.

    text    renders messages, with a prompt and options for the last two arguments
    tokens  the model's special tokens, `begin` and `end` those of a text
    parts   whether content is a list of parts
    """

    text: Callable[[list[Message], bool, int], str]
    options: int
    tokens: tuple[str, ...]
    begin: str
    end: str
    parts: bool = False

    def bounds(
        self, conversation: Marked, pieces: Pieces, opened: set[tuple[int, int]]
    ) -> dict[int, Bounds | NotShown]:
        """For each assistant turn that has a mark its bounds, or why there are none.

        `opened` says where {% generation %} blocks begin: literal and offset in it.
        """
        found: dict[int, Bounds | NotShown] = {}
        for number in sorted(set(conversation.owners)):
            if conversation.messages[number]["role"] == "assistant":
                try:
                    found[number] = self._turn(conversation, pieces, opened, number)
                except NotShown as reason:
                    found[number] = reason
        return found

    def _turn(self, conversation: Marked, pieces: Pieces, opened: set[tuple[int, int]], number: int) -> Bounds:
        own = {index for index, owner in enumerate(conversation.owners) if owner == number}
        places = [place for place, index in enumerate(pieces.marks) if index in own]
        if not places:
            raise NotShown(f"the template does not show turn {number + 1}")
        if (left := self._shown(conversation.messages[: number + 1])) is not None:
            kept = []
            for place in places:  # some templates repeat the name of a call where its result stands
                if left[pieces.marks[place]] > 0:
                    left[pieces.marks[place]] -= 1
                    kept.append(place)
            places = kept or places
        first, last = places[0], places[-1]
        if len(places) != last - first + 1:
            raise NotShown(f"the template mixes turn {number + 1} with others")
        start = self._start(conversation, pieces, number, first)
        start = max([start, *(offset for literal, offset in opened if literal == first)])
        tail, added = self._end(conversation, pieces, number, last)
        return Bounds((first, start), (last + 1, tail), added)

    def _message(self, role: str, words: str) -> Message:
        message = {"role": role, "content": words}
        return with_parts([message])[0] if self.parts else message

    def _shown(self, upto: list[Message]) -> Counter[int] | None:
        """How often each mark stands in the text when nothing follows; None when that cannot be said."""
        try:
            return Counter(Pieces.of(self.text(upto, False, 0)).marks)
        except Runaway:
            raise
        except Exception:  # whatever a template raises
            return None

    # --- the start

    def _start(self, conversation: Marked, pieces: Pieces, number: int, first: int) -> int:
        """How much of the literal before the turn's first mark is header."""
        literal = pieces.literals[first]
        before = conversation.messages[:number]
        anchor = pieces.marks[first - 1] if first else None
        reached = -1
        if before:
            bare = self._literal_after(before, anchor, False, 0)
            for options in range(self.options):
                ready = self._literal_after(before, anchor, True, options)
                if ready is None:
                    continue
                if ready != bare and literal.startswith(ready):
                    reached = max(reached, len(ready))
        if reached < 0:
            reached = self._shared_header(before, anchor, literal)
        rest = literal[reached:]
        skipped = _EMPTY_THOUGHT.match(rest)
        if skipped is None and _OPEN_THOUGHT.search(literal[:reached]):
            skipped = _REST_OF_THOUGHT.match(rest)
        return reached + skipped.end() if skipped else reached

    def _shared_header(self, before: list[Message], anchor: int | None, literal: str) -> int:
        """The header by what this turn has in common with prompts, and with a turn of plain words in its place."""
        ready = (
            [self._literal_after(before, anchor, True, options) for options in range(self.options)] if before else []
        )
        bare = self._literal_after(before, anchor, False, 0) if before else None
        lengths = [len(_common(literal, each)) for each in ready if each is not None and each != bare]
        plain = self._plain_turn(before, anchor)
        if plain is not None:
            lengths.append(len(_common(literal, plain.rstrip(" ") if before else plain)))
        if not lengths:
            raise NotShown("the template does not show where the assistant's turn begins")
        reached = max(lengths)
        if thought := _OPEN_THOUGHT.search(literal[:reached]):  # no prompt writes it: it is the model's to open
            reached = thought.start()
        return reached

    def _plain_turn(self, before: list[Message], anchor: int | None) -> str | None:
        probe = mark(10_000)
        try:
            found = Pieces.of(self.text([*before, self._message("assistant", probe)], False, 0))
        except Runaway:
            raise
        except Exception:  # whatever a template raises
            return None
        if 10_000 not in found.marks:
            return None
        place = found.marks.index(10_000)
        same = (found.marks[place - 1] if place else None) == anchor
        return found.literals[place] if same else None

    def _literal_after(self, messages: list[Message], anchor: int | None, prompt: bool, options: int) -> str | None:
        """The text behind the last mark, which must be `anchor`; None when it is another, or the template refuses."""
        try:
            found = Pieces.of(self.text(messages, prompt, options))
        except Runaway:
            raise
        except Exception:  # whatever a template raises
            return None
        return found.literals[-1] if (found.marks[-1] if found.marks else None) == anchor else None

    # --- the end

    def _end(self, conversation: Marked, pieces: Pieces, number: int, last: int) -> tuple[int, str]:
        """How much of the literal behind the turn's last mark is its own, and the token to add."""
        literal = pieces.literals[last + 1]
        messages = conversation.messages
        final = number == len(messages) - 1
        calls = bool(messages[number].get("tool_calls"))
        anchor, times = pieces.marks[last], pieces.marks[: last + 1].count(pieces.marks[last])
        if final:
            other = self._tail_if_more(messages, anchor, times, calls)
        else:
            other = self._literal_after(messages[: number + 1], anchor, False, 0)
        own = (literal if final else "") if other is None else _common(literal, other)
        length = len(own.rstrip())
        if length and (not calls or self._is_ended(own.rstrip())):
            return length, ""
        if stop := self._stop(literal[length:]):
            return length + stop, ""
        if not final:
            return length, ""
        following = (other or "")[length:]
        stop = self._stop(following)
        return length, following[:stop].strip() or self.end

    def _tail_if_more(self, messages: list[Message], anchor: int, times: int, calls: bool) -> str | None:
        """What stands behind the mark `anchor`, written for the n-th time, if the conversation went on."""
        for role in ("tool", "user") if calls else ("user", "tool"):
            try:
                found = Pieces.of(self.text([*messages, self._message(role, mark(10_000))], False, 0))
            except Runaway:
                raise
            except Exception:  # whatever a template raises
                continue
            places = [place for place, number in enumerate(found.marks) if number == anchor]
            if len(places) >= times and 10_000 in found.marks:
                return found.literals[places[times - 1] + 1]
        return None

    def _is_ended(self, own: str) -> bool:
        return own.endswith(self.tokens) or any(found.end() == len(own) for found in _ENDS_TURN.finditer(own))

    def _stop(self, literal: str) -> int:
        """Where the control token ends that a text begins with; 0 when it begins with none."""
        words = literal.lstrip()
        blanks = len(literal) - len(words)
        for token in self.tokens:
            if words.startswith(token) and token != self.begin:
                return blanks + len(token)
        found = _ENDS_TURN.match(words)
        return blanks + found.end() if found and found[0] != self.begin else 0


def _common(one: str, other: str) -> str:
    """The beginning that two texts share, in whole control words."""
    length = 0
    for mine, theirs in zip(_ATOM.finditer(one), _ATOM.finditer(other), strict=False):
        if mine[0] != theirs[0]:
            break
        length = mine.end()
    return one[:length]
