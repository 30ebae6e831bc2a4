"""A chat template run on a conversation, with the result that transformers' `apply_chat_template` has.

The template is compiled once. Besides the sandbox of transformers it has a time limit and a limit on what one
operation may build, and it can show where its {% generation %} blocks begin and end.
"""

import re
from functools import lru_cache
from typing import Any

from core.data.tokens.deadline import Runaway, within

Message = dict[str, Any]

OPEN, CLOSE = "\ue010", "\ue011"
"""Stand in a tracked text where a {% generation %} block begins and ends; private-use characters."""
SECONDS = 5.0
"""Time for one conversation; a good template needs a thousandth of a second."""
LIMIT = 50_000_000
"""Characters that one operation of a template may build."""
MARKERS = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")

_REASONING = ("reasoning_content", "thinking", "reasoning")
_WIDE = frozenset(("center", "ljust", "rjust", "zfill", "expandtabs"))


class TooMuch(Runaway):
    """A template builds a text without bounds."""

    def __init__(self) -> None:
        super().__init__("the chat template builds a text without bounds for this row")


def render(
    source: str,
    messages: list[Message],
    tools: Any = None,
    *,
    prompt: bool = False,
    variables: dict[str, Any] | None = None,
    tracked: bool = False,
) -> str:
    """The template's text for a conversation, ready for the assistant's turn with `prompt`.

    `variables` are the special tokens and options. Raises jinja2's errors, those of a template that is wrong about
    types, Overdue and TooMuch.
    """
    template = compiled(source, tracked)
    facts = dict(plain(variables or {}))
    facts.update(
        messages=[_named(plain(message)) for message in messages],
        tools=plain(tools) or None,
        documents=None,
        add_generation_prompt=prompt,
    )
    return within(SECONDS, lambda: str(template.render(facts)))


def plain(value: Any) -> Any:
    """A copy of built-in types alone, so that no method of another type can be reached from a template."""
    kind = type(value)
    if value is None or kind in (str, int, float, bool):
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    for built_in in (str, int, float):
        if isinstance(value, built_in):
            return str.__str__(value) if built_in is str else built_in(value)
    return f"<{kind.__name__}>"


def _named(message: Message) -> Message:
    """Thoughts under every name that templates read them by, as transformers gives them."""
    thoughts = next((message[name] for name in _REASONING if message.get(name) is not None), None)
    return message if thoughts is None else {"thinking": thoughts, **message, "reasoning_content": thoughts}


@lru_cache(maxsize=128)
def compiled(source: str, tracked: bool = False) -> Any:
    """The compiled template. Raises jinja2's TemplateSyntaxError."""
    return _environment(tracked).from_string(source)


def switches(source: str) -> list[str]:
    """The names by which a template asks whether the model thinks; none for a template that cannot be read."""
    from jinja2 import TemplateError, meta

    try:
        asked = meta.find_undeclared_variables(_environment(False).parse(source))
    except TemplateError:
        return []
    return sorted(asked & {"enable_thinking", "thinking"})


@lru_cache(maxsize=2)
def _environment(tracked: bool) -> Any:
    from jinja2 import nodes
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.visitor import NodeTransformer
    from transformers.utils.chat_template_utils import _compile_jinja_template

    class Generation(Extension):
        tags = {"generation"}

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            if not tracked:
                return body
            before, after = (nodes.Output([nodes.TemplateData(mark)]).set_lineno(line) for mark in (OPEN, CLOSE))
            return [before, *body, after]

    class Joins(NodeTransformer):
        """Lets `a ~ b` go through a filter that knows a limit."""

        def visit_Concat(self, node: Any) -> Any:
            self.generic_visit(node)
            values = nodes.List(node.nodes, lineno=node.lineno, environment=node.environment)
            return nodes.Filter(values, "_joined", [], [], None, None, lineno=node.lineno, environment=node.environment)

    class Bounded(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(("+", "*", "**", "%"))

        def _parse(self, source: str, name: str | None, filename: str | None) -> Any:
            return Joins().visit(super()._parse(source, name, filename))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "+":
                if isinstance(left, str | list) and isinstance(right, str | list) and len(left) + len(right) > LIMIT:
                    raise TooMuch
                return left + right
            if operator == "*":
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, str | list | tuple) and isinstance(other, int) and len(one) * other > LIMIT:
                        raise TooMuch
            elif operator == "**" and isinstance(right, int | float) and abs(right) > 64:
                raise TooMuch
            elif operator == "%" and isinstance(left, str) and re.search(r"\d{6}|\*", left):
                raise TooMuch
            return super().call_binop(context, operator, left, right)

        def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  as Jinja has it
            if getattr(__obj, "__name__", "") in _WIDE and any(isinstance(a, int) and a > 100_000 for a in args):
                raise TooMuch
            return super().call(__context, __obj, *args, **kwargs)

    def joined(values: list[Any]) -> str:
        parts = [str(value) for value in values]
        if sum(map(len, parts)) > LIMIT:
            raise TooMuch
        return "".join(parts)

    theirs = _compile_jinja_template("").environment
    mine = Bounded(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    mine.filters.update(theirs.filters)
    mine.globals.update(theirs.globals)
    for name in ("center", "indent", "tojson"):
        mine.filters[name] = _narrow(mine.filters[name])
    mine.filters["_joined"] = joined
    return mine


def _narrow(wide: Any) -> Any:
    """A filter that takes a width, refusing one that only fills the memory."""

    def narrow(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(value, int) and value > 100_000 for value in (*args[1:], *kwargs.values())):
            raise TooMuch
        return wide(*args, **kwargs)

    return narrow
