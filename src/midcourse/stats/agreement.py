"""How far two or more raters of the same thing agree beyond chance, with an interval that respects shared raters.

Decides on Gwet's AC1 for yes/no marks: unlike kappa it does not collapse when nearly every mark is the same, which is
the usual case of a look-for that is almost always, or almost never, present.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from midcourse.stats.intervals import Codes, Floats, Interval, t_quantile


def agreement_interval(
    marks: Floats, subjects: Codes, raters: Codes, items: Codes, groups: Codes, *, level: float = 0.90
) -> Interval:
    """Estimate chance-corrected agreement (AC1) on yes/no marks, pooled over items.

    Chance is reckoned for each item apart and pooled, so that items of different difficulty do not pass for
    agreement. The standard error is the larger of two delete-one jackknives: leaving out each group (e.g. classroom)
    and leaving out each rater with all that the rater marked.

    Parameters
    ----------
    marks : ndarray, shape (n_marks,)
        1 yes, 0 no; no missing values.
    subjects, raters, items, groups : ndarray of int, shape (n_marks,)
        Who was rated (a visit), by whom, on which item, and the group to which the subject belongs. A subject-item
        with a single mark is left out.
    level : float
        Coverage, 0-1.

    Returns
    -------
    Interval
        Agreement, 1 = always, 0 = as by chance; `effective_n` is the number of subjects rated twice or more.
        With fewer than two groups or three raters no error can be had: the interval is -1 to 1.

    Raises
    ------
    ValueError
        When no subject-item has two marks.

    Notes
    -----
    **Source**: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, eqs. 4-6 (several raters);
    jackknife: Quenouille-Tukey, as Gwet (2021, Handbook of Inter-Rater Reliability, 5th ed.) recommends for subjects
    and raters both sampled.

    Examples
    --------
    >>> import numpy as np
    >>> two = np.array([0, 1] * 4); visit = np.repeat(np.arange(4), 2)
    >>> round(agreement_interval(np.array([1., 1, 1, 1, 1, 1, 0, 1]), visit, two, two * 0, visit).estimate, 3)
    0.68
    """
    keep = _marked_twice(subjects, items)
    if not keep.any():
        raise ValueError("no subject was marked twice on the same item")
    marks, subjects, raters, items, groups = (column[keep] for column in (marks, subjects, raters, items, groups))
    estimate = _pooled_ac1(marks, subjects, items)
    n = float(len(np.unique(subjects)))
    by_group = _jackknife(marks, subjects, items, groups, pairs_only=False)
    by_rater = _jackknife(marks, subjects, items, raters, pairs_only=True)
    if by_group is None or by_rater is None:
        return Interval(estimate, -1.0, 1.0, float("nan"), n, 0.0)
    error, count = max(by_group, by_rater)
    half = t_quantile(level, count - 1) * error
    return Interval(estimate, max(-1.0, estimate - half), min(1.0, estimate + half), error, n, count - 1.0)


def _marked_twice(subjects: Codes, items: Codes) -> np.ndarray:
    pair = _pair(subjects, items)
    _, inverse, counts = np.unique(pair, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] >= 2)


def _pair(subjects: Codes, items: Codes) -> Codes:
    return (subjects * (int(items.max()) + 1) + items).astype(np.int64)


def _pooled_ac1(marks: Floats, subjects: Codes, items: Codes) -> float:
    _, start, inverse = np.unique(_pair(subjects, items), return_index=True, return_inverse=True)
    raters_n = np.bincount(inverse).astype(float)
    yes = np.bincount(inverse, weights=marks)
    no = raters_n - yes
    agreed = (yes * (yes - 1) + no * (no - 1)) / (raters_n * (raters_n - 1))
    item = np.unique(items[start], return_inverse=True)[1]
    subjects_n = np.bincount(item)
    prevalence = np.bincount(item, weights=yes / raters_n) / subjects_n
    chance = 2 * prevalence * (1 - prevalence)
    gained = float(agreed.sum() - (chance * subjects_n).sum())
    return gained / float(((1 - chance) * subjects_n).sum())


def _jackknife(
    marks: Floats, subjects: Codes, items: Codes, clusters: Codes, *, pairs_only: bool
) -> tuple[float, int] | None:
    """Return the standard error and number of clusters; None when leaving one out leaves nothing."""
    left_out = np.unique(clusters)
    estimates = []
    for cluster in left_out:
        keep = clusters != cluster
        if pairs_only and keep.any():  # without that rater a visit by two is a visit by one, and drops out
            inside = np.flatnonzero(keep)
            keep = np.zeros(len(marks), bool)
            keep[inside[_marked_twice(subjects[inside], items[inside])]] = True
        if keep.any():
            estimates.append(_pooled_ac1(marks[keep], subjects[keep], items[keep]))
    count = len(left_out)
    if count < 2 or len(estimates) < count:
        return None
    values = np.array(estimates)
    return sqrt((count - 1) / count * float(((values - values.mean()) ** 2).sum())), count
