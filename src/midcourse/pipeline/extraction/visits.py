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
    new_arrival: bool | None
    protocol_key: str
    minutes: int | None
    imported: bool
    happened_on: dt.date
    available_on: dt.date


def seen_visits(origin: Origin) -> dict[UUID, SeenVisit]:
    """Return every visit that may be used, keyed by the store's id (which goes no further).

    Read once and shared by the tables: a visit that arrives while a refresh runs is in all of them or in none.
    """
    protocols: dict[UUID, str] = {}
    usable = Visit.objects.done().filter(
        district=origin.district, recorded_on__lte=origin.as_of, visited_on__lte=origin.as_of
    )
    rows = usable.order_by().values_list(
        *("pk", "school_year", "school_id", "grade_band", "subject", "room_key", "had_pd", "new_arrival"),
        *("version_id", "minutes", "imported_from_id", "visited_on", "recorded_on"),
    )
    seen = {}
    for pk, year, school, band, subject, stamp, had_pd, new, version, minutes, sheet, on, known in rows.iterator(CHUNK):
        if version not in protocols:
            protocols[version] = origin.record("protocol", version)
        key = origin.record("visit", pk)
        # A visit without a stamp is a room of its own: to lump all of them together would invent a classroom.
        room = origin.room_of_visit(stamp, year) or f"visit:{key}"
        where = (year, key, str(school), band, subject, room)
        seen[pk] = SeenVisit(*where, had_pd, new, protocols[version], minutes, sheet is not None, on, known)
    return seen


def visit_rows(origin: Origin, seen: dict[UUID, SeenVisit]) -> Iterator[Row]:
    """Yield the rows of `visits`."""
    counted = VisitObserver.objects.filter(district=origin.district).values_list("visit_id").annotate(n=Count("pk"))
    observers = dict(counted.order_by())
    for pk, visit in seen.items():
        # A sheet of past visits says when it was brought in, not how long its observers took.
        lag = None if visit.imported else (visit.available_on - visit.happened_on).days
        yield (
            *(origin.id, visit.school_year, visit.visit_key, visit.school_id, visit.grade_band, visit.subject),
            *(visit.room_key, visit.had_pd, visit.new_arrival, visit.protocol_key, visit.minutes),
            *(observers.get(pk, 0), lag),
            *(visit.happened_on, visit.available_on),
        )
