"""Take the rows of one OneRoster file: follow their references, shelve their ids, convert them.

Decides which rows can stand; whether a cell is right and where a reference leads is judged next door.
"""

from __future__ import annotations

from midcourse.exchange.oneroster_conflicts import Conflicts, cut_org_rings
from midcourse.exchange.oneroster_conversion import convert_row
from midcourse.exchange.oneroster_layout import CellKind, Column, FileLayout
from midcourse.exchange.oneroster_references import References, Shelf
from midcourse.exchange.oneroster_rows import RowJudge, SourceRow
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import (
    CourseRow,
    DemographicsRow,
    EnrollmentRow,
    Mode,
    OrgRow,
    PersonRow,
    PostRow,
    RosterRow,
    SectionRow,
    TeachingRow,
    TermRow,
)

FIELDS: dict[type[RosterRow], str] = {
    OrgRow: "orgs",
    TermRow: "terms",
    PersonRow: "people",
    PostRow: "posts",
    CourseRow: "courses",
    SectionRow: "sections",
    TeachingRow: "teaching",
    EnrollmentRow: "enrollments",
    DemographicsRow: "demographics",
}


class RowTaker:
    """Takes the rows of one file: follows their references, shelves their ids, converts them."""

    def __init__(
        self,
        layout: FileLayout,
        mode: Mode,
        judge: RowJudge,
        references: References,
        conflicts: Conflicts,
        rows: dict[str, list[RosterRow]],
    ) -> None:
        self._name, self._file, self._mode = layout.name, f"{layout.name}.csv", mode
        self._judge, self._references, self._conflicts, self._rows = judge, references, conflicts, rows
        self._shelf: Shelf = references.shelf(layout.name)
        pointing = [c for c in layout.columns if c.kind in (CellKind.REFERENCE, CellKind.REFERENCES)]
        if layout.name == "demographics":  # its sourcedId is the user's
            pointing.append(Column("sourcedId", CellKind.REFERENCE, required=True, target="users"))
        self._outward = [column for column in pointing if column.target != layout.name]
        self._inward = [column for column in pointing if column.target == layout.name]
        # Rows that may point to later rows of their own file wait until it is read; the others go straight through.
        self._waiting: list[SourceRow] = []
        self._taken = 0
        self.swallowed = False

    def take(self, line: int, cells: list[str], height: int) -> None:
        """Judge one row, which covers `height` lines, and take or refuse it."""
        row = self._judge.judge(line, cells, height)
        self.swallowed = self.swallowed or (height > 1 and row.root is not None and not row.values)
        if self._name == "roles":
            self._conflicts.place(self._judge.peek(cells, "userSourcedId"))
        for column in self._outward:
            self._follow(row, column)
        if row.root is not None:
            if row.source_id:
                self._shelf.refused[row.source_id] = row.root
            return
        if self._name not in ("enrollments", "demographics"):  # nothing points into these two
            self._shelf.accepted[row.source_id] = row.values.get("type") or ""
        self._taken += 1
        self._conflicts.note(self._name, row)
        if self._inward:
            self._waiting.append(row)
        else:
            self._convert(row)

    def close(self, log: FindingLog) -> int:
        """Settle what had to wait; return how many rows were taken."""
        for row in self._waiting:
            for column in self._inward:
                self._follow(row, column)
        if self._name == "orgs":
            cut_org_rings(self._waiting, log)
        for row in self._waiting:
            self._convert(row)
        self._waiting.clear()
        if self._mode is Mode.DELTA:
            self._settle_delta()
        return self._taken

    def _follow(self, row: SourceRow, column: Column) -> None:
        value = row.source_id if column.name == "sourcedId" else row.values.get(column.name)
        if not value:
            return
        ids = value if isinstance(value, tuple) else (value,)
        tie = self._references.follow(self._file, row.line, column, ids, row.change, self._mode)
        row.values[column.name] = tie.kept
        if tie.root is not None and row.root is None:
            row.root = tie.root
            if tie.follows:
                self._references.count_follower(tie.root, self._file)

    def _convert(self, row: SourceRow) -> None:
        for converted in convert_row(self._name, row):
            self._rows[FIELDS[type(converted)]].append(converted)

    def _settle_delta(self) -> None:
        """Drop versions that a newer row of the same file replaced, and put the rest in the order of their changes."""
        for field, rows in self._rows.items():
            mine = [row for row in rows if row.file == self._file and row.line not in self._judge.superseded]
            if mine:
                mine.sort(key=lambda row: row.modified_at.timestamp() if row.modified_at else 0.0)
                self._rows[field] = [row for row in rows if row.file != self._file] + mine
