"""A whole number that came from outside, or nothing: digits without an end are none of ours (no Gradio here)."""

DIGITS = 15


def whole_number(said: str, largest: int = 10**DIGITS - 1) -> int | None:
    """ "120" -> 120; None for anything but ASCII digits, and for more than `largest`."""
    if not said.isascii() or not said.isdecimal() or len(said) > DIGITS:
        return None
    return number if (number := int(said)) <= largest else None
