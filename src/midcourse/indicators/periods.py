"""The spans over which indicators are computed: cycles, terms and years of each district's calendar.

Decides to which span a day belongs. A day in a break belongs to the school week before it, so that nothing recorded
falls between two spans; days of the summer belong to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from midcourse.facts import Snapshot
from midcourse.vocabulary import Period

_WEEK = timedelta(days=7)
_FIELDS: list[pa.Field[Any]] = [
    pa.field("district_id", pa.string()),
    pa.field("school_year", pa.int16()),
    pa.field("day", pa.date32()),
    pa.field("week_of", pa.date32()),
    pa.field("segment", pa.int32()),
]
DAYS_SCHEMA = pa.schema(_FIELDS)


@dataclass(frozen=True, slots=True)
class Span:
    """One cycle, term or year of one district, or of the network (`district_id` empty).

    `begins_on` is the Monday of its first school week and `ends_on` the Sunday of its last; `last_week_of` is the
    Monday of its last school week that has begun.
    """

    kind: Period
    name: str
    district_id: str
    school_year: int
    begins_on: date
    ends_on: date
    last_week_of: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The school weeks of every district, cut into segments.

    A segment is one stretch of one district's year with one cycle and one term: the finest grain that facts are
    summed to. Every span is a set of segments.

    Parameters
    ----------
    days : pyarrow.Table
        `DAYS_SCHEMA`: each day, breaks included, with the Monday of its week and its segment.
    spans_of : tuple of tuple of Span
        For each segment its cycle, term and year.
    """

    days: pa.Table
    spans_of: tuple[tuple[Span, Span, Span], ...]

    def spans(self, kind: Period, *, network: bool = False) -> tuple[Span, ...]:
        """Return the spans of one kind in order of district and time; those of the whole network on request."""
        place = list(Period).index(kind)
        found = dict.fromkeys(spans[place] for spans in self.spans_of)
        if not network:
            return tuple(found)
        named: dict[str, list[Span]] = {}
        for span in found:
            named.setdefault(span.name, []).append(span)
        return tuple(_joined(spans) for _, spans in sorted(named.items()))


def read_calendar(snapshot: Snapshot, *, as_of: date) -> Calendar:
    """Read the calendar as known on `as_of`, up to the week that contains it; later weeks have no facts yet."""
    years: dict[tuple[str, int], list[tuple[date, int, str]]] = {}
    for row in snapshot.read("calendar").to_pylist():
        if row["available_on"] <= as_of:
            key = (row["district_id"], row["school_year"])
            years.setdefault(key, []).append((row["week_of"], row["cycle"], row["term"]))
    days: list[tuple[str, int, date, date, int]] = []
    spans_of: list[tuple[Span, Span, Span]] = []
    for (district_id, school_year), rows in sorted(years.items()):
        rows.sort()
        segments: dict[tuple[int, str], int] = {}
        begun = [row for row in rows if row[0] <= as_of]
        for place, (week_of, cycle, term) in enumerate(begun):
            if (cycle, term) not in segments:
                segments[cycle, term] = len(spans_of)
                spans_of.append(_spans(district_id, school_year, cycle, term, rows, as_of))
            following = begun[place + 1][0] if place + 1 < len(begun) else week_of + _WEEK
            while week_of < following:
                days += [
                    (district_id, school_year, week_of + timedelta(days=i), week_of, segments[cycle, term])
                    for i in range(7)
                ]
                week_of += _WEEK
    columns = zip(*days, strict=True) if days else [()] * len(DAYS_SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, DAYS_SCHEMA, strict=True)]
    return Calendar(pa.Table.from_arrays(arrays, schema=DAYS_SCHEMA), tuple(spans_of))


def _spans(
    district_id: str, school_year: int, cycle: int, term: str, rows: list[tuple[date, int, str]], as_of: date
) -> tuple[Span, Span, Span]:
    def span(kind: Period, name: str, weeks: list[date]) -> Span:
        begun = max(week for week in weeks if week <= as_of)
        return Span(kind, name, district_id, school_year, weeks[0], weeks[-1] + timedelta(days=6), begun)

    return (
        span(Period.CYCLE, f"{school_year}-c{cycle}", [week for week, c, _ in rows if c == cycle]),
        span(Period.TERM, f"{school_year}-{term}", [week for week, _, t in rows if t == term]),
        span(Period.YEAR, str(school_year), [week for week, _, _ in rows]),
    )


def _joined(spans: list[Span]) -> Span:
    first = spans[0]
    return Span(
        first.kind,
        first.name,
        "",
        first.school_year,
        min(span.begins_on for span in spans),
        max(span.ends_on for span in spans),
        max(span.last_week_of for span in spans),
    )
