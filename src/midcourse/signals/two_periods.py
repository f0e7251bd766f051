"""Has a value changed between the same stretch of two school years? The rule for what no visit detector can judge.

Decides when two intervals are far enough apart to be called a change. Values are compared with the same cycle, term or
year of the first school year on record, so that a school year's rhythm is not taken for a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

from midcourse.indicators import IndicatorValue
from midcourse.stats import t_quantile
from midcourse.vocabulary import Direction, Verdict

Z90 = NormalDist().inv_cdf(0.95)
# What a published share of one grade and subject moves from year to year though nothing changed: another year's
# pupils (SD .12 of a pupil SD, .048 of a share near one half) in every cell, and what a whole year's test shares (.04
# of a pupil SD). **Source**: the spread assumed for achievement in docs/detection-benchmark.md.
COHORT_SD, TEST_YEAR_SD = 0.048, 0.016


@dataclass(frozen=True, slots=True)
class Comparison:
    """Change from one value to another with its 90 % interval and the half-widths at the level of a call."""

    change: float
    lower: float
    upper: float
    call_lower: float
    call_upper: float

    def verdict(self, direction: Direction) -> Verdict:
        """Return what the change means where `direction` is better; no change unless the call interval excludes 0."""
        up, down = Verdict.IMPROVING, Verdict.WORSENING
        if direction is Direction.DOWN:
            up, down = down, up
        return up if self.call_lower > 0 else down if self.call_upper < 0 else Verdict.NO_CHANGE


def compare(baseline: IndicatorValue, current: IndicatorValue, *, alpha: float, wander: float = 0.0) -> Comparison:
    """Compare two values of one unit by their own intervals.

    Parameters
    ----------
    baseline, current : IndicatorValue
        Both shown, with 90 % intervals that respect clustering.
    alpha : float
        Two-sided chance of calling a change where there is none, 0-1.
    wander : float
        SD by which spans differ beyond their own intervals though nothing has changed, in the metric's unit.

    Returns
    -------
    Comparison
        The interval of the difference is recovered from the two (Newcombe's square-and-add), so it respects bounds
        and skewness; a call stretches it by the ratio of the t quantiles at `alpha` and at 90 %, on as many degrees
        of freedom as the smaller number of classrooms or observers allows.

    Raises
    ------
    ValueError
        When one of the values is withheld.

    Notes
    -----
    **Source**: Newcombe (1998), Statistics in Medicine 17:873-890, method 10; Zou & Donner (2008), Statistics in
    Medicine 27:1693-1702.
    """
    low0, mid0, high0 = _bounds(baseline)
    low1, mid1, high1 = _bounds(current)
    beyond = 2 * (wander * Z90) ** 2
    down = sqrt((mid1 - low1) ** 2 + (high0 - mid0) ** 2 + beyond)
    up = sqrt((high1 - mid1) ** 2 + (mid0 - low0) ** 2 + beyond)
    return _compared(mid1 - mid0, down, up, alpha, min(_freedom(baseline), _freedom(current)))


def compare_cells(pairs: Sequence[tuple[IndicatorValue, IndicatorValue]], *, alpha: float) -> Comparison:
    """Compare two years of published cells, all of them at once: one cell proves nothing.

    Parameters
    ----------
    pairs : sequence of (baseline, current)
        One pair per test, subject and grade, at least one, all shown.
    alpha : float
        As in `compare`.

    Returns
    -------
    Comparison
        Of the mean over cells. Its spread holds, beside each cell's interval, what cells move from cohort to cohort
        and what one year's test moves in all cells together (`COHORT_SD`, `TEST_YEAR_SD`).
    """
    cells = len(pairs)
    change = sum(b[1] - a[1] for a, b in ((_bounds(x), _bounds(y)) for x, y in pairs)) / cells
    widths = [(bound[2] - bound[0]) / 2 for pair in pairs for bound in map(_bounds, pair)]
    sampling = sum(width**2 for width in widths) / cells**2
    beyond = 2 * (COHORT_SD**2 / cells + TEST_YEAR_SD**2) * Z90**2
    half = sqrt(sampling + beyond)
    return _compared(change, half, half, alpha, inf)


def _compared(change: float, down: float, up: float, alpha: float, freedom: float) -> Comparison:
    stretch = t_quantile(1 - alpha, freedom) / t_quantile(0.90, freedom)
    return Comparison(change, change - down, change + up, change - down * stretch, change + up * stretch)


def _bounds(value: IndicatorValue) -> tuple[float, float, float]:
    if value.estimate is None or value.lower is None or value.upper is None:
        raise ValueError("a withheld value cannot be compared")
    return value.lower, value.estimate, value.upper


def _freedom(value: IndicatorValue) -> float:
    groups = [n for n in (value.rooms_n, value.observers_n) if n > 0]
    return max(1.0, min(groups) - 1.0) if groups else inf
