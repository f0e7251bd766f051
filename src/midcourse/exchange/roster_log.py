"""Collect findings while rows stream by: once per place, followers under their root cause, memory bounded.

What each code says is in `roster_codes`; when to raise one is the readers' decision.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from midcourse.exchange.findings import Finding
from midcourse.exchange.roster_codes import CODES

# Nobody mends 20,000 rows by hand, and a line for each of 400,000 would fill the memory: beyond this many places of
# one code in one file, one more finding counts the rest.
MAX_PLACES = 20_000


@dataclass(slots=True)
class _Entry:
    code: str
    file: str
    line: int | None
    column: str | None
    value: str | None
    detail: str
    count: int = 1
    followers: Counter[str] = field(default_factory=Counter)


class FindingLog:
    """An append-only list of findings. `add` returns a number under which followers can be counted."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._places: Counter[tuple[str, str]] = Counter()
        self._sums: dict[tuple[str, str, str | None], int] = {}

    def add(
        self,
        code: str,
        file: str,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        *,
        detail: str = "",
        count: int = 1,
    ) -> int:
        """Report one place; beyond `MAX_PLACES` of a code in a file only count it."""
        self._places[code, file] += 1
        if self._places[code, file] > MAX_PLACES:
            return self.tally(code, file, line, column, None, detail=detail)
        self._entries.append(_Entry(code, file, line, column, value, detail, count))
        return len(self._entries) - 1

    def tally(
        self, code: str, file: str, line: int | None, column: str | None, value: str | None, *, detail: str = ""
    ) -> int:
        """Count one row of a habit: one finding per code, file and column, placed at its first row."""
        key = (code, file, column)
        if key in self._sums:
            self._entries[self._sums[key]].count += 1
        else:
            self._entries.append(_Entry(code, file, line, column, value, detail))
            self._sums[key] = len(self._entries) - 1
        return self._sums[key]

    def follow(self, root: int, file: str) -> None:
        """Count a row of `file` that fell, or lost a link, only because of finding `root`."""
        self._entries[root].followers[file] += 1

    def close(self, order: tuple[str, ...]) -> tuple[Finding, ...]:
        """Return the findings by file in `order` (others first), then by line."""
        rank = {file: place for place, file in enumerate(order)}
        entries = sorted(self._entries, key=lambda entry: (rank.get(entry.file, -1), entry.line or 0))
        return tuple(map(_write_finding, entries))


def _write_finding(entry: _Entry) -> Finding:
    message = CODES[entry.code]
    words = {"column": entry.column or "", "detail": entry.detail}
    sentence = message.sentence.format(**words).strip()
    if entry.followers:
        fallen = ", ".join(f"{count:,} of {file}" for file, count in sorted(entry.followers.items()))
        sentence += f" Rows that point here and went with it, or lost the link: {fallen}."
    return Finding(
        entry.code,
        entry.file,
        entry.line,
        entry.column,
        entry.value,
        sentence,
        message.remedy.format(**words),
        entry.count,
    )
