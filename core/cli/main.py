"""The command line: one verb, one answer, one exit code. Each verb is thin; what it does stands in core.

Exit code 0 done (a run that was stopped on request too), 2 a person's mistake, 1 the machine's trouble.
Every trouble is one sentence on stderr, never a traceback.
"""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Protocol

from core.cli import ahead, check, data_sets, runs, test, train
from core.cli.arguments import Choices
from core.cli.desk import Desk, Text, Verb
from core.errors import UserError, translate
from core.workspace import Workspace

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""

VERBS: dict[str, Verb] = {
    "check": check.check,
    "preview": ahead.preview,
    "forecast": ahead.forecast,
    "train": train.train,
    "runs": runs.runs,
    "compare": runs.compare,
    "export": runs.export,
    "data": data_sets.data,
    "test": test.test,
}


def _quiet_libraries() -> None:
    """What libraries tell their developers says nothing to the person here; the run's log keeps what matters."""
    if not sys.warnoptions:  # `python -W` asks to see them
        warnings.simplefilter("ignore")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


class OpenWindow(Protocol):
    """webui.app.launch_window: serves until interrupted, returns the exit code."""

    def __call__(self, workspace: Workspace, port: int | None, open_browser: bool) -> int: ...


def main(choices: Choices, load_text: Callable[[str], Text], open_window: OpenWindow) -> int:
    """Carry out what was asked for; returns the exit code."""
    _quiet_libraries()
    desk = Desk(choices, load_text(choices.lang))
    try:
        with contextlib.redirect_stdout(sys.stderr) if choices.json else contextlib.nullcontext():
            if choices.verb:
                code = VERBS[choices.verb](desk)
                desk.deliver()
                return code
            return open_window(desk.workspace, choices.port, not choices.no_browser)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UserError as error:
        return desk.fail(error)
    except Exception as error:
        return desk.fail(translate(error))
