"""A conversation -> the text that the model's own chat template makes of it, and which characters are learned.

Learned is each assistant turn with its end-of-turn token, and nothing else: not the header before it, not the line
break after it. The template is run on the conversation, and on the same conversation with marks in place of its words
(skeleton.py); where a turn begins and ends is told by the second (boundaries.py), and holds for the first only where
the two fit character by character. Where TRL knows a version of the template for training, that version is used.
"""

from dataclasses import dataclass, field
from typing import Any

from core.data.tokens import runaway
from core.data.tokens.boundaries import Bounds, Finder, NotShown
from core.data.tokens.deadline import Runaway
from core.data.tokens.kept import Kept
from core.data.tokens.places import Place, Span, checked, markings, thinks, unmixed
from core.data.tokens.rendering import MARKERS, render, switches
from core.data.tokens.shapes import shapes, with_parts
from core.data.tokens.skeleton import Marked, Marking, Pieces, fitted, loosely_fitted, mark, marked, without_tracks
from core.errors import UserError
from core.imports import IMPORTS

Message = dict[str, Any]

_KEPT = 512
"""Kinds of conversation (roles and number of turns) whose skeletons are kept."""


@dataclass(slots=True)
class _Skeleton:
    pieces: Pieces
    bounds: dict[int, Bounds | NotShown]


@dataclass(frozen=True, slots=True)
class _Task:
    source: str
    messages: list[Message]
    tools: Any
    options: dict[str, Any]


@dataclass
class Template:
    """A tokenizer's chat template, ready for use. Make it with `template_of`."""

    source: str
    training: str | None  # TRL's version of it, or itself where it has {% generation %} markers, else None
    options: dict[str, Any]  # thinking off, where the template knows a word for it
    special: dict[str, Any]
    named: tuple[str, ...] = ()  # the tokenizer's special tokens, longest first
    _kept: Kept[_Skeleton] = field(default_factory=lambda: Kept(_KEPT))
    _parts: bool | None = None

    def text(
        self, messages: list[Message], tools: Any = None, *, prompt: bool = False, options: dict[str, Any] | None = None
    ) -> str:
        """The template's own text. Raises jinja2's errors, and those of a template that is wrong about types."""
        given = with_parts(messages) if self.needs_parts() else messages
        return self._render(self.source, given, tools, prompt, self.options if options is None else options)

    def spans(self, messages: list[Message], tools: Any, first: int) -> tuple[str, list[Span]]:
        """The text, and where the assistant turns from message number `first` on stand in it.

        Raises the template's own errors, and NotShown when it does not tell where a turn is.
        """
        refused: Exception | None = None
        for source in dict.fromkeys((self.training or self.source, self.source)):
            for shape in shapes(messages, self.needs_parts()):
                try:
                    return self._located(source, shape, tools, first)
                except Runaway:
                    raise
                except Exception as error:  # whatever a template does wrong
                    if refused is None or isinstance(error, NotShown) and not isinstance(refused, NotShown):
                        refused = error
        assert refused is not None
        raise refused

    def needs_parts(self) -> bool:
        """Whether the template wants content as a list of parts: it loses words that are given as text."""
        if self._parts is None:
            shown = []
            user = [{"role": "user", "content": mark(0)}]
            for messages in (user, with_parts(user)):
                try:
                    shown.append(mark(0) in self._render(self.source, messages, None, False, self.options))
                except Runaway:
                    raise
                except Exception:  # whatever a template raises
                    shown.append(False)
            self._parts = shown == [False, True]
        return self._parts

    def _located(self, source: str, messages: list[Message], tools: Any, first: int) -> tuple[str, list[Span]]:
        task = _Task(source, messages, tools, self._options_for(messages))
        text = self._render(source, messages, tools, False, task.options)
        wanted = [n for n, message in enumerate(messages) if n >= first and message["role"] == "assistant"]
        refused: NotShown | None = None
        for how in markings(messages):
            try:
                return checked(text, self._by_skeleton(task, text, wanted, how), messages, wanted)
            except NotShown as reason:
                refused = refused or reason
        try:
            found: dict[int, Place] = {}
            for number in wanted:
                found.update(self._alone(task, text, number))
            return checked(text, found, messages, wanted)
        except NotShown:
            assert refused is not None
            raise refused from None

    def _options_for(self, messages: list[Message]) -> dict[str, Any]:
        """Thinking off, and on for a conversation with thoughts: some templates tell the model which it is."""
        return {name: True for name in self.options} if any(map(thinks, messages)) else self.options

    def _alone(self, task: "_Task", text: str, number: int) -> dict[int, "Place"]:
        """One turn with no other words than its own marked."""
        for thoughts in (False, True):
            try:
                return self._by_skeleton(task, text, [number], Marking(frozenset((number,)), thoughts=thoughts))
            except NotShown as reason:
                refused = reason
        raise refused

    def _by_skeleton(self, task: "_Task", text: str, wanted: list[int], how: Marking) -> dict[int, "Place"]:
        """The place of each wanted turn in `text`."""
        try:
            conversation = marked(task.messages, how)
        except ValueError as error:
            raise NotShown(str(error)) from None
        skeleton, places = self._fitted(task, conversation, text)
        if places is None and how.only is not None and len(how.only) == 1:
            places = loosely_fitted(skeleton.pieces, conversation.texts, text)
        if places is None:
            raise NotShown("the template changes the words of this conversation, so that they cannot be found again")
        found: dict[int, Place] = {}
        for number in wanted:
            bounds = skeleton.bounds.get(number) or NotShown(f"the template does not show turn {number + 1}")
            if isinstance(bounds, NotShown):
                raise NotShown(str(bounds))
            start, end = (
                (places[literal - 1][1] if literal else 0) + offset for literal, offset in (bounds.start, bounds.end)
            )
            found[number] = Place(start, end, bounds.added)
            if how.only is not None:
                inner = skeleton.pieces.literals[bounds.start[0] + 1 : bounds.end[0]]
                edges = (
                    skeleton.pieces.literals[bounds.start[0]][bounds.start[1] :],
                    skeleton.pieces.literals[bounds.end[0]][: bounds.end[1]],
                )
                unmixed(number, "\n".join((*edges, *inner)), task.messages)
        return found

    def _fitted(self, task: "_Task", conversation: Marked, text: str) -> tuple[_Skeleton, list[tuple[int, int]] | None]:
        """The skeleton of a conversation, and where its words stand in `text`.

        A skeleton that was kept is made anew when the template gives another one by now: there are some with a date.
        """
        key = (task.source, repr(task.tools or ""), tuple(task.options.values()), conversation.key)
        if conversation.key is not None:
            if kept := self._kept.get(key):
                places = fitted(kept.pieces, conversation.texts, text)
                if places is not None or self._pieces(task, conversation)[0] == kept.pieces:
                    return kept, places
        made = self._skeleton(task, conversation)
        if conversation.key is not None:
            self._kept.put(key, made)
        return made, fitted(made.pieces, conversation.texts, text)

    def _skeleton(self, task: "_Task", conversation: Marked) -> _Skeleton:
        options = [task.options, *(each for each in ({}, self.options) if each != task.options)]

        def text(messages: list[Message], prompt: bool, number: int) -> str:
            return self._render(task.source, messages, task.tools, prompt, options[number])

        begin, end = self._special("bos_token"), self._special("eos_token")
        finder = Finder(text, len(options), self.named, begin, end, self.needs_parts())
        pieces, opened = self._pieces(task, conversation)
        return _Skeleton(pieces, finder.bounds(conversation, pieces, opened))

    def _pieces(self, task: "_Task", conversation: Marked) -> tuple[Pieces, set[tuple[int, int]]]:
        tracked = MARKERS.search(task.source) is not None
        try:
            rendered = self._render(task.source, conversation.messages, task.tools, False, task.options, tracked)
        except Runaway:
            raise
        except Exception as error:
            raise NotShown(str(error)) from error
        return without_tracks(rendered)

    def _special(self, name: str) -> str:
        value = self.special.get(name)
        return value if isinstance(value, str) else ""

    def _render(
        self,
        source: str,
        messages: list[Message],
        tools: Any,
        prompt: bool,
        options: dict[str, Any],
        track: bool = False,
    ) -> str:
        variables = {**self.special, **options}
        return render(source, messages, tools, prompt=prompt, variables=variables, tracked=track)


def template_of(tokenizer: Any, tools: Any = None) -> Template:
    """The tokenizer's chat template. Raises UserError `tokens.no_template` or `tokens.runaway`."""
    try:
        source = tokenizer.get_chat_template(None, tools)
    except (ValueError, AttributeError):
        source = None
    if not source:
        raise UserError("tokens.no_template")
    known = tokenizer.__dict__.setdefault("_lora_workbench_templates", {})
    if source not in known:
        runaway.refuse(source)
        known[source] = Template(
            source,
            _training_version(tokenizer, source),
            {name: False for name in switches(source)},
            dict(tokenizer.special_tokens_map),
            _named(tokenizer),
        )
    template: Template = known[source]
    return template


def _named(tokenizer: Any) -> tuple[str, ...]:
    added = getattr(tokenizer, "added_tokens_decoder", {})
    names = {str(token) for token in added.values() if getattr(token, "special", False)}
    names.update(value for value in tokenizer.special_tokens_map.values() if isinstance(value, str))
    return tuple(sorted((name for name in names if name.strip()), key=len, reverse=True))


def _training_version(tokenizer: Any, source: str) -> str | None:
    """The template with markers: TRL's version where it knows the template, else itself if it has them, else None."""
    own = source if MARKERS.search(source) else None
    if tokenizer.chat_template != source:  # one of several named templates, which TRL does not look at
        return own
    with IMPORTS:
        from trl.chat_template_utils import get_training_chat_template

    try:
        return get_training_chat_template(tokenizer) or own
    except Exception:  # ValueError for a template it does not know, else whatever the template raises
        return own
