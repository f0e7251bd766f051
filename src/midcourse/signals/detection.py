"""Has a school, or the district, changed? Runs one model over the visits, week by week, and keeps the verdicts.

Decides verdicts, estimates and what stands in their way; the model of a sheet is in `sheets`, the numbers in `rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midcourse.signals.circumstances import Circumstances, Lookback
from midcourse.signals.drift import DriftFilters, with_shared
from midcourse.signals.records import VisitRecords
from midcourse.signals.rules import DEFAULT_RULE, Rule
from midcourse.signals.sheets import Arrivals, Layout, Scale, Sheets, gather_sheets, lay_out, measure_scale, prior_state
from midcourse.signals.sufficiency import Shortfall, Sufficiency
from midcourse.signals.watches import Said, Watch
from midcourse.stats import ChangeOdds, ChangePrior, absorb_shifts, change_odds, shift_posterior
from midcourse.vocabulary import Verdict

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_Z90 = 1.6448536269514722
DISTRICT = "district"
_LEARN_EVERY = 9  # school weeks between two looks at how fast observers drift: a quarter


@dataclass(frozen=True)
class UnitSeries:
    """What was said about one unit on each as-of date after the baseline; arrays have one entry per date.

    Attributes
    ----------
    unit : str
        School id, or ``district``.
    verdict : tuple of Verdict
    p_improving, p_worsening : float
        Probability that the latest change since the baseline is up (down).
    estimate, lower, upper : float
        Change since the baseline in rubric points of the founding rubric, and its 90 % interval.
    evidence : float
        Signed log odds, lifted by 21; for comparisons only.
    onset : datetime64[D]
        Where the latest change called probably began; NaT when none is called.
    shortfall : tuple of Shortfall or None
        What is missing where the verdict is "too few to tell"; None elsewhere.
    circumstances : tuple of Circumstances
        Visits, rooms and observers of the last school year, and what was adjusted for.
    """

    unit: str
    verdict: tuple[Verdict, ...]
    p_improving: Floats
    p_worsening: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    evidence: Floats
    onset: NDArray[np.datetime64]
    shortfall: tuple[Shortfall | None, ...]
    circumstances: tuple[Circumstances, ...]


@dataclass(frozen=True)
class Detection:
    """Verdicts for one district: `as_of` (n_dates,) after the baseline, schools in their order, then the district.

    `points_per_sd` is the SD of lasting practice among teachers, in rubric points, from the baseline; `drift_sd` the
    drift of one observer's severity in a school year, in such SDs, as the records so far support it.
    """

    as_of: NDArray[np.datetime64]
    units: tuple[UnitSeries, ...]
    rule: Rule
    points_per_sd: float
    drift_sd: float


def detect_changes(records: VisitRecords, rule: Rule = DEFAULT_RULE) -> Detection:
    """Judge every school and the district on every as-of date after the baseline.

    Parameters
    ----------
    records : VisitRecords
        Visits of one district.
    rule : Rule
        The one configuration used for every district.

    Returns
    -------
    Detection
        What is said of a date rests only on scores with `available_on` up to that date.

    Notes
    -----
    A linear-Gaussian state space of the sheets, filtered exactly (`stats.ShiftFilter`); on its innovations a
    Shiryaev-Roberts sum over onsets, directions, sizes, shapes and sets of schools (`stats.change_odds`). After a
    change is called, what it did is absorbed and the watch starts again. The estimate is the filter's: the level may
    wander, most where the evidence puts an onset.

    **Source**: as named in `stats.state_space` and `stats.change_points`; docs/detection-benchmark.md measures it.
    """
    sheets = gather_sheets(records)
    baseline = int(np.searchsorted(records.as_of, records.baseline_until, side="right"))
    scale = measure_scale(sheets, baseline, records.scale_max - records.scale_min, rule)
    run = _Run(records, rule, sheets, baseline, scale)
    for week in range(len(records.as_of)):
        run.step(week)
    return run.result()


class _Run:
    """One pass over the calendar."""

    def __init__(self, records: VisitRecords, rule: Rule, sheets: Sheets, baseline: int, scale: Scale) -> None:
        self.records, self.rule, self.sheets, self.baseline, self.scale = records, rule, sheets, baseline, scale
        self.schools = len(records.schools)
        self.onsets = np.arange(baseline, len(records.as_of), rule.grid_weeks)
        self.layout: Layout = lay_out(records, sheets, baseline)
        self.arrivals = Arrivals(records, sheets, self.layout, scale, self.onsets, rule)
        mean, covariance = prior_state(records, sheets, self.layout, scale, rule)
        shifts = len(self.onsets) * self.schools
        self.filters = DriftFilters(mean, covariance, shifts, self.schools, scale.sd**2, rule)
        self.first_seen = _first_seen(self.layout, sheets, len(records.as_of))
        self.prior = ChangePrior(
            hazard=rule.hazard * rule.grid_weeks,
            sizes=tuple(s * scale.sd for s in rule.sizes),
            ramp_steps=tuple(max(1, round(w / rule.grid_weeks)) for w in rule.ramp_weeks),
            shares=tuple(sorted({1 / self.schools, (1 + 1 / self.schools) / 2, 1.0})),
        )
        up = [rule.up_odds] * self.schools + [rule.district_up_odds]
        down = [rule.down_odds] * self.schools + [rule.district_down_odds]
        self.watches = [Watch(u, d, rule.keep_odds) for u, d in zip(up, down, strict=True)]
        weights = records.teachers if len(records.teachers) else np.ones(self.schools)
        total = np.maximum(weights, 1)
        self.weights = np.column_stack([np.eye(self.schools), total / total.sum()])
        dates = len(records.as_of) - baseline
        self.lookback = Lookback(sheets, self.layout, baseline, self.schools)
        self.sufficiency = Sufficiency(rule, scale, self.layout, sheets, self.lookback)
        self.said: list[list[Said]] = []
        self.shortfalls: list[list[Shortfall | None]] = []
        self.circumstances: list[list[Circumstances]] = []
        self.estimate, self.spread = np.zeros((dates, self.schools + 1)), np.zeros((dates, self.schools + 1))
        self.onset_now = np.full((dates, self.schools + 1), -1)

    def step(self, week: int) -> None:
        """Let a week pass, take in what arrived, and say the verdicts if any are due."""
        wandering = self.layout.observer[self.first_seen <= week]
        self.filters.step(wandering, self.arrivals.week(week), int(self.layout.active[week]))
        if week >= self.baseline:
            self._judge(week)

    def _judge(self, week: int) -> None:
        onsets = int((self.onsets <= week).sum())
        c = onsets * self.schools
        if (week - self.baseline) % _LEARN_EVERY == 0:
            self.filters.learn(c)
        now = self.filters.chosen
        score, information = now.score[:c], now.information[:c, :c]
        first = change_odds(*_by_onset(score, information, onsets), self.prior)
        later = self._later(score, information, onsets)
        district = self._later_district(score, information, onsets)
        row = []
        for u, watch in enumerate(self.watches):
            if u < self.schools:
                odds = float(first.up[u]), float(first.down[u])
                after = None if later is None or watch.restart is None else (float(later.up[u]), float(later.down[u]))
                where = (first if after is None or later is None else later).onset[:, u]
            else:
                odds = first.any_up, first.any_down
                after = None if district is None else (district.any_up, district.any_down)
                where = (first if district is None else district).onset_any
            began = _early(where)
            row.append(watch.weigh(week, odds, after, (began, onsets - 1)))
            if watch.calls:
                self.onset_now[week - self.baseline, u] = self.onsets[watch.calls[-1].first_onset]
        self.said.append(row)
        self._estimate(week, score, information, first, later)
        self._explain(week, row)

    def _explain(self, week: int, said: list[Said]) -> None:
        """Note what each verdict rests on, and what is missing where nothing is called."""
        units = (*range(self.schools), None)
        past = np.flatnonzero(self.onsets <= week - 36)
        first, last = (int(past[-1]) if len(past) else 0), int((self.onsets <= week).sum())
        steps = np.arange(first, last)[:, None] * self.schools + np.arange(self.schools)
        self.circumstances.append([self.lookback.describe(week, u, self.filters.chosen.mean) for u in units])
        self.shortfalls.append(
            [
                None
                if said[i].direction
                else self.sufficiency.judge(self.filters.chosen, week, u, steps if u is None else steps[:, [u]])
                for i, u in enumerate(units)
            ]
        )

    def _later(self, score: Floats, information: Floats, onsets: int) -> ChangeOdds | None:
        """Odds of a further change in schools where one has been called, measured from there."""
        called = [(s, w) for s, w in enumerate(self.watches[:-1]) if w.calls]
        if not called:
            return None
        allowed = np.zeros((onsets, self.schools), dtype=bool)
        absorbed = np.zeros((onsets, self.schools), dtype=bool)
        for s, watch in called:
            start, end = watch.calls[0].first_onset, watch.calls[-1].last_onset
            absorbed[start : end + 1, s] = True
            allowed[end + 1 :, s] = True
        return self._restarted(score, information, onsets, allowed, absorbed)

    def _later_district(self, score: Floats, information: Floats, onsets: int) -> ChangeOdds | None:
        watch = self.watches[-1]
        if not watch.calls:
            return None
        start, end = watch.calls[0].first_onset, watch.calls[-1].last_onset
        allowed = np.zeros((onsets, self.schools), dtype=bool)
        absorbed = np.zeros((onsets, self.schools), dtype=bool)
        absorbed[start : end + 1] = True
        allowed[end + 1 :] = True
        return self._restarted(score, information, onsets, allowed, absorbed)

    def _restarted(
        self, score: Floats, information: Floats, onsets: int, allowed: NDArray[np.bool_], absorbed: NDArray[np.bool_]
    ) -> ChangeOdds:
        which = np.flatnonzero(absorbed)
        # One call stands for a change of called_sd in all, spread evenly over the onsets it may have filled.
        parts = np.maximum(absorbed.sum(0), 1)
        variance = (self.rule.called_sd * self.scale.sd) ** 2 * 2.0 / parts[which % self.schools]
        cleared = absorb_shifts(score, information, which, variance)
        return change_odds(*_by_onset(*cleared, onsets), self.prior, allowed)

    def _estimate(
        self, week: int, score: Floats, information: Floats, first: ChangeOdds, later: ChangeOdds | None
    ) -> None:
        rule, unit = self.rule, self.scale.sd**2
        likely = first.onset if later is None else np.maximum(first.onset, later.onset)
        wander = rule.wander_sd**2 * rule.grid_weeks / 36
        own = unit * (wander + rule.called_sd**2 * likely)
        shared = unit * (wander + rule.called_sd**2 * likely.mean(axis=1))
        onsets = len(likely)
        found = shift_posterior(
            *with_shared(score, information, self.schools),
            np.concatenate([own.ravel(), shared]) / 2,
            np.vstack([np.tile(self.weights, (onsets, 1)), np.ones((onsets, self.schools + 1))]),
        )
        self.estimate[week - self.baseline] = found.mean
        self.spread[week - self.baseline] = np.sqrt(np.diagonal(found.covariance))

    def result(self) -> Detection:
        """Gather what was said into one series for each unit."""
        names = (*self.records.schools, DISTRICT)
        dates = self.records.as_of[self.baseline :]
        units = tuple(self._series(u, name, dates) for u, name in enumerate(names))
        return Detection(dates, units, self.rule, self.scale.sd, self.filters.best.sd)

    def _series(self, u: int, name: str, dates: NDArray[np.datetime64]) -> UnitSeries:
        said = [row[u] for row in self.said]
        half = _Z90 * self.spread[:, u]
        onset = np.full(len(dates), np.datetime64("NaT"), dtype="datetime64[D]")
        called = self.onset_now[:, u] >= 0
        onset[called] = self.records.as_of[self.onset_now[called, u]]
        shortfall = tuple(row[u] for row in self.shortfalls)
        return UnitSeries(
            unit=name,
            verdict=tuple(_verdict(s, missing) for s, missing in zip(said, shortfall, strict=True)),
            p_improving=np.array([s.p_improving for s in said]),
            p_worsening=np.array([s.p_worsening for s in said]),
            estimate=self.estimate[:, u],
            lower=self.estimate[:, u] - half,
            upper=self.estimate[:, u] + half,
            evidence=np.array([s.evidence for s in said]),
            onset=onset,
            shortfall=shortfall,
            circumstances=tuple(row[u] for row in self.circumstances),
        )


def _verdict(said: Said, missing: Shortfall | None) -> Verdict:
    if said.direction:
        return Verdict.IMPROVING if said.direction > 0 else Verdict.WORSENING
    return Verdict.NO_CHANGE if missing is None else Verdict.TOO_FEW


def _by_onset(score: Floats, information: Floats, onsets: int) -> tuple[Floats, Floats]:
    schools = len(score) // onsets
    return score.reshape(onsets, schools), information.reshape(onsets, schools, onsets, schools)


def _early(onset: Floats) -> int:
    """An onset that the change very probably does not precede (10 % point of its posterior)."""
    total = onset.sum()
    return int(np.searchsorted(np.cumsum(onset), 0.1 * total)) if total > 0 else 0


def _first_seen(layout: Layout, sheets: Sheets, weeks: int) -> Ints:
    """Week of each observer's first sheet; severity does not drift before anybody saw it."""
    first = np.full(len(layout.observer), weeks, dtype=np.int64)
    np.minimum.at(first, sheets.observer, sheets.known)
    return first
