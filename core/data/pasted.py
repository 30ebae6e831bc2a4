"""Questions and answers out of the clipboard, as spreadsheets put them there."""


def rows(text: str) -> list[tuple[str, str]]:
    """(question, answer) of each line. Raises UserError `edit.*` for text that is no table of two columns."""
    raise NotImplementedError
