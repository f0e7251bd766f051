"""Intervals for shares, medians and spreads when events cluster by two crossed groupings at once.

Decides how uncertain a pooled ratio is. Knows groups only as integer codes; what a group is, is the caller's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_LEAST_DF = 2.0  # under two-way clustering: see ratio_interval


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with a two-sided interval.

    Parameters
    ----------
    estimate, lower, upper : float
        In the unit of the estimate; ``lower <= estimate <= upper``.
    standard_error : float
        Linearised or implied standard error; NaN where none is defined (one group only).
    effective_n : float
        Independent events that would carry the same information.
    df : float
        Degrees of freedom of the t quantile used; infinite where none is used.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    effective_n: float
    df: float


def ratio_interval(
    numerator: Floats,
    denominator: Floats,
    first: Codes,
    second: Codes | None = None,
    *,
    n: float | None = None,
    level: float = 0.90,
) -> Interval:
    """Estimate a pooled share and its interval under one- or two-way clustering.

    The variance is the linearised (Taylor) variance of a ratio of totals, clustered by `first`, by `second` and, to
    count shared pairs once, minus the clustering by both. It never falls below either one-way variance, and the
    effective sample it implies never exceeds `n`. The interval is Wilson's on that effective sample with a t
    quantile: it stays within 0-1 and keeps a width at 0 % and 100 %. There the variance
    carries no information, and the number of groups of `first` stands in for the effective sample.

    Degrees of freedom: the smaller number of groups minus one, but not below 2. With two observers a single degree
    would make every interval span most of 0-1 and cover always; with the floor the 90 % interval covers 90-99 % in
    simulation, unless two observers differ by far more than observers do (tests/stats/test_intervals.py).

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n_cells,)
        Sums of each cell; every numerator between 0 and its denominator. No missing values.
    first, second : ndarray of int, shape (n_cells,)
        Group of each cell, e.g. classroom and observer. Any integers.
    n : float, optional
        Most events that can count as independent; the sum of `denominator` when not given.
    level : float
        Coverage, 0-1.

    Returns
    -------
    Interval
        Share 0-1. With a single group in either grouping the interval is the whole of 0-1: nothing can be said.

    Raises
    ------
    ValueError
        When shapes differ, there are no cells, or the denominators sum to nothing.

    Notes
    -----
    **Source**: Cameron, Gelbach & Miller (2011), JBES 29(2), eq. 2.11, with the G/(G-1) correction of each term;
    section 2.3 there for the degrees of freedom; Korn & Graubard (1998), Survey Methodology 24, for the effective
    sample; Franco, Little, Louis & Slud (2019), JSSAM 7(3), for Wilson's interval upon it.

    Examples
    --------
    >>> import numpy as np
    >>> share = ratio_interval(np.array([1.0, 0, 1, 1]), np.ones(4), np.arange(4))
    >>> share.estimate, 0 < share.lower < 0.75 < share.upper < 1
    (0.75, True)
    """
    if not (len(numerator) == len(denominator) == len(first)) or (second is not None and len(second) != len(first)):
        raise ValueError("numerator, denominator and groups must have one entry per cell")
    total = float(denominator.sum())
    if total <= 0:
        raise ValueError("the denominators must sum to more than nothing")
    share = min(1.0, max(0.0, float(numerator.sum()) / total))
    residual = (numerator - share * denominator) / total
    variance, df = _clustered_variance(residual, first, second)
    most = total if n is None else n
    if df <= 0:
        return Interval(share, 0.0, 1.0, float("nan"), 0.0, 0.0)
    spread = share * (1 - share)
    silent = spread < 1e-12 or variance <= 0  # all yes or all no: residuals are nought and tell nothing
    effective = min(most, float(_groups(first)) if silent else spread / variance)
    lower, upper = wilson(share, effective, quantile=t_quantile(level, df))
    return Interval(share, lower, upper, sqrt(max(variance, spread / most)), effective, df)


def wilson(share: float, n: float, *, quantile: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share for a sample of `n` and a normal or t `quantile`.

    **Source**: Wilson (1927), JASA 22.

    >>> [round(bound, 3) for bound in wilson(0.0, 10, quantile=1.96)]
    [0.0, 0.278]
    """
    square = quantile * quantile
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = quantile / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def t_quantile(level: float, df: float) -> float:
    """Return the two-sided quantile of Student's t; the normal one for infinite `df`.

    >>> round(t_quantile(0.9, 2), 3)
    2.92
    """
    upper = 0.5 + level / 2
    return float(special.ndtri(upper)) if np.isinf(df) else float(special.stdtrit(df, upper))


def mean_interval(parts: list[Interval], *, level: float = 0.90) -> Interval:
    """Average the shares of several units, each weighing the same, with the interval of that mean.

    The units are taken as given, not as a sample of units; their errors as independent.

    Parameters
    ----------
    parts : list of Interval
        At least one, each with a standard error.

    Raises
    ------
    ValueError
        When `parts` is empty.

    Notes
    -----
    **Source**: Satterthwaite (1946), Biometrics 2, for the degrees of freedom; otherwise as `ratio_interval`.

    Examples
    --------
    >>> import numpy as np
    >>> schools = np.array([[1.0, 0, 1, 0], [1.0, 1, 1, 0]])
    >>> mean_interval([ratio_interval(hits, np.ones(4), np.arange(4)) for hits in schools]).estimate
    0.625
    """
    if not parts:
        raise ValueError("a mean needs at least one part")
    share = float(np.mean([part.estimate for part in parts]))
    usable = [part for part in parts if part.df > 0]
    if len(usable) < len(parts):
        return Interval(share, 0.0, 1.0, float("nan"), 0.0, 0.0)
    # the width of Wilson's interval implies an error that is not zero at 0 % and 100 %
    errors = np.array([(p.upper - p.lower) / (2 * t_quantile(level, p.df)) for p in parts]) / len(parts)
    variance = float((errors**2).sum())
    df = variance**2 / float((errors**4 / np.array([p.df for p in parts])).sum())
    effective = max(1.0, share * (1 - share) / variance) if 0 < share < 1 else sum(p.effective_n for p in parts)
    lower, upper = wilson(share, effective, quantile=t_quantile(level, df))
    return Interval(share, lower, upper, sqrt(variance), effective, df)


def median_interval(
    values: Floats, counts: Floats | None = None, clusters: Codes | None = None, *, level: float = 0.90
) -> Interval:
    """Estimate a median with an interval between two order statistics.

    Without clusters this is the exact binomial interval. With clusters, the ranks are those of a sample as large as
    the effective sample of the share at or below the median (Woodruff's inversion).

    Parameters
    ----------
    values : ndarray, shape (n_values,)
        Any unit; no missing values. Ties are common (days) and kept.
    counts : ndarray, shape (n_values,), optional
        How often each value occurred; 1 each when not given.
    clusters : ndarray of int, shape (n_values,), optional
        Group of each value.
    level : float
        Coverage, 0-1. With an effective sample below about 5 no pair of order statistics covers 90 %: the extremes
        are returned.

    Returns
    -------
    Interval
        The lower median, in the unit of `values`.

    Raises
    ------
    ValueError
        When there are no values.

    Notes
    -----
    **Source**: Thompson (1936), Annals of Mathematical Statistics 7, for order statistics; Woodruff (1952), JASA 47,
    for clustered samples.

    Examples
    --------
    >>> import numpy as np
    >>> days = median_interval(np.arange(1.0, 12.0))
    >>> days.estimate, days.lower, days.upper
    (6.0, 3.0, 9.0)
    """
    if not len(values):
        raise ValueError("a median needs at least one value")
    counts = np.ones(len(values)) if counts is None else counts
    order = np.argsort(values, kind="stable")
    ranked, cumulated = values[order], np.cumsum(counts[order])
    n = float(cumulated[-1])

    def at_rank(rank: float) -> float:
        return float(ranked[min(len(ranked) - 1, int(np.searchsorted(cumulated, rank - 1e-9)))])

    median = at_rank(max(1.0, n / 2))
    effective = n
    if clusters is not None:
        hits = np.where(values <= median, counts, 0.0)
        # the variance there carries G / (G - 1); ranks do not, so that unclustered values give the exact interval
        groups = _groups(clusters)
        grown = ratio_interval(hits, counts, clusters, level=level).effective_n * groups / max(1, groups - 1)
        effective = min(n, max(1.0, grown))
    whole = max(1, floor(effective + 1e-9))
    rank = _binomial_rank((1 - level) / 2, whole)
    lower = at_rank(max(1.0, rank / whole * n))
    upper = at_rank(min(n, (whole + 1 - rank) / whole * n) if rank else n)
    return Interval(median, min(lower, median), max(upper, median), float("nan"), effective, float("inf"))


def between_sd(estimates: Floats, standard_errors: Floats, *, level: float = 0.90) -> Interval:
    """Estimate how far true unit values lie apart, given estimates with known standard errors.

    Parameters
    ----------
    estimates, standard_errors : ndarray, shape (n_units,)
        One estimate per unit and its standard error, all above 0.
    level : float
        Coverage, 0-1.

    Returns
    -------
    Interval
        Standard deviation between units, in the unit of the estimates; 0 when the estimates differ no more than
        chance would have them differ.

    Raises
    ------
    ValueError
        With fewer than two units, or a standard error that is not above 0.

    Notes
    -----
    **Source**: Paule & Mandel (1982) for the estimate; Viechtbauer (2007), Statistics in Medicine 26, for the
    Q-profile interval.

    Examples
    --------
    >>> import numpy as np
    >>> round(between_sd(np.array([0.2, 0.4, 0.6, 0.8]), np.full(4, 0.001)).estimate, 3)
    0.258
    """
    from scipy import optimize  # 0.4 s that no other interval needs

    if len(estimates) < 2:
        raise ValueError("a spread needs at least two units")
    if not (standard_errors > 0).all():
        raise ValueError("every standard error must be above 0")
    known, df = standard_errors**2, len(estimates) - 1

    def heterogeneity(between: float) -> float:
        weight = 1 / (known + between)
        mean = float((weight * estimates).sum() / weight.sum())
        return float((weight * (estimates - mean) ** 2).sum())

    def solve(target: float) -> float:
        if heterogeneity(0.0) <= target:
            return 0.0
        high = float(np.var(estimates)) + float(known.max())
        while heterogeneity(high) > target:
            high *= 2
        return sqrt(float(optimize.brentq(lambda between: heterogeneity(between) - target, 0.0, high, xtol=1e-12)))

    tail = (1 - level) / 2
    lower = solve(float(special.chdtri(df, tail)))
    upper = solve(float(special.chdtri(df, 1 - tail)))
    estimate = solve(float(df))
    error = (upper - lower) / (2 * t_quantile(level, float("inf")))
    return Interval(estimate, min(lower, estimate), max(upper, estimate), error, float(len(estimates)), float(df))


def _clustered_variance(residual: Floats, first: Codes, second: Codes | None) -> tuple[float, float]:
    by_first, groups = _one_way(residual, first)
    if second is None:
        return by_first, groups - 1.0
    by_second, others = _one_way(residual, second)
    fewest = min(groups, others)
    if fewest < 2:
        return by_first, 0.0
    by_both, _ = _one_way(residual, _pairs(first, second))
    return max(by_first + by_second - by_both, by_first, by_second), max(_LEAST_DF, fewest - 1.0)


def _one_way(residual: Floats, groups: Codes) -> tuple[float, int]:
    codes = np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(codes, weights=residual)
    count = len(sums)
    return (float((sums**2).sum()) * count / (count - 1) if count > 1 else 0.0), count


def _pairs(first: Codes, second: Codes) -> Codes:
    width = int(second.max()) - int(second.min()) + 1
    return (first * width + (second - int(second.min()))).astype(np.int64)


def _groups(codes: Codes) -> int:
    return len(np.unique(codes))


def _binomial_rank(tail: float, n: int) -> int:
    """Return the largest rank k with P(Binomial(n, 1/2) < k) <= tail; 0 when none has."""
    below = special.bdtr(np.arange(0, n // 2 + 1), n, 0.5)  # P(B <= i); rank i + 1 leaves P(B <= i) below it
    return int(np.searchsorted(below, tail, side="right"))
