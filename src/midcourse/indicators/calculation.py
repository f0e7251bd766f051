"""Computes every value of a catalogue on one snapshot, and stores values beside it.

Decides the order: query, roll up, disclose. Nothing that has not passed `disclosure` leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from midcourse.facts import Snapshot
from midcourse.indicators.compilation import Facts, compile_query, roster_query
from midcourse.indicators.definition import AgreedTarget, Form, Indicator, Roster
from midcourse.indicators.disclosure import Draft, disclose, guard_totals
from midcourse.indicators.periods import Calendar, Span, read_calendar
from midcourse.indicators.published import published_values
from midcourse.indicators.roll_ups import (
    Cells,
    Rolled,
    School,
    Scope,
    Stays,
    iterate_scopes,
    roll_agreement,
    roll_coverage,
    roll_median,
    roll_pairs,
    roll_reach,
    roll_share,
    roll_spread,
)
from midcourse.indicators.values import IndicatorValue
from midcourse.vocabulary import Level, Period

CLASSROOMS = Roster("sections", "room_key", "in_period", within_school=True)
"""The teachers who could have been observed: those with a section on the roster in the span (privacy 2.4)."""
_STAFF = Roster("assignments", "educator_key", "in_period", within_school=True)
"""The same people where a closed year's sections no longer say whose they are: its key is gone (privacy 2.2)."""
_DIGITS = 9  # sums of thirds differ in the 16th digit with the order of threads; values must not


def compute_values(
    snapshot: Snapshot,
    indicators: Mapping[str, Indicator] | Iterable[Indicator],
    *,
    as_of: date,
    agreed: Iterable[AgreedTarget] = (),
) -> tuple[IndicatorValue, ...]:
    """Compute every value of the indicators for every unit and span begun by `as_of`.

    Parameters
    ----------
    snapshot : Snapshot
        Facts; only rows with ``available_on <= as_of`` are read.
    indicators : mapping or iterable of Indicator
        Definitions; a derived one (reach, spread) needs its origin among them.
    as_of : date
        The day the calculation pretends to be run on.
    agreed : iterable of AgreedTarget
        Districts' own success criteria; a school is counted by its district's, or else by the catalogue's default.

    Returns
    -------
    tuple of IndicatorValue
        Ordered by indicator, level, district, unit, period kind, begin and cell; one for every unit and span, withheld
        where too little stands behind it. The same snapshot, definitions and date give the same values.

    Raises
    ------
    ValueError
        When a derived indicator's origin is missing.

    Notes
    -----
    **Source**: each definition names its own; the steps are in docs/indicators.md.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from midcourse.facts import write_snapshot
    >>> from midcourse.indicators import load_catalogue
    >>> empty = write_snapshot(Path(mkdtemp()), {}, as_of=date(2026, 1, 5))
    >>> compute_values(empty, load_catalogue(), as_of=date(2026, 1, 5))
    ()
    """
    chosen = {one.id: one for one in (indicators.values() if isinstance(indicators, Mapping) else indicators)}
    calculation = _Calculation(snapshot, as_of, {(one.district_id, one.indicator_id): one.target for one in agreed})
    try:
        values: list[IndicatorValue] = []
        for indicator in sorted(chosen.values(), key=lambda one: bool(one.formula.of)):  # origins first
            of = indicator.formula.of
            if of and of not in chosen:
                raise ValueError(f"{indicator.id} is derived from {of}: give both")
            if indicator.formula.form is Form.PUBLISHED:
                values += published_values(calculation.run(indicator), indicator, snapshot_id=snapshot.id, as_of=as_of)
            else:
                values += calculation.values(indicator, chosen.get(of))
    finally:
        calculation.facts.close()
    levels, kinds = list(Level), list(Period)
    return tuple(
        sorted(
            guard_totals(values),
            key=lambda v: (
                v.indicator_id,
                levels.index(v.level),
                v.district_id,
                v.unit_id,
                kinds.index(v.period_kind),
                v.begins_on,
                v.cell,
            ),
        )
    )


class _Calculation:
    """One run over one snapshot: what several indicators share is computed once."""

    def __init__(self, snapshot: Snapshot, as_of: date, targets: Mapping[tuple[str, str], float]) -> None:
        self.snapshot, self.as_of, self._targets = snapshot, as_of, targets
        self.calendar: Calendar = read_calendar(snapshot, as_of=as_of)
        self.facts = Facts(snapshot, self.calendar, as_of=as_of)
        self._classrooms = Stays(self.facts.run(roster_query(CLASSROOMS, self.facts)), self.calendar)
        self._staff = Stays(self.facts.run(roster_query(_STAFF, self.facts)), self.calendar)
        self._schools_in: dict[str, list[School]] = {}
        for school in read_schools(snapshot, as_of=as_of):
            self._schools_in.setdefault(school.district_id, []).append(school)
        self._named: dict[tuple[Period, str], list[Span]] = {}
        for kind in Period:
            for span in self.calendar.spans(kind):
                self._named.setdefault((kind, span.name), []).append(span)
        self._eligible: dict[Scope, int] = {}
        self._shares: dict[str, dict[Scope, tuple[IndicatorValue, Rolled]]] = {}

    def run(self, indicator: Indicator) -> pa.Table:
        return self.facts.run(compile_query(indicator, self.facts))

    def values(self, indicator: Indicator, origin: Indicator | None) -> list[IndicatorValue]:
        rolled = self._rolled(indicator, origin)
        found = {}
        for scope, numbers in rolled.items():
            draft = Draft(
                self._value(indicator, scope, numbers),
                numbers.interval,
                self.eligible(scope) if set(indicator.formula.source) & {"visits", "visit_items"} else None,
                numbers.largest_room_n,
            )
            found[scope] = (disclose(draft, indicator), numbers)
        if indicator.formula.form is Form.SHARE:
            self._shares[indicator.id] = found
        return [value for value, _ in found.values()]

    def eligible(self, scope: Scope) -> int:
        """Return the teachers with a section in the scope."""
        if scope not in self._eligible:
            self._eligible[scope] = sum(self._teachers_in(part) for part in self._parts(scope))
        return self._eligible[scope]

    def _teachers_in(self, scope: Scope) -> int:
        rooms, _, _ = self._classrooms.members(scope, CLASSROOMS, since="period", as_of=self.as_of)
        return len(rooms) or len(self._staff.members(scope, _STAFF, since="period", as_of=self.as_of)[0])

    def _parts(self, scope: Scope) -> list[Scope]:
        """Return the districts' scopes behind a network scope; any other scope stands for itself."""
        if scope.level is not Level.NETWORK:
            return [scope]
        return [Scope(Level.DISTRICT, span.district_id, span) for span in self._spans_behind(scope.span)]

    def _spans_behind(self, span: Span) -> list[Span]:
        return [span] if span.district_id else self._named[span.kind, span.name]

    def _schools_of(self, scope: Scope) -> list[Scope]:
        return [
            Scope(Level.SCHOOL, school.school_id, span)
            for span in self._spans_behind(scope.span)
            for school in self._schools_in.get(span.district_id, ())
            if school.open_during(span)
        ]

    def _rolled(self, indicator: Indicator, origin: Indicator | None) -> dict[Scope, Rolled]:
        scopes = list(iterate_scopes(indicator, self.calendar, self._schools_in))
        form = indicator.formula.form
        if form in (Form.REACH, Form.SPREAD):
            assert origin is not None  # compute_values sees to it
            return {scope: self._derived(indicator, origin, scope) for scope in scopes}
        if form is Form.COVERAGE:
            stays = Stays(self.run(indicator), self.calendar)
            return {s: roll_coverage(stays, indicator, self._parts(s), as_of=self.as_of) for s in scopes}
        cells = Cells(self.run(indicator), self.calendar)
        if form is Form.MEDIAN:
            return {scope: roll_median(cells, scope) for scope in scopes}
        if form is Form.AGREEMENT:
            return {scope: roll_agreement(cells, scope) for scope in scopes}
        if form is Form.PAIRS:
            return {s: roll_pairs(cells, s, [part.unit_id for part in self._schools_of(s)]) for s in scopes}
        rolled: dict[Scope, Rolled] = {}
        for scope in scopes:  # schools come first, so the units below are there
            below = self._schools_of(scope) if scope.level is Level.DISTRICT else self._parts(scope)
            parts = {part: rolled[part] for part in below if part in rolled}
            rolled[scope] = roll_share(cells, indicator, scope, parts)
        return rolled

    def _derived(self, indicator: Indicator, origin: Indicator, scope: Scope) -> Rolled:
        shares = self._shares[origin.id]
        found = [shares[school] for school in self._schools_of(scope) if school in shares]
        values = [value for value, _ in found]
        if indicator.formula.form is Form.SPREAD:
            return roll_spread(values, [rolled for _, rolled in found])
        assert origin.target is not None  # the loader sees to it
        targets = [self._targets.get((value.district_id, origin.id), origin.target) for value in values]
        return roll_reach(origin.direction, values, targets)

    def _value(self, indicator: Indicator, scope: Scope, numbers: Rolled) -> IndicatorValue:
        interval, span = numbers.interval, scope.span
        return IndicatorValue(
            indicator_id=indicator.id,
            definition_version=indicator.version,
            level=scope.level,
            unit_id=scope.unit_id,
            district_id=span.district_id,
            period_kind=span.kind,
            period=span.name,
            school_year=span.school_year,
            begins_on=span.begins_on,
            ends_on=span.ends_on,
            as_of=self.as_of,
            estimate=_rounded(None if interval is None else interval.estimate),
            lower=_rounded(None if interval is None else interval.lower),
            upper=_rounded(None if interval is None else interval.upper),
            numerator=_rounded(numbers.numerator),
            denominator=_rounded(numbers.denominator),
            n=numbers.n,
            rooms_n=numbers.rooms_n,
            observers_n=numbers.observers_n,
            withheld=None,
            reason="",
            short_by=0,
            latest_on=numbers.latest_on,
            snapshot_id=self.snapshot.id,
        )


def read_schools(snapshot: Snapshot, *, as_of: date) -> list[School]:
    """Read the schools as known on `as_of`, each once, ordered by district and id."""
    latest: dict[tuple[str, str], tuple[date, date | None, date | None]] = {}
    for row in snapshot.read("schools").to_pylist():
        key, known = (row["district_id"], row["school_id"]), row["available_on"]
        if known <= as_of and (key not in latest or known >= latest[key][0]):
            latest[key] = (known, row["opened_on"], row["closed_on"])
    return [School(*key, opened, closed) for key, (_, opened, closed) in sorted(latest.items())]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, _DIGITS)
