"""What a press led to, as the page is told (no Gradio here)."""

from dataclasses import dataclass
from typing import Any

from core.errors import UserError


@dataclass(frozen=True)
class Outcome:
    """What an action led to: the tab to open, the error to show, or a sentence (key and facts) to show."""

    room: str | None = None
    error: UserError | None = None
    note: tuple[str, dict[str, Any]] | None = None


NOTHING = Outcome()
