"""Which mapping reads a record: rows of one file need not have the same columns, and those may come late.

A part that no row needs (a system prompt, an input, tools) may turn up after the rows by which the format was
recognised; and two tables put together have rows of two shapes. Looked at once for each set of columns.
"""

from dataclasses import replace
from typing import Any

from core.data.choices import Choices
from core.data.formats.mapping import Mapping
from core.data.formats.named import by_name, optional
from core.data.formats.parts import PARTS, known, missing
from core.data.rows import Record

_KEPT = 2000
"""Sets of columns that are remembered."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Fitting:
    """`mapping` is the file's, which grows by parts that come late. `columns` are all that were met."""

    def __init__(self, mapping: Mapping, choices: Choices) -> None:
        self.mapping = mapping
        self._choices = choices
        self._needed = [mapping.columns[part] for part in _needed(mapping)]
        self._met: set[str] = set()
        self._last: tuple[str, ...] | None = None
        self._last_found: Mapping | None = None
        self._known: dict[tuple[str, ...], Mapping | None] = {}

    def of(self, values: dict[str, Any]) -> Mapping:
        """The mapping of one record by its columns: the file's, but for rows whose columns fit another one."""
        keys = tuple(values)
        if keys != self._last:
            if keys not in self._known:
                if len(self._known) > _KEPT:
                    self._known.clear()
                self._known[keys] = self._look(values)
            self._last, self._last_found = keys, self._known[keys]
        return self._last_found or self.mapping

    def instead(self, values: dict[str, Any]) -> Mapping | None:
        """Another mapping for a record that cannot be used as it is: by its columns that are not empty.

        None when the columns that the file's mapping needs are filled, or no other mapping fits.
        """
        if all(values.get(column) not in _EMPTY for column in self._needed):
            return None
        filled = {name: value for name, value in values.items() if value not in _EMPTY}
        keys = ("\x00", *filled)  # apart from records that have no other columns
        if keys not in self._known:
            self._known[keys] = self._other(filled)
        return self._known[keys]

    def _look(self, values: dict[str, Any]) -> Mapping | None:
        if any(column not in values for column in self._needed) and (found := self._other(values)):
            return found
        if not self._met >= values.keys():
            self._met.update(values)
            self._grow(values)
        return None

    def _other(self, values: dict[str, Any]) -> Mapping | None:
        names = [name for name in values if isinstance(name, str)]
        found = by_name(names, [Record(0, values)])
        if found is None or not found.sure or missing(found.format, found.columns):
            return None
        return found

    def _grow(self, values: dict[str, Any]) -> None:
        """Takes up parts that have no column yet; what a person has named comes first."""
        names = [name for name in values if isinstance(name, str)]
        columns = dict(self.mapping.columns)
        for part, column in self._choices.columns.items():
            if column in names and known(self.mapping.format, part):
                columns[part] = column
        if not self._choices.format:  # who has chosen a format has chosen all its columns
            columns |= optional(
                replace(self.mapping, columns=columns), names, [Record(0, values)], set(columns.values())
            )
        if columns != self.mapping.columns:
            self.mapping = replace(self.mapping, columns=columns)


def _needed(mapping: Mapping) -> list[str]:
    """The parts without which a row of this mapping says nothing."""
    if mapping.format == "preference":
        return [part for part in ("messages", "chosen", "rejected", "completion", "label") if part in mapping.columns]
    return [part for part, needed in PARTS.get(mapping.format, ()) if needed and part in mapping.columns]
