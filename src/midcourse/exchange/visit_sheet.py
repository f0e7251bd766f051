"""Past visits from a spreadsheet, such as two years of a form's export: rows, and what is wrong with the others.

Decides which rows can be taken and under which id. Reading is the dry run: nothing is stored here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from midcourse.exchange.findings import Finding
from midcourse.exchange.spreadsheets import read_table
from midcourse.exchange.visit_cells import (
    MissingWords,
    Value,
    parse_answer,
    parse_day,
    parse_grade,
    parse_subject,
    plain,
    snapshot_of,
    split_names,
    whole_of,
)
from midcourse.exchange.visit_mapping import AnswerColumn, VisitField, VisitMapping, unique_header
from midcourse.vocabulary import Grade, Missing, Scale, Subject

_NAMESPACE = UUID("6f1d3c0a-5a0e-5c5e-9a53-7d2f1b1f0e11")  # ours, for visits that come from sheets; never change it
_WITH_TIME = re.compile(r"(.*\d)[T ](\d{1,2}:\d{2}(?::\d{2})?.*)")
_LONGEST_VISIT = 400  # minutes; a school day


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """One answer. `value` is 1-4, yes=1 no=0, a count, or the pupils on learning out of `scanned`; else `missing`.

    Look-fors that are not on a scale (several answers, text) carry `text` only.
    """

    code: str
    value: float | None = None
    scanned: int | None = None
    missing: Missing | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class VisitSheetRow:
    """One past visit. Names of school, teacher, section and observers are as written: matching them is the caller's.

    `id` depends only on the row's own cells (or on its response id), so the same sheet twice gives the same visits.
    """

    id: UUID
    fingerprint: str
    line: int
    visited_on: date
    school: str
    grade: Grade | None
    grade_written: str
    subject: Subject | None
    subject_written: str
    section: str
    teacher: str
    observers: tuple[str, ...]
    minutes: int | None
    note: str
    answers: tuple[VisitAnswer, ...]


@dataclass(frozen=True, slots=True)
class VisitSheetReading:
    """A sheet as read: rows in = rows taken + rows reported."""

    file: str
    rows_in: int
    rows: tuple[VisitSheetRow, ...]
    findings: tuple[Finding, ...]

    @property
    def rows_reported(self) -> int:
        """Rows not taken: those with a finding that refuses, or that repeat another."""
        left_out = {f.line for f in self.findings if f.refuses or f.code == "W_ROW_REPEATED"}
        return self.rows_in if None in left_out else len(left_out)

    def accounts(self) -> bool:
        """Tell whether every row is taken or reported."""
        return self.rows_in == len(self.rows) + self.rows_reported


def read_visit_sheet(path: Path | str, mapping: VisitMapping, *, scope: str = "") -> VisitSheetReading:
    """Read past visits from a CSV or XLSX file.

    Parameters
    ----------
    path : path
        The sheet; its header is the first line that is not blank.
    mapping : VisitMapping
        From `propose_mapping`, confirmed by a person.
    scope : str
        Whose visits these are, e.g. the district's id. The same sheet in two scopes gives different ids.

    Returns
    -------
    VisitSheetReading
        A row with a fault is not taken, and every fault in it is reported with line, column and value.

    Raises
    ------
    FileNotFoundError
        There is no file at `path`.
    """
    path = Path(path)
    table = read_table(path)
    findings = list(table.findings)
    columns = unique_header(table.header)
    wanted = [column for _, column in mapping.fields] + [answer.column for answer in mapping.answers]
    missing = [column for column in dict.fromkeys(wanted) if column not in columns] if columns else []
    for field in (VisitField.DATE, VisitField.SCHOOL):
        if mapping.column_of(field) is None:
            sentence = f"No column was chosen for the {field.value}."
            findings.append(Finding("E_MAPPING", path.name, None, field.value, None, sentence, "Choose the column."))
    findings += [
        Finding(
            "E_HEADER_MISSING", path.name, 1, column, None, "The column is not in the sheet.", "Choose another column."
        )
        for column in missing
    ]
    if any(finding.refuses for finding in findings):
        file_wide = Finding(
            "E_SHEET", path.name, None, None, None, "No row of the sheet was taken.", "See the other findings.",
            len(table.rows),
        )  # fmt: skip
        return VisitSheetReading(path.name, len(table.rows), (), (*findings, file_wide))
    reader = _RowReader(path.name, columns, mapping, scope)
    rows = [row for line, cells in table.rows if (row := reader.read(line, cells)) is not None]
    return VisitSheetReading(path.name, len(table.rows), tuple(rows), (*findings, *reader.findings))


class _RowReader:
    """Reads the rows of one sheet and remembers which it has seen."""

    def __init__(self, file: str, columns: tuple[str, ...], mapping: VisitMapping, scope: str) -> None:
        self.file, self.columns, self.mapping, self.scope = file, columns, mapping, scope
        self.findings: list[Finding] = []
        self._place = {column: index for index, column in enumerate(columns)}
        self._words = MissingWords(
            frozenset(map(plain, mapping.not_applicable)), frozenset(map(plain, mapping.not_looked_for))
        )
        self._labels = {answer.column: dict(answer.words) for answer in mapping.answers}
        self._by_code: dict[str, list[AnswerColumn]] = {}
        for answer in mapping.answers:
            self._by_code.setdefault(answer.code, []).append(answer)
        self._seen: dict[UUID, tuple[int, str]] = {}

    def read(self, line: int, cells: tuple[str, ...]) -> VisitSheetRow | None:
        """Return the visit, or None when a finding says why not."""
        before = len(self.findings)
        if len(cells) > len(self.columns):
            sentence = f"The row has {len(cells)} cells, the header {len(self.columns)}."
            self._report("E_ROW_WIDTH", line, None, None, sentence, "Quote the cell that holds a comma.")
            return None
        padded = (*cells, *[""] * (len(self.columns) - len(cells)))
        fingerprint = _fingerprint(self.columns, padded)
        row_id = self._field(padded, VisitField.ROW_ID)
        identity = uuid5(_NAMESPACE, json.dumps([self.scope, "id", row_id] if row_id else [self.scope, fingerprint]))
        if identity in self._seen:
            self._report_repeat(line, row_id, *self._seen[identity], fingerprint)
            return None
        self._seen[identity] = (line, fingerprint)
        row = self._visit(line, padded, identity, fingerprint)
        return None if any(finding.refuses for finding in self.findings[before:]) else row

    def _report_repeat(self, line: int, row_id: str, first: int, known: str, fingerprint: str) -> None:
        if known == fingerprint:
            sentence = f"The row repeats line {first} exactly and was left out."
            remedy = "If these are two visits, add a column that tells them apart, such as the room or the time."
            self._report("W_ROW_REPEATED", line, None, None, sentence, remedy)
        else:
            sentence = f"The row has the id of line {first} and other contents."
            self._report(
                "E_ID_DUP", line, self.mapping.column_of(VisitField.ROW_ID), row_id, sentence, "Keep one of them."
            )

    def _report(self, code: str, line: int, column: str | None, value: str | None, sentence: str, remedy: str) -> None:
        self.findings.append(Finding(code, self.file, line, column, value, sentence, remedy))

    def _field(self, cells: tuple[str, ...], field: VisitField) -> str:
        column = self.mapping.column_of(field)
        return " ".join(cells[self._place[column]].split()) if column is not None else ""

    def _visit(self, line: int, cells: tuple[str, ...], identity: UUID, fingerprint: str) -> VisitSheetRow | None:
        day = self._day(line, self._field(cells, VisitField.DATE))
        school = self._field(cells, VisitField.SCHOOL)
        if not school:
            column = self.mapping.column_of(VisitField.SCHOOL)
            self._report("E_SCHOOL", line, column, None, "The school is blank.", "Fill in the school.")
        grade_written, subject_written = self._field(cells, VisitField.GRADE), self._field(cells, VisitField.SUBJECT)
        grade, subject = parse_grade(grade_written), parse_subject(subject_written)
        for field, written, known in (
            (VisitField.GRADE, grade_written, grade),
            (VisitField.SUBJECT, subject_written, subject),
        ):
            if written and known is None:
                sentence = f"This is not one {field.value} that we know; it is kept as written."
                remedy = "Say what it stands for, or leave it."
                self._report(f"W_{field.name}", line, self.mapping.column_of(field), written, sentence, remedy)
        observers = self._observers(line, cells)
        note_column = self.mapping.column_of(VisitField.NOTE)
        answers = [self._answer(line, cells, columns) for columns in self._by_code.values()]
        if day is None or not school or None in answers:
            return None
        return VisitSheetRow(
            id=identity,
            fingerprint=fingerprint,
            line=line,
            visited_on=day,
            school=school,
            grade=grade,
            grade_written=grade_written,
            subject=subject,
            subject_written=subject_written,
            section=self._field(cells, VisitField.SECTION),
            teacher=self._field(cells, VisitField.TEACHER),
            observers=observers,
            minutes=self._minutes(line, self._field(cells, VisitField.MINUTES)),
            note=cells[self._place[note_column]].strip() if note_column else "",
            answers=tuple(answer for answer in answers if answer is not None),
        )

    def _day(self, line: int, written: str) -> date | None:
        day = parse_day(written, day_first=self.mapping.day_first)
        if day is None:
            other = parse_day(written, day_first=not self.mapping.day_first)
            sentence = "The date is blank." if not written else "This is not a date we can read."
            remedy = "Write it like 2025-09-15."
            if other is not None:
                remedy = "Set the order of day and month in the mapping, or write it like 2025-09-15."
            self._report("E_DATE", line, self.mapping.column_of(VisitField.DATE), written or None, sentence, remedy)
        return day

    def _observers(self, line: int, cells: tuple[str, ...]) -> tuple[str, ...]:
        names: dict[str, str] = {}
        for field in (VisitField.OBSERVER, VisitField.CO_OBSERVERS):
            column = self.mapping.column_of(field)
            for name in split_names(cells[self._place[column]]) if column else ():
                names.setdefault(name.casefold(), name)
        column = self.mapping.column_of(VisitField.OBSERVER)
        if column and not names:
            self._report("W_OBSERVER", line, column, None, "Nobody is named as observer.", "Fill in who observed.")
        return tuple(names.values())

    def _minutes(self, line: int, written: str) -> int | None:
        minutes = whole_of(re.sub(r"\s*min(?:ute)?s?\.?$", "", written, flags=re.IGNORECASE))
        if written and (minutes is None or not 0 < minutes <= _LONGEST_VISIT):
            sentence = "This is not a number of minutes; it was passed over."
            self._report(
                "W_MINUTES",
                line,
                self.mapping.column_of(VisitField.MINUTES),
                written,
                sentence,
                "Correct it or leave it.",
            )
            return None
        return minutes

    def _answer(self, line: int, cells: tuple[str, ...], columns: list[AnswerColumn]) -> VisitAnswer | None:
        first = columns[0]
        if first.scale not in _EXPECTED:
            texts = [cells[self._place[column.column]].strip() for column in columns]
            return VisitAnswer(first.code, text="; ".join(text for text in texts if text))
        if first.side:
            found = self._scans(line, cells, columns)
        else:
            cell = cells[self._place[first.column]]
            limits = (first.minimum, first.maximum)
            found = parse_answer(cell, Scale(first.scale), self._labels[first.column], self._words, limits)
            if found is None:
                self._report_value(line, first, cell, _EXPECTED[Scale(first.scale)])
        return VisitAnswer(first.code, found.value, found.scanned, found.missing) if found else None

    def _scans(self, line: int, cells: tuple[str, ...], columns: list[AnswerColumn]) -> Value | None:
        """Pool the scans that were made; a scan with only one of its two counts is a fault."""
        on = [column for column in columns if column.side == "on"]
        of = [column for column in columns if column.side == "of"]
        pairs = [
            (cells[self._place[a.column]].strip(), cells[self._place[b.column]].strip())
            for a, b in zip(on, of, strict=False)
        ]
        made = [pair for pair in pairs if any(pair)]
        reasons = {self._words.reason_of(cell) for pair in made for cell in pair}
        if not made or (len(reasons) == 1 and None not in reasons):
            return Value(missing=next(iter(reasons)) if made else Missing.NOT_LOOKED_FOR)
        counts = [(whole_of(a), whole_of(b)) for a, b in made]
        found = None
        if len(on) == len(of) and all(a is not None and b is not None for a, b in counts):
            found = snapshot_of([a for a, _ in counts if a is not None], [b for _, b in counts if b is not None])
        if found is None:
            self._report_value(line, columns[0], " ".join(f"{a}/{b}" for a, b in made), _EXPECTED[Scale.SNAPSHOT])
        return found

    def _report_value(self, line: int, answer: AnswerColumn, cell: str, expected: str) -> None:
        sentence = f"This answer is not on the scale of {answer.code}."
        self._report(
            "E_VALUE", line, answer.column, cell, sentence, f"Write {expected}, or add the word to the mapping."
        )


_EXPECTED = {
    Scale.RATING_1_4: "1, 2, 3 or 4, N/A, or nothing",
    Scale.YES_NO: "yes or no, N/A, or nothing",
    Scale.COUNT: "a whole number within the limits, N/A, or nothing",
    Scale.SNAPSHOT: "pupils on learning and pupils counted, like 18/22",
}


def _fingerprint(columns: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """Return a hash of the filled cells under their names: the same for CSV and XLSX, whatever the mapping says."""
    pairs = sorted((column, _canonical(cell)) for column, cell in zip(columns, cells, strict=True) if cell.strip())
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode()).hexdigest()


def _canonical(cell: str) -> str:
    text = " ".join(cell.split())
    if text.replace(".", "", 1).isdigit():
        return text.rstrip("0").rstrip(".") if "." in text else text
    time = ""
    if found := _WITH_TIME.fullmatch(text):
        text, time = found[1], f" {found[2]}"
    day = parse_day(text) if len(text) <= 12 else None
    return f"{day.isoformat() if day else text}{time}"
