"""Stats: arrays in, numbers out. Knows nothing of schools, files or Arrow."""

from midcourse.stats.agreement import agreement_interval
from midcourse.stats.change_points import ChangeOdds, ChangePrior, change_odds, ramp_profiles
from midcourse.stats.intervals import (
    Interval,
    between_sd,
    mean_interval,
    median_interval,
    ratio_interval,
    t_quantile,
    wilson,
)
from midcourse.stats.state_space import Observations, ShiftFilter, ShiftPosterior, absorb_shifts, shift_posterior

__all__ = [
    "ChangeOdds",
    "ChangePrior",
    "Interval",
    "Observations",
    "ShiftFilter",
    "ShiftPosterior",
    "absorb_shifts",
    "agreement_interval",
    "between_sd",
    "change_odds",
    "mean_interval",
    "median_interval",
    "ramp_profiles",
    "ratio_interval",
    "shift_posterior",
    "t_quantile",
    "wilson",
]
