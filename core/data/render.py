"""A conversation -> the text that the model's own chat template makes of it, and which characters are learned.

Learned is each assistant turn with its end-of-turn token, and nothing else: not the header before it, not the line
break after it. The template is run on the conversation, and on the same conversation with marks in place of its words
(skeleton.py); where a turn begins and ends is told by the second (boundaries.py), and holds for the first only where
the two fit character by character. Where TRL knows a version of the template for training, that version is used.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.data import runaway
from core.data.boundaries import Bounds, Finder, NotShown, without_tracks
from core.data.deadline import Runaway
from core.data.rendering import MARKERS, render, undeclared
from core.data.shapes import shapes, with_parts
from core.data.skeleton import Marked, Marking, Pieces, fitted, loosely_fitted, mark, marked
from core.errors import UserError
from core.imports import IMPORTS

Message = dict[str, Any]
Span = tuple[int, int]

_KEPT = 512
"""Kinds of conversation (roles and number of turns) whose skeletons are kept."""


@dataclass(slots=True)
class _Skeleton:
    pieces: Pieces
    bounds: dict[int, Bounds | NotShown]


@dataclass
class Template:
    """A tokenizer's chat template, ready for use. Make it with `template_of`."""

    source: str
    training: str | None  # TRL's version of it, or itself where it has {% generation %} markers, else None
    options: dict[str, Any]  # thinking off, where the template knows the word
    special: dict[str, Any]
    named: tuple[str, ...] = ()  # the tokenizer's special tokens, longest first
    _kept: "OrderedDict[tuple[Any, ...], _Skeleton]" = field(default_factory=OrderedDict)
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
                    if refused is None or isinstance(refused, NotShown) and not isinstance(error, NotShown):
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
        text = self._render(source, messages, tools, False, self.options)
        wanted = [n for n, message in enumerate(messages) if n >= first and message["role"] == "assistant"]
        assistants = frozenset(n for n, message in enumerate(messages) if message["role"] == "assistant")
        refused: NotShown | None = None
        for how in (Marking(), Marking(assistants), Marking(assistants, calls=False)):
            try:
                found = self._by_skeleton(source, text, messages, tools, wanted, how)
                return _checked(text, found, messages, wanted)
            except NotShown as reason:
                refused = refused or reason
        try:
            found = {}
            for number in wanted:
                alone = Marking(frozenset((number,)))
                found.update(self._by_skeleton(source, text, messages, tools, [number], alone))
            return _checked(text, found, messages, wanted)
        except NotShown:
            assert refused is not None
            raise refused from None

    def _by_skeleton(
        self, source: str, text: str, messages: list[Message], tools: Any, wanted: list[int], how: Marking
    ) -> dict[int, tuple[int, int, str]]:
        """For each wanted turn where it starts and ends in `text`, and the token to write behind it."""
        try:
            conversation = marked(messages, how)
        except ValueError as error:
            raise NotShown(str(error)) from None
        skeleton = self._skeleton(source, conversation, tools)
        places = fitted(skeleton.pieces, conversation.texts, text)
        if places is None and how.only is not None and len(how.only) == 1:
            places = loosely_fitted(skeleton.pieces, conversation.texts, text)
        if places is None:
            raise NotShown("the template changes the words of this conversation, so that they cannot be found again")
        found: dict[int, tuple[int, int, str]] = {}
        for number in wanted:
            bounds = skeleton.bounds.get(number) or NotShown(f"the template does not show turn {number + 1}")
            if isinstance(bounds, NotShown):
                raise NotShown(str(bounds))
            start, end = (
                (places[literal - 1][1] if literal else 0) + offset for literal, offset in (bounds.start, bounds.end)
            )
            found[number] = (start, end, bounds.added)
        return found

    def _skeleton(self, source: str, conversation: Marked, tools: Any) -> _Skeleton:
        key = None if conversation.key is None else (source, repr(tools) if tools else "", conversation.key)
        if key is not None and (kept := self._kept.get(key)):
            return kept

        def text(messages: list[Message], prompt: bool, number: int) -> str:
            return self._render(source, messages, tools, prompt, options[number])

        options = [self.options, {}] if self.options else [self.options]
        finder = Finder(text, len(options), self.named, self._special("bos_token"), self._special("eos_token"))
        tracked = MARKERS.search(source) is not None
        try:
            rendered = self._render(source, conversation.messages, tools, False, self.options, tracked=tracked)
        except Runaway:
            raise
        except Exception as error:
            raise NotShown(str(error)) from error
        pieces, opened = without_tracks(rendered)
        made = _Skeleton(pieces, finder.bounds(conversation, pieces, opened))
        if key is not None:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                try:
                    self._kept.popitem(last=False)
                except KeyError:  # another thread was faster
                    break
        return made

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
        *,
        tracked: bool = False,
    ) -> str:
        variables = {**self.special, **options}
        return render(source, messages, tools, prompt=prompt, variables=variables, tracked=tracked)


def _checked(
    text: str, found: dict[int, tuple[int, int, str]], messages: list[Message], wanted: list[int]
) -> tuple[str, list[Span]]:
    """Text and spans, after a last look: in order, and with every call that is to be learned."""
    spans: list[Span] = []
    for number in wanted:
        start, end, added = found[number]
        if start > end or spans and start < spans[-1][1]:
            raise NotShown(f"the template mixes turn {number + 1} with others")
        for name in _called(messages[number]):
            if name not in text[start:end]:
                raise NotShown(f"the template does not show the tool call of turn {number + 1}")
        if added:
            text, end = text + added, len(text) + len(added)
        spans.append((start, end))
    return text, spans


def _called(message: Message) -> Iterator[str]:
    for call in message.get("tool_calls") or []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            yield function["name"]


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
            _options(source),
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


@lru_cache(maxsize=64)
def _options(source: str) -> dict[str, Any]:
    """Thinking off, for templates that ask for it."""
    return {"enable_thinking": False} if "enable_thinking" in undeclared(source) else {}


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
