"""Stream the rows of one file: width, id, duplicates, status, cells. References are followed by the caller.

Decides whether a row can be taken on its own; passwords are dropped here and go no further.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from midcourse.exchange.oneroster_cells import INSTANT_FORM, is_id, judge_cell, judge_instant
from midcourse.exchange.oneroster_layout import POSITION_TITLE, CellKind, Column, FileLayout
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import Change, Mode

_STATUS = {"active": Change.UPSERT, "tobedeleted": Change.DELETE, "inactive": Change.DELETE}
_COMMON = ("sourcedId", "status", "dateLastModified")


@dataclass(slots=True)
class SourceRow:
    """One row with typed cells. `root` is the number of the finding that refuses it; None: it can be taken."""

    line: int
    source_id: str
    change: Change = Change.UPSERT
    modified_at: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)
    root: int | None = None


@dataclass(slots=True)
class _Seen:
    """The version of a row that was taken first, for telling repeats from conflicts."""

    print: int
    line: int
    modified_at: datetime | None


@dataclass(slots=True)
class Lines:
    """The rows of a text that are not blank, header included, as (line, cells).

    `height` is how many lines the last row covers; `swallowed` turns true when a cell never ended and took rows along.
    """

    text: IO[str]
    file: str
    log: FindingLog
    height: int = 1
    swallowed: bool = False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self.text)
        line = 1
        try:
            for cells in reader:
                self.height = reader.line_num + 1 - line
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            detail = "a cell that never ends; everything after it was lost"
            self.log.add("E_ROW_WIDTH", self.file, line, detail=detail)
            self.swallowed = True


class RowJudge:
    """Judges the rows of one file, one after the other."""

    def __init__(
        self, layout: FileLayout, positions: dict[str, int], width: int, mode: Mode, log: FindingLog, version: str
    ) -> None:
        self.file = f"{layout.name}.csv"
        self.superseded: set[int] = set()
        self._log, self._mode, self._width = log, mode, width
        self._extensible = version != "1.1"
        self._positions = positions
        self._common = tuple(positions.get(name) for name in _COMMON)
        self._plan = [
            (column, positions.get(column.name))
            for column in layout.columns
            if column.name not in _COMMON and column.kind is not CellKind.SECRET
        ]
        if POSITION_TITLE in positions:
            self._plan.append((Column(POSITION_TITLE, CellKind.TEXT), positions[POSITION_TITLE]))
        self._prints: dict[str, int] = {}  # bulk: id → print of its cells
        self._seen: dict[str, _Seen] = {}  # delta: the newest version counts, so its place is kept too
        self._bulk_column = ""

    def peek(self, cells: list[str], column: str) -> str:
        """Return the bare text of one cell, for rows that were refused before their cells were judged."""
        position = self._positions.get(column, len(cells))
        return cells[position].strip() if position < len(cells) else ""

    def judge(self, line: int, cells: list[str], height: int = 1) -> SourceRow:
        """Return the row, which covers `height` lines, with everything wrong with it reported."""
        row = SourceRow(line, "")
        if len(cells) != self._width:
            row.source_id = self.peek(cells, "sourcedId")
            detail = f"{len(cells)} cells where the header has {self._width} columns"
            if height > 1:
                detail += f", and {height:,} lines were read as this one row"
            row.root = self._log.add("E_ROW_WIDTH", self.file, line, detail=detail)
            return row
        self._judge_id(row, cells)
        self._judge_status(row, cells)
        if row.root is None and row.source_id and not self._is_first(row, cells):
            return row
        for column, position in self._plan:
            text = "" if position is None else cells[position]
            if not text and not column.required:
                continue
            if (trimmed := text.strip()) != text or "\n" in text or "\r" in text:
                trimmed = " ".join(trimmed.split()) if "\n" in text or "\r" in text else trimmed
                if trimmed:
                    self._log.add("W_TRIMMED", self.file, line, column.name, text)
            if column.kind is CellKind.TEXT and trimmed:
                row.values[column.name] = trimmed
                continue
            cell = judge_cell(column, trimmed, extensible=self._extensible)
            row.values[column.name] = cell.value
            if cell.code:
                self._report(row, cell.code, column.name, text, cell.detail)
        self._check_range(row)
        return row

    def _report(self, row: SourceRow, code: str, column: str | None, value: str | None, detail: str = "") -> None:
        number = self._log.add(code, self.file, row.line, column, value, detail=detail)
        if code.startswith("E_") and row.root is None:
            row.root = number

    def _judge_id(self, row: SourceRow, cells: list[str]) -> None:
        text = cells[self._common[0] or 0]
        row.source_id = text.strip()
        if not row.source_id:
            self._report(row, "E_ID_BLANK", "sourcedId", text)
            return
        if row.source_id != text:
            self._report(row, "W_TRIMMED", "sourcedId", text)
        if not is_id(row.source_id):
            self._report(row, "E_ID_CHARS", "sourcedId", row.source_id)

    def _judge_status(self, row: SourceRow, cells: list[str]) -> None:
        _, status_at, date_at = self._common
        status = "" if status_at is None else cells[status_at].strip()
        moment = "" if date_at is None else cells[date_at].strip()
        if self._mode is Mode.BULK:
            if status or moment:
                self._bulk_column = self._bulk_column or ("status" if status else "dateLastModified")
                value = status or moment
                self._log.tally("W_BULK_STATUS", self.file, row.line, self._bulk_column, value)
        else:
            if not status:
                self._report(row, "E_DELTA_STATUS", "status", status)
            if not moment:
                self._report(row, "E_DELTA_DATE", "dateLastModified", moment)
        if status:
            self._read_status(row, status)
        if moment:
            cell = judge_instant(moment)
            row.modified_at = cell.value
            if cell.code:
                self._report(row, cell.code, "dateLastModified", moment, INSTANT_FORM)

    def _read_status(self, row: SourceRow, status: str) -> None:
        word = status.lower()
        if word not in _STATUS:
            self._report(row, "E_ENUM", "status", status, "active, tobedeleted")
            return
        row.change = _STATUS[word]
        if word == "inactive":
            self._report(row, "W_STATUS_INACTIVE", "status", status)
        elif word != status:
            self._report(row, "W_ENUM_CASE", "status", status, word)
        if word == "tobedeleted" and self._mode is Mode.BULK:
            self._report(row, "W_BULK_TOBEDELETED", "status", status)

    def _is_first(self, row: SourceRow, cells: list[str]) -> bool:
        """Tell whether the row is to be taken; a repeat is noted, a conflict refused."""
        mark = hash(tuple(cell.strip() for cell in cells))
        if self._mode is not Mode.DELTA:
            first = self._prints.get(row.source_id)
            if first is None:
                self._prints[row.source_id] = mark
                return True
            return self._note_repeat(row, first == mark, "the first was kept")
        seen = self._seen.get(row.source_id)
        if seen is None:
            self._seen[row.source_id] = _Seen(mark, row.line, row.modified_at)
            return True
        if row.modified_at and seen.modified_at and row.modified_at > seen.modified_at:
            detail = f"the newer, in line {row.line}, was kept"
            self._log.add("E_ID_DUP", self.file, seen.line, "sourcedId", row.source_id, detail=detail)
            self.superseded.add(seen.line)
            self._seen[row.source_id] = _Seen(mark, row.line, row.modified_at)
            return True
        return self._note_repeat(row, seen.print == mark, f"the one in line {seen.line} was kept")

    def _note_repeat(self, row: SourceRow, is_same: bool, kept: str) -> bool:
        code = "W_ID_DUP_IDENTICAL" if is_same else "E_ID_DUP"
        row.root = self._log.add(code, self.file, row.line, "sourcedId", row.source_id, detail="" if is_same else kept)
        row.source_id = ""  # the id itself stands: what points to it means the row that was kept
        return False

    def _check_range(self, row: SourceRow) -> None:
        begins = row.values.get("beginDate") or row.values.get("startDate")
        ends = row.values.get("endDate")
        if begins and ends and ends < begins:
            self._log.add("W_DATE_RANGE", self.file, row.line, "endDate", ends.isoformat())
