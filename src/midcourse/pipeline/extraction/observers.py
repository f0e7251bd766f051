"""Fact table `observers`: one observer in one school year, with the post held when first observing in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import CHUNK, Row
from midcourse.records.models import Post, VisitObserver
from midcourse.vocabulary import Role, VisitStatus


def observer_rows(origin: Origin) -> Iterator[Row]:
    """Yield the rows of `observers`, from visits that had reached the server by the snapshot's day."""
    sheets = VisitObserver.objects.filter(
        district=origin.district, visit__status=VisitStatus.DONE, visit__recorded_on__lte=origin.as_of
    ).order_by()
    first_ever: dict[UUID, dt.date] = {}
    first_in_year: dict[tuple[UUID, int], tuple[dt.date, dt.date]] = {}
    columns = ("observer_id", "visit__school_year", "visit__visited_on", "visit__recorded_on")
    for observer, year, visited_on, recorded_on in sheets.values_list(*columns).iterator(CHUNK):
        when = (visited_on, recorded_on)
        first_in_year[observer, year] = min(first_in_year.get((observer, year), when), when)
        first_ever[observer] = min(first_ever.get(observer, visited_on), visited_on)
    posts = _posts(origin, set(first_ever))
    for (observer, year), (visited_on, recorded_on) in first_in_year.items():
        school, role = _post_on(posts.get(observer, []), visited_on)
        yield (
            *(origin.id, year, origin.observer(observer), school, role),
            *(first_ever[observer], visited_on, recorded_on),
        )


_Held = tuple[dt.date | None, dt.date | None, str | None, str]


def _posts(origin: Origin, observers: set[UUID]) -> dict[UUID, list[_Held]]:
    held: dict[UUID, list[_Held]] = {}
    posts = Post.objects.filter(district=origin.district).order_by("begins_on", "role", "pk")
    columns = ("educator_id", "begins_on", "ends_on", "deactivated_on", "school_id", "role")
    for educator, begins_on, ends_on, gone_on, school, role in posts.values_list(*columns):
        if educator in observers:
            last_day = min((d for d in (ends_on, gone_on) if d), default=None)
            held.setdefault(educator, []).append((begins_on, last_day, str(school) if school else None, role))
    return held


def _post_on(posts: list[_Held], day: dt.date) -> tuple[str | None, str]:
    """Return school and role of the post in force on a day; a district post counts before a school's.

    Who holds none that day (a record without dates, a guest) is taken by the first post known, and else as pending.
    """
    in_force = [p for p in posts if (p[0] is None or p[0] <= day) and (p[1] is None or p[1] >= day)]
    for _, _, school, role in sorted(in_force, key=lambda p: p[2] is not None) or posts[:1]:
        return school, role
    return None, Role.PENDING.value
