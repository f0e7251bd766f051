"""How far two or more raters of the same thing agree beyond chance, with an interval that respects shared raters.

Decides on kappa with a common margin (Scott, Fleiss), pooled over items. Gwet's AC1 was weighed and left: it calls
two observers who mark at random, nine yes in ten, 78 % agreed. Kappa says 0 there, and its wide interval says the rest.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from midcourse.stats.intervals import Codes, Floats, Interval, t_quantile


def agreement_interval(
    marks: Floats, subjects: Codes, raters: Codes, items: Codes, groups: Codes, *, level: float = 0.90
) -> Interval:
    """Estimate chance-corrected agreement (kappa) on yes/no marks, pooled over items.

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
        When no subject-item has two marks, or all marks of every item are the same: agreement beyond chance is then
        not defined.

    Notes
    -----
    **Source**: Fleiss (1971), Psychological Bulletin 76 (any number of raters a subject); pooled over strata as Barlow,
    Lai & Azen (1991), Statistics in Medicine 10, with weights by subjects; delete-one jackknife: Efron & Tibshirani
    (1993), chapter 11.

    Examples
    --------
    >>> import numpy as np
    >>> two = np.array([0, 1] * 4); visit = np.repeat(np.arange(4), 2)
    >>> round(agreement_interval(np.array([1., 1, 1, 1, 0, 0, 0, 1]), visit, two, two * 0, visit).estimate, 3)
    0.467
    """
    _, start, pair = np.unique(_pairs(subjects, items), return_index=True, return_inverse=True)
    counts: Floats = np.bincount(pair).astype(np.float64)
    twice = counts[pair] >= 2
    if not twice.any():
        raise ValueError("no subject was marked twice on the same item")
    yes: Floats = np.bincount(pair, weights=marks).astype(np.float64)
    item = np.unique(items[start], return_inverse=True)[1]
    whole = _sums(yes, counts, np.zeros(len(start), np.int64), item)
    estimate = float(_kappa(whole)[0])
    if np.isnan(estimate):
        raise ValueError("every mark is the same: agreement beyond chance is not defined")
    n = float(len(np.unique(subjects[twice])))

    group = np.unique(groups[start[counts >= 2]], return_inverse=True)[1]
    by_group = np.zeros(len(start), np.int64)
    by_group[counts >= 2] = group
    without_group: Floats = whole - _sums(yes, counts, by_group, item)
    # leaving out a rater turns a subject marked twice into one marked once, which then drops out
    rater = np.zeros(len(marks), np.int64)
    rater[twice] = np.unique(raters[twice], return_inverse=True)[1]
    at = pair[twice]
    before = _sums(yes[at], counts[at], rater[twice], item[at])
    after = _sums(yes[at] - marks[twice], counts[at] - 1, rater[twice], item[at], items_n=before.shape[2])
    without_rater: Floats = whole - before + after
    errors = [_jackknife_error(_kappa(left)) for left in (without_group, without_rater)]
    known = [one for one in errors if one is not None]
    if len(known) < len(errors):
        return Interval(estimate, -1.0, 1.0, float("nan"), n, 0.0)
    error, count = max(known)
    half = t_quantile(level, count - 1) * error
    return Interval(estimate, max(-1.0, estimate - half), min(1.0, estimate + half), error, n, count - 1.0)


def _pairs(subjects: Codes, items: Codes) -> Codes:
    return (subjects * (int(items.max()) + 1) + items).astype(np.int64)


def _sums(yes: Floats, counts: Floats, cluster: Codes, item: Codes, *, items_n: int | None = None) -> Floats:
    """Sum agreement, prevalence and number of subjects; shape ``(3, n_clusters, n_items)``. Single marks add nought."""
    wide = int(item.max()) + 1 if items_n is None else items_n
    twice = counts >= 2
    many = np.where(twice, counts, 2.0)
    no = counts - yes
    agreed = (yes * (yes - 1) + no * (no - 1)) / (many * (many - 1))
    clusters_n = int(cluster.max()) + 1
    return np.array(
        [
            np.bincount(cluster * wide + item, weights=column * twice, minlength=clusters_n * wide).reshape(-1, wide)
            for column in (agreed, yes / many, np.ones(len(yes)))
        ]
    )


def _kappa(sums: Floats) -> Floats:
    """Return kappa pooled over items for each cluster's sums; NaN where every mark left is the same."""
    agreed, prevalence, n = sums
    share = np.divide(prevalence, n, out=np.zeros_like(n), where=n > 0.5)
    chance = share**2 + (1 - share) ** 2
    possible = ((1 - chance) * n).sum(axis=1)
    gained = (agreed - chance * n).sum(axis=1)
    corrected: Floats = np.divide(gained, possible, out=np.full(len(possible), np.nan), where=possible > 1e-9)
    return corrected


def _jackknife_error(left_out: Floats) -> tuple[float, int] | None:
    """Return the delete-one standard error and the number of clusters; None when leaving one out leaves nothing."""
    count = len(left_out)
    if count < 2 or np.isnan(left_out).any():
        return None
    return sqrt((count - 1) / count * float(((left_out - left_out.mean()) ** 2).sum())), count
