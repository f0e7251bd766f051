"""An adopted indicator, the day its verdict is due, and the empty verdict that a method fills in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from midcourse.indicators import Indicator
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.vocabulary import Level, Verdict

_YEAR_DAYS = 365
_FURTHEST = timedelta(days=3 * _YEAR_DAYS)  # a date beyond three years helps nobody


@dataclass(frozen=True, slots=True)
class Adopted:
    """One indicator that a district adopted: which definition, and from which day its declared lag counts."""

    district_id: str
    indicator_id: str
    definition_version: int
    counts_from: date


@dataclass(frozen=True)
class Blank:
    """What all verdicts of one adopted indicator share, and the day before which nothing is due."""

    adopted: Adopted
    indicator: Indicator
    as_of: date
    snapshot_id: str

    @property
    def due_on(self) -> date:
        """Return the first day on which a verdict is due: the low end of the declared lag after the count began."""
        return self.adopted.counts_from + timedelta(days=round(self.indicator.lag_years[0] * _YEAR_DAYS))

    @property
    def first_year(self) -> int:
        """Return the school year before the one in which the count began: what was there before it is the baseline."""
        begun = self.adopted.counts_from
        return begun.year + (begun.month >= 7) - 1

    def until_due(self, row: IndicatorVerdict) -> IndicatorVerdict:
        """Return the verdict, or "not due yet" in its place; what was seen so far stays beside it."""
        return replace(row, verdict=Verdict.NOT_DUE, since=None) if self.as_of < self.due_on else row

    def fill(self, level: Level, unit_id: str, verdict: Verdict, *, method: str, metric: str) -> IndicatorVerdict:
        """Return a verdict with nothing behind it yet."""
        return IndicatorVerdict(
            indicator_id=self.indicator.id,
            definition_version=self.adopted.definition_version,
            level=level,
            unit_id=unit_id,
            district_id=self.adopted.district_id,
            as_of=self.as_of,
            snapshot_id=self.snapshot_id,
            verdict=verdict,
            p_improving=0.0,
            p_worsening=0.0,
            change=None,
            lower=None,
            upper=None,
            metric=metric,
            since=None,
            units_moving=0,
            units=0,
            visits_needed=None,
            needs_second_observer=False,
            settle_on=None,
            due_on=self.due_on,
            new_observers_n=0,
            rubric_revised=False,
            n=0,
            rooms_n=0,
            observers_n=0,
            method=method,
        )


def settled_on(as_of: date, needed: int | None, n: int, span: timedelta) -> date | None:
    """Return the day on which `needed` more would be there at the pace of `n` in `span`; None when it is too far off.

    Examples
    --------
    >>> settled_on(date(2026, 1, 30), 10, 20, timedelta(weeks=6))
    datetime.date(2026, 2, 20)
    """
    if needed is None or n <= 0:
        return None
    wait = span * (needed / n)
    return as_of + wait if wait <= _FURTHEST else None
