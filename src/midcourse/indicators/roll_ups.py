"""Rolls the cells of one query up to schools, districts and the network, each with its interval.

Decides which cells stand behind which unit and span. What an interval is, is `stats`; what may show, `disclosure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from midcourse.indicators.definition import Indicator, RollUp, Roster
from midcourse.indicators.periods import Calendar, Span
from midcourse.indicators.values import IndicatorValue
from midcourse.stats import Interval, agreement_interval, between_sd, mean_interval, median_interval, ratio_interval
from midcourse.vocabulary import Direction, Level, Period

Codes = NDArray[np.int64]
NETWORK = "network"  # unit_id of the one network an installation serves


@dataclass(frozen=True, slots=True)
class School:
    """One school and the days on which it belonged to its district."""

    district_id: str
    school_id: str
    opened_on: date | None
    closed_on: date | None

    def open_during(self, span: Span) -> bool:
        """Say whether it was open on any day of the span."""
        return (self.opened_on or span.begins_on) <= span.ends_on and (self.closed_on or span.ends_on) >= span.begins_on


@dataclass(frozen=True, slots=True)
class Scope:
    """One unit in one span: what a value describes."""

    level: Level
    unit_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Rolled:
    """The numbers of one scope, before anyone asks whether they may show."""

    interval: Interval | None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    rooms_n: int = 0
    observers_n: int = 0
    largest_room_n: float = 0.0
    latest_on: date | None = None


NOTHING = Rolled(None)
_PAIR = ("home_school_id", "host_school_id")


class Cells:
    """The rows of a query, found by scope. Rows are put in a fixed order first, so that sums are the same each time."""

    def __init__(self, table: pa.Table, calendar: Calendar) -> None:
        self._table = table.sort_by([(name, "ascending") for name in table.column_names])
        self._calendar = calendar
        self._found: dict[tuple[Level, Period], dict[tuple[str, str], Codes]] = {}
        self._columns: dict[str, NDArray[Any]] = {}

    def rows(self, scope: Scope) -> Codes | None:
        """Return the row numbers behind a scope; None when there are none."""
        key = (scope.level, scope.span.kind)
        if key not in self._found:
            self._found[key] = self._slices(*key)
        return self._found[key].get((scope.unit_id, scope.span.name))

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a numeric or boolean column."""
        return self._column(column, lambda c: c.cast(pa.float64()).to_numpy()).astype(np.float64, copy=False)

    def codes(self, column: str) -> Codes:
        """Return a text column as integer codes; an empty cell has the code -1."""
        return self._column(column, lambda c: _encoded(c)[0]).astype(np.int64, copy=False)

    def texts(self, column: str, rows: Codes) -> list[str]:
        """Return the texts of some rows of a column."""
        texts: Any = self._table.column(column).take(pa.array(rows, pa.int64()))
        return list(texts.to_pylist())

    def latest(self, rows: Codes) -> date:
        """Return the latest `latest_on` of some rows."""
        days = self._column("latest_on", lambda c: c.cast(pa.int32()).to_numpy())
        return date(1970, 1, 1) + timedelta(days=int(days[rows].max()))

    def _column(self, name: str, make: Callable[[Any], NDArray[Any]]) -> NDArray[Any]:
        if name not in self._columns:
            self._columns[name] = make(self._table.column(name))
        return self._columns[name]

    def _slices(self, level: Level, kind: Period) -> dict[tuple[str, str], Codes]:
        if not self._table.num_rows:
            return {}
        place = list(Period).index(kind)
        segment = self._column("segment", lambda c: c.cast(pa.int64()).to_numpy()).astype(np.int64)
        names, name_of = _distinct([spans[place].name for spans in self._calendar.spans_of])
        if level is Level.SCHOOL:
            unit, units = _encoded(self._table.column("school_id"))
        elif level is Level.DISTRICT:
            units, district_of = _distinct([spans[place].district_id for spans in self._calendar.spans_of])
            unit = district_of[segment]
        else:
            units, unit = [NETWORK], np.zeros(len(segment), np.int64)
        key = unit * len(names) + name_of[segment]
        order = np.argsort(key, kind="stable")
        found, start = np.unique(key[order], return_index=True)
        parts = np.split(order, start[1:])
        return {
            (units[int(k) // len(names)], names[int(k) % len(names)]): part
            for k, part in zip(found, parts, strict=True)
        }


def roll_share(cells: Cells, indicator: Indicator, scope: Scope, parts: Mapping[Scope, Rolled]) -> Rolled:
    """Roll a share up: pooled sums, or the mean of the shares of the units below (`parts`)."""
    rows = cells.rows(scope)
    if rows is None:
        return NOTHING
    numerator, denominator = cells.numbers("numerator")[rows], cells.numbers("denominator")[rows]
    rooms, observers = cells.codes("room_key")[rows], cells.codes("observer_key")[rows]
    total = float(denominator.sum())
    interval = ratio_interval(numerator, denominator, rooms, observers, n=total)
    below = [part.interval for part in parts.values() if part.interval is not None]
    if indicator.roll_up is RollUp.MEAN_OF_RATES and scope.level is not Level.SCHOOL and below:
        interval = mean_interval(below)
    seen = np.unique(rooms, return_inverse=True)[1]
    return Rolled(
        interval,
        float(numerator.sum()),
        total,
        n=round(total),
        rooms_n=int(seen.max()) + 1,
        observers_n=len(np.unique(observers)),
        largest_room_n=float(np.bincount(seen, weights=denominator).max()),
        latest_on=cells.latest(rows),
    )


def roll_median(cells: Cells, scope: Scope) -> Rolled:
    """Roll a median up, events of one person hanging together."""
    rows = cells.rows(scope)
    if rows is None:
        return NOTHING
    counts, people = cells.numbers("events")[rows], cells.codes("person")[rows]
    return Rolled(
        median_interval(cells.numbers("value")[rows], counts, people),
        n=int(counts.sum()),
        largest_room_n=float(np.bincount(np.unique(people, return_inverse=True)[1], weights=counts).max()),
        latest_on=cells.latest(rows),
    )


def roll_agreement(cells: Cells, scope: Scope) -> Rolled:
    """Roll observer agreement up over the visits that two or more saw."""
    rows = cells.rows(scope)
    if rows is None:
        return NOTHING
    visits, observers = cells.codes("visit_key")[rows], cells.codes("observer_key")[rows]
    items, rooms = cells.codes("look_for")[rows], cells.codes("room_key")[rows]
    interval: Interval | None
    try:
        interval = agreement_interval(cells.numbers("present")[rows], visits, observers, items, rooms)
    except ValueError:  # never the same look-for, or every mark the same: not defined
        interval = None
    room_of_visit = np.unique(np.column_stack([visits, rooms]), axis=0)[:, 1]
    return Rolled(
        interval,
        n=len(room_of_visit) if interval is None else round(interval.effective_n),
        rooms_n=len(np.unique(rooms)),
        observers_n=len(np.unique(observers)),
        largest_room_n=float(np.unique(room_of_visit, return_counts=True)[1].max()),
        latest_on=cells.latest(rows),
    )


def roll_pairs(cells: Cells, scope: Scope, schools: list[str]) -> Rolled:
    """Count the ordered pairs of open schools joined by a visit, out of the possible ones."""
    possible = [(home, host) for home in schools for host in schools if home != host]
    if not possible:
        return NOTHING
    rows = cells.rows(scope)
    met = set() if rows is None else set(zip(*(cells.texts(name, rows) for name in _PAIR), strict=True))
    hits = np.array([float(pair in met) for pair in possible])
    code = {school: place for place, school in enumerate(schools)}
    home, host = (np.array([code[pair[side]] for pair in possible]) for side in (0, 1))
    return Rolled(
        ratio_interval(hits, np.ones(len(hits)), home, host),
        float(hits.sum()),
        float(len(possible)),
        n=len(schools),
        latest_on=None if rows is None else cells.latest(rows),
    )


def roll_reach(direction: Direction, values: list[IndicatorValue], targets: list[float]) -> Rolled:
    """Count the schools at their target. Withheld schools stay in the denominator, and are open in the interval."""
    if not values:
        return NOTHING
    down = direction is Direction.DOWN

    def reached(number: float | None, target: float) -> bool:
        return number is not None and (number <= target if down else number >= target)

    k = len(values)
    pairs = list(zip(values, targets, strict=True))
    sure = sum(reached(v.upper if down else v.lower, t) for v, t in pairs)
    count = sum(reached(v.estimate, t) for v, t in pairs)
    possible = sum(v.withheld is not None or reached(v.lower if down else v.upper, t) for v, t in pairs)
    interval = Interval(count / k, sure / k, possible / k, float("nan"), float(k), float("inf"))
    return Rolled(interval, float(count), float(k), n=k, latest_on=_latest(values))


def roll_spread(values: list[IndicatorValue], rolled: list[Rolled]) -> Rolled:
    """Estimate the spread between schools whose share may show."""
    shown = [(v, r) for v, r in zip(values, rolled, strict=True) if v.withheld is None and r.interval is not None]
    if len(shown) < 2:
        return Rolled(None, n=len(shown), latest_on=_latest(values))
    shares = np.array([r.interval.estimate for _, r in shown if r.interval])
    n = np.array([r.interval.effective_n for _, r in shown if r.interval])
    # two more successes and failures: an error that is not nought at 0 % and 100 % (Agresti & Coull 1998)
    middle = (shares * n + 2) / (n + 4)
    interval = between_sd(shares, np.sqrt(middle * (1 - middle) / n))
    return Rolled(interval, n=len(shown), latest_on=_latest([value for value, _ in shown]))


class Stays:
    """A roster's stays and in which segments each member was met; found by school or district, and year."""

    def __init__(self, table: pa.Table, calendar: Calendar) -> None:
        table = table.sort_by([(name, "ascending") for name in table.column_names])
        self._calendar = calendar
        self._within: dict[Span, NDArray[np.bool_]] = {}
        self._begins = table.column("begins_on").cast(pa.int32()).to_numpy()
        self._ends = _days(table, "ends_on", empty=np.iinfo(np.int32).max)
        self._member, _ = _encoded(table.column("member"))
        self._school, _ = _encoded(table.column("school_id"))
        met = "segment" in table.column_names
        self._segment = _filled(table.column("segment"), -1) if met else np.full(len(self._ends), -1)
        self._first = _days(table, "first_on") if met else self._begins
        self._latest = _days(table, "latest_on") if met else self._begins
        years: list[Any] = table.column("school_year").to_pylist()
        found: dict[tuple[str, int], list[int]] = {}
        for level in ("school_id", "district_id"):
            units: list[Any] = table.column(level).to_pylist()
            for row, key in enumerate(zip(units, years, strict=True)):
                found.setdefault(key, []).append(row)
        self._index = {key: np.array(rows) for key, rows in found.items()}

    def members(self, scope: Scope, roster: Roster, *, since: str, as_of: date) -> tuple[Codes, NDArray[np.bool_], int]:
        """Return the distinct members of a scope, whether each was met, and the latest day a meeting became known."""
        span = scope.span
        rows = self._index.get((scope.unit_id, span.school_year), np.zeros(0, np.int64))
        weekly = roster.active == "in_last_week"
        begins = span.last_week_of if weekly else span.begins_on
        ends = min(as_of, span.last_week_of + timedelta(days=6) if weekly else span.ends_on)
        rows = rows[(self._begins[rows] <= _day(ends)) & (self._ends[rows] >= _day(begins))]
        member = self._member[rows]
        if roster.within_school:
            member = member * (int(self._school.max(initial=0)) + 1) + self._school[rows]
        if since == "period":
            met = self._inside(span)[self._segment[rows]]
        else:
            met = (self._segment[rows] >= 0) & (self._first[rows] <= _day(min(as_of, span.ends_on)))
        known, code = np.unique(member, return_inverse=True)
        hit = np.bincount(code, weights=met, minlength=len(known)) > 0
        latest = int(self._latest[rows][met].max()) if met.any() else 0
        return known, hit, latest

    def _inside(self, span: Span) -> NDArray[np.bool_]:
        """Return for each segment whether it lies in the span; the last entry, for -1 (never met), is no."""
        if span not in self._within:
            place = list(Period).index(span.kind)
            self._within[span] = np.array([spans[place] == span for spans in self._calendar.spans_of] + [False])
        return self._within[span]


def roll_coverage(stays: Stays, indicator: Indicator, scopes: list[Scope], *, as_of: date) -> Rolled:
    """Roll coverage up over one scope, or over the districts' scopes that make up the network."""
    roster = indicator.formula.roster
    assert roster is not None  # the loader sees to it
    found = [stays.members(scope, roster, since=indicator.formula.since, as_of=as_of) for scope in scopes]
    met = np.concatenate([hit for _, hit, _ in found]).astype(np.float64)
    if not len(met):
        return NOTHING
    latest = max(day for _, _, day in found)
    return Rolled(
        # each member is a draw of its own: how the count would vary if the same routine ran again
        ratio_interval(met, np.ones(len(met)), np.arange(len(met))),
        float(met.sum()),
        float(len(met)),
        n=len(met),
        rooms_n=len(met) if roster.table == "sections" else 0,
        latest_on=date(1970, 1, 1) + timedelta(days=latest) if latest else None,
    )


def iterate_scopes(indicator: Indicator, calendar: Calendar, schools: Mapping[str, list[School]]) -> Iterator[Scope]:
    """Yield every scope of an indicator, schools (by district) before districts before the network."""
    for level in (Level.SCHOOL, Level.DISTRICT, Level.NETWORK):
        if level not in indicator.levels:
            continue
        for kind in indicator.periods:
            for span in calendar.spans(kind, network=level is Level.NETWORK):
                if level is Level.SCHOOL:
                    for school in schools.get(span.district_id, ()):
                        if school.open_during(span):
                            yield Scope(level, school.school_id, span)
                else:
                    yield Scope(level, span.district_id or NETWORK, span)


def _latest(values: list[IndicatorValue]) -> date | None:
    return max((value.latest_on for value in values if value.latest_on), default=None)


def _distinct(names: list[str]) -> tuple[list[str], Codes]:
    known = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return list(known), np.array([known[name] for name in names], np.int64)


def _encoded(column: Any) -> tuple[Codes, list[str]]:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def _days(table: pa.Table, name: str, *, empty: int = 0) -> Codes:
    return _filled(table.column(name).cast(pa.int32()), empty)


def _filled(column: Any, empty: int) -> Codes:
    """Return whole numbers, with `empty` for an empty cell."""
    numbers: Codes = column.cast(pa.int64()).fill_null(empty).to_numpy()
    return numbers


def _day(when: date) -> int:
    return (when - date(1970, 1, 1)).days
