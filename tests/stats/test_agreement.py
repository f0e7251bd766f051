"""Agreement beyond chance: worked by hand, and honest when there is little of it."""

from __future__ import annotations

import numpy as np
import pytest

from midcourse.stats import agreement_interval


def paired(first: list[int], second: list[int], *, raters: tuple[int, int] = (0, 1)) -> tuple[np.ndarray, ...]:
    n = len(first)
    marks = np.array([first, second], float).T.ravel()
    subjects = np.repeat(np.arange(n), 2)
    return marks, subjects, np.tile(raters, n), np.zeros(2 * n, int), subjects


def test_kappa_by_hand() -> None:
    # 10 lessons: 6 yes-yes, 2 no-no, 2 split. agreed .8; prevalence (6 + .5 * 2) / 10 = .7; chance .49 + .09 = .58
    first, second = [1] * 6 + [0] * 2 + [1, 0], [1] * 6 + [0] * 2 + [0, 1]
    assert agreement_interval(*paired(first, second)).estimate == pytest.approx((0.8 - 0.58) / 0.42)


def test_fleiss_own_example_two_ways() -> None:
    # three raters: a subject marked yes by 2 of 3 agrees in 1 pair of 3
    marks = np.array([1.0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1])
    subjects = np.repeat(np.arange(4), 3)
    agreed, share = (1 / 3 + 1 + 1 + 1 / 3) / 4, (2 / 3 + 1 + 0 + 1 / 3) / 4
    chance = share**2 + (1 - share) ** 2
    found = agreement_interval(marks, subjects, np.tile(np.arange(3), 4), subjects * 0, subjects)
    assert found.estimate == pytest.approx((agreed - chance) / (1 - chance))


def test_marks_at_random_do_not_pass_for_agreement() -> None:
    # two items, each marked at random around its own prevalence: pooled marks would look like agreement
    rng = np.random.default_rng(2)
    n = 4000
    marks = np.concatenate([rng.random(2 * n) < 0.9, rng.random(2 * n) < 0.1]).astype(float)
    subjects, raters = np.tile(np.repeat(np.arange(n), 2), 2), np.tile([0, 1], 2 * n)
    items = np.repeat([0, 1], 2 * n)
    apart = agreement_interval(marks, subjects, raters, items, subjects)
    together = agreement_interval(marks, subjects + n * items, raters, items * 0, subjects)
    assert abs(apart.estimate) < 0.03 and together.estimate > 0.5


def test_single_marks_are_left_out() -> None:
    marks, subjects, raters, items, groups = paired([1, 0, 1, 1], [1, 0, 0, 1])
    more = tuple(np.append(a, b) for a, b in ((marks, 1.0), (subjects, 9), (raters, 1), (items, 0), (groups, 9)))
    assert repr(agreement_interval(*more)) == repr(agreement_interval(marks, subjects, raters, items, groups))
    with pytest.raises(ValueError, match="marked twice"):
        agreement_interval(np.ones(2), np.arange(2), np.zeros(2, int), np.zeros(2, int), np.arange(2))


def test_marks_that_never_differ_define_nothing() -> None:
    with pytest.raises(ValueError, match="not defined"):
        agreement_interval(*paired([1, 1, 1], [1, 1, 1]))


def test_two_raters_give_no_error_and_the_interval_says_so() -> None:
    interval = agreement_interval(*paired([1, 0, 1, 1], [1, 0, 0, 1]))
    assert (interval.lower, interval.upper, interval.df) == (-1.0, 1.0, 0.0)
