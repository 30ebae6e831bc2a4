"""A run's log file: what the training libraries say, with secrets taken out."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOGGERS = ("core", "transformers", "trl", "peft", "accelerate", "bitsandbytes", "datasets")
LARGEST = 2_000_000
"""Bytes before the log starts anew; one older part is kept."""

_SECRET = re.compile(r"(hf_[A-Za-z0-9]{8,}|(?i:bearer)\s+\S+|(?i:token|password|secret|api[_-]?key)\s*[=:]\s*\S+)")


class _File(RotatingFileHandler):
    """A log that cannot be written must not disturb the run, nor speak between the lines of a terminal."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


class _Redact(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


def redact(text: str) -> str:
    """`text` with what looks like a token or a password replaced."""
    return _SECRET.sub("[redacted]", text)


@contextmanager
def logging_to(path: Path) -> Iterator[logging.Logger]:
    """For the time of the block the libraries' log goes to `path`; gives a logger for our own lines."""
    handler = _File(path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_Redact())
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    own = logging.getLogger("core")
    level = own.level
    own.setLevel(logging.INFO)
    try:
        yield own
    finally:
        own.setLevel(level)
        for logger in loggers:
            logger.removeHandler(handler)
        with suppress(OSError):
            handler.close()
