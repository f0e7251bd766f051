"""Fact table `schools`: the schools of a district as of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import Row
from midcourse.records.models import School


def school_rows(origin: Origin) -> Iterator[Row]:
    """Yield every school that was open at some time up to the snapshot; a closed one keeps its history."""
    year = origin.school_year_of(origin.as_of)
    first_day = min((first for first, _ in origin.calendar.years.values()), default=origin.as_of)
    schools = School.objects.filter(district=origin.district).order_by("pk")
    for pk, opened_on, closed_on, active, deactivated_on in schools.values_list(
        "pk", "opened_on", "closed_on", "active", "deactivated_on"
    ).iterator():
        since = opened_on or min(first_day, origin.as_of)
        if since > origin.as_of:
            continue
        closed = closed_on or (None if active else deactivated_on)
        yield (
            origin.id,
            year,
            str(pk),
            opened_on,
            closed if closed and closed <= origin.as_of else None,
            since,
            since,
        )
