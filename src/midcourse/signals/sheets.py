"""Turns records into a district's state space: sheets, their scale, and what arrives in each week.

Decides what the state holds (school levels, season, look-fors, survey constants, rooms, observers, waves of newcomers)
and what is known when. A sheet is what one observer wrote of one visit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from midcourse.signals.records import VisitRecords
from midcourse.signals.rules import Rule
from midcourse.stats import Observations

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Wide priors, in SD squared (levels, look-fors) or survey points squared: they say nothing.
_LEVEL_VARIANCE = 4.0
_ITEM_VARIANCE = 1.0
_SURVEY_VARIANCE = 100.0
# A typical sheet SD is 0.17 of the scale's width; it counts like this many sheets where the baseline is thin.
_TYPICAL_SPREAD, _TYPICAL_SHEETS = 0.17, 20.0
# Look-fors of one sheet vary together more than the model says (lessons suit some look-fors); links count for less.
_LINK_INFLATION = 1.5
_YEAR_WEEKS = 36  # nominal school year, so that the season does not depend on how much of the calendar is known
_WAVE_WEEKS = 9  # observers who start within a quarter of a school year form one wave


@dataclass(frozen=True)
class Sheets:
    """One entry per sheet, in order of arrival. Weeks are positions in the calendar.

    `known` is the first as-of date on which the sheet may be used, `week` the one that closes its school week;
    `room` is numbered by first arrival; `scores` (n_sheets, n_items) has NaN where a look-for was not scored.
    """

    visit: Ints
    school: Ints
    room: Ints
    observer: Ints
    week: Ints
    known: Ints
    mean: Floats
    scores: Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """Rubric points per SD of practice among teachers, and the noise variance of one look-for's score in points."""

    sd: float
    item_variance: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in the state: fixed blocks first, then rooms, observers and waves by first arrival."""

    n: int
    season: int
    items: int
    survey: int
    room: Ints
    observer: Ints
    wave: Ints
    newcomer: NDArray[np.bool_]
    active: Ints


def gather_sheets(records: VisitRecords) -> Sheets:
    """Group scores into sheets; scores of a sheet that arrive in a later week form a sheet of their own."""
    weeks = len(records.as_of)
    known = np.searchsorted(records.as_of, records.available_on)
    week = np.searchsorted(records.as_of, records.date)
    use = np.flatnonzero(known < weeks)
    columns = np.stack([known[use], records.visit[use], records.observer[use]])
    keys, first, row = np.unique(columns, axis=1, return_index=True, return_inverse=True)
    row = row.ravel()
    items, item = np.unique(records.item[use], return_inverse=True)
    scores = np.full((keys.shape[1], len(items)), np.nan)
    scores[row, item] = records.score[use]
    at = use[first]
    school = records.school[at]
    pairs = school * (int(records.room.max(initial=0)) + 1) + records.room[at]
    return Sheets(
        visit=records.visit[at],
        school=school,
        room=_by_arrival(pairs),
        observer=records.observer[at],
        week=np.minimum(week[at], keys[0]),
        known=keys[0],
        mean=np.nanmean(scores, axis=1) if len(at) else np.zeros(0),
        scores=scores,
    )


def _by_arrival(keys: Ints) -> Ints:
    """Number keys 0, 1, ... in order of first appearance."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    numbered: Ints = rank[inverse]
    return numbered


def measure_scale(sheets: Sheets, baseline: int, width: float, rule: Rule) -> Scale:
    """Estimate the SD of practice from the spread of sheets within schools, as known at the end of the baseline."""
    early = sheets.known < baseline
    scores, school = sheets.scores[early], sheets.school[early]
    n_items = (~np.isnan(scores)).sum(1)
    typical = (_TYPICAL_SPREAD * width) ** 2
    item_variance, spread = typical, typical
    if early.any():
        seen = ~np.isnan(scores)
        with np.errstate(invalid="ignore", divide="ignore"):
            item_mean = np.where(seen.any(0), np.nansum(scores, 0) / seen.sum(0), 0.0)
        centred = np.where(seen, scores - item_mean, 0.0)
        centred -= np.where(seen, (centred.sum(1) / n_items)[:, None], 0.0)
        freedom = float(np.maximum(n_items - 1, 0).sum())
        item_variance = float(((centred**2).sum() + typical * _TYPICAL_SHEETS) / (freedom + _TYPICAL_SHEETS))
        counts = np.bincount(school)
        means = np.bincount(school, sheets.mean[early]) / np.maximum(counts, 1)
        squares = float(((sheets.mean[early] - means[school]) ** 2).sum())
        freedom = float(np.maximum(counts - 1, 0).sum())
        spread = (squares + typical * _TYPICAL_SHEETS) / (freedom + _TYPICAL_SHEETS)
    noise = item_variance / max(float(n_items.mean()) if len(n_items) else 8.0, 1.0)
    shares = 1.0 + rule.lesson + rule.own + rule.severity
    # Never less than half the spread: a look-for noise overestimated in a thin baseline must not leave nothing.
    return Scale(float(np.sqrt(max(spread - noise, 0.5 * spread) / shares)), item_variance)


def lay_out(records: VisitRecords, sheets: Sheets, baseline: int) -> Layout:
    """Place every state; rooms, observers and waves enter when the first sheet that needs them arrives."""
    schools, items = len(records.schools), sheets.scores.shape[1]
    fixed = schools + 2 + items + schools
    n_observers = int(sheets.observer.max(initial=-1)) + 1
    start = _first_known(records, sheets, n_observers)
    newcomer = start >= baseline
    wave_of = np.where(newcomer, start // _WAVE_WEEKS, -1)
    place: dict[tuple[str, int], int] = {}
    active = np.full(len(records.as_of), fixed, dtype=np.int64)
    order = np.arange(len(sheets.known))
    for i in order:
        o = int(sheets.observer[i])
        place.setdefault(("room", int(sheets.room[i])), fixed + len(place))
        place.setdefault(("observer", o), fixed + len(place))
        if newcomer[o]:
            place.setdefault(("wave", int(wave_of[o])), fixed + len(place))
        active[sheets.known[i]] = fixed + len(place)
    room = np.array([place["room", r] for r in range(int(sheets.room.max(initial=-1)) + 1)], dtype=np.int64)
    observer = np.array([place.get(("observer", o), -1) for o in range(n_observers)], dtype=np.int64)
    wave = np.array([place.get(("wave", int(w)), -1) for w in wave_of], dtype=np.int64)
    return Layout(
        n=fixed + len(place),
        season=schools,
        items=schools + 2,
        survey=schools + 2 + items,
        room=room,
        observer=observer,
        wave=wave,
        newcomer=newcomer,
        active=np.maximum.accumulate(active),
    )


def _first_known(records: VisitRecords, sheets: Sheets, n_observers: int) -> Ints:
    """Week in which each observer was first known: as declared, but not after the first sheet."""
    first = np.full(n_observers, len(records.as_of), dtype=np.int64)
    np.minimum.at(first, sheets.observer, sheets.week)
    if len(records.observer_known_on):
        declared = np.searchsorted(records.as_of, records.observer_known_on)[:n_observers]
        first[: len(declared)] = np.minimum(first[: len(declared)], declared)
    return first


def prior_state(
    records: VisitRecords, sheets: Sheets, layout: Layout, scale: Scale, rule: Rule
) -> tuple[Floats, Floats]:
    """Mean and covariance of the state before the first record."""
    schools = len(records.schools)
    unit = scale.sd**2
    variance = np.zeros(layout.n)
    variance[:schools] = _LEVEL_VARIANCE * unit
    variance[layout.season] = rule.season_sd**2 * unit
    variance[layout.season + 1] = rule.season_curve_sd**2 * unit
    variance[layout.items : layout.survey] = _ITEM_VARIANCE * max(unit, scale.item_variance)
    variance[layout.survey : layout.survey + schools] = _SURVEY_VARIANCE
    variance[layout.room] = unit
    variance[layout.observer[layout.observer >= 0]] = rule.severity * unit
    variance[layout.wave[layout.wave >= 0]] = rule.newcomer_sd**2 * unit
    mean = np.zeros(layout.n)
    # The middle of the scale would do as well: the prior of a level is four times as wide as teachers differ.
    mean[:schools] = sheets.mean[sheets.known == sheets.known[0]].mean() if len(sheets.mean) else 0.0
    return mean, np.diag(variance)


class Arrivals:
    """What arrives week by week, as observations of the state and of the candidate shifts.

    Shifts are ordered by onset, then school: column ``k * n_schools + s`` is a lasting rise of school `s` by one
    rubric point from week ``onsets[k]`` on.
    """

    def __init__(
        self, records: VisitRecords, sheets: Sheets, layout: Layout, scale: Scale, onsets: Ints, rule: Rule
    ) -> None:
        self.records, self.sheets, self.layout, self.scale = records, sheets, layout, scale
        self.onsets, self.rule = onsets, rule
        self.cuts = np.searchsorted(sheets.known, np.arange(len(records.as_of) + 1))
        place = (records.school_week - 1) / (_YEAR_WEEKS - 1) - 0.5
        self.season = np.clip(place, -0.5, 0.5)
        self.survey_week = np.searchsorted(records.as_of, records.survey_on)
        self.survey_known = np.searchsorted(records.as_of, records.survey_available_on)
        items = sheets.scores.shape[1]
        self.link_information = np.zeros((items, items))
        self.link_score = np.zeros(items)
        self.usual_form: NDArray[np.bool_] | None = None

    def week(self, t: int) -> Observations:
        """Return the observations that become known on as-of date `t`."""
        rows = np.arange(self.cuts[t], self.cuts[t + 1])
        surveys = np.flatnonzero(self.survey_known == t)
        links = self._links(rows)
        loadings = [self._sheet_loadings(rows), self._survey_loadings(surveys, len(rows))]
        values = np.concatenate([self.sheets.mean[rows], self.records.survey_mean[surveys], links[0]])
        m = len(values)
        r, c, v = (np.concatenate(x) for x in zip(*loadings, strict=True))
        items = np.arange(links[1].shape[1]) + self.layout.items
        k = len(links[0])
        r = np.concatenate([r, np.repeat(np.arange(m - k, m), len(items))])
        c = np.concatenate([c, np.tile(items, k)])
        v = np.concatenate([v, links[1].ravel()])
        noise = np.eye(m)
        noise[: len(rows), : len(rows)] = self._sheet_noise(rows)
        inside = slice(len(rows), len(rows) + len(surveys))
        noise[inside, inside] = self._survey_noise(surveys)
        return Observations(
            values, csr_array((v, (r, c)), shape=(m, self.layout.n)), noise, self._shifts(t, rows, surveys, m)
        )

    def _sheet_loadings(self, rows: Ints) -> tuple[Ints, Ints, Floats]:
        s, layout = self.sheets, self.layout
        m, one = len(rows), np.ones(len(rows))
        here = np.arange(m)
        season = self.season[s.week[rows]]
        observer, wave = s.observer[rows], layout.wave[s.observer[rows]]
        late = wave >= 0
        seen = ~np.isnan(s.scores[rows])
        i, j = np.nonzero(seen)
        r = [here, here, here, here, here, here[late], i]
        c = [
            s.school[rows],
            layout.room[s.room[rows]],
            layout.observer[observer],
            np.full(m, layout.season),
            np.full(m, layout.season + 1),
            wave[late],
            j + layout.items,
        ]
        v = [one, one, -one, season, season**2 - 1 / 12, -one[late], 1 / seen.sum(1)[i]]
        return np.concatenate(r), np.concatenate(c), np.concatenate(v)

    def _survey_loadings(self, surveys: Ints, offset: int) -> tuple[Ints, Ints, Floats]:
        here = np.arange(len(surveys)) + offset
        return here, self.layout.survey + self.records.survey_school[surveys], np.ones(len(surveys))

    def _sheet_noise(self, rows: Ints) -> Floats:
        unit = self.scale.sd**2
        visit = self.sheets.visit[rows]
        n_items = (~np.isnan(self.sheets.scores[rows])).sum(1)
        noise: Floats = self.rule.lesson * unit * (visit[:, None] == visit[None, :])
        noise[np.diag_indices_from(noise)] += self.rule.own * unit + self.scale.item_variance / n_items
        return noise

    def _survey_noise(self, surveys: Ints) -> Floats:
        rule, wave = self.rule, self.survey_week[surveys]
        n = np.maximum(self.records.survey_n[surveys], 1)
        noise: Floats = rule.survey_mood**2 * (wave[:, None] == wave[None, :])
        noise[np.diag_indices_from(noise)] += rule.survey_noise**2 + rule.respondent_sd**2 / n
        return noise

    def _shifts(self, t: int, rows: Ints, surveys: Ints, m: int) -> Floats:
        schools = len(self.records.schools)
        onsets = self.onsets[self.onsets <= t]
        shifts = np.zeros((m, len(onsets), schools))
        a, b = np.nonzero(self.sheets.week[rows][:, None] >= onsets)
        shifts[a, b, self.sheets.school[rows][a]] = 1.0
        a, b = np.nonzero(self.survey_week[surveys][:, None] >= onsets)
        slope = self.rule.survey_slope / self.scale.sd
        shifts[a + len(rows), b, self.records.survey_school[surveys][a]] = slope
        return shifts.reshape(m, len(onsets) * schools)

    def _links(self, rows: Ints) -> tuple[Floats, Floats]:
        """Contrasts between the look-fors of a sheet: they tell how hard each is, whatever the lesson was.

        They are independent of the sheet's mean. They are kept back until a sheet differs from the usual form, since
        until then only the mean of all look-fors matters, and that is part of the levels.
        """
        seen = ~np.isnan(self.sheets.scores[rows])
        none = np.zeros(0), np.zeros((0, seen.shape[1]))
        if not len(rows):
            return none
        n = seen.sum(1)
        scores = np.where(seen, self.sheets.scores[rows] - self.sheets.mean[rows][:, None], 0.0)
        weight = 1.0 / (_LINK_INFLATION * self.scale.item_variance)
        self.link_information += weight * (np.diag(seen.sum(0).astype(float)) - (seen / n[:, None]).T @ seen)
        self.link_score += weight * scores.sum(0)
        if self.usual_form is None:
            self.usual_form = seen[0]
        if (seen == self.usual_form).all():
            return none
        size, direction = np.linalg.eigh(self.link_information)
        keep = size > 1e-9 * size[-1]
        root = np.sqrt(size[keep])
        values = (direction[:, keep].T @ self.link_score) / root
        self.link_information[:] = 0.0
        self.link_score[:] = 0.0
        return values, root[:, None] * direction[:, keep].T
