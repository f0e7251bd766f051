"""Slow, independent versions of the interval estimators: from the papers, sharing no code."""

from __future__ import annotations

import itertools
from math import comb, sqrt

import numpy as np
import pytest

from midcourse.stats import agreement_interval, between_sd, median_interval, ratio_interval


def slow_ratio_variance(y: list[float], x: list[float], first: list[int], second: list[int]) -> float:
    """Sum the products of residuals over all pairs of cells that share a group (Cameron, Gelbach & Miller eq. 2.8)."""
    total = sum(x)
    share = sum(y) / total
    e = [(b - share * a) / total for a, b in zip(x, y, strict=True)]

    def clustered(groups: list[object]) -> float:
        count = len(set(groups))
        pairs = itertools.product(range(len(e)), repeat=2)
        return count / (count - 1) * sum(e[i] * e[j] for i, j in pairs if groups[i] == groups[j])

    one, two = clustered(list(first)), clustered(list(second))
    return max(one + two - clustered(list(zip(first, second, strict=True))), one, two)


@pytest.mark.parametrize("seed", range(8))
def test_the_two_way_variance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    x = rng.integers(1, 4, n).astype(float)
    y = rng.random(n) * x
    first, second = rng.integers(9, size=n), rng.integers(4, size=n)
    slow = slow_ratio_variance(y.tolist(), x.tolist(), first.tolist(), second.tolist())
    fast = ratio_interval(y, x, first, second, n=1e9)
    share = y.sum() / x.sum()
    assert share * (1 - share) / fast.effective_n == pytest.approx(slow, rel=1e-10)
    assert fast.standard_error == pytest.approx(sqrt(slow), rel=1e-10)


@pytest.mark.parametrize("n", [6, 10, 11, 25, 80])
def test_the_median_ranks(n: int) -> None:
    """The interval of the widest rank whose binomial tail does not pass 5 %, by counting heads."""
    tail, rank = 0.0, 0
    while tail + comb(n, rank) / 2**n <= 0.05:
        tail += comb(n, rank) / 2**n
        rank += 1
    interval = median_interval(np.arange(1.0, n + 1))
    assert (interval.lower, interval.upper) == (max(1, rank), n + 1 - max(1, rank))


@pytest.mark.parametrize("seed", range(4))
def test_the_spread(seed: int) -> None:
    """Scan a grid of variances for the one at which Cochran's Q equals its degrees of freedom."""
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.02, 0.08, 7)
    shares = 0.5 + rng.normal(0, 0.12, 7)
    best, gap = 0.0, float("inf")
    for step in range(40_001):
        between = step * 1e-6
        weights = [1 / (e * e + between) for e in errors]
        mean = sum(w * s for w, s in zip(weights, shares, strict=True)) / sum(weights)
        q = sum(w * (s - mean) ** 2 for w, s in zip(weights, shares, strict=True))
        if abs(q - 6) < gap:
            best, gap = between, abs(q - 6)
    assert between_sd(shares, errors).estimate ** 2 == pytest.approx(best, abs=2e-6)


def slow_kappa(rows: list[tuple[float, int, int, int]]) -> float:
    """Kappa over (mark, subject, rater, item), by looking at every pair of raters of every subject."""
    agreed, chance, subjects = 0.0, 0.0, 0
    for item in {row[3] for row in rows}:
        by_subject: dict[int, list[float]] = {}
        for mark, subject, _, where in rows:
            if where == item:
                by_subject.setdefault(subject, []).append(mark)
        twice = [marks for marks in by_subject.values() if len(marks) > 1]
        if not twice:
            continue
        agreed += sum(sum(a == b for a, b in itertools.combinations(marks, 2)) / comb(len(marks), 2) for marks in twice)
        share = sum(sum(marks) / len(marks) for marks in twice) / len(twice)
        chance += len(twice) * (share**2 + (1 - share) ** 2)
        subjects += len(twice)
    return (agreed - chance) / (subjects - chance)


def slow_jackknife(rows: list[tuple[float, int, int, int]], clusters: list[int]) -> float:
    left_out = [slow_kappa([r for r, c in zip(rows, clusters, strict=True) if c != one]) for one in set(clusters)]
    mean = sum(left_out) / len(left_out)
    return sqrt((len(left_out) - 1) / len(left_out) * sum((value - mean) ** 2 for value in left_out))


@pytest.mark.parametrize("seed", range(5))
def test_agreement_and_its_jackknife(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, int, int, int]] = []
    rooms = []
    for subject in range(30):
        raters = rng.choice(6, size=int(rng.integers(1, 4)), replace=False)
        for item in range(3):
            truth = rng.random() < 0.3 + 0.2 * item
            for rater in raters:
                if rng.random() < 0.9:
                    rows.append((float(truth ^ (rng.random() < 0.2)), subject, int(rater), item))
                    rooms.append(subject % 11)
    marks, subjects, raters_, items = (np.array(column) for column in zip(*rows, strict=True))
    fast = agreement_interval(marks, subjects, raters_, items, np.array(rooms))
    assert fast.estimate == pytest.approx(slow_kappa(rows), rel=1e-12)
    # only clusters with something to agree on are left out in turn
    pairs = [(row[1], row[3]) for row in rows]
    twice = [(row, room) for row, room, pair in zip(rows, rooms, pairs, strict=True) if pairs.count(pair) > 1]
    kept = [row for row, _ in twice]
    errors = slow_jackknife(kept, [room for _, room in twice]), slow_jackknife(kept, [row[2] for row in kept])
    assert fast.standard_error == pytest.approx(max(errors), rel=1e-10)
