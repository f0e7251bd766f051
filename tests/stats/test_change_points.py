"""The change mixture on cases one can reckon by hand; tests/oracles compares it with an enumeration of all sets."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from midcourse.stats import ChangePrior, change_odds, change_points, ramp_profiles

PRIOR = ChangePrior(hazard=0.01, sizes=(0.5,), ramp_steps=(1,), shares=(1.0,))


def test_examples_run() -> None:
    assert doctest.testmod(change_points).failed == 0


def test_before_the_first_onset_nothing_is_said() -> None:
    odds = change_odds(np.zeros((0, 3)), np.zeros((0, 3, 0, 3)), PRIOR)
    assert odds.up.tolist() == [-60.0] * 3
    assert odds.any_up == -60.0


def test_no_information_returns_the_prior() -> None:
    odds = change_odds(np.zeros((4, 1)), np.zeros((4, 1, 4, 1)), PRIOR)
    # Four onsets of chance 0.01, half of them up: .02 up against 1 + .02.
    assert odds.up[0] == pytest.approx(np.log(0.02 / 1.02))
    assert odds.onset.sum() == pytest.approx(0.04 / 1.04)


def test_one_unit_one_onset_is_the_likelihood_ratio() -> None:
    odds = change_odds(np.array([[7.0]]), np.array([[[[4.0]]]]), PRIOR)
    up, down = 0.005 * np.exp(0.5 * 7 - 0.125 * 4), 0.005 * np.exp(-0.5 * 7 - 0.125 * 4)
    assert odds.up[0] == pytest.approx(np.log(up / (1 + down)))
    assert odds.down[0] == pytest.approx(np.log(down / (1 + up)))


def test_direction_is_symmetric() -> None:
    rng = np.random.default_rng(0)
    score, root = rng.normal(size=(5, 3)), rng.normal(size=(15, 15))
    information = (root @ root.T).reshape(5, 3, 5, 3)
    prior = ChangePrior(0.02, (0.3, 0.6), (1, 3), (1 / 3, 1.0))
    one, other = change_odds(score, information, prior), change_odds(-score, information, prior)
    np.testing.assert_allclose(one.up, other.down, atol=1e-9)
    assert one.any_up == pytest.approx(other.any_down)


def test_units_that_may_not_change_are_left_out() -> None:
    score = np.array([[9.0, 9.0]])
    information = 4.0 * np.eye(2).reshape(1, 2, 1, 2)
    prior = ChangePrior(0.02, (0.5,), (1,), (0.5,))
    odds = change_odds(score, information, prior, np.array([[True, False]]))
    alone = change_odds(score[:, :1], information[:, :1, :, :1], prior)
    assert odds.up[0] == pytest.approx(alone.up[0], abs=1e-6)
    assert odds.up[1] < -20


def test_a_unit_borrows_strength_from_the_others() -> None:
    information = 4.0 * np.eye(4).reshape(1, 4, 1, 4)
    prior = ChangePrior(0.02, (0.5,), (1,), (0.25, 1.0))
    alone = change_odds(np.array([[4.0, 0, 0, 0]]), information, prior).up[0]
    together = change_odds(np.array([[4.0, 4, 4, 4]]), information, prior)
    assert together.up[0] > alone
    assert together.any_up > together.up.max()


def test_a_ramp_is_the_mean_of_its_steps_so_far() -> None:
    rng = np.random.default_rng(1)
    root = rng.normal(size=(8, 8))
    information = (root @ root.T).reshape(4, 2, 4, 2)
    score = rng.normal(size=(4, 2))
    a, b = ramp_profiles(score, information, 3)
    np.testing.assert_allclose(a[0], score[:3].sum(0) / 3)
    np.testing.assert_allclose(a[3], score[3] / 3)
    np.testing.assert_allclose(b[1], information[1:4, :, 1:4, :].sum((0, 2)) / 9)
