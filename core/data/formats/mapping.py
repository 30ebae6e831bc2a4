"""Which column of a file holds what."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mapping:
    """Which column holds what. `columns` maps a part ("question", "answer", "system", ...) to the column's name.

    speaker  whose turns are the model's, where speakers go by names of their own
    sure     False for a guess, which the person is asked to confirm
    markup   what marks the turns in a column of text, a name of core/data/formats/markup.py; None for plain text
    """

    format: str  # "unknown" when nothing could be guessed; then `columns` is empty
    task: str  # "chat", "text" or "preference"
    columns: dict[str, str] = field(default_factory=dict)
    speaker: str | None = None
    sure: bool = True
    markup: str | None = None
