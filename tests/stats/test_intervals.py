"""Intervals stay in bounds, speak where nothing is known, and cover as often as they promise."""

from __future__ import annotations

import doctest
from math import inf, isnan, sqrt

import numpy as np
import pytest

from midcourse.stats import (
    Interval,
    agreement,
    between_sd,
    intervals,
    mean_interval,
    median_interval,
    ratio_interval,
    t_quantile,
    wilson,
)


def test_the_examples_run() -> None:
    assert doctest.testmod(intervals).failed == 0 and doctest.testmod(agreement).failed == 0


def ones(n: int) -> np.ndarray:
    return np.ones(n)


def test_wilson_equals_the_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81/263 -> 0.2553 to 0.3662; 0/20 -> 0 to 0.1611
    assert wilson(81 / 263, 263, quantile=1.959964) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0.0, 20, quantile=1.959964) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_one_cell_a_group_is_wilson_on_the_count() -> None:
    hits = np.array([1.0] * 12 + [0.0] * 28)
    interval = ratio_interval(hits, ones(40), np.arange(40))
    # variance with the 40/39 correction: p(1-p)/39, so 39 effective
    assert interval.effective_n == pytest.approx(39)
    assert (interval.lower, interval.upper) == pytest.approx(wilson(0.3, 39.0, quantile=t_quantile(0.9, 39)))


def test_copies_of_a_group_tell_no_more_than_the_group() -> None:
    hits = np.array([1.0, 0, 1, 0, 1, 1, 0, 0])
    once = ratio_interval(hits, ones(8), np.arange(8))
    copied = ratio_interval(np.tile(hits, 10), ones(80), np.tile(np.arange(8), 10))
    assert copied.effective_n == pytest.approx(once.effective_n)
    assert copied.upper - copied.lower == pytest.approx(once.upper - once.lower)


def test_observers_who_disagree_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    rooms, observers = np.repeat(np.arange(30), 2), np.tile(np.arange(6), 10)
    hits = (rng.random(60) < np.where(observers < 3, 0.85, 0.2)).astype(float)
    assert (
        ratio_interval(hits, ones(60), rooms, observers).effective_n
        < 0.3 * ratio_interval(hits, ones(60), rooms).effective_n
    )


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_and_none_keep_a_width_that_shrinks_with_the_rooms(share: float) -> None:
    def width(rooms: int) -> float:
        interval = ratio_interval(np.full(60, share), ones(60), np.arange(60) % rooms, np.arange(60) % 5)
        assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1
        return interval.upper - interval.lower

    assert width(10) > width(30) > 0.02


def test_one_observer_says_nothing() -> None:
    interval = ratio_interval(np.array([1.0, 0, 1]), ones(3), np.arange(3), np.zeros(3, int))
    assert (interval.lower, interval.upper, interval.df) == (0.0, 1.0, 0.0) and isnan(interval.standard_error)


def test_weights_below_one_count_as_what_they_are() -> None:
    # one visit by two observers, one of them saying yes, weighs as one visit with half a yes
    numerator, denominator = np.array([1.0, 0.5, 0.0]), np.array([1.0, 0.5, 0.5])
    assert ratio_interval(numerator, denominator, np.array([0, 1, 1])).estimate == pytest.approx(0.75)


def test_bad_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry per cell"):
        ratio_interval(ones(2), ones(3), np.arange(3))
    with pytest.raises(ValueError, match="more than nothing"):
        ratio_interval(np.zeros(2), np.zeros(2), np.arange(2))
    with pytest.raises(ValueError, match="at least one value"):
        median_interval(np.zeros(0))
    with pytest.raises(ValueError, match="two units"):
        between_sd(ones(1), ones(1))
    with pytest.raises(ValueError, match="above 0"):
        between_sd(ones(2), np.zeros(2))
    with pytest.raises(ValueError, match="one part"):
        mean_interval([])


def test_a_mean_of_shares_weighs_each_unit_once() -> None:
    small, large = (
        ratio_interval(np.repeat([1.0, 0.0], [k, n - k]), ones(n), np.arange(n)) for k, n in ((8, 10), (40, 200))
    )
    mean = mean_interval([small, large])
    assert mean.estimate == pytest.approx(0.5)
    assert large.upper - large.lower < mean.upper - mean.lower < small.upper - small.lower
    assert mean_interval([small, Interval(0.5, 0, 1, float("nan"), 0, 0)]).upper == 1.0


def test_the_median_of_eleven_has_its_tabled_ranks() -> None:
    # ranks 3 and 9 of 11: P(B <= 2) = 0.0327 <= 0.05 < P(B <= 3) = 0.1133
    interval = median_interval(np.arange(1.0, 12.0))
    assert (interval.estimate, interval.lower, interval.upper) == (6.0, 3.0, 9.0)


def test_counts_are_repeated_values() -> None:
    values, counts = np.array([0.0, 1, 2, 9]), np.array([3.0, 5, 4, 1])
    assert repr(median_interval(values, counts)) == repr(median_interval(np.repeat(values, counts.astype(int))))


def test_a_median_of_few_clusters_is_wider() -> None:
    values = np.repeat(np.arange(12.0), 10)
    alone, together = median_interval(values), median_interval(values, None, np.repeat(np.arange(12), 10))
    assert together.upper - together.lower > alone.upper - alone.lower
    assert median_interval(np.full(4, 2.0)).upper == 2.0


def test_equal_units_have_no_spread_and_far_ones_their_own() -> None:
    noise = np.full(6, 0.1)
    assert between_sd(np.full(6, 0.5), noise).estimate == 0.0
    assert between_sd(np.full(6, 0.5), noise).upper < 0.1
    far = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.5])
    assert between_sd(far, np.full(6, 1e-4)).estimate == pytest.approx(float(np.std(far, ddof=1)), rel=1e-4)


def test_the_t_quantile_becomes_normal() -> None:
    assert t_quantile(0.9, inf) == pytest.approx(1.644854, abs=1e-6)
    assert t_quantile(0.9, 2) == pytest.approx(2.919986, abs=1e-6)


def _coverage(rooms: int, observers: int, intercept: float, severity: float, *, visits: int, runs: int = 400) -> float:
    """Share of intervals that hold the marginal share, with random teachers (0.8 logits) and observers."""
    rng = np.random.default_rng([rooms, observers, int(10 * severity)])
    nodes = rng.normal(0, sqrt(0.64 + severity**2), 200_000)
    truth = float((1 / (1 + np.exp(-intercept - nodes))).mean())
    held = 0
    for _ in range(runs):
        room, observer = rng.integers(rooms, size=visits), rng.integers(observers, size=visits)
        odds = intercept + rng.normal(0, 0.8, rooms)[room] + rng.normal(0, severity, observers)[observer]
        hits = (rng.random(visits) < 1 / (1 + np.exp(-odds))).astype(float)
        interval = ratio_interval(hits, ones(visits), room, observer)
        held += interval.lower <= truth <= interval.upper
    return held / runs


@pytest.mark.slow  # simulates 400 districts for each of 12 designs
@pytest.mark.parametrize(("rooms", "observers"), [(8, 2), (15, 3), (15, 6), (40, 2), (40, 4), (40, 12)])
@pytest.mark.parametrize("intercept", [0.0, 2.0])
def test_ninety_percent_intervals_cover(rooms: int, observers: int, intercept: float) -> None:
    # severity of 0.45 logits is some 5 % of a mark's variance, the usual size (methods.md 4)
    covered = _coverage(rooms, observers, intercept, 0.45, visits=3 * rooms)
    assert covered >= 0.90 - 3 * sqrt(0.09 / 400)
    # and is not bought with a useless width: naive intervals would cover less, endless ones always
    assert covered < 1.0


@pytest.mark.slow  # simulates 400 districts
def test_ignoring_the_observers_would_not_cover() -> None:
    """The control: the same simulation with one-way clustering fails, so the test above can fail."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        room, observer = rng.integers(40, size=240), rng.integers(4, size=240)
        odds = rng.normal(0, 0.8, 40)[room] + rng.normal(0, 0.8, 4)[observer]
        hits = (rng.random(240) < 1 / (1 + np.exp(-odds))).astype(float)
        interval = ratio_interval(hits, ones(240), room)
        held += interval.lower <= 0.5 <= interval.upper
    assert held / 400 < 0.75


@pytest.mark.slow  # simulates 400 sets of schools
def test_the_spread_interval_covers() -> None:
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        errors = rng.uniform(0.03, 0.09, 8)
        interval = between_sd(0.5 + rng.normal(0, 0.1, 8) + rng.normal(0, errors), errors)
        held += interval.lower <= 0.1 <= interval.upper
    assert 0.90 - 3 * sqrt(0.09 / 400) <= held / 400 <= 0.96
