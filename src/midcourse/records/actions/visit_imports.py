"""Past visits from a spreadsheet: who and where the written names are, row by row, and the import itself.

A dry run and an import take the same path, so the numbers agree. The spreadsheet may hold names of teachers: it is
never kept, and neither is any of its cells in a finding.
"""

from __future__ import annotations

import datetime as dt
import hmac
import tempfile
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from midcourse.exchange import (
    Finding,
    VisitField,
    VisitMapping,
    VisitSheetReading,
    VisitSheetRow,
    read_visit_sheet,
)
from midcourse.records.access import Act, require
from midcourse.records.actions.arrivals import Desk, VisitDraft
from midcourse.records.actions.imports import RowCounts, kept_findings, register_file
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.secrets import SecretDestroyedError
from midcourse.records.actions.sheets import Answer, Sheet, complete_answers
from midcourse.records.actions.staff_names import find_names, names_of_staff
from midcourse.records.actions.visits import record_visits
from midcourse.records.models import (
    District,
    Educator,
    LookFor,
    ProtocolVersion,
    ReceivedFile,
    School,
    Section,
    User,
    Visit,
)
from midcourse.vocabulary import GRADE_BANDS, GradeBand, Missing, Subject

_Row = TypeVar("_Row")
_TITLES = {"mr", "mrs", "ms", "mx", "miss", "dr", "sr", "sra", "srta"}


@dataclass(frozen=True, slots=True)
class VisitImportPlan:
    """What an import would do: rows in = ready + already stored + reported."""

    rows_in: int
    rows_already: int
    drafts: tuple[VisitDraft, ...]
    findings: tuple[Finding, ...]

    @property
    def rows_ready(self) -> int:
        """Rows that would be stored."""
        return len(self.drafts)

    @property
    def rows_reported(self) -> int:
        """Rows that would not, each with a finding."""
        return self.rows_in - self.rows_already - self.rows_ready


@dataclass(frozen=True, slots=True)
class VisitImport:
    """What an import did."""

    file: ReceivedFile
    rows_in: int
    rows_stored: int
    rows_already: int
    rows_reported: int
    findings: tuple[Finding, ...]
    again: bool
    """The very same file had been received before."""


def plan_visit_import(
    *, district: District, version: ProtocolVersion, name: str, content: bytes, mapping: VisitMapping, by: User | None
) -> VisitImportPlan:
    """Say what importing a spreadsheet would store and what it would report. Stores nothing."""
    require(by, Act.IMPORT_FILES, district_id=district.id)
    with transaction.atomic():
        plan = _plan(_Clerk(district, version, name, mapping), content)
        transaction.set_rollback(True)  # a year's first stamp makes its secret, and a dry run leaves nothing behind
    return plan


def import_visits(
    *, district: District, version: ProtocolVersion, name: str, content: bytes, mapping: VisitMapping, by: User | None
) -> VisitImport:
    """Store the visits of a spreadsheet, each once however often it is sent, and keep of the file only its hash, its
    mapping, its counts and its grouped findings."""
    require(by, Act.IMPORT_FILES, district_id=district.id)
    with transaction.atomic():
        clerk = _Clerk(district, version, name, mapping)
        plan = _plan(clerk, content)
        registered = register_file(
            district=district,
            kind=ReceivedFile.Kind.VISITS,
            name=name,
            content=content,
            mapping=mapping.as_json(),
            counts=RowCounts(plan.rows_in, plan.rows_ready, plan.rows_reported),
            findings=plan.findings,
            key=clerk.secret(timezone.localdate()),
            keep=False,
            by=by,
        )
        done = record_visits(district=district, drafts=plan.drafts, imported_from=registered.file, by=by)
        if not registered.created:  # rows that were reported before may be right by now
            registered.file.rows_stored += done.stored
            registered.file.rows_reported = plan.rows_reported
            registered.file.findings = kept_findings(plan.findings)
            registered.file.save(update_fields=["rows_stored", "rows_reported", "findings"])
    return VisitImport(
        file=registered.file,
        rows_in=plan.rows_in,
        rows_stored=done.stored,
        rows_already=plan.rows_already,
        rows_reported=plan.rows_reported,
        findings=plan.findings,
        again=not registered.created,
    )


def _plan(clerk: _Clerk, content: bytes) -> VisitImportPlan:
    reading = _read(content, clerk.file, clerk.mapping, clerk.district)
    ids = {row.id: key for row in reading.rows if (key := clerk.visit_id(row)) is not None}
    already = _known(ids.values())
    new = (row for row in reading.rows if row.id in ids and ids[row.id] not in already)
    drafts = [d for row in new if (d := clerk.draft(row, ids[row.id])) is not None]
    return VisitImportPlan(reading.rows_in, len(already), tuple(drafts), (*reading.findings, *clerk.findings))


def _read(content: bytes, name: str, mapping: VisitMapping, district: District) -> VisitSheetReading:
    """Read the sheet from a file that is gone as soon as it is read."""
    with tempfile.TemporaryDirectory(prefix="midcourse-") as folder:
        path = Path(folder) / (name or "visits.csv")
        path.write_bytes(content)
        return read_visit_sheet(path, mapping, scope=str(district.id))


def _known(ids: Iterable[UUID]) -> set[UUID]:
    wanted = sorted(ids)
    return {
        pk
        for start in range(0, len(wanted), 500)
        for pk in Visit.objects.filter(pk__in=wanted[start : start + 500]).values_list("pk", flat=True)
    }


def _plain(text: str) -> str:
    """Return what names are compared as: without accents, capitals, signs and titles; an address as it is."""
    if "@" in text:
        return text.strip().casefold()
    spread = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in spread if not unicodedata.combining(c))
    words = letters.split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _TITLES else words)


@dataclass
class _Clerk:
    """Finds the district's rows behind what is written in a sheet; what cannot be found is reported."""

    district: District
    version: ProtocolVersion
    file: str
    mapping: VisitMapping
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.version.district_id != self.district.id:
            raise Refused("foreign_version", "The protocol belongs to another district.", "Choose one of its own.")
        self.file = Path(self.file).name
        self._desk = Desk(self.district)
        self._look_fors: dict[str, LookFor] = self._desk.look_fors(self.version)
        self._schools: dict[str, list[School]] = {}
        for school in School.objects.filter(district=self.district):
            for word in {_plain(school.name), _plain(school.state_id), _plain(school.source_id)} - {""}:
                self._schools.setdefault(word, []).append(school)
        self._staff: dict[str, set[Educator]] = {}
        for person in Educator.objects.filter(district=self.district):
            for word in self._names(person) - {""}:
                self._staff.setdefault(word, set()).add(person)
        self._sections: dict[tuple[UUID, str], list[Section]] = {}
        for section in Section.objects.filter(district=self.district).select_related("school__district"):
            for word in {_plain(section.title), _plain(section.room), _plain(section.code)} - {""}:
                self._sections.setdefault((section.school_id, word), []).append(section)
        self._names_at: dict[UUID, frozenset[tuple[str, str]]] = {}

    @staticmethod
    def _names(person: Educator) -> set[str]:
        given, family = person.given_name, person.family_name
        return {_plain(t) for t in (f"{given} {family}", f"{family} {given}", person.email, person.username)}

    def secret(self, day: dt.date) -> bytes:
        """Return the secret of a day's school year."""
        return self._desk.book.secret(self._desk.book.calendar.school_year(day))

    def visit_id(self, row: VisitSheetRow) -> UUID | None:
        """Return the id under which a row is stored, the same each time it comes; None when its year is closed.

        Keyed with the year's secret: the row's own id follows from its cells, the teacher's name among them, so whoever
        holds the rest of a row could find the name by trying the whole staff.
        """
        try:
            key = self.secret(row.visited_on)
        except SecretDestroyedError as closed:
            self._report("E_YEAR_CLOSED", row, VisitField.DATE, None, closed.sentence, closed.remedy)
            return None
        return UUID(bytes=hmac.new(key, b"row\x00" + row.id.bytes, sha256).digest()[:16], version=4)

    def draft(self, row: VisitSheetRow, visit_id: UUID) -> VisitDraft | None:
        """Return the visit of a row, or None when a finding says why not."""
        school = _one(self._schools.get(_plain(row.school), ()))
        if school is None:
            self._report(
                "E_SCHOOL_UNKNOWN",
                row,
                VisitField.SCHOOL,
                row.school,
                "No school of the district has this name.",
                "Write it as in the roster, or its state code.",
            )
            return None
        observer = self._observer(row)
        if observer is None:
            return None
        teacher, section = self._visited(row, school)
        answers = self._answers(row)
        if answers is None:
            return None
        draft = VisitDraft(
            visit_id=visit_id,
            version=self.version,
            visited_on=row.visited_on,
            sheets=(Sheet(observer, answers, self._note(row, school), imported=True),),
            section=section,
            school=school,
            teacher=teacher,
            grade_band=GRADE_BANDS[row.grade] if row.grade else GradeBand.MIXED,
            subject=row.subject or Subject.OTHER,
            room=_plain(row.teacher or row.section),
            minutes=row.minutes,
            recorded_on=timezone.localdate(),
        )
        try:
            self._desk.refuse_unfit(draft, self._desk.stamp(draft))
        except Refused as refused:
            self._report(f"E_{refused.code.upper()}", row, VisitField.DATE, None, refused.sentence, refused.remedy)
            return None
        return draft

    def _observer(self, row: VisitSheetRow) -> Educator | None:
        """Return the lead observer. Others named in the row filled no sheet of their own and are only reported."""
        if not row.observers:
            self._report(
                "E_OBSERVER",
                row,
                VisitField.OBSERVER,
                None,
                "Nobody is named as observer.",
                "Fill in who observed: without it, strict and lenient observers cannot be told apart.",
            )
            return None
        if len(row.observers) > 1:
            self._report(
                "W_CO_OBSERVERS",
                row,
                VisitField.CO_OBSERVERS,
                None,
                "One row is one sheet: it is stored as that of the first observer.",
                "Nothing to do. Sheets of several observers of one visit are recorded on the phone.",
            )
        people = self._staff.get(_plain(row.observers[0]), set())
        if len(people) == 1:
            return next(iter(people))
        self._report(
            "E_OBSERVER_UNKNOWN" if not people else "E_OBSERVER_AMBIGUOUS",
            row,
            VisitField.OBSERVER,
            row.observers[0],
            "The observer is not on the district's staff." if not people else "Several people have this name.",
            "Add the person by the staff list, past dates included, or write the e-mail address.",
        )
        return None

    def _visited(self, row: VisitSheetRow, school: School) -> tuple[Educator | None, Section | None]:
        """Return the visited teacher if the row names one, and the class if exactly one fits."""
        teacher = None
        if row.teacher:
            teacher = _one(self._staff.get(_plain(row.teacher), ()))
            if teacher is None:
                self._report(
                    "W_TEACHER_UNKNOWN",
                    row,
                    VisitField.TEACHER,
                    row.teacher,
                    "The visited teacher is not on the district's staff, so PD and arrival stay unknown.",
                    "Add the person by the staff list before the import if that matters.",
                )
        section = _one(self._sections.get((school.id, _plain(row.section)), ())) if row.section else None
        return teacher, None if row.teacher and teacher is None else section

    def _answers(self, row: VisitSheetRow) -> tuple[Answer, ...] | None:
        measured = {a.code for a in row.answers if a.code in self._look_fors}
        given = [Answer(a.code, a.value, a.scanned, a.missing) for a in row.answers if a.code in measured]
        given += [Answer(code, missing=Missing.NOT_ASKED) for code in self._look_fors if code not in measured]
        answers, problems = complete_answers(self._look_fors, given, imported=True)
        for problem in problems:
            self._report("E_ANSWER", row, None, problem.value, problem.sentence, problem.remedy)
        return None if problems else answers

    def _note(self, row: VisitSheetRow, school: School) -> str:
        """Return the note and other written evidence; nothing when it seems to name staff."""
        note = "\n".join(text for text in (row.note, *(a.text for a in row.answers)) if text)
        if not note:
            return ""
        if school.id not in self._names_at:
            self._names_at[school.id] = names_of_staff(school)
        words = row.teacher.replace(",", " ").split()
        named = frozenset({("", word) for word in words if len(word) > 2 and "@" not in word})
        if find_names(note, self._names_at[school.id] | named):
            self._report(
                "W_NAME_IN_NOTE",
                row,
                VisitField.NOTE,
                None,
                "The note seems to name staff, so it was left out; the rest of the visit is taken.",
                "Nothing to do. Or write “the teacher” instead of the name before the import.",
            )
            return ""
        return note

    def _report(
        self, code: str, row: VisitSheetRow, column: VisitField | None, value: str | None, sentence: str, remedy: str
    ) -> None:
        name = self.mapping.column_of(column) if column else None
        self.findings.append(Finding(code, self.file, row.line, name, value, sentence, remedy))


def _one(found: Collection[_Row]) -> _Row | None:
    return next(iter(found)) if len(found) == 1 else None
