"""Are there enough visits to tell, and if not, how many more would do?

Decides "too few to tell": a change worth acting on, had it begun a school year ago, would not be called by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from midcourse.signals.circumstances import Lookback
from midcourse.signals.rules import Rule
from midcourse.signals.sheets import Layout, Scale, Sheets
from midcourse.stats import ShiftFilter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_VISITS = 2000  # beyond this a number of visits is no advice


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing where there is too little to tell.

    Parameters
    ----------
    visits : int
        About how many more visits would do.
    second_observer : bool
        Whether a good part of them must be led or joined by observers who also see other schools, because the severity
        of the school's own observers cannot be told from its practice.
    """

    visits: int
    second_observer: bool


class Sufficiency:
    """Design calculation on the filter's posterior for the schools of one district."""

    def __init__(self, rule: Rule, scale: Scale, layout: Layout, sheets: Sheets, lookback: Lookback) -> None:
        self.rule, self.scale, self.layout, self.sheets, self.lookback = rule, scale, layout, sheets, lookback
        change = rule.smallest_change * scale.sd
        # The log odds of a real change rise by change**2 * information / 2 on average, from the prior odds that one
        # began within the year.
        needed = rule.up_odds - log(rule.hazard * 36)
        self.needed_information = 2 * needed / change**2
        n_items = np.maximum((~np.isnan(sheets.scores)).sum(1), 1)
        per_item = float((1 / n_items).mean()) if len(n_items) else 1.0
        self.visit_noise = (rule.lesson + rule.own) * scale.sd**2 + scale.item_variance * per_item

    def judge(self, filter_: ShiftFilter, week: int, school: int | None, steps: Ints) -> Shortfall | None:
        """Return what is missing, or None when a change worth acting on would probably have been called by now.

        `steps` (n_onsets, n_units) are the shifts of a step in this unit at each onset of the last school year, the
        earliest first.
        """
        have = float(filter_.information[np.ix_(steps[0], steps[0])].sum())
        if have >= self.needed_information:
            return None
        rows = self.lookback.rows(week, school)
        if not len(rows):
            return Shortfall(ceil(self.needed_information * self.visit_noise), False)
        for observers, second in ((rows, False), (self.lookback.rows(week, None), True)):
            visits = self._visits(filter_, rows, observers, steps)
            if visits is not None:
                return Shortfall(visits, second)
        # What lies behind is too thin to compare anything with: as many visits as would make the comparison afresh,
        # half of them before a change and half after it, every one to another room.
        afresh = 2 * self.needed_information * (self.visit_noise + self.scale.sd**2)
        return Shortfall(ceil(afresh), True)

    def _visits(self, filter_: ShiftFilter, rows: Ints, observers: Ints, steps: Ints) -> int | None:
        """Fewest further visits to rooms as in `rows` that make a change callable: one of this year's, or a new one."""
        load = -self.lookback.severity_weights(observers)
        np.add.at(load, self.layout.room[self.sheets.room[rows]], 1 / len(rows))
        np.add.at(load, self.sheets.school[rows], 1 / len(rows))
        at = np.flatnonzero(load)
        # What is uncertain about the mean of such visits however many they are: severity, the level until now.
        floor = float(load[at] @ filter_.covariance[np.ix_(at, at)] @ load[at])
        fewest = _MOST_VISITS + 1.0
        cases = [(0.0, 1.0)]  # a change that begins now: nothing known of it yet, and the filter does not lean to it
        first, last = int(steps[0, 0]), int(steps[-1, -1]) + 1
        lean = load[at] @ filter_.bias[at, first:last]
        for step in steps:
            have = float(filter_.information[step[:, None], step].sum())
            cases.append((have, 1.0 - float(lean[step - first].sum())))
        for have, answers in cases:
            open_variance = answers**2 / max(self.needed_information - have, 1e-9) - floor
            if open_variance > 0:
                fewest = min(fewest, self.visit_noise / open_variance)
        return ceil(fewest) if fewest <= _MOST_VISITS else None
