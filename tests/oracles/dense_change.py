"""Slow, independent versions of the filter and of the change mixture: whole covariance matrices, every set of units."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from scipy.stats import multivariate_normal


def joint_covariance(loadings, prior, wander, noise):
    """Covariance of all observations of all steps; the state gets `wander` (variances) before each step."""
    steps = [len(h) for h in loadings]
    total = sum(steps)
    out = np.zeros((total, total))
    at = np.cumsum([0, *steps])
    for i, hi in enumerate(loadings):
        for j, hj in enumerate(loadings):
            state = prior + np.diag(wander) * (min(i, j) + 1)
            out[at[i] : at[i + 1], at[j] : at[j + 1]] = hi @ state @ hj.T
        out[at[i] : at[i + 1], at[i] : at[i + 1]] += noise[i]
    return out


def log_density(values, mean, covariance):
    return multivariate_normal(mean, covariance, allow_singular=False).logpdf(values)


def log_odds_by_enumeration(values, mean, covariance, profile, sizes, ramp_steps, shares, hazard, n_onsets, n_units):
    """Log odds of each unit up, down, and of any unit up, summing over every onset, shape, size and set of units.

    `profile(onset, steps, units)` gives what a change of size 1 adds to each observation.
    """
    null = log_density(values, mean, covariance)
    up, down = np.zeros(n_units), np.zeros(n_units)
    any_up = any_down = 0.0
    sets = list(chain.from_iterable(combinations(range(n_units), r) for r in range(n_units + 1)))
    each = hazard / (2 * len(sizes) * len(ramp_steps) * len(shares))
    for onset in range(n_onsets):
        for steps in ramp_steps:
            for members in sets:
                for share in shares:
                    chance = share ** len(members) * (1 - share) ** (n_units - len(members))
                    if chance == 0:
                        continue
                    for size in sizes:
                        for sign in (1, -1):
                            moved = mean + sign * size * profile(onset, steps, members)
                            ratio = np.exp(log_density(values, moved, covariance) - null) * chance * each
                            if sign > 0:
                                any_up += ratio
                                up[list(members)] += ratio
                            else:
                                any_down += ratio
                                down[list(members)] += ratio
    total = 1 + any_up + any_down
    return np.log(up / (total - up)), np.log(down / (total - down)), np.log(any_up / (1 + any_down))
