"""One value of one indicator: the estimate, its interval, what it rests on, or the reason why it is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from midcourse.vocabulary import Level, Period


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """A figure with everything needed to read it, or to know why it is withheld.

    Parameters
    ----------
    indicator_id, definition_version : str, int
        Which definition made it, e.g. ``"T2"``, 1.
    level, unit_id, district_id : Level, str, str
        Whom it describes. There is no teacher level. For the network `district_id` is empty.
    period_kind, period, begins_on, ends_on, school_year : Period, str, date, date, int
        The span, e.g. cycle ``"2026-c3"``.
    as_of : date
        Only facts with ``available_on <= as_of`` were read.
    estimate, lower, upper : float or None
        Estimate and 90 % interval in the indicator's metric; None when `withheld` says why.
    numerator, denominator : float or None
        Pooled sums behind the estimate; None when withheld for disclosure.
    n, rooms_n, observers_n : int
        Events, distinct classrooms and distinct observers behind it.
    withheld : str or None
        None when shown; else ``too_few``, ``suppressed``, ``no_facts`` or ``not_defined``.
    reason : str
        Machine word for the reason, e.g. ``min_visits``; the page words it.
    short_by : int
        How many more units of `n` would lift a ``too_few``; 0 where none would (``min_eligible``, ``not_settled``).
    latest_on : date or None
        Latest ``available_on`` among the facts used (freshness).
    snapshot_id : str
        The published snapshot it was computed from.
    cell : str
        The cut within the unit, where the indicator has several: test, subject and grade of a published result, e.g.
        ``"smarter_balanced:math:03"``. Empty for the whole unit.
    """

    indicator_id: str
    definition_version: int
    level: Level
    unit_id: str
    district_id: str
    period_kind: Period
    period: str
    school_year: int
    begins_on: date
    ends_on: date
    as_of: date
    estimate: float | None
    lower: float | None
    upper: float | None
    numerator: float | None
    denominator: float | None
    n: int
    rooms_n: int
    observers_n: int
    withheld: str | None
    reason: str
    short_by: int
    latest_on: date | None
    snapshot_id: str
    cell: str = ""
