"""Opens a value to the facts behind it: counts by week and look-for, never by classroom, teacher or observer.

Decides how far the facts are coarsened; what may show at all is `disclosure`'s. Weeks are joined until five
classrooms stand behind a cell and none supplied more than half of it: a school knows who was visited on which day.
Marks join further weeks until they do not all say the same; of a period that still fills up only visits are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from midcourse.facts import Snapshot
from midcourse.indicators.compilation import Facts, event_query
from midcourse.indicators.definition import Form, Indicator
from midcourse.indicators.disclosure import cell_may_show, exact_counts_may_show, is_telling, marks_may_show
from midcourse.indicators.periods import read_calendar
from midcourse.indicators.values import IndicatorValue
from midcourse.vocabulary import Level, Missing, Period

Stretch = tuple[tuple[date, date], list[dict[str, Any]]]  # its first and last week, and the rows in them


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
    co_observed_n : int
        Visits that two or more observers marked.
    observers_n : int or None
        How many different observers there were; None while the period is not settled.
    marks_n : int or None
        Answers that were neither empty nor out; None where the subject is not a look-for, or the period not settled.
    hits_n : int or None
        Answers that count as seen; None where `marks_n` is, where too few classrooms stand behind them, where every
        answer says the same, or where they would give away the one hidden school of a total.
    not_applicable_n, not_looked_for_n : int or None
        Answers left out of the denominator; None while the period is not settled.
    """

    first_week_of: date
    last_week_of: date
    subject: str
    events_n: int
    co_observed_n: int = 0
    observers_n: int | None = 0
    marks_n: int | None = None
    hits_n: int | None = None
    not_applicable_n: int | None = 0
    not_looked_for_n: int | None = 0


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
        Why there are no counts: the value's own reason, or that one classroom stood out; empty when there are.
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
    if value.withheld is not None:  # whatever the reason: its counts would be the value
        return FactsBehind(value, (), withheld=value.reason)
    if indicator.formula.of:
        return FactsBehind(value, (), derived_from=indicator.formula.of)
    if indicator.formula.form is Form.PUBLISHED:
        hits = None if value.numerator is None else round(value.numerator)
        return FactsBehind(value, (FactCount(value.begins_on, value.ends_on, value.cell, value.n, hits_n=hits),))
    counts: list[FactCount] = []
    for rows in _events(snapshot, value, indicator):
        counts += _counted(_co_observed(rows) if indicator.formula.form is Form.AGREEMENT else rows)
    counts.sort(key=lambda count: (count.first_week_of, count.last_week_of, count.subject))
    if not marks_may_show(value):
        counts = [_visits_only(count) for count in counts]
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


def _visits_only(count: FactCount) -> FactCount:
    return replace(count, observers_n=None, marks_n=None, hits_n=None, not_applicable_n=None, not_looked_for_n=None)


def _counted(rows: list[dict[str, Any]]) -> list[FactCount]:
    weeks: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        weeks.setdefault(row["week_of"], []).append(row)
    parts = [((week, week), weeks[week]) for week in sorted(weeks)]
    subjects: dict[str, list[Stretch]] = {}
    for span, joined in _joined(parts, _may_show):
        found: dict[str, list[dict[str, Any]]] = {}
        for row in joined:
            found.setdefault(row["subject"], []).append(row)
        for subject, some in found.items():
            subjects.setdefault(subject, []).append((span, some))
    return [
        _count(span, subject, some)
        for subject, stretches in subjects.items()
        # where no joining helps, the weeks stay apart and their marks hidden
        for span, some in _joined(stretches, _marks_may_show) or stretches
    ]


def _joined(parts: Sequence[Stretch], may_show: Callable[[list[dict[str, Any]]], bool]) -> list[Stretch]:
    """Join stretches of weeks, earliest first, until each may show; the rest joins the last one that may."""
    joined: list[Stretch] = []
    waiting: list[Stretch] = []
    for part in parts:
        waiting.append(part)
        if may_show(_whole(waiting)[1]):
            joined.append(_whole(waiting))
            waiting = []
    if waiting and joined:
        joined[-1] = _whole([joined[-1], *waiting])
        # the joined rest may tip the balance towards one classroom: then join further back
        while len(joined) > 1 and not may_show(joined[-1][1]):
            joined[-2:] = [_whole(joined[-2:])]
    return [stretch for stretch in joined if may_show(stretch[1])]


def _whole(stretches: Sequence[Stretch]) -> Stretch:
    return (stretches[0][0][0], stretches[-1][0][1]), [row for _, rows in stretches for row in rows]


def _may_show(rows: list[dict[str, Any]]) -> bool:
    events: dict[str, set[str]] = {}
    for row in rows:
        events.setdefault(row["person"], set()).add(row["event"])
    return cell_may_show([len(some) for some in events.values()])


def _marks_may_show(rows: list[dict[str, Any]]) -> bool:
    """Say whether the marks of one subject may show; what has no marks may always."""
    if "known" not in rows[0]:
        return True
    known = [row for row in rows if row["known"]]
    return _may_show(known) and not is_telling(sum(bool(row["hit"]) for row in known), len(known))


def _count(span: tuple[date, date], subject: str, rows: list[dict[str, Any]]) -> FactCount:
    observers: dict[str, set[str]] = {}
    for row in rows:
        observers.setdefault(row["event"], set()).add(row.get("observer", ""))
    if "known" not in rows[0]:
        return FactCount(*span, subject, len(observers))
    known = [row for row in rows if row["known"]]
    return FactCount(
        *span,
        subject,
        len(observers),
        co_observed_n=sum(len(some) > 1 for some in observers.values()),
        observers_n=len(set().union(*observers.values())),
        marks_n=len(known),
        hits_n=sum(bool(row["hit"]) for row in known) if _marks_may_show(rows) else None,
        not_applicable_n=sum(row["missing"] == Missing.NOT_APPLICABLE for row in rows),
        not_looked_for_n=sum(row["missing"] == Missing.NOT_LOOKED_FOR for row in rows),
    )
