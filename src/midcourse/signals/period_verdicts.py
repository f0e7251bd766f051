"""Verdicts on what no visit detector can judge: the latest complete span against the same one of the first year.

Decides which two values are compared and when there is too little to compare; the comparison is in `two_periods`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil, sqrt
from statistics import variance

from midcourse.indicators import Form, Indicator, IndicatorValue, is_settled
from midcourse.signals.adopted import Blank, settled_on
from midcourse.signals.two_periods import Z90, Comparison, compare, compare_cells
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.vocabulary import Level, Verdict

# Half-width of the 90 % interval of a change beyond which "no change" would claim too much, in the metric's unit.
_LEAST_PAIRS = 4  # from which it can be told how far spans wander between themselves
_TELLING = {"share": 0.15, "median_days": 3.0, "sd": 0.10, "agreement": 0.20}

Shelf = dict[tuple[str, str, Level, str], list[IndicatorValue]]


def shelve(values: Iterable[IndicatorValue]) -> Shelf:
    shelf: Shelf = {}
    for value in values:
        shelf.setdefault((value.indicator_id, value.district_id, value.level, value.unit_id), []).append(value)
    return shelf


def judge_periods(blank: Blank, shelf: Shelf, alpha: float) -> Iterator[IndicatorVerdict]:
    indicator, district_id = blank.indicator, blank.adopted.district_id
    published = indicator.formula.form is Form.PUBLISHED
    metric = indicator.metric.value.removeprefix("median_")
    units = sorted(
        {(level, unit) for (i, d, level, unit) in shelf if i == indicator.id and d == district_id}
        | {(Level.DISTRICT, district_id)}
    )
    for level, unit in units:
        # A school's published cells describe single cohorts: they are shown, and no verdict hangs on them.
        if level not in indicator.levels or level is Level.NETWORK or (published and level is not Level.DISTRICT):
            continue
        values = [
            value
            for value in shelf.get((indicator.id, district_id, level, unit), ())
            if value.period_kind is indicator.period and is_settled(value.ends_on, as_of=blank.as_of)
        ]
        filled = blank.fill(level, unit, Verdict.TOO_FEW, method="periods", metric=metric)
        yield _two_years(filled, values, blank, alpha) if published else _two_spans(filled, values, blank, alpha)


def _two_spans(row: IndicatorVerdict, values: Sequence[IndicatorValue], blank: Blank, alpha: float) -> IndicatorVerdict:
    """Compare the latest complete span with the same one of the first school year on record since the count began."""
    if not values:
        return row
    current = max(values, key=lambda value: value.ends_on)
    row = replace(row, n=current.n, rooms_n=current.rooms_n, observers_n=current.observers_n)
    if current.withheld is not None:
        needed = (current.short_by or None) if _counts_events(blank) else None
        span = current.ends_on - current.begins_on + timedelta(days=1)
        return replace(row, visits_needed=needed, settle_on=settled_on(blank.as_of, needed, current.n, span))
    year, stretch = blank.first_year, _stretches(values)
    earlier = [
        value
        for value in values
        if value.withheld is None
        and stretch[value.period] == stretch[current.period]
        and year <= value.school_year < current.school_year
    ]
    if not earlier:
        return row
    baseline = min(earlier, key=lambda value: value.school_year)
    wander = (
        _wander([value for value in values if value is not current])
        if blank.indicator.formula.since == "period"
        else 0.0
    )
    return _called(row, compare(baseline, current, alpha=alpha, wander=wander), current, blank)


def _two_years(row: IndicatorVerdict, values: Sequence[IndicatorValue], blank: Blank, alpha: float) -> IndicatorVerdict:
    """Compare the published cells of the latest year with those of the first since the count began, all at once."""
    shown = [value for value in values if value.withheld is None and value.school_year >= blank.first_year]
    years = sorted({value.school_year for value in shown})
    if len(years) < 2:
        return row
    before = {value.cell: value for value in shown if value.school_year == years[0]}
    pairs = [(before[v.cell], v) for v in shown if v.school_year == years[-1] and v.cell in before]
    if not pairs:
        return row
    row = replace(row, n=sum(current.n for _, current in pairs))
    return _called(row, compare_cells(pairs, alpha=alpha), pairs[0][1], blank)


def _called(row: IndicatorVerdict, found: Comparison, current: IndicatorValue, blank: Blank) -> IndicatorVerdict:
    """Put a comparison into words; an interval too wide to exclude a change worth acting on is too few."""
    verdict = found.verdict(blank.indicator.direction)
    half, telling = (found.upper - found.lower) / 2, _TELLING[blank.indicator.metric.value]
    needed = None
    if verdict is Verdict.NO_CHANGE and half > telling:
        verdict = Verdict.TOO_FEW
        needed = max(1, ceil(current.n * ((half / telling) ** 2 - 1))) if _counts_events(blank) else None
    span = current.ends_on - current.begins_on + timedelta(days=1)
    called = verdict in (Verdict.IMPROVING, Verdict.WORSENING)
    return replace(
        row,
        verdict=verdict,
        change=found.change,
        lower=found.lower,
        upper=found.upper,
        since=current.begins_on if called else None,
        visits_needed=needed,
        settle_on=settled_on(blank.as_of, needed, current.n, span),
    )


def hold_back(row: IndicatorVerdict, origin: Sequence[IndicatorVerdict], indicator: Indicator) -> IndicatorVerdict:
    """Let a derived indicator be called only where the detector has called its origin in this unit."""
    if not indicator.formula.of or row.verdict not in (Verdict.IMPROVING, Verdict.WORSENING):
        return row
    same = next((one for one in origin if (one.level, one.unit_id) == (row.level, row.unit_id)), None)
    if same is not None and same.verdict in (Verdict.IMPROVING, Verdict.WORSENING):
        return row
    return replace(row, verdict=Verdict.NO_CHANGE, since=None)


def _counts_events(blank: Blank) -> bool:
    """Tell whether more visits would help: nobody can make more schools, teachers or pupils."""
    return blank.indicator.minimums.of in ("visits", "events")


def _wander(values: Sequence[IndicatorValue]) -> float:
    """Estimate the SD by which spans differ beyond what their own intervals allow though nothing has changed.

    From the differences between the same stretch of neighbouring years: a school year's rhythm is in both, a lasting
    change shifts them all alike, and what is left is wandering. Too few pairs tell nothing, and nothing is added.
    """
    stretch = _stretches(values)
    shown = {(v.school_year, stretch[v.period]): v for v in values if v.withheld is None}
    pairs = [(shown[year - 1, place], v) for (year, place), v in shown.items() if (year - 1, place) in shown]
    if len(pairs) < _LEAST_PAIRS:
        return 0.0
    steps = [(after.estimate or 0.0) - (before.estimate or 0.0) for before, after in pairs]
    sampling = sum(_error(before) ** 2 + _error(after) ** 2 for before, after in pairs) / len(pairs)
    return sqrt(max(variance(steps) - sampling, 0.0) / 2)


def _error(value: IndicatorValue) -> float:
    return ((value.upper or 0.0) - (value.lower or 0.0)) / 2 / Z90


def _stretches(values: Sequence[IndicatorValue]) -> dict[str, int]:
    """Number each span within its school year, so that the first term of two years is the same stretch by any name."""
    spans = {(value.school_year, value.begins_on, value.period) for value in values}
    place: dict[int, int] = {}
    numbered = {}
    for year, _, period in sorted(spans):
        place[year] = place.get(year, 0) + 1
        numbered[period] = place[year]
    return numbered
