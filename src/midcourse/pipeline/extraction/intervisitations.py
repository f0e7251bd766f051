"""Fact table `intervisitations`: who took part, by a key that never meets a room key."""

from __future__ import annotations

from collections.abc import Iterator

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import CHUNK, Row
from midcourse.records.models import Intervisitation


def intervisitation_rows(origin: Origin) -> Iterator[Row]:
    """Yield the intervisitations recorded by the snapshot's day."""
    columns = ("pk", "visitor_id", "visitor_role", "home_school_id", "host_school_id", "happened_on", "recorded_on")
    visits = Intervisitation.objects.filter(
        district=origin.district, recorded_on__lte=origin.as_of, happened_on__lte=origin.as_of
    ).order_by()
    for pk, visitor, role, home, host, happened_on, recorded_on in visits.values_list(*columns).iterator(CHUNK):
        year = origin.school_year_of(happened_on)
        yield (
            *(origin.id, year, origin.record("intervisitation", pk), origin.educator(visitor, year), role),
            *(str(home) if home else None, str(host), (recorded_on - happened_on).days, happened_on, recorded_on),
        )
