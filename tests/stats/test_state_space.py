"""The filter at its edges; tests/oracles/test_dense_change.py compares it with a dense likelihood."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.sparse import csr_array

from midcourse.stats import Observations, ShiftFilter, absorb_shifts, shift_posterior, state_space


def one(value: float, noise: float = 1.0) -> Observations:
    return Observations(np.array([value]), csr_array(np.ones((1, 1))), np.array([[noise]]), np.zeros((1, 0)))


def test_examples_run() -> None:
    assert doctest.testmod(state_space).failed == 0


def test_repeated_observations_give_the_precision_weighted_mean() -> None:
    f = ShiftFilter(np.zeros(1), np.array([[4.0]]), 0)
    for value in (1.0, 2.0, 3.0):
        f.step(one(value, 0.5), active=1)
    precision = 1 / 4 + 3 / 0.5
    assert f.covariance[0, 0] == pytest.approx(1 / precision)
    assert f.mean[0] == pytest.approx((6.0 / 0.5) / precision)


def test_a_week_without_observations_only_wanders() -> None:
    f = ShiftFilter(np.zeros(1), np.array([[1.0]]), 2)
    f.diffuse(np.array([0]), 0.25)
    f.step(Observations(np.zeros(0), csr_array((0, 1)), np.zeros((0, 0)), np.zeros((0, 2))), active=1)
    assert f.covariance[0, 0] == 1.25
    assert f.log_likelihood == 0.0


def test_noise_that_is_no_covariance_is_refused() -> None:
    f = ShiftFilter(np.zeros(1), np.array([[1.0]]), 0)
    with pytest.raises(np.linalg.LinAlgError):
        f.step(one(0.0, -5.0), active=1)


def test_a_shift_that_cannot_have_happened_stays_at_zero() -> None:
    found = shift_posterior(np.array([5.0, 5.0]), np.eye(2), np.array([0.0, 1.0]), np.eye(2))
    assert found.mean.tolist() == pytest.approx([0.0, 2.5])
    assert found.covariance[0, 0] == 0.0


def test_absorbing_a_wide_open_shift_leaves_nothing_to_say_about_it() -> None:
    score, information = absorb_shifts(np.array([5.0]), np.array([[10.0]]), np.array([0]), np.array([1e9]))
    assert score[0] == pytest.approx(0.0, abs=1e-6)
    assert information[0, 0] == pytest.approx(0.0, abs=1e-6)
