"""Fact table `visits`: one row per visit that took place and had reached the server by the snapshot's day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import CHUNK, Row
from midcourse.records.models import Visit, VisitObserver


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """What a visit's own row and its items share."""

    school_year: int
    visit_key: str
    school_id: str
    grade_band: str
    subject: str
    room_key: str
    had_pd: bool | None
    protocol_key: str
    happened_on: dt.date
    available_on: dt.date


def seen_visits(origin: Origin) -> dict[UUID, SeenVisit]:
    """Return every visit that may be used, keyed by the store's id (which goes no further)."""
    protocols: dict[UUID, str] = {}
    rows = _usable(origin).values_list(
        *("pk", "school_year", "school_id", "grade_band", "subject", "room_key"),
        *("had_pd", "version_id", "visited_on", "recorded_on"),
    )
    seen = {}
    for pk, year, school, band, subject, stamp, had_pd, version, visited_on, recorded_on in rows.iterator(CHUNK):
        if version not in protocols:
            protocols[version] = origin.record("protocol", version)
        key = origin.record("visit", pk)
        # A visit without a stamp is a room of its own: to lump all of them together would invent a classroom.
        room = origin.room_of_visit(stamp, year) or f"visit:{key}"
        seen[pk] = SeenVisit(
            year, key, str(school), band, subject, room, had_pd, protocols[version], visited_on, recorded_on
        )
    return seen


def visit_rows(origin: Origin, seen: dict[UUID, SeenVisit]) -> Iterator[Row]:
    """Yield the rows of `visits`."""
    counted = VisitObserver.objects.filter(district=origin.district).values_list("visit_id").annotate(n=Count("pk"))
    observers = dict(counted.order_by())
    rest = _usable(origin).values_list("pk", "minutes", "new_arrival")
    for pk, minutes, new_arrival in rest.iterator(CHUNK):
        visit = seen[pk]
        yield (
            *(origin.id, visit.school_year, visit.visit_key, visit.school_id, visit.grade_band, visit.subject),
            *(visit.room_key, visit.had_pd, new_arrival, visit.protocol_key, minutes, observers.get(pk, 0)),
            *((visit.available_on - visit.happened_on).days, visit.happened_on, visit.available_on),
        )


def _usable(origin: Origin):  # type: ignore[no-untyped-def]  # django-stubs cannot name a chained custom queryset
    return (
        Visit.objects.done()
        .filter(district=origin.district, recorded_on__lte=origin.as_of, visited_on__lte=origin.as_of)
        .order_by()
    )
