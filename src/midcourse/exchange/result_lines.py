"""One line of a results file becomes one `ResultRow`, or a finding that says why not.

Decides what makes a row unusable; where the columns are was decided in `edsight`.
"""

from __future__ import annotations

from collections.abc import Callable

from midcourse.exchange.achievement_mapping import AchievementMapping, LevelMapping, squeeze
from midcourse.exchange.edsight import SheetLayout, grade_of, school_year_of
from midcourse.exchange.findings import Finding
from midcourse.exchange.result_cells import ABSENT, Cell, Measure, parse_cell
from midcourse.exchange.result_rows import ROW_LEFT_OUT, LevelResult, ResultRow
from midcourse.exchange.sheet_text import Record, mend_row, unshell
from midcourse.vocabulary import Subgroup


class _RowRefusedError(Exception):
    """Carries the finding of a row that cannot be stored to the one place that reports it."""

    def __init__(self, code: str, column: str | None, value: str | None, sentence: str, remedy: str) -> None:
        super().__init__(code)
        self.parts = (code, column, value, sentence, remedy)


class ResultLines:
    """Reads the lines of one file. Cells with the same mark are one shared object: most of a file is ``*``."""

    def __init__(self, layout: SheetLayout, mapping: AchievementMapping, file: str, sha256: str) -> None:
        self.layout, self.mapping, self.file, self.sha256 = layout, mapping, file, sha256
        self.findings: list[Finding] = []
        self._width = len(layout.header.cells)
        self._names = [unshell(cell) or f"column {i}" for i, cell in enumerate(layout.header.cells, 1)]
        self._seen: dict[tuple[object, ...], tuple[str, ...]] = {}
        self._levels: dict[tuple[int, str, str], LevelResult] = {}
        caches: dict[Measure, dict[str, Cell]] = {measure: {} for measure in Measure}
        self._numbers = {
            role: (column, caches[measure], measure)
            for role, column in layout.columns.items()
            if (measure := _measure_of(role)) is not None
        }
        self._words: dict[tuple[str, str], str | None] = {}
        self._is_school = "school_name" in layout.columns or "school_id" in layout.columns

    def read(self, record: Record) -> ResultRow | None:
        """Return the row, or None with a finding that says why it was not stored."""
        try:
            cells = [unshell(cell) for cell in self._fitting(record)]
            row = self._row(cells, record.line)
        except _RowRefusedError as refused:
            self._report(record.line, *refused.parts)
            return None
        key = row.identity
        if key not in self._seen:
            self._seen[key] = tuple(cells)
            return row
        if self._seen[key] == tuple(cells):
            sentence = "The row repeats an earlier one exactly."
            self._report(record.line, ROW_LEFT_OUT, None, None, sentence, "Nothing is lost.")
        else:
            sentence = "An earlier row is about the same organisation, grade, subject and group, and differs."
            remedy = "Ask the publisher which is right; the first was kept."
            self._report(record.line, "E_ROW_DUP", None, None, sentence, remedy)
        return None

    def _report(self, line: int, code: str, column: str | None, value: str | None, sentence: str, remedy: str) -> None:
        self.findings.append(Finding(code, self.file, line, column, value, sentence, remedy))

    def _fitting(self, record: Record) -> list[str]:
        """Return the cells if they fit the header: as they are, without empty cells at the end, or mended."""
        cells = record.cells
        if cells[0].strip() and not any(cell.strip() for cell in cells[1:]):
            raise _RowRefusedError("E_FOOTNOTE", None, None, "The line is a note and not a row.", "Read the note.")
        if len(cells) == self._width:
            return cells
        if len(cells) > self._width:
            if (mended := mend_row(cells, self._width)) is not None:
                sentence = "A name with a comma had been cut in two; the row was put together again."
                self._report(record.line, "W_ROW_MENDED", None, None, sentence, "Check the name.")
                return mended
            if not any(cell.strip() for cell in cells[self._width :]):
                return cells[: self._width]
        raise _RowRefusedError(
            "E_ROW_WIDTH",
            None,
            None,
            f"The row has {len(cells)} cells, the header {self._width}.",
            "Quote the cell that holds a comma, or export the file again.",
        )

    def _row(self, cells: list[str], line: int) -> ResultRow:
        layout = self.layout
        level, org_id, received, name = self._organisation(cells)
        subgroup_type, subgroup = self._subgroup(cells)
        is_school = level == "school"
        has_district_id = is_school and "district_id" in layout.columns
        return ResultRow(
            school_year=self._school_year(cells),
            org_id_system=self.mapping.org_id_system,
            org_id=org_id,
            org_id_received=received,
            org_name=name,
            org_level=level,
            district_id=self._code(cells, "district_id")[0] if has_district_id else None,
            district_name=self._text(cells, "district_name") or None if is_school else None,
            test=layout.test.test,
            subject=self._word(cells, "subject", layout.subject, self._subject_of),
            grade=self._word(cells, "grade", layout.grade, grade_of),
            subgroup_type=subgroup_type,
            subgroup=subgroup,
            n_enrolled=self._cell(cells, "n_enrolled"),
            n_tested=self._cell(cells, "n_tested"),
            n_scored=self._cell(cells, "n_scored"),
            participation_pct=self._cell(cells, "participation_pct"),
            mean_score=self._cell(cells, "mean_score"),
            score_name=layout.test.score_name,
            levels=tuple([self._level(cells, known) for known in layout.test.levels]),
            at_or_above_name=layout.test.at_or_above_name,
            at_or_above_n=self._cell(cells, "at_or_above_n"),
            at_or_above_pct=self._cell(cells, "at_or_above_pct"),
            source_file=self.file,
            source_line=line,
            file_sha256=self.sha256,
        )

    def _organisation(self, cells: list[str]) -> tuple[str, str, str, str]:
        """Return level, padded code, code as received, and name."""
        district = self._text(cells, "district_name")
        if squeeze(district) in self.mapping.state_names:
            return "state", self.mapping.state_id, "", district
        level = "school" if self._is_school else "district"
        name = self._text(cells, f"{level}_name")
        if not name:
            raise _RowRefusedError("E_REQUIRED", f"{level}_name", None, "The name is blank.", "Fill in the name.")
        return (level, *self._code(cells, f"{level}_id"), name)

    def _code(self, cells: list[str], role: str) -> tuple[str, str]:
        code = self._text(cells, role)
        if not code:
            sentence = "The row has no code and is not the state's."
            raise _RowRefusedError("E_ID_BLANK", role, None, sentence, "Export the file with codes.")
        width = self.mapping.org_id_width
        if not (code.isascii() and code.isdigit()) or len(code) > width:
            sentence = f"The code is not a number of up to {width} digits."
            raise _RowRefusedError("E_ID_CHARS", role, code, sentence, "Correct the code, or export again.")
        return code.zfill(width), code

    def _subgroup(self, cells: list[str]) -> tuple[Subgroup, str]:
        if self.layout.subgroup is None:
            return Subgroup.ALL, Subgroup.ALL.value
        known, column = self.layout.subgroup
        word = known.values.get(squeeze(cells[column]))
        if word is None:
            remedy = "Add the word to the mapping if it is a real group."
            raise _RowRefusedError(
                "E_ENUM", self._names[column], cells[column], "The group is not in the mapping.", remedy
            )
        return known.type, word

    def _school_year(self, cells: list[str]) -> int:
        column = self.layout.columns.get("school_year")
        year = school_year_of(cells[column]) if column is not None else self.layout.school_year
        if year is None:
            value = self._text(cells, "school_year") or None
            raise _RowRefusedError("E_YEAR", "school_year", value, "Not a school year.", "Write it like 2014-15.")
        return year

    def _subject_of(self, word: str) -> str | None:
        return self.mapping.subjects.get(squeeze(word))

    def _word(self, cells: list[str], role: str, given: str | None, known: Callable[[str], str | None]) -> str:
        """Return subject or grade: from its column, else from the lines above the table."""
        column = self.layout.columns.get(role)
        if column is None:
            word = given
        elif (word := self._words.get((role, cells[column]))) is None:
            word = self._words[role, cells[column]] = known(cells[column])
        if word is None:
            value = self._text(cells, role) or None
            raise _RowRefusedError("E_ENUM", role, value, f"The {role} is not known.", "Add the word to the mapping.")
        return word

    def _text(self, cells: list[str], role: str) -> str:
        column = self.layout.columns.get(role)
        return cells[column] if column is not None else ""

    def _level(self, cells: list[str], known: LevelMapping) -> LevelResult:
        """Return one level; a pair of marks that was seen before is the same object again."""
        n, pct = self._cell(cells, f"level{known.number}_n"), self._cell(cells, f"level{known.number}_pct")
        key = (known.number, n.mark, pct.mark)
        if (level := self._levels.get(key)) is None:
            level = self._levels[key] = LevelResult(known.number, known.name, n, pct)
        return level

    def _cell(self, cells: list[str], role: str) -> Cell:
        place = self._numbers.get(role)
        if place is None:
            return ABSENT
        column, cache, measure = place
        mark = cells[column]
        if (cell := cache.get(mark)) is None:
            cell = parse_cell(mark, measure, self.mapping.marks)
            if cell is None:
                sentence = f"This cannot be read as a {measure.value}."
                remedy = "Correct the cell, or tell in the mapping what the mark means."
                raise _RowRefusedError("E_VALUE", self._names[column], mark, sentence, remedy)
            cache[mark] = cell
        return cell


def _measure_of(role: str) -> Measure | None:
    """Return what the column of a role counts in; None for a column of words."""
    if role == "mean_score":
        return Measure.SCORE
    if role.endswith("_pct"):
        return Measure.PERCENT
    return Measure.COUNT if role.startswith("n_") or role.endswith("_n") else None
