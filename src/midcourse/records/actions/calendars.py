"""Terms and closures, and the school weeks that follow from them.

A school week is a Monday-to-Sunday week with at least one day of instruction. Six of them make a cycle, the span over
which most indicators are computed (catalogue, `per = c`: six to eight weeks).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.models import Closure, District, Term, User
from midcourse.vocabulary import TermKind

CYCLE_WEEKS = 6
_WEEK = dt.timedelta(days=7)
_TERM_KINDS = (TermKind.TERM, TermKind.SEMESTER, TermKind.GRADING_PERIOD, TermKind.SCHOOL_YEAR)
"""Which kind names a week's term, first that exists."""


@dataclass(frozen=True, slots=True)
class SchoolWeek:
    """One week with school: its Monday, its place in the school year, its cycle and term, its days of instruction."""

    week_of: dt.date
    school_year: int
    school_week: int
    cycle: int
    term: str
    school_days: int


@dataclass(frozen=True)
class SchoolCalendar:
    """A district's terms and closures, asked for a day at a time."""

    terms: tuple[Term, ...]
    closures: tuple[Closure, ...]

    @cached_property
    def years(self) -> dict[int, tuple[dt.date, dt.date]]:
        """First and last day of each school year; where no year itself is given, those of its parts."""
        spans: dict[int, tuple[dt.date, dt.date]] = {}
        for year in sorted({t.school_year for t in self.terms}):
            parts = [t for t in self.terms if t.school_year == year]
            whole = [t for t in parts if t.kind == TermKind.SCHOOL_YEAR] or parts
            spans[year] = (min(t.begins_on for t in whole), max(t.ends_on for t in whole))
        return spans

    @cached_property
    def weeks(self) -> tuple[SchoolWeek, ...]:
        """Every school week, in order."""
        closed = {day for c in self.closures for day in _days(c.begins_on, c.ends_on)}
        found: list[SchoolWeek] = []
        taken: set[dt.date] = set()
        for year, (first, last) in self.years.items():
            days: dict[dt.date, list[dt.date]] = {}
            for day in _days(first, last):
                if day.weekday() < 5 and day not in closed:
                    days.setdefault(_monday(day), []).append(day)
            open_weeks = [monday for monday in days if monday not in taken]  # a shared week stays with the earlier year
            taken.update(open_weeks)
            for number, monday in enumerate(open_weeks, start=1):
                cycle = (number - 1) // CYCLE_WEEKS + 1
                term = self._term_title(year, days[monday][0])
                found.append(SchoolWeek(monday, year, number, cycle, term, len(days[monday])))
        return tuple(found)

    def school_year(self, day: dt.date) -> int:
        """Return the year in which the day's school year ends; between years, the one that begins next (July on)."""
        for year, (first, last) in self.years.items():
            if first <= day <= last:
                return year
        return day.year + 1 if day.month >= 7 else day.year

    def cycle_end(self, day: dt.date) -> dt.date | None:
        """Return the last day of the cycle that the day falls in; None outside the school weeks."""
        week = next((w for w in self.weeks if w.week_of <= day < w.week_of + _WEEK), None)
        if week is None:
            return None
        last = max(w.week_of for w in self.weeks if (w.school_year, w.cycle) == (week.school_year, week.cycle))
        return last + dt.timedelta(days=6)

    def _term_title(self, year: int, day: dt.date) -> str:
        for kind in _TERM_KINDS:
            for term in self.terms:
                if term.kind == kind and term.school_year == year and term.begins_on <= day <= term.ends_on:
                    return term.title
        return str(year)


def load_calendar(district: District) -> SchoolCalendar:
    """Return a district's calendar in two queries."""
    return SchoolCalendar(
        tuple(Term.objects.filter(district=district, active=True).order_by("begins_on", "ends_on", "title")),
        tuple(Closure.objects.filter(district=district).order_by("begins_on")),
    )


def school_weeks(district: District) -> tuple[SchoolWeek, ...]:
    """Return every school week of a district: terms minus closures and weekends; summers and breaks left out."""
    return load_calendar(district).weeks


def add_term(
    *,
    district: District,
    kind: TermKind,
    title: str,
    begins_on: dt.date,
    ends_on: dt.date,
    school_year: int | None = None,
    parent: Term | None = None,
    by: User | None,
) -> Term:
    """Add a school year or a part of it, by hand; a roster brings its own."""
    require(by, Act.MANAGE_ROSTER, district_id=district.id)
    with transaction.atomic():
        term = Term.objects.create(
            district=district,
            kind=kind.value,
            title=title,
            begins_on=begins_on,
            ends_on=ends_on,
            school_year=school_year or (ends_on.year if ends_on.month < 8 else ends_on.year + 1),
            parent=parent,
        )
        append_entry(act="add", subject="term", object_id=term.id, district_id=district.id, by=by)
    return term


def add_closure(
    *, district: District, title: str, begins_on: dt.date, ends_on: dt.date | None = None, by: User | None
) -> Closure:
    """Add days without school: a holiday, a break, snow."""
    require(by, Act.MANAGE_ROSTER, district_id=district.id)
    with transaction.atomic():
        closure = Closure.objects.create(
            district=district, title=title, begins_on=begins_on, ends_on=ends_on or begins_on
        )
        append_entry(act="add", subject="closure", object_id=closure.id, district_id=district.id, by=by)
    return closure


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    days: Iterable[int] = range((last - first).days + 1)
    return (first + dt.timedelta(days=n) for n in days)
