"""What a verdict rests on: how many visits, by whom, and what was adjusted for. Words are for the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midcourse.signals.sheets import Layout, Sheets

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_YEAR = 36  # school weeks looked back on


@dataclass(frozen=True, slots=True)
class Circumstances:
    """One unit on one date; counts are of the last 36 school weeks.

    Parameters
    ----------
    n_visits, n_rooms, n_observers : int
    new_observers : int
        Of these observers, those first known after the baseline; their severity was learned and adjusted for.
    severity_shift : float
        Rubric points by which the unit's present observers score more leniently than those of the baseline did, as far
        as the model can tell; the estimate of change is free of it. NaN without visits in either period.
    rubric_revised : bool
        Whether look-fors unknown in the baseline are in use; they were linked through those that kept their wording.
    co_observed_share : float
        Share of visits scored by two or more observers, 0-1; NaN = no visits. Without any, severity and practice
        can hardly be told apart.
    """

    n_visits: int
    n_rooms: int
    n_observers: int
    new_observers: int
    severity_shift: float
    rubric_revised: bool
    co_observed_share: float


class Lookback:
    """Answers for one district, week by week, which sheets a verdict rests on."""

    def __init__(self, sheets: Sheets, layout: Layout, baseline: int, schools: int) -> None:
        self.sheets, self.layout, self.baseline = sheets, layout, baseline
        weeks = int(sheets.known.max(initial=0)) + 2
        self.cuts = np.searchsorted(sheets.known, np.arange(weeks + 1))
        early = sheets.known < baseline
        founding = (~np.isnan(sheets.scores[early])).any(axis=0)
        self.revised: NDArray[np.bool_] = np.asarray((~np.isnan(sheets.scores[:, ~founding])).any(axis=1))
        self.baseline_severity = [
            self.severity_weights(np.flatnonzero(early & (sheets.school == s))) for s in range(schools)
        ] + [self.severity_weights(np.flatnonzero(early))]

    def rows(self, week: int, school: int | None) -> Ints:
        """Sheets of the last school year that were known by `week`; of all schools when `school` is None."""
        first, last = max(0, week + 1 - _YEAR), min(week + 1, len(self.cuts) - 1)
        rows = np.arange(self.cuts[min(first, len(self.cuts) - 1)], self.cuts[last])
        return rows if school is None else rows[self.sheets.school[rows] == school]

    def severity_weights(self, rows: Ints) -> Floats:
        """Loading, on the state, of the mean severity of those who wrote these sheets."""
        weights = np.zeros(self.layout.n)
        if len(rows):
            observer = self.sheets.observer[rows]
            np.add.at(weights, self.layout.observer[observer], 1 / len(rows))
            wave = self.layout.wave[observer]
            np.add.at(weights, wave[wave >= 0], 1 / len(rows))
        return weights

    def describe(self, week: int, school: int | None, state: Floats) -> Circumstances:
        """Say what stands behind a verdict given the filter's present `state`."""
        rows = self.rows(week, school)
        before = self.baseline_severity[-1 if school is None else school]
        now = self.severity_weights(rows)
        observers = np.unique(self.sheets.observer[rows])
        visits, readers = np.unique(self.sheets.visit[rows], return_counts=True)
        known = len(rows) > 0 and before.any()
        return Circumstances(
            n_visits=len(visits),
            n_rooms=len(np.unique(self.sheets.room[rows])),
            n_observers=len(observers),
            new_observers=int(self.layout.newcomer[observers].sum()),
            severity_shift=float((before - now) @ state) if known else float("nan"),
            rubric_revised=bool(self.revised[rows].any()),
            co_observed_share=float((readers > 1).mean()) if len(visits) else float("nan"),
        )
