"""Fact table `calendar`: the school weeks of a district that had begun by the snapshot's day."""

from __future__ import annotations

from collections.abc import Iterator

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import Row


def calendar_rows(origin: Origin) -> Iterator[Row]:
    """Yield the rows of `calendar`. A week is known from its Monday, or from the first day of a year begun in it."""
    for week in origin.calendar.weeks:
        known = max(week.week_of, origin.calendar.years[week.school_year][0])
        if known <= origin.as_of:
            yield (
                *(origin.id, week.school_year, week.week_of, week.school_week, week.cycle, week.term),
                *(week.school_days, week.week_of, known),
            )
