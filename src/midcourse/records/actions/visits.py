"""Recording visits, each stored exactly once, and planning them.

On arrival the server stamps what later analysis may use, and puts whom the visit concerns into a row of its own that
does not live long (privacy 2.1, 2.2). This module writes and deletes that row; only `actions.hosts` reads it.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, may, require
from midcourse.records.actions.arrivals import (
    Desk,
    Rows,
    VisitDraft,
    own_class,
    plain_sheet,
    refuse_stranger,
    stored_sheet,
)
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.hosts import add_hosts, drop_hosts
from midcourse.records.actions.protocols import freeze_version
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.secrets import room_stamp
from midcourse.records.actions.sheets import Answer, InvalidSheetError, Problem, Sheet
from midcourse.records.actions.staff_names import staff_names_in, staff_names_in_district
from midcourse.records.actions.stamps import HOST_WEEKS, StampBook
from midcourse.records.models import (
    District,
    Educator,
    ProtocolVersion,
    ReceivedFile,
    School,
    Section,
    User,
    Visit,
    VisitObserver,
    Walkthrough,
)
from midcourse.vocabulary import GradeBand, Subject, VisitStatus

__all__ = [
    "Answer",
    "InvalidSheetError",
    "NamesInNotes",
    "Problem",
    "Recorded",
    "RecordedMany",
    "Sheet",
    "VisitConflict",
    "VisitDraft",
    "add_sheet",
    "cancel_visit",
    "create_walkthrough",
    "plan_visits",
    "record_visit",
    "record_visits",
]

_BATCH = 500


class VisitConflict(Refused):
    """The same visit id came with another content. Nothing was stored; a person must compare the two."""

    def __init__(self, visit_id: UUID) -> None:
        self.visit_id = visit_id
        super().__init__(
            "visit_conflict",
            _("This visit was already stored with other answers."),
            _("Keep the copy on the device and compare the two."),
        )


class NamesInNotes(Refused):
    """A note seems to name staff. Nothing was stored; `names` are the words as they stand in the notes."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            "names_in_notes",
            _("The note seems to name staff: %(names)s.") % {"names": ", ".join(names)},
            _("Write “the teacher”, or save it as it is when no name is meant."),
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """The stored visit, whether it is new, and what the writer was warned of and kept."""

    visit: Visit
    created: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedMany:
    """How many visits were stored, how many were there already, and the ids that came with another content."""

    stored: int
    repeated: int
    conflicts: tuple[UUID, ...]


def record_visit(
    *,
    visit_id: UUID,
    version: ProtocolVersion,
    visited_on: dt.date,
    sheets: Sequence[Sheet],
    section: Section | None = None,
    school: School | None = None,
    teacher: Educator | None = None,
    grade_band: GradeBand = GradeBand.MIXED,
    subject: Subject = Subject.OTHER,
    room: str = "",
    walkthrough: Walkthrough | None = None,
    minutes: int | None = None,
    accept_names: bool = False,
    recorded_on: dt.date | None = None,
    by: User | None,
) -> Recorded:
    """Store a visit once. The client makes the id: the same id and content again is accepted and stores nothing.

    A planned visit is completed by recording it under its own id. Raises `VisitConflict` for another content under the
    same id (with an audit entry), `InvalidSheetError` for answers that do not fit, `NamesInNotes` before anything is
    saved unless `accept_names`, and `Refused` otherwise.
    """
    draft = VisitDraft(
        visit_id=visit_id,
        version=version,
        visited_on=visited_on,
        sheets=tuple(sheets),
        section=section,
        school=school,
        teacher=teacher,
        grade_band=grade_band,
        subject=subject,
        room=room,
        walkthrough=walkthrough,
        minutes=minutes,
        recorded_on=recorded_on,
    )
    try:
        try:
            return _record_once(draft, accept_names=accept_names, by=by)
        except IntegrityError:
            # The same id arrived twice in the same moment and the other copy won: this one is now a repeat.
            if not Visit.objects.filter(pk=visit_id).exists():
                raise
            return _record_once(draft, accept_names=accept_names, by=by)
    except VisitConflict:
        with transaction.atomic():  # the refused act left no trace of its own
            district_id = draft.place.district_id
            append_entry(act="refuse_conflict", subject="visit", object_id=visit_id, district_id=district_id, by=by)
        raise


def _record_once(draft: VisitDraft, *, accept_names: bool, by: User | None) -> Recorded:
    desk = Desk(draft.place.district)
    names = _names_in([s.note for s in draft.sheets], draft.place)  # before anybody has to wait for the store
    with transaction.atomic():
        visit = Visit.objects.select_for_update().filter(pk=draft.visit_id).first()
        if visit is not None and visit.district_id != desk.district.id:
            raise VisitConflict(draft.visit_id)
        observers = [s.observer for s in draft.sheets]
        named = visit is not None and by is not None and visit.observers.filter(observer_id=by.educator_id).exists()
        refuse_stranger(by, school=draft.place, observers=observers, named=named)
        if visit is not None and visit.status == VisitStatus.PLANNED and not named and by is not None:
            _refuse_anothers_plan(visit, by)
        stamps = desk.stamp(draft)
        digest = desk.digest(draft, stamps)
        if visit is not None and visit.status == VisitStatus.DONE:
            if hmac.compare_digest(visit.content_sha256, digest):
                return Recorded(visit, created=False)
            raise VisitConflict(draft.visit_id)
        desk.refuse_unfit(draft, stamps)
        _refuse_names(names, accept_names=accept_names)
        freeze_version(version=draft.version, by=by)
        rows = Rows()
        if visit is not None:  # it was planned: who went, and where, is what the sheet says
            visit.observers.all().delete()
            drop_hosts([visit.id])
            desk.fill(visit, draft, stamps, digest)
            visit.save()
        else:
            visit = Visit(id=draft.visit_id)
            desk.fill(visit, draft, stamps, digest)
            rows.visits.append(visit)
        desk.write(rows, visit, draft, stamps)
        rows.insert()
        append_entry(
            act="record",
            subject="visit",
            object_id=visit.id,
            district_id=desk.district.id,
            details={"sheets": len(draft.sheets), "answers": len(rows.items)},
            by=by,
        )
    return Recorded(visit, created=True, warnings=names)


def record_visits(
    *, district: District, drafts: Sequence[VisitDraft], imported_from: ReceivedFile | None = None, by: User | None
) -> RecordedMany:
    """Store many visits in one transaction under one audit entry: an import. Each is stored once, as by `record_visit`.

    Notes must have been checked for names before. Raises `InvalidSheetError` for the first visit that does not fit.
    """
    require(by, Act.IMPORT_FILES, district_id=district.id)
    desk = Desk(district)
    desk.book.learn(d.section for d in drafts if d.section)
    present: dict[UUID, Visit] = {}
    ids = [d.visit_id for d in drafts]
    with transaction.atomic():
        for start in range(0, len(ids), _BATCH):
            present |= Visit.objects.in_bulk(ids[start : start + _BATCH])
        rows, repeated = Rows(), 0
        conflicts: list[UUID] = []
        for draft in drafts:
            stamps = desk.stamp(draft)
            desk.refuse_unfit(draft, stamps)
            digest = desk.digest(draft, stamps)
            if (known := present.get(draft.visit_id)) is not None:
                repeated += (same := hmac.compare_digest(known.content_sha256, digest))
                conflicts += [] if same else [draft.visit_id]
                continue
            visit = Visit(id=draft.visit_id, imported_from=imported_from)
            desk.fill(visit, draft, stamps, digest)
            rows.visits.append(visit)
            desk.write(rows, visit, draft, stamps)
            present[visit.id] = visit
        for version in {d.version.id: d.version for d in drafts}.values():
            freeze_version(version=version, by=by)
        rows.insert()
        append_entry(
            act="record_many",
            subject="visit",
            object_id=imported_from.id if imported_from else district.id,
            district_id=district.id,
            details={"stored": len(rows.visits), "repeated": repeated, "conflicts": len(conflicts)},
            by=by,
        )
    return RecordedMany(len(rows.visits), repeated, tuple(conflicts))


def add_sheet(*, visit: Visit, sheet: Sheet, accept_names: bool = False, by: User | None) -> Recorded:
    """Add a second observer's own sheet to a visit. The same sheet again is accepted and stores nothing.

    Only the observers themselves: to be refused for one's own class must tell nobody else whose class it was.
    """
    if by is not None and by.educator_id != sheet.observer.id:
        raise PermissionDenied("observers hand in their own sheets")
    desk = Desk(visit.district)
    names = _names_in([sheet.note], visit.school)
    with transaction.atomic():
        visit = Visit.objects.select_for_update().get(pk=visit.pk)
        mine = VisitObserver.objects.filter(visit=visit, observer=sheet.observer).first()
        refuse_stranger(by, school=visit.school, observers=[sheet.observer], named=mine is not None)
        if visit.status != VisitStatus.DONE:
            raise Refused("not_done", _("This visit has not been recorded yet."), _("Record it first."))
        if sheet.observer.district_id != visit.district_id:
            raise Refused("foreign_row", _("The observer is of another district."), _("Choose another one."))
        answers = desk.checked(visit.version, sheet)
        if mine is not None:
            if stored_sheet(mine) == plain_sheet(answers, sheet.note):
                return Recorded(visit, created=False)
            raise VisitConflict(visit.id)
        if room_stamp(desk.book.secret(visit.school_year), str(sheet.observer.id)) == visit.room_key:
            raise own_class()
        _refuse_names(names, accept_names=accept_names)
        rows = Rows()
        desk.write_sheet(rows, visit, sheet, answers, VisitObserver(observer=sheet.observer, lead=False))
        rows.insert()
        append_entry(
            act="add_sheet",
            subject="visit",
            object_id=visit.id,
            district_id=visit.district_id,
            details={"answers": len(answers)},
            by=by,
        )
    return Recorded(visit, created=True, warnings=names)


def create_walkthrough(
    *,
    district: District,
    title: str,
    version: ProtocolVersion,
    begins_on: dt.date,
    ends_on: dt.date,
    question: str = "",
    visits_aim: int = 0,
    by: User | None,
) -> Walkthrough:
    """Begin a set of visits on agreed look-fors over some weeks."""
    if by is not None and not any(
        may(by, Act.PLAN_VISITS, district_id=district.id, school_id=school) for school in (None, *by.standing.schools)
    ):
        raise PermissionDenied("planning is not granted here")
    if version.district_id != district.id:
        raise Refused("foreign_version", _("The protocol belongs to another district."), _("Choose one of its own."))
    if version.published_at is None:
        raise Refused("not_published", _("This version is not published yet."), _("Publish it before visiting."))
    if ends_on < begins_on:
        raise Refused("ends_before_begin", _("It would end before it began."), _("Give a later last day."))
    if names := staff_names_in_district(f"{title}.\n{question}", district):
        raise Refused(
            "names_in_walkthrough",
            _("The title or the question seems to name staff: %(names)s.") % {"names": ", ".join(names)},
            _("A walkthrough asks about teaching, not about a person: leave names out."),
        )
    with transaction.atomic():
        walkthrough = Walkthrough.objects.create(
            district=district,
            title=title,
            question=question,
            version=version,
            begins_on=begins_on,
            ends_on=ends_on,
            visits_aim=visits_aim,
        )
        append_entry(act="create", subject="walkthrough", object_id=walkthrough.id, district_id=district.id, by=by)
    return walkthrough


def plan_visits(
    *, walkthrough: Walkthrough, section: Section, visited_on: dt.date, observer: Educator, by: User | None
) -> Visit:
    """Plan one visit of an observer to a class on a day, within the next eight weeks."""
    school = section.school
    require(by, Act.PLAN_VISITS, district_id=school.district_id, school_id=school.id)
    today = timezone.localdate()
    if not {walkthrough.district_id, observer.district_id} <= {school.district_id}:
        raise Refused("foreign_row", _("Class, walkthrough and observer belong to one district."), _("Choose again."))
    if not today <= visited_on <= today + dt.timedelta(weeks=HOST_WEEKS):
        raise Refused(
            "too_far",
            _("A visit is planned for today or a day in the next %(weeks)d weeks.") % {"weeks": HOST_WEEKS},
            _("Choose a nearer day."),
        )
    if not walkthrough.begins_on <= visited_on <= walkthrough.ends_on:
        raise Refused(
            "outside_walkthrough", _("The day is outside the walkthrough."), _("Choose a day within its weeks.")
        )
    book = StampBook(school.district)
    with transaction.atomic():
        stamps = book.stamp(visited_on=visited_on, section=section, place="", walkthrough=walkthrough)
        if stamps.teacher is None:
            raise Refused(
                "no_teacher",
                _("The roster names no teacher for this class on that day."),
                _("Correct the roster, or record the visit without a plan."),
            )
        if observer.id in stamps.teachers:
            raise own_class()
        visit = Visit.objects.create(
            district_id=school.district_id,
            school=school,
            walkthrough=walkthrough,
            version_id=walkthrough.version_id,
            status=VisitStatus.PLANNED.value,
            visited_on=visited_on,
            school_year=stamps.school_year,
            grade_band=section.grade_band,
            subject=section.subject,
            recorded_on=today,
        )
        VisitObserver.objects.create(district_id=visit.district_id, visit=visit, observer=observer, lead=True)
        add_hosts([(visit, stamps.teacher, section, stamps.delete_after)])
        append_entry(act="plan", subject="visit", object_id=visit.id, district_id=visit.district_id, by=by)
    return visit


def cancel_visit(*, visit: Visit, by: User | None) -> Visit:
    """Cancel a planned visit; whom it would have concerned is forgotten at once."""
    if by is not None and not visit.observers.filter(observer_id=by.educator_id, observer__isnull=False).exists():
        require(by, Act.PLAN_VISITS, district_id=visit.district_id, school_id=visit.school_id)
    with transaction.atomic():
        visit = Visit.objects.select_for_update().get(pk=visit.pk)
        if visit.status == VisitStatus.DONE:
            raise Refused("already_done", _("This visit took place."), _("A visit that took place is kept."))
        drop_hosts([visit.id])
        visit.status = VisitStatus.CANCELLED.value
        visit.save(update_fields=["status"])
        append_entry(act="cancel", subject="visit", object_id=visit.id, district_id=visit.district_id, by=by)
    return visit


def _refuse_anothers_plan(visit: Visit, by: User) -> None:
    """Refuse to complete a visit that is planned for somebody else, except to who plans visits there."""
    if not may(by, Act.PLAN_VISITS, district_id=visit.district_id, school_id=visit.school_id):
        raise Refused(
            "planned_for_another",
            _("This visit is planned for another observer."),
            _("Record your own visit without the plan."),
        )


def _names_in(notes: Sequence[str], school: School) -> tuple[str, ...]:
    """Return the staff names in the notes, each once."""
    return tuple(dict.fromkeys(name for note in notes for name in staff_names_in(note, school)))


def _refuse_names(names: Sequence[str], *, accept_names: bool) -> None:
    """Stop before anything is saved, unless the names are kept on purpose."""
    if names and not accept_names:
        raise NamesInNotes(names)
