"""A conversation -> the text that the model's own chat template makes of it, and which characters are learned.

Learned is each assistant turn with its end-of-turn token, and nothing else: not the header before it, not the line
break after it. Where a turn begins and ends is found in one of three ways, the first that works:
  1. the template says so itself ({% generation %}), or TRL knows the template and has a version that says so;
  2. prefix difference: the conversation up to the turn, with and without it;
  3. a mark in place of the turn's words, for templates that write earlier turns differently from the last one.
"""

import os.path
import re
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.data import runaway
from core.errors import UserError
from core.imports import IMPORTS

Message = dict[str, Any]
Span = tuple[int, int]

_MARKERS = re.compile(r"\{%-?\s*generation\s*-?%\}")
_MARK = "\ue000turn\ue001"
"""Stands for a turn's words; private-use characters, which no template treats in a special way."""
_TRACKER = threading.Lock()
"""The library keeps one tracker of {% generation %} per template for all threads, and refuses a second user."""


@dataclass
class Template:
    """A tokenizer's chat template, ready for use. Make it with `template_of`."""

    source: str
    training: str | None  # with {% generation %} markers, None when there is no such version
    options: dict[str, Any]  # thinking off, where the template knows the word
    special: dict[str, Any]
    _ends: dict[str, str] = field(default_factory=dict)
    _headers: list[str] | None = None

    def text(
        self, messages: list[Message], tools: Any = None, *, prompt: bool = False, options: dict[str, Any] | None = None
    ) -> str:
        """The template's own text. Raises jinja2's errors, and those of a template that is wrong about types."""
        rendered, _ = _render(
            self.source, messages, tools, prompt, self.options if options is None else options, self.special
        )
        return rendered

    def spans(self, messages: list[Message], tools: Any, first: int) -> tuple[str, list[Span]]:
        """The text, and where the assistant turns from message number `first` on stand in it."""
        turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
        wanted = [index >= first for index in turns]
        if self.training is not None:
            text, found = _render(self.training, messages, tools, False, self.options, self.special, tracked=True)
            if len(found) == len(turns):
                found = [self._trimmed(text, start, end) for start, end in found]
                return text, [span for span, want in zip(found, wanted, strict=True) if want]
        text = self.text(messages, tools)
        return text, [
            self._turn(text, messages, tools, index) for index, want in zip(turns, wanted, strict=True) if want
        ]

    def _turn(self, full: str, messages: list[Message], tools: Any, index: int) -> Span:
        before = self.text(messages[:index], tools, prompt=True) if index else ""
        upto = self.text(messages[: index + 1], tools)
        if full.startswith(upto):
            start = len(os.path.commonprefix([before, upto])) if index else len(self._head_only(upto))
            return self._trimmed(full, start, len(upto))
        return self._marked(full, messages, tools, index)

    def _head_only(self, upto: str) -> str:
        """The header of a conversation that begins with the assistant."""
        header = next((header for header in self.headers() if header in upto), "")
        return upto[: upto.index(header) + len(header)] if header else ""

    def _marked(self, full: str, messages: list[Message], tools: Any, index: int) -> Span:
        """The turn's place by a mark instead of its words: what stands before the mark stands before the turn."""
        copy = [dict(message) for message in messages]
        copy[index]["content"] = _MARK
        marked = self.text(copy, tools)
        words = str(messages[index]["content"])
        start = marked.find(_MARK)
        if start < 0 or not full.startswith(marked[:start]):
            raise ValueError(f"the template does not show turn {index + 1} as it is")
        written = next(
            (
                form
                for form in (words, words.strip(), words.split("</think>")[-1].strip())
                if full.startswith(form, start)
            ),
            None,
        )
        if written is None:
            raise ValueError(f"the template does not show turn {index + 1} as it is")
        stop = self.end_of_turn()
        end = full.find(stop, start + len(written)) if stop else start + len(written)
        return self._trimmed(full, start, (end if end >= 0 else start + len(written)) + len(stop))

    def _trimmed(self, text: str, start: int, end: int) -> Span:
        """The span without the header at its start (what a prompt ends with), ending behind the end-of-turn token."""
        for header in self.headers():
            at = text.find(header, max(0, start - len(header)), start + len(header))
            if 0 <= at <= start:
                start = at + len(header)
                break
        if stop := self.end_of_turn():
            at = text.rfind(stop, start, end)
            if at >= 0 and not self._without_tokens(text[at + len(stop) : end]):
                end = at + len(stop)
            elif text.startswith(stop, end):
                end += len(stop)
        return start, max(start, end)

    def headers(self) -> list[str]:
        """What a prompt ends with before the assistant speaks: with thinking switched off, and as it comes."""
        if self._headers is None:
            found: list[str] = []
            for options in (self.options, {}):
                try:
                    user = [{"role": "user", "content": _MARK}]
                    bare, ready = self.text(user, options=options), self.text(user, options=options, prompt=True)
                except Exception:  # whatever a template raises: it has no header to be found this way
                    continue
                if ready.startswith(bare) and len(ready) > len(bare):
                    found.append(ready[len(bare) :])
            self._headers = sorted(set(found), key=len, reverse=True)
        return self._headers

    def end_of_turn(self) -> str:
        """The special token (or text) that the template writes behind an assistant's words; "" when there is none."""
        if "stop" not in self._ends:
            user, answer = {"role": "user", "content": "?"}, {"role": "assistant", "content": _MARK}
            self._ends["stop"] = ""
            for messages in ([user, answer, user], [user, answer]):  # some templates never end the last turn
                try:
                    tail = self.text(messages).split(_MARK, 1)[1]
                except Exception:
                    continue
                named = sorted((str(token) for token in self._tokens() if token), key=len, reverse=True)
                stop = next((token for token in named if tail.lstrip().startswith(token)), None)
                if stop is None and (match := re.match(r"\s*(<\|[^|<>\s]{1,40}\|>|</?[a-z_]{1,40}>)", tail)):
                    stop = match[1]
                if stop:
                    self._ends["stop"] = stop
                    break
        return self._ends["stop"]

    def _without_tokens(self, text: str) -> str:
        """What is left of `text` without blanks and special tokens: some templates end the conversation once more."""
        for token in self._tokens():
            text = text.replace(token, "")
        return text.strip()

    def _tokens(self) -> list[str]:
        return [str(value) for value in self.special.values() if isinstance(value, str)]


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
            source, _training_version(tokenizer, source), _options(source), dict(tokenizer.special_tokens_map)
        )
    template: Template = known[source]
    return template


@lru_cache(maxsize=64)
def _options(source: str) -> dict[str, Any]:
    """Thinking off, for templates that ask for it."""
    from jinja2 import TemplateError, meta
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        tags = {"generation"}

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    try:
        parsed = ImmutableSandboxedEnvironment(extensions=[Generation, loopcontrols]).parse(source)
    except TemplateError:
        return {}
    return {"enable_thinking": False} if "enable_thinking" in meta.find_undeclared_variables(parsed) else {}


def _training_version(tokenizer: Any, source: str) -> str | None:
    """The template with markers: TRL's version where it knows the template, else itself if it has them, else None."""
    own = source if _MARKERS.search(source) else None
    if tokenizer.chat_template != source:  # one of several named templates, which TRL does not look at
        return own
    with IMPORTS:
        from trl.chat_template_utils import get_training_chat_template

    try:
        return get_training_chat_template(tokenizer) or own
    except Exception:  # ValueError for a template it does not know, else whatever the template raises
        return own


def _render(
    source: str,
    messages: list[Message],
    tools: Any,
    prompt: bool,
    options: dict[str, Any],
    special: dict[str, Any],
    *,
    tracked: bool = False,
) -> tuple[str, list[Span]]:
    from transformers.utils.chat_template_utils import render_jinja_template

    with _TRACKER if tracked else nullcontext():
        rendered, spans = render_jinja_template(
            conversations=[messages],
            tools=tools or None,
            chat_template=source,
            return_assistant_tokens_mask=tracked,
            add_generation_prompt=prompt,
            **{**special, **options},
        )
    return rendered[0], list(spans[0]) if spans else []
