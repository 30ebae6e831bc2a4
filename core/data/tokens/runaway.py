"""Chat templates are programs that come with a model. One that never ends, or eats the memory, is refused.

Before a template is first used it is tried in a child process with a time limit (and, where the system has them,
limits on memory and processor time) on a short conversation. The child has Jinja's sandbox and nothing of ours.
One that misbehaves on certain words only is stopped where it is rendered (`rendering.py`).
"""

import subprocess
import sys
from functools import lru_cache

from core.errors import UserError

SECONDS = 5
"""Time that a template gets for a short conversation; a good one needs a few thousandths of a second."""

_CHILD = r"""
import json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (6, 6))
except (ImportError, ValueError, OSError):
    pass
import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

class Generation(Extension):
    tags = {"generation"}
    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)

def refuse(message):
    raise jinja2.exceptions.TemplateError(message)

source = sys.stdin.buffer.read().decode("utf-8")
environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):  # as transformers defines it
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

environment.filters["tojson"] = tojson
environment.globals.update(raise_exception=refuse, strftime_now=lambda form: "2026-01-01")
words = "What do you open at? 7:30, and on Sundays at nine. " * 8  # a template may behave only while texts are short
turns = [("system", "s"), ("user", "q"), ("assistant", "a"), ("user", words), ("assistant", words)]
messages = [{"role": role, "content": content} for role, content in turns]
size = 0
try:
    template = environment.from_string(source)
except MemoryError:  # what is constant is worked out when the template is read
    sys.exit(3)
except Exception:
    sys.exit(0)
for given in (messages, messages[1:], messages[1:4], messages[3:4], messages[3:], messages[:1] + messages[3:]):
    try:
        facts = dict(messages=given, tools=None, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
        for part in template.generate(facts):
            size += len(part)
            if size > 10_000_000:
                sys.exit(3)
    except MemoryError:
        sys.exit(3)
    except Exception:
        pass  # a template may refuse a conversation; that is said where it happens
"""


def refuse(source: str) -> None:
    """Raises UserError `tokens.runaway` when the template does not end in time or grows without bounds."""
    if not _behaves(source):
        raise UserError("tokens.runaway")


@lru_cache(maxsize=256)
def _behaves(source: str) -> bool:
    """The verdict is remembered, a bad one too: each try takes up to `SECONDS`."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _CHILD],
            input=source.encode("utf-8"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, 1)  # 1: the child itself could not start, which no template can bring about
