"""Turns visits as handed in into rows: checks who may hand them in, checks their answers, stamps them, writes in bulk.

Used by `actions.visits` alone, which decides what is stored when; one desk serves many visits of one district.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, may
from midcourse.records.actions.hosts import add_hosts
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.sheets import Answer, InvalidSheetError, Sheet, complete_answers
from midcourse.records.actions.stamps import StampBook, Stamps
from midcourse.records.models import (
    District,
    Educator,
    LookFor,
    ProtocolVersion,
    School,
    Section,
    User,
    Visit,
    VisitItem,
    VisitNote,
    VisitObserver,
    Walkthrough,
)
from midcourse.vocabulary import GradeBand, Subject, VisitStatus

_BATCH = 500  # rows of one INSERT, well below the number of variables that a database takes


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """One visit as handed in. A section gives school, grade band and subject; without one they are given.

    `teacher` is given only where the section is unknown but the teacher is; `room` tells classrooms apart where neither
    is. `recorded_on` is the day of arrival, today when empty.
    """

    visit_id: UUID
    version: ProtocolVersion
    visited_on: dt.date
    sheets: tuple[Sheet, ...]
    section: Section | None = None
    school: School | None = None
    teacher: Educator | None = None
    grade_band: GradeBand = GradeBand.MIXED
    subject: Subject = Subject.OTHER
    room: str = ""
    walkthrough: Walkthrough | None = None
    minutes: int | None = None
    recorded_on: dt.date | None = None

    @property
    def place(self) -> School:
        """The school visited."""
        school = self.section.school if self.section else self.school
        if school is None:
            raise Refused("no_place", _("A visit needs a class or a school."), _("Choose one."))
        return school

    @property
    def band(self) -> GradeBand:
        """The grade band of the class, or as given."""
        return GradeBand(self.section.grade_band) if self.section else self.grade_band

    @property
    def area(self) -> Subject:
        """The subject of the class, or as given."""
        return Subject(self.section.subject) if self.section else self.subject


@dataclass
class Rows:
    """The rows of some visits, in the order in which they must be written."""

    visits: list[Visit] = field(default_factory=list)
    observers: list[VisitObserver] = field(default_factory=list)
    items: list[VisitItem] = field(default_factory=list)
    notes: list[VisitNote] = field(default_factory=list)
    stamps: list[tuple[Visit, Section | None, Stamps]] = field(default_factory=list)

    def insert(self) -> None:
        """Write everything."""
        Visit.objects.bulk_create(self.visits, _BATCH)
        VisitObserver.objects.bulk_create(self.observers, _BATCH)
        VisitItem.objects.bulk_create(self.items, _BATCH)
        VisitNote.objects.bulk_create(self.notes, _BATCH)
        add_hosts(
            (visit, stamps.teacher, section, stamps.delete_after)
            for visit, section, stamps in self.stamps
            if stamps.teacher is not None
        )


@dataclass
class Desk:
    """Where visits of one district arrive."""

    district: District
    book: StampBook = field(init=False)
    _look_fors: dict[UUID, dict[str, LookFor]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book = StampBook(self.district)

    def stamp(self, draft: VisitDraft) -> Stamps:
        """Return what the server stamps on a draft."""
        return self.book.stamp(
            visited_on=draft.visited_on,
            section=draft.section,
            teacher=draft.teacher,
            place=":".join((str(draft.place.id), draft.room or f"{draft.band.value}:{draft.area.value}")),
            walkthrough=draft.walkthrough,
        )

    def look_fors(self, version: ProtocolVersion) -> dict[str, LookFor]:
        """Return a version's look-fors by code, in order."""
        if version.id not in self._look_fors:
            self._look_fors[version.id] = {row.code: row for row in version.look_fors.all()}
        return self._look_fors[version.id]

    def checked(self, version: ProtocolVersion, sheet: Sheet) -> tuple[Answer, ...]:
        """Return a sheet's answers, one for each look-for, or refuse those that do not fit."""
        answers, problems = complete_answers(self.look_fors(version), sheet.answers, imported=sheet.imported)
        if problems:
            raise InvalidSheetError(problems)
        return answers

    def digest(self, draft: VisitDraft, stamps: Stamps) -> str:
        """Return the mark of a draft's content, by which a repeat is told from another content.

        Keyed with the year's secret: a plain hash of so little would give the class, and with it the teacher, to
        anyone who tries them all.
        """
        content = [
            str(draft.visit_id),
            str(draft.version.id),
            draft.visited_on.isoformat(),
            str(draft.section.id) if draft.section else [str(draft.place.id), draft.band, draft.area, draft.room],
            str(draft.teacher.id) if draft.teacher else None,
            str(draft.walkthrough.id) if draft.walkthrough else None,
            draft.minutes,
            [[str(s.observer.id), plain_sheet(s.answers, s.note)] for s in draft.sheets],
        ]
        data = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
        return hmac.new(self.book.secret(stamps.school_year), b"content\x00" + data, sha256).hexdigest()

    def fill(self, visit: Visit, draft: VisitDraft, stamps: Stamps, digest: str) -> None:
        """Put a draft's content and stamps on a visit's row."""
        visit.district = self.district
        visit.school = draft.place
        visit.walkthrough = draft.walkthrough
        visit.version = draft.version
        visit.status = VisitStatus.DONE.value
        visit.visited_on = draft.visited_on
        visit.minutes = draft.minutes
        visit.school_year = stamps.school_year
        visit.grade_band = draft.band.value
        visit.subject = draft.area.value
        visit.had_pd = stamps.had_pd
        visit.new_arrival = stamps.new_arrival
        visit.room_key = stamps.room_key
        visit.recorded_on = draft.recorded_on or timezone.localdate()
        visit.content_sha256 = digest

    def write(self, rows: Rows, visit: Visit, draft: VisitDraft, stamps: Stamps) -> None:
        """Add the rows that hang on a visit: its sheets, and whom it concerns."""
        for number, sheet in enumerate(draft.sheets):
            observer = VisitObserver(observer=sheet.observer, lead=number == 0)
            self.write_sheet(rows, visit, sheet, self.checked(draft.version, sheet), observer)
        rows.stamps.append((visit, draft.section, stamps))

    def write_sheet(
        self, rows: Rows, visit: Visit, sheet: Sheet, answers: Sequence[Answer], observer: VisitObserver
    ) -> None:
        """Add one sheet's rows."""
        if observer._state.adding:
            observer.visit, observer.district = visit, self.district
            rows.observers.append(observer)
        look_fors = self.look_fors(visit.version)
        rows.items += [
            VisitItem(
                district=self.district,
                visit=visit,
                sheet=observer,
                look_for=look_fors[answer.look_for_code],
                value=answer.value,
                scanned=answer.scanned,
                missing=answer.missing.value if answer.missing else "",
            )
            for answer in answers
        ]
        if note := sheet.note.strip():
            rows.notes.append(
                VisitNote(district=self.district, visit=visit, sheet=observer, text=note, language=sheet.language)
            )

    def refuse_unfit(self, draft: VisitDraft, stamps: Stamps) -> None:
        """Refuse a visit that the rules of the house do not allow, whoever hands it in."""
        places = (draft.place, draft.version, draft.walkthrough, draft.teacher, *(s.observer for s in draft.sheets))
        if any(row is not None and row.district_id != self.district.id for row in places):
            raise Refused(
                "foreign_row",
                _("A visit's school, protocol and observers belong to one district."),
                _("Reload the form and choose again."),
            )
        if draft.walkthrough is not None and draft.walkthrough.version_id != draft.version.id:
            raise Refused(
                "other_version",
                _("The walkthrough uses another version of the protocol."),
                _("Reload the form and answer again."),
            )
        if not draft.sheets:
            raise Refused("no_observer", _("A visit needs at least one observer."), _("Say who observed."))
        observers = [s.observer.id for s in draft.sheets]
        if len(set(observers)) < len(observers):
            raise Refused("observer_twice", _("An observer has one sheet in a visit."), _("Join the two sheets."))
        if draft.visited_on > (draft.recorded_on or timezone.localdate()):
            raise Refused("future_visit", _("The visit lies in the future."), _("Check the date, or plan it instead."))
        if stamps.teachers & set(observers):
            raise own_class()


def own_class() -> Refused:
    """Return the refusal of an observer who would observe their own class."""
    return Refused("own_class", _("Nobody observes their own class."), _("Choose another class."))


def refuse_stranger(by: User | None, *, school: School, observers: Sequence[Educator], named: bool = False) -> None:
    """Refuse a user who may not record a visit at the school.

    Observers hand in their own visits at their schools, and those anywhere in the district for which a plan names them;
    whoever plans visits there may hand in for others.
    """
    if by is None:
        return
    place = {"district_id": school.district_id, "school_id": school.id}
    if may(by, Act.PLAN_VISITS, **place):
        return
    own = any(educator.id == by.educator_id for educator in observers)
    if not own or not (named or may(by, Act.RECORD_VISIT, **place)):
        raise PermissionDenied("recording this visit is not granted")


def plain_sheet(answers: Sequence[Answer], note: str) -> list[object]:
    """Return a sheet's content in a form that does not depend on the order of the answers."""
    plain = sorted(
        [a.look_for_code, None if a.value is None else float(a.value), a.scanned, a.missing.value if a.missing else ""]
        for a in answers
    )
    return [plain, note.strip()]


def stored_sheet(observer: VisitObserver) -> list[object]:
    """Return a stored sheet's content in the same form."""
    items = observer.items.values_list("look_for__code", "value", "scanned", "missing")
    return [sorted(list(row) for row in items), "\n".join(n.text for n in observer.notes.all())]
