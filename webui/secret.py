"""A token for a model source: held in this process only, shown to nobody, sent to no other source."""

import threading

from core.errors import UserError
from core.models.address import check_endpoint, check_token


class Secret:
    """The one token of this window. It is in no draft, no file, no log and on no page, and ends with the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[str, str] | None = None  # (address of the source that it is for, token)

    def __repr__(self) -> str:
        return "Secret()"

    def keep(self, endpoint: str | None, token: object) -> None:
        """Hold `token` for the source at `endpoint`. Raises UserError model.address, model.token_form."""
        address, secret = check_endpoint(endpoint), check_token(str(token or ""))
        if secret is None:
            raise UserError("model.token_form")
        with self._lock:
            self._held = (address, secret)

    def forget(self) -> None:
        """Hold none any more."""
        with self._lock:
            self._held = None

    def of(self, endpoint: str | None) -> str | None:
        """The token for that source; None when there is none, or when it was given for another source."""
        with self._lock:
            held = self._held
        try:
            return held[1] if held is not None and held[0] == check_endpoint(endpoint) else None
        except UserError:
            return None
