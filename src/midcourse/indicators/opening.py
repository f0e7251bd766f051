"""Opens a value to the facts behind it: counts by week and look-for, never by classroom, teacher or observer.

Decides how far the facts are coarsened; what may show at all is `disclosure`'s. Weeks are joined until five
classrooms stand behind a cell and none supplied more than half of it: a school knows who was visited on which day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from midcourse.facts import Snapshot
from midcourse.indicators.compilation import Facts, event_query
from midcourse.indicators.definition import Form, Indicator
from midcourse.indicators.disclosure import HIDDEN, cell_may_show, exact_counts_may_show
from midcourse.indicators.periods import read_calendar
from midcourse.indicators.values import IndicatorValue
from midcourse.vocabulary import Level, Missing, Period


@dataclass(frozen=True, slots=True)
class FactCount:
    """How often something was seen, in one or more weeks.

    Parameters
    ----------
    first_week_of, last_week_of : date
        Mondays; the same when one week carries enough. For a published result, its school year.
    subject : str
        Code of the look-for, or ``visits``, ``intervisitations``, or a published cell.
    events_n : int
        Visits (or intervisitations, or pupils) in those weeks.
    co_observed_n, observers_n : int
        Visits that two or more observers marked, and how many different observers there were.
    marks_n : int or None
        Answers that were neither empty nor out; None where the subject is not a look-for.
    hits_n : int or None
        Answers that count as seen; None where it is not a look-for, where too few classrooms stand behind them, or
        where they would give away the one hidden school of a total.
    not_applicable_n, not_looked_for_n : int
        Answers left out of the denominator.
    """

    first_week_of: date
    last_week_of: date
    subject: str
    events_n: int
    co_observed_n: int = 0
    observers_n: int = 0
    marks_n: int | None = None
    hits_n: int | None = None
    not_applicable_n: int = 0
    not_looked_for_n: int = 0


@dataclass(frozen=True, slots=True)
class FactsBehind:
    """The facts behind one value.

    Parameters
    ----------
    value : IndicatorValue
        The value that was opened.
    counts : tuple of FactCount
        In order of weeks, then subject; empty when nothing may show.
    derived_from : str
        Id of the indicator whose school values it is made of (reach, spread); empty otherwise.
    withheld : str
        Why there are no counts; empty when there are.
    """

    value: IndicatorValue
    counts: tuple[FactCount, ...]
    derived_from: str = ""
    withheld: str = ""


def facts_behind(snapshot: Snapshot, value: IndicatorValue, indicators: Mapping[str, Indicator]) -> FactsBehind:
    """Open a value to the counts it is made of, as of the value's own date.

    Parameters
    ----------
    snapshot : Snapshot
        The snapshot of the value.
    value : IndicatorValue
        From `compute_values` or `read_values`.
    indicators : mapping of str to Indicator
        The definitions it was computed with.

    Returns
    -------
    FactsBehind
        Without any key of a person, classroom or visit.

    Raises
    ------
    ValueError
        When the snapshot or the definition's version is not the value's.
    """
    indicator = indicators.get(value.indicator_id)
    if value.snapshot_id != snapshot.id or indicator is None or indicator.version != value.definition_version:
        raise ValueError("a value opens with the snapshot and definition it was computed from")
    if value.reason in (HIDDEN, "min_eligible", "one_room", "no_facts", "not_reported"):
        return FactsBehind(value, (), withheld=value.reason)
    if indicator.formula.of:
        return FactsBehind(value, (), derived_from=indicator.formula.of)
    if indicator.formula.form is Form.PUBLISHED:
        hits = None if value.numerator is None else round(value.numerator)
        return FactsBehind(value, (FactCount(value.begins_on, value.ends_on, value.cell, value.n, hits_n=hits),))
    counts: list[FactCount] = []
    for rows in _events(snapshot, value, indicator):
        counts += _counted(_co_observed(rows) if indicator.formula.form is Form.AGREEMENT else rows)
    counts.sort(key=lambda count: (count.first_week_of, count.subject))
    if not exact_counts_may_show(value, indicator):
        counts = [replace(count, hits_n=None) for count in counts]
    return FactsBehind(value, tuple(counts), withheld="" if counts else "one_room")


def _events(snapshot: Snapshot, value: IndicatorValue, indicator: Indicator) -> list[list[dict[str, Any]]]:
    """Return the events behind a value, one list per source table."""
    calendar = read_calendar(snapshot, as_of=value.as_of)
    whole_year = indicator.formula.since == "school_year"
    place = list(Period).index(Period.YEAR if whole_year else value.period_kind)
    name = str(value.school_year) if whole_year else value.period
    segments = [
        number
        for number, spans in enumerate(calendar.spans_of)
        if spans[place].name == name and value.district_id in ("", spans[place].district_id)
    ]
    school = value.unit_id if value.level is Level.SCHOOL else None
    facts = Facts(snapshot, calendar, as_of=value.as_of)
    try:
        return [
            facts.run(
                event_query(indicator, facts, table, segments=segments, school_id=school, until=value.ends_on)
            ).to_pylist()
            for table in indicator.formula.source
        ]
    finally:
        facts.close()


def _co_observed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    observers: dict[str, set[str]] = {}
    for row in rows:
        observers.setdefault(row["event"], set()).add(row["observer"])
    return [row for row in rows if len(observers[row["event"]]) > 1]


def _counted(rows: list[dict[str, Any]]) -> list[FactCount]:
    weeks: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        weeks.setdefault(row["week_of"], []).append(row)
    counts = []
    for stretch in _stretches(weeks):
        joined = [row for week in stretch for row in weeks[week]]
        subjects: dict[str, list[dict[str, Any]]] = {}
        for row in joined:
            subjects.setdefault(row["subject"], []).append(row)
        counts += [_count(stretch, subject, some) for subject, some in subjects.items()]
    return counts


def _stretches(weeks: dict[date, list[dict[str, Any]]]) -> list[list[date]]:
    """Join weeks, earliest first, until each stretch may show; the rest joins the last one that may."""
    stretches: list[list[date]] = []
    waiting: list[date] = []
    for week in sorted(weeks):
        waiting.append(week)
        if _may_show([row for one in waiting for row in weeks[one]]):
            stretches.append(waiting)
            waiting = []
    if waiting and stretches:
        stretches[-1] += waiting
        # the joined rest may tip the balance towards one classroom: then join further back
        while len(stretches) > 1 and not _may_show([row for one in stretches[-1] for row in weeks[one]]):
            rest = stretches.pop()
            stretches[-1] += rest
    return [s for s in stretches if _may_show([row for one in s for row in weeks[one]])]


def _may_show(rows: list[dict[str, Any]]) -> bool:
    events: dict[str, set[str]] = {}
    for row in rows:
        events.setdefault(row["person"], set()).add(row["event"])
    return cell_may_show([len(some) for some in events.values()])


def _count(stretch: list[date], subject: str, rows: list[dict[str, Any]]) -> FactCount:
    observers: dict[str, set[str]] = {}
    for row in rows:
        observers.setdefault(row["event"], set()).add(row.get("observer", ""))
    if "known" not in rows[0]:
        return FactCount(stretch[0], stretch[-1], subject, len(observers))
    known = [row for row in rows if row["known"]]
    return FactCount(
        stretch[0],
        stretch[-1],
        subject,
        len(observers),
        co_observed_n=sum(len(some) > 1 for some in observers.values()),
        observers_n=len(set().union(*observers.values())),
        marks_n=len(known),
        hits_n=sum(bool(row["hit"]) for row in known) if _may_show(known) else None,
        not_applicable_n=sum(row["missing"] == Missing.NOT_APPLICABLE for row in rows),
        not_looked_for_n=sum(row["missing"] == Missing.NOT_LOOKED_FOR for row in rows),
    )
