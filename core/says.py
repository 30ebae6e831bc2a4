"""What core asks of whoever has the words: sentences by their key. `webui.text` has them in two languages."""

from typing import Any, Protocol


class Says(Protocol):
    """Makes sentences in one language: `text("card.title", name="FAQ")`."""

    def __call__(self, key: str, /, **facts: Any) -> str: ...


class Knows(Says, Protocol):
    """One that can be asked whether it has a sentence: `"fix.trim" in text`."""

    def __contains__(self, key: str) -> bool: ...
