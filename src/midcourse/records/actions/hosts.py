"""Whom a visit concerns: the only module that touches `VisitHost`, the row that does not live long (privacy 2.1).

Two things read it and nothing else may: feedback to the visited teacher, and the planner (which classes were not
visited lately, and to which class a planned visit leads). No function here returns a teacher, or a count of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.erasure import empty_log_on_commit
from midcourse.records.models import (
    Educator,
    LookFor,
    ProtocolVersion,
    School,
    Section,
    TeachingAssignment,
    User,
    Visit,
    VisitHost,
    VisitItem,
    VisitNote,
)
from midcourse.vocabulary import Missing, Scale, VisitStatus


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """One look-for of one's own visit: whether it was seen, by how many of those who could see it. Never a rating."""

    look_for: LookFor
    seen: int
    looked: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the observers of one visit wrote, for the visited teacher alone."""

    visit_id: UUID
    week_of: dt.date
    version: ProtocolVersion
    observers: int
    items: tuple[FeedbackItem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedRoom:
    """A visit that an observer is to make, and the class to which it leads."""

    visit: Visit
    section: Section


def feedback_for(user: User) -> tuple[Feedback, ...]:
    """Return the feedback that waits for a visited teacher, newest week first. Reading it changes nothing yet:
    the row goes when the teacher says so (`confirm_feedback`), so that a lost connection loses no feedback."""
    waiting = (
        VisitHost.objects.visible_to(user)
        .filter(visit__status=VisitStatus.DONE, delete_after__gte=timezone.localdate())
        .select_related("visit__version__protocol")
        .order_by("-visit__visited_on")
    )
    return tuple(_feedback(host.visit) for host in waiting)


def confirm_feedback(*, visit_id: UUID, by: User) -> bool:
    """Note that a teacher has read the feedback: from here on nobody knows any more whom the visit concerned.

    Returns whether there was anything to confirm. The audit entry names no visit, or it would be the link itself.
    """
    with transaction.atomic():
        host = VisitHost.objects.visible_to(by).filter(visit_id=visit_id, visit__status=VisitStatus.DONE).first()
        if host is None:
            return False
        district_id = host.district_id
        host.delete()
        append_entry(act="read_feedback", subject="login", object_id=by.id, district_id=district_id, by=by)
        empty_log_on_commit()
    return True


def not_visited_lately(*, school: School, today: dt.date) -> tuple[Section, ...]:
    """Return the school's classes whose teacher has no visit that the site still knows of, planned or done.

    Classes, never counts per teacher. A class whose feedback was read comes back early: the price of forgetting.
    """
    of_record: dict[UUID, TeachingAssignment] = {}
    rows = TeachingAssignment.objects.on(today).filter(section__school=school, section__active=True)
    rows = rows.exclude(section__ends_on__lt=today).exclude(section__begins_on__gt=today)
    for row in rows.order_by(
        "section__title", "-primary", F("begins_on").asc(nulls_first=True), "educator_id"
    ).select_related("section"):
        of_record.setdefault(row.section_id, row)
    visited = set(
        VisitHost.objects.filter(visit__school=school, delete_after__gte=today).values_list("educator_id", flat=True)
    )
    return tuple(row.section for row in of_record.values() if row.educator_id not in visited)


def planned_rooms(user: User) -> tuple[PlannedRoom, ...]:
    """Return the planned visits that name the user as observer, with their classes, soonest first. Nothing was observed
    in them yet; recording such a visit takes its id, its walkthrough and the class."""
    if user.educator_id is None:
        return ()
    hosts = (
        VisitHost.objects.filter(visit__status=VisitStatus.PLANNED, visit__observers__observer=user.educator_id)
        .exclude(section=None)
        .select_related("visit__walkthrough", "section__school")
        .order_by("visit__visited_on", "section__title")
    )
    return tuple(PlannedRoom(host.visit, host.section) for host in hosts if host.section is not None)


def add_hosts(rows: Iterable[tuple[Visit, Educator | None, Section | None, dt.date]]) -> None:
    """Remember whom visits concern until their day; a visit that arrives after that day is never linked at all."""
    today = timezone.localdate()
    hosts = [
        VisitHost(district_id=visit.district_id, visit=visit, educator=educator, section=section, delete_after=last)
        for visit, educator, section, last in rows
        if educator is not None and last >= today
    ]
    VisitHost.objects.bulk_create(hosts, batch_size=500)


def drop_hosts(visit_ids: Sequence[UUID]) -> int:
    """Forget whom visits concern. Returns how many rows went."""
    return VisitHost.objects.filter(visit_id__in=visit_ids).delete()[0]


def purge_hosts(*, today: dt.date, by: User | None) -> int:
    """Delete every row whose time is over, or whose walkthrough has closed. Run at each refresh."""
    with transaction.atomic():
        over = VisitHost.objects.filter(Q(delete_after__lt=today) | Q(visit__walkthrough__ends_on__lt=today))
        counts = list(over.order_by().values_list("district_id").annotate(n=Count("id")))
        gone = VisitHost.objects.filter(pk__in=over.values("pk")).delete()[0]
        for district_id, rows in counts:
            append_entry(
                act="purge",
                subject="visit_host",
                object_id=district_id,
                district_id=district_id,
                details={"rows": rows},
                by=by,
            )
        if gone:
            empty_log_on_commit()
    return gone


def _feedback(visit: Visit) -> Feedback:
    counts: dict[UUID, FeedbackItem] = {}
    items = VisitItem.objects.filter(visit=visit).select_related("look_for").order_by("look_for__order")
    for item in items:
        old = counts.get(item.look_for_id, FeedbackItem(item.look_for, 0, 0, 0))
        counts[item.look_for_id] = FeedbackItem(
            item.look_for,
            old.seen + _seen(item),
            old.looked + (item.value is not None),
            old.not_applicable + (item.missing == Missing.NOT_APPLICABLE),
        )
    notes = VisitNote.objects.filter(visit=visit).order_by("id")
    day = visit.visited_on
    return Feedback(
        visit_id=visit.id,
        week_of=day - dt.timedelta(days=day.weekday()),
        version=visit.version,
        observers=visit.observers.count(),
        items=tuple(counts.values()),
        notes=tuple(note.text for note in notes),
    )


def _seen(item: VisitItem) -> bool:
    """Return whether anything of the look-for was seen. The lowest rating says that it was not; whether it was enough
    to count as present is the indicators' matter, and none of the teacher's."""
    return item.value is not None and item.value > (1 if item.look_for.scale == Scale.RATING_1_4 else 0)
