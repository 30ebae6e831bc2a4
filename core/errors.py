"""What goes wrong, as a code and facts; the sentence is made where the language is known.

    UserError            the person can mend it: a file, a setting, a choice   (exit code 2)
      MachineError       the machine is in the way: memory, disk, network      (exit code 1)

Every code has a sentence `error.<code>` in both languages; a test collects the codes from the source,
so a code is always written as a literal. `translate` is the one border where the errors of libraries
become ours.
"""

import errno
from typing import Any


class UserError(Exception):
    """Something a person can mend; shown as one sentence that says what happened and what to do.

    `UserError("data.empty", name="faq.csv")` is shown as the text `error.data.empty` with its facts.
    Facts are plain values (str, int, float, list of them) because they cross the engine's border.
    """

    exit_code = 2

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code

    def plain(self) -> dict[str, Any]:
        """As plain data: `{"code", "facts", "exit_code"}`."""
        return {"code": self.code, "facts": self.facts, "exit_code": self.exit_code}


class MachineError(UserError):
    """The machine's trouble, not the person's mistake: memory, disk, network, a busy device."""

    exit_code = 1


def from_plain(plain: dict[str, Any]) -> UserError:
    """The error that `plain()` described."""
    kind = MachineError if plain.get("exit_code") == 1 else UserError
    return kind(plain["code"], **plain.get("facts", {}))


_NO_SPACE = ("no space left on device", "os error 28", "not enough space on the disk")
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory", "defaultcpuallocator")


def translate(error: BaseException, *, where: str = "") -> UserError:
    """`error` as a UserError. An unknown one becomes `unexpected` with its type and first line.

    `where` names the file, folder or address that was being worked on, for the sentence.
    """
    if isinstance(error, UserError):
        return error
    said = (str(error).strip().splitlines() or [""])[0][:300]
    if isinstance(error, MemoryError) or any(mark in str(error).lower() for mark in _OUT_OF_MEMORY):
        return MachineError("memory")
    if any(mark in str(error).lower() for mark in _NO_SPACE):  # safetensors has an error type of its own for it
        return MachineError("disk.full", folder=where or str(getattr(error, "filename", None) or ""))
    if isinstance(error, OSError):
        place = where or str(getattr(error, "filename", None) or "")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return MachineError("disk.full", folder=place)
        if error.errno == errno.EFBIG:
            return MachineError("disk.file_size", folder=place)
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            return MachineError("disk.denied", folder=place)
        if isinstance(error, FileNotFoundError) and place:
            return UserError("file.missing", path=place)
    return MachineError("unexpected", kind=type(error).__name__, said=said)
