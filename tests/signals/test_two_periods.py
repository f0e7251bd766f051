"""Two values are called different only when their intervals are far enough apart, and rarely by chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from midcourse.indicators import IndicatorValue, load_catalogue
from midcourse.signals.judging import PAGE_FALSE_CALL_YEARS, call_level
from midcourse.signals.two_periods import compare, compare_cells
from midcourse.stats import ratio_interval
from midcourse.vocabulary import Direction, Level, Period, Verdict


def value(estimate: float, lower: float, upper: float, **more: object) -> IndicatorValue:
    plain = IndicatorValue(
        indicator_id="T1",
        definition_version=1,
        level=Level.DISTRICT,
        unit_id="north",
        district_id="north",
        period_kind=Period.CYCLE,
        period="2026-c1",
        school_year=2026,
        begins_on=date(2025, 9, 1),
        ends_on=date(2025, 10, 12),
        as_of=date(2026, 1, 30),
        estimate=estimate,
        lower=lower,
        upper=upper,
        numerator=None,
        denominator=None,
        n=100,
        rooms_n=0,
        observers_n=0,
        withheld=None,
        reason="",
        short_by=0,
        latest_on=None,
        snapshot_id="x",
    )
    return replace(plain, **more)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """Newcombe (1998), Table II, example (a), method 10: 56/70 - 48/80, from Wilson intervals: 0.0524 to 0.3339."""
    one, other = value(0.8, 0.6923, 0.8769), value(0.6, 0.4904, 0.7004)
    found = compare(other, one, alpha=0.10)
    assert found.change == pytest.approx(0.2)
    assert (found.lower, found.upper) == pytest.approx((0.0524, 0.3339), abs=2e-3)


def test_a_stricter_level_calls_less() -> None:
    before, after = value(0.50, 0.45, 0.55), value(0.62, 0.57, 0.67)
    assert compare(before, after, alpha=0.05).verdict(Direction.UP) is Verdict.IMPROVING
    assert compare(before, after, alpha=0.001).verdict(Direction.UP) is Verdict.NO_CHANGE
    assert compare(after, before, alpha=0.05).verdict(Direction.UP) is Verdict.WORSENING
    assert compare(before, after, alpha=0.05).verdict(Direction.DOWN) is Verdict.WORSENING


def test_few_observers_and_wandering_spans_make_a_call_harder() -> None:
    before, after = value(0.50, 0.45, 0.55), value(0.66, 0.61, 0.71)
    assert compare(before, after, alpha=0.002).verdict(Direction.UP) is Verdict.IMPROVING
    few = replace(before, rooms_n=30, observers_n=3)
    assert compare(few, after, alpha=0.002).verdict(Direction.UP) is Verdict.NO_CHANGE
    assert compare(before, after, alpha=0.002, wander=0.05).verdict(Direction.UP) is Verdict.NO_CHANGE


def test_one_cell_that_rises_by_ten_points_proves_nothing_and_all_of_them_do() -> None:
    """Product findings: the best of some 18 cells often rises by 10 points in an ordinary year."""
    tight = (-0.02, 0.02)
    flat = [(value(0.5, 0.48, 0.52), value(0.5, 0.48, 0.52)) for _ in range(11)]
    one = [(value(0.5, 0.48, 0.52), value(0.6, *(0.6 + half for half in tight)))]
    assert compare_cells(one, alpha=0.05).verdict(Direction.UP) is Verdict.NO_CHANGE
    assert compare_cells(one + flat, alpha=0.05).verdict(Direction.UP) is Verdict.NO_CHANGE
    assert compare_cells(one * 12, alpha=0.05).verdict(Direction.UP) is Verdict.IMPROVING


def test_a_withheld_value_is_not_compared() -> None:
    with pytest.raises(ValueError, match="withheld"):
        compare(replace(value(0, 0, 0), estimate=None), value(0.5, 0.4, 0.6), alpha=0.1)


def _null_page(rng: np.random.Generator, comparisons: int, years: int) -> int:
    """Count the first calls on one page of `comparisons` indicators in which nothing ever changes.

    Each indicator is a share of visits, clustered by classroom and observer, in six cycles a year; the first year is
    the baseline, as on the page.
    """
    indicator = load_catalogue()["T1"]
    alpha = call_level(indicator, comparisons)
    calls = 0
    for _ in range(comparisons):
        share = rng.uniform(0.3, 0.7)
        spans = []
        for _ in range(6 * years):
            rooms, observers = rng.integers(60, size=140), rng.integers(14, size=140)
            chance = share + rng.normal(0, 0.15, 60)[rooms] + rng.normal(0, 0.06, 14)[observers]
            hits = (rng.random(140) < chance).astype(float)
            found = ratio_interval(hits, np.ones(140), rooms, observers)
            spans.append(value(found.estimate, found.lower, found.upper, rooms_n=60, observers_n=14))
        called = False
        for place in range(6, 6 * years):
            verdict = compare(spans[place % 6], spans[place], alpha=alpha).verdict(Direction.UP)
            calls += verdict is not Verdict.NO_CHANGE and not called
            called = verdict is not Verdict.NO_CHANGE
    return calls


@pytest.mark.slow
def test_a_page_of_eight_comparisons_raises_at_most_a_fifth_of_a_false_call_in_five_years() -> None:
    """Slow: 100 pages of eight indicators over six years, five of them looked at. A fifth of the page's one false call
    in five years is what the comparisons may spend; they spend less, for the looks share a baseline and the quantile is
    that of the smaller number of groups."""
    rng = np.random.default_rng(20260130)
    pages = 100
    per_page = sum(_null_page(rng, comparisons=8, years=6) for _ in range(pages)) / pages * PAGE_FALSE_CALL_YEARS / 5
    assert per_page <= 0.2, f"{per_page:.2f} false calls per page in five years"
