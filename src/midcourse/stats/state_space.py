"""Filters a linear-Gaussian state space exactly, and carries along what any later shift would have done to it.

Decides the conditional mean and covariance of the state, and the score and information of every candidate
shift given the observations so far. Which shifts are worth asking about is for the caller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Observations:
    """What arrives at one time step: ``values = design @ state + shifts @ size + noise``.

    Parameters
    ----------
    values : (m,) float
        Observed values, in the caller's unit; none may be missing.
    design : (m, n) sparse
        Loading of each observation on the state.
    noise : (m, m) float
        Covariance of the noise, positive definite; noise of different time steps is independent.
    shifts : (m, c) float
        What one unit of each of the first `c` candidate shifts adds to each observation, beyond the state.
    """

    values: Floats
    design: csr_array
    noise: Floats
    shifts: Floats


class ShiftFilter:
    """Exact filter of a state-space model with candidate shifts left out of the state.

    Under "no shift" this is the Kalman filter. For a shift of size `b` (one entry per candidate) the innovations
    change by a known linear amount, so that the log likelihood ratio against "no shift" is exactly
    ``score @ b - b @ information @ b / 2``. Marginal likelihoods under any Gaussian prior of `b` follow.

    Parameters
    ----------
    mean : (n,) float
        Prior mean of the state.
    covariance : (n, n) float
        Prior covariance; states that no observation loads on yet stay out of the arithmetic (see `step`).
    n_shifts : int
        Number of candidate shifts over the whole run.

    Notes
    -----
    **Source**: R. E. Kalman (1960), *J. Basic Engineering* 82:35-45; shifts carried as regressors beside the filter:
    B. Rosenberg (1973), *Ann. Econ. Soc. Measurement* 2:397-428, and P. de Jong (1991), *Ann. Statist.* 19:1073-1083.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> f = ShiftFilter(np.zeros(1), np.eye(1), n_shifts=1)
    >>> one = Observations(np.array([1.0]), csr_array(np.ones((1, 1))), np.eye(1), np.zeros((1, 0)))
    >>> f.step(one, active=1)
    >>> round(float(f.mean[0]), 9), round(float(f.covariance[0, 0]), 9)
    (0.5, 0.5)
    """

    def __init__(self, mean: Floats, covariance: Floats, n_shifts: int) -> None:
        self.mean = np.array(mean, dtype=np.float64)
        self.covariance = np.array(covariance, dtype=np.float64)
        self.score = np.zeros(n_shifts)
        self.information = np.zeros((n_shifts, n_shifts))
        self.log_likelihood = 0.0
        # How far the estimate is off, per unit of each shift that is there but not modelled.
        self.bias = np.zeros((len(self.mean), n_shifts))

    def diffuse(self, states: Ints, variances: Floats | float) -> None:
        """Let states wander: add independent variance to each of them.

        Parameters
        ----------
        states : (k,) int
            Distinct indices into the state.
        variances : (k,) or scalar float
            Variance added, in squared units of the state.
        """
        self.covariance[states, states] += variances

    def step(self, seen: Observations, active: int) -> None:
        """Take in the observations of one time step.

        Parameters
        ----------
        seen : Observations
            Their `design` may load on the first `active` states only, `shifts` may be narrower than `n_shifts`.
        active : int
            The states from here on have never been observed and are independent of the others a priori.

        Raises
        ------
        numpy.linalg.LinAlgError
            When the noise makes the covariance of the innovations not positive definite.
        """
        m, c = seen.shifts.shape
        if m == 0:
            return
        H = seen.design[:, :active]
        P = self.covariance[:active, :active]
        HP = H @ P
        F = H @ HP.T + seen.noise
        L = cholesky(F, lower=True, check_finite=False)
        stacked = np.empty((m, active + c + 1))
        stacked[:, :active] = HP
        stacked[:, active : active + c] = seen.shifts - H @ self.bias[:active, :c]
        stacked[:, -1] = seen.values - H @ self.mean[:active]
        white = solve_triangular(L, stacked, lower=True, overwrite_b=True, check_finite=False)
        gain, shift, innovation = white[:, :active].copy(), white[:, active : active + c].copy(), white[:, -1].copy()
        P -= gain.T @ gain
        self.mean[:active] += gain.T @ innovation
        self.bias[:active, :c] += gain.T @ shift
        self.score[:c] += shift.T @ innovation
        self.information[:c, :c] += shift.T @ shift
        self.log_likelihood -= float(
            0.5 * innovation @ innovation + np.log(np.diagonal(L)).sum() + 0.5 * m * np.log(2 * np.pi)
        )


@dataclass(frozen=True, slots=True)
class ShiftPosterior:
    """Gaussian posterior of combinations of the candidate shifts: `mean` (p,) and `covariance` (p, p).

    `log_evidence` is the log of how much likelier the data are under the prior of the shifts than without any.
    """

    mean: Floats
    covariance: Floats
    log_evidence: float


def shift_posterior(score: Floats, information: Floats, prior: Floats, combinations: Floats) -> ShiftPosterior:
    """Return the posterior of linear combinations of shifts with independent Gaussian priors of mean 0.

    Parameters
    ----------
    score, information : (c,), (c, c) float
        As accumulated by `ShiftFilter`.
    prior : (c,) float
        Prior variances; 0 = this shift did not happen.
    combinations : (c, p) float
        One combination of shifts in each column.

    Returns
    -------
    ShiftPosterior
        Of the p combinations, in the unit of the shifts.

    Notes
    -----
    **Source**: conjugate Gaussian linear model, e.g. D. Lindley and A. Smith (1972), *JRSS B* 34:1-41. Written with
    the square root of the prior, so that zero variances need no special case.

    Examples
    --------
    >>> import numpy as np
    >>> post = shift_posterior(np.array([2.0]), np.array([[1.0]]), np.array([1.0]), np.eye(1))
    >>> round(float(post.mean[0]), 9), round(float(post.covariance[0, 0]), 9)
    (1.0, 0.5)
    """
    root = np.sqrt(prior)
    A = root[:, None] * information * root
    A[np.diag_indices_from(A)] += 1.0
    L = cholesky(A, lower=True, overwrite_a=True, check_finite=False)
    right = np.column_stack([root[:, None] * combinations, root * score])
    white = solve_triangular(L, right, lower=True, check_finite=False)
    half, data = white[:, :-1], white[:, -1]
    log_evidence = float(0.5 * data @ data - np.log(np.diagonal(L)).sum())
    return ShiftPosterior(half.T @ data, half.T @ half, log_evidence)


def absorb_shifts(score: Floats, information: Floats, absorbed: Ints, prior: Floats) -> tuple[Floats, Floats]:
    """Integrate some shifts out: score and information of all shifts when these may have happened.

    Parameters
    ----------
    score, information : (c,), (c, c) float
        As accumulated by `ShiftFilter`.
    absorbed : (k,) int
        The shifts to integrate out; afterwards they keep only what their prior leaves open.
    prior : (k,) float
        Their prior variances, positive.

    Returns
    -------
    score, information : (c,), (c, c) float
        For likelihood ratios against "the absorbed shifts happened, by an unknown amount, and nothing else".

    Notes
    -----
    **Source**: block elimination (Schur complement) of a Gaussian quadratic form.
    """
    inner = information[np.ix_(absorbed, absorbed)] + np.diag(1.0 / prior)
    L = cholesky(inner, lower=True, check_finite=False)
    cross = solve_triangular(L, information[absorbed], lower=True, check_finite=False)
    own = solve_triangular(L, score[absorbed], lower=True, check_finite=False)
    return score - cross.T @ own, information - cross.T @ cross
