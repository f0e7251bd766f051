"""The text of a published sheet: decoded, cut into records, freed of the formulas a spreadsheet wraps around cells.

Decides what one record is, so that no stray quote swallows rows; knows nothing of columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from midcourse.exchange.encodings import examine_text, report_encoding
from midcourse.exchange.findings import Finding

_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
MOST_TITLE_LINES = 12  # six were seen; twice that is still a header and not a page of prose
_LONGEST_LINE = 100_000  # the CSV reader takes cells of 131,072; a longer line is no row


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file: the line of its first character, counted from 1, its cells, and its lines."""

    line: int
    cells: list[str]
    n_lines: int = 1


@dataclass(frozen=True, slots=True)
class SheetText:
    """A decoded file. Above the table a cell may hold a line break; below the header one line is one row."""

    lines: list[str]
    findings: list[Finding]

    def top(self) -> list[Record]:
        """Return the records that can be title or header; blank ones are left out."""
        return [record for record in islice(_records(self.lines, 0), MOST_TITLE_LINES + 1) if _filled(record.cells)]

    def below(self, line: int) -> list[Record]:
        """Return what follows `line`, one record per line that is not blank."""
        return [
            single
            for record in _records(self.lines, line)
            for single in ([record] if record.n_lines == 1 else self._singly(record))
            if _filled(single.cells)
        ]

    def _singly(self, record: Record) -> Iterator[Record]:
        """Cut a record that runs over several lines: a stray quote must not swallow the rows below it."""
        for number in range(record.line, record.line + record.n_lines):
            line = self.lines[number - 1].rstrip("\r\n")
            yield Record(number, next(csv.reader((line[:_LONGEST_LINE],)), []))


def unshell(cell: str) -> str:
    """Free a cell of the formula a spreadsheet wraps around text: ``="0010011"`` becomes ``0010011``.

    Examples
    --------
    >>> unshell('="2880013"'), unshell("03"), unshell('="M. L. ""King"" School"')
    ('2880013', '03', 'M. L. "King" School')
    """
    if cell[:2] != '="':
        return cell.strip()
    found = _FORMULA.fullmatch(cell.strip())
    return found[1].replace('""', '"').strip() if found else cell.strip()


def mend_row(cells: list[str], width: int) -> list[str] | None:
    """Put back together a formula cell that a bare comma cut in two, if that gives exactly `width` cells.

    ``="M. L. King, Jr. School"`` without outer quotes is two cells to a CSV reader. Mending is unambiguous: a
    piece opens with ``="`` and does not close, and a later piece closes it. Returns None when that does not help.

    Examples
    --------
    >>> mend_row(["12", '="M. L. King', ' Jr. School"', "31"], 3)
    ['12', '="M. L. King, Jr. School"', '31']
    >>> mend_row(["12", "King", "Jr.", "31"], 3) is None
    True
    """
    mended: list[str] = []
    open_cell: list[str] | None = None
    for cell in cells:
        if open_cell is None and cell.startswith('="') and not _closes(cell[2:]):
            open_cell = [cell]
        elif open_cell is not None:
            open_cell.append(cell)
            if _closes(cell):
                mended.append(",".join(open_cell))
                open_cell = None
        else:
            mended.append(cell)
    return mended if open_cell is None and len(mended) == width else None


def _closes(text: str) -> bool:
    stripped = text.rstrip()
    return stripped.endswith('"') and (len(stripped) - len(stripped.rstrip('"'))) % 2 == 1


def read_text(content: bytes, file: str) -> SheetText:
    """Decode a file and cut it into lines; no lines if it cannot be decoded."""
    facts = examine_text(io.BytesIO(content))
    findings = list(report_encoding(file, facts))
    if facts.encoding is None:
        return SheetText([], findings)
    return SheetText(list(io.StringIO(content.decode(facts.encoding), newline="")), findings)


def _records(lines: list[str], after: int) -> Iterator[Record]:
    reader = csv.reader(lines[after:])
    while True:
        line = after + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell longer than the reader takes: a stray quote ate the rest of the file
            yield Record(line, [], len(lines) - line + 1)
            return
        yield Record(line, cells, after + reader.line_num - line + 1)


def _filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)
