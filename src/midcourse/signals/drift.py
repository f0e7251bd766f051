"""How fast do this district's observers drift? Learned from the visits as they come in.

Decides which of a few rates the district's own records support; a change of practice does not count as drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from midcourse.signals.rules import Rule
from midcourse.stats import Observations, ShiftFilter, shift_posterior

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# While rates are compared, levels may move this much in a school year (SD of practice), each school alone and all
# together: more than practice usually does, so that a real change does not pass for drift.
_FREE_LEVEL_SD = 0.4
_YEAR_WEEKS = 36
_HOPELESS = 9.0  # a rate some 8,000 times less likely than the best is not followed any further


def with_shared(score: Floats, information: Floats, schools: int) -> tuple[Floats, Floats]:
    """Add to the shifts of single schools those that all schools share, one for each onset."""
    onsets = len(score) // schools
    cross = information.reshape(len(score), onsets, schools).sum(axis=2)
    among = cross.reshape(onsets, schools, onsets).sum(axis=1)
    joint = np.concatenate([score, score.reshape(onsets, schools).sum(axis=1)])
    return joint, np.block([[information, cross], [cross.T, among]])


@dataclass(slots=True)
class _Rate:
    sd: float
    prior: float
    filter: ShiftFilter
    support: float = 0.0

    def __post_init__(self) -> None:
        self.support = self.prior


class DriftFilters:
    """One filter for each rate of drift; `chosen` is the one the records so far support best."""

    def __init__(self, mean: Floats, covariance: Floats, n_shifts: int, schools: int, unit: float, rule: Rule) -> None:
        self.schools, self.unit, self.rule = schools, unit, rule
        self.rates = [
            _Rate(sd, log(weight), ShiftFilter(mean, covariance, n_shifts))
            for sd, weight in zip(rule.drift_sds, rule.drift_weights, strict=True)
        ]
        self.best = max(self.rates, key=lambda rate: rate.support)

    @property
    def chosen(self) -> ShiftFilter:
        """The filter to judge by."""
        return self.best.filter

    def step(self, wandering: Ints, seen: Observations, active: int) -> None:
        """Let a week pass for every rate."""
        for rate in self.rates:
            rate.filter.diffuse(wandering, rate.sd**2 * self.unit / _YEAR_WEEKS)
            rate.filter.step(seen, active)

    def learn(self, n_shifts: int) -> None:
        """Compare the rates on what has arrived so far, with the first `n_shifts` shifts free to have happened."""
        variance = self.unit * _FREE_LEVEL_SD**2 * self.rule.grid_weeks / _YEAR_WEEKS
        for rate in self.rates:
            f = rate.filter
            joint = with_shared(f.score[:n_shifts], f.information[:n_shifts, :n_shifts], self.schools)
            size = len(joint[0])
            gain = shift_posterior(*joint, np.full(size, variance), np.zeros((size, 0))).log_evidence
            rate.support = rate.prior + f.log_likelihood + gain
        self.best = max(self.rates, key=lambda rate: rate.support)
        self.rates = [rate for rate in self.rates if rate.support > self.best.support - _HOPELESS]
