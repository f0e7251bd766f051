"""What a results file becomes: one frozen row per line, and a reading that accounts for every line.

Decides the shape (standards 5.2) and the accounting; reading the file is in `achievement` and `edsight`.
"""

from __future__ import annotations

from dataclasses import dataclass

from midcourse.exchange.findings import Finding
from midcourse.exchange.result_cells import ABSENT, Cell
from midcourse.vocabulary import Subgroup

ROW_LEFT_OUT = "W_ROW_REPEATED"
"""The one code that leaves a row out without refusing it: an exact repeat inside the file."""


@dataclass(frozen=True, slots=True)
class LevelResult:
    """Pupils at one achievement level; `number` counts from 1, the lowest."""

    number: int
    name: str
    n: Cell
    pct: Cell


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One published result: one organisation, year, test, subject, grade and group.

    Counts are in pupils, percentages 0-100 as published, the mean in points of the test's own scale.
    `org_id` is the state's code as text, zero-padded; `org_id_received` is the file's own writing of it.
    """

    school_year: int
    org_id_system: str
    org_id: str
    org_id_received: str
    org_name: str
    org_level: str
    district_id: str | None
    district_name: str | None
    test: str
    subject: str
    grade: str
    subgroup_type: Subgroup
    subgroup: str
    n_enrolled: Cell
    n_tested: Cell
    n_scored: Cell
    participation_pct: Cell
    mean_score: Cell
    score_name: str
    levels: tuple[LevelResult, ...]
    at_or_above_name: str
    at_or_above_n: Cell
    at_or_above_pct: Cell
    source_file: str
    source_line: int
    file_sha256: str

    @property
    def identity(self) -> tuple[str | int | None, ...]:
        """What the row is about. Two rows with one identity tell the same fact, in this file or in another.

        A school's district belongs to it: one programme can stand in the file once per district that sends pupils.
        """
        return (
            *(self.school_year, self.org_level, self.org_id_system, self.org_id, self.district_id),
            *(self.test, self.subject, self.grade, self.subgroup_type.value, self.subgroup),
        )


@dataclass(frozen=True, slots=True)
class AchievementReading:
    """One results file as read.

    Parameters
    ----------
    file : str
        Name of the file inside its package.
    sha256 : str
        Of the file's bytes.
    mapping, test : str
        Mapping used; test recognised, empty when the file was refused.
    rows_in : int
        Lines below the header that are not blank. If no header was found: every line that is not blank.
    rows : tuple of ResultRow
        The lines stored.
    findings : tuple of Finding
        What a data manager should know, file first, then by line.
    preamble : tuple of str
        Title, scope and notes above the header, as received.
    """

    file: str
    sha256: str
    mapping: str
    test: str
    rows_in: int
    rows: tuple[ResultRow, ...]
    findings: tuple[Finding, ...]
    preamble: tuple[str, ...]

    @property
    def rows_stored(self) -> int:
        return len(self.rows)

    @property
    def rows_reported(self) -> int:
        """Lines not stored, counted from the findings that say so."""
        return sum(finding.count for finding in self.findings if finding.refuses or finding.code == ROW_LEFT_OUT)

    @property
    def refused(self) -> bool:
        """True when the whole file was refused."""
        return not self.test

    def accounts(self) -> bool:
        """Tell whether every line is either stored or reported: rows in = rows stored + rows reported."""
        lines = {row.source_line for row in self.rows}
        return self.rows_in == self.rows_stored + self.rows_reported and len(lines) == self.rows_stored

    def to_columns(self) -> dict[str, list[str | int | float | None]]:
        """Return the rows as columns of equal length, for the fact table `results`.

        Returns
        -------
        dict of str to list, each (n_rows,)
            Numbers are None unless reported; ``<name>_status`` beside them says why. A test with more than four
            levels adds ``level5_n`` and so on; rows without a level carry None and ``missing``.
        """
        return columns_of(self.rows)


def columns_of(rows: tuple[ResultRow, ...]) -> dict[str, list[str | int | float | None]]:
    """Turn rows into columns of equal length; see `AchievementReading.to_columns`."""
    columns: dict[str, list[str | int | float | None]] = {
        "school_year": [row.school_year for row in rows],
        "org_level": [row.org_level for row in rows],
        "org_id": [row.org_id for row in rows],
        "org_name": [row.org_name for row in rows],
        "district_name": [row.district_name for row in rows],
        "test": [row.test for row in rows],
        "subject": [row.subject for row in rows],
        "grade": [row.grade for row in rows],
        "subgroup_type": [row.subgroup_type.value for row in rows],
        "subgroup": [row.subgroup for row in rows],
    }

    def add(name: str, cells: list[Cell], status: bool = True) -> None:
        columns[name] = [cell.value for cell in cells]
        if status:
            columns[f"{name}_status"] = [cell.status.value for cell in cells]

    add("n_enrolled", [row.n_enrolled for row in rows])
    add("n_tested", [row.n_tested for row in rows])
    add("n_scored", [row.n_scored for row in rows])
    add("participation_pct", [row.participation_pct for row in rows], status=False)
    add("mean_score", [row.mean_score for row in rows])
    n_levels = max(4, *(len(row.levels) for row in rows)) if rows else 4
    from_level = [{level.number: level for level in row.levels} for row in rows]
    for number in range(1, n_levels + 1):
        found = [levels.get(number) for levels in from_level]
        add(f"level{number}_n", [level.n if level else ABSENT for level in found])
    for number in range(1, n_levels + 1):
        found = [levels.get(number) for levels in from_level]
        add(f"level{number}_pct", [level.pct if level else ABSENT for level in found])
    add("at_or_above_n", [row.at_or_above_n for row in rows])
    add("at_or_above_pct", [row.at_or_above_pct for row in rows])
    columns["source_file"] = [row.source_file for row in rows]
    columns["source_line"] = [row.source_line for row in rows]
    return columns
