"""Stats: arrays in, numbers out. Knows nothing of schools, files or Arrow."""

from midcourse.stats.agreement import agreement_interval
from midcourse.stats.intervals import Interval, between_sd, mean_interval, median_interval, ratio_interval, t_quantile

__all__ = [
    "Interval",
    "agreement_interval",
    "between_sd",
    "mean_interval",
    "median_interval",
    "ratio_interval",
    "t_quantile",
]
