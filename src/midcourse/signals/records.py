"""The front door's input: what observers recorded in one district, as arrays.

Decides what a record must hold to be judged; where it comes from (a folder, a snapshot of facts) is for others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.zeros(0)


def _no_days() -> Days:
    return np.zeros(0, dtype="datetime64[D]")


@dataclass(frozen=True)
class VisitRecords:
    """Scores of classroom visits in one district; one entry of `visit` ... `score` is one score of one look-for.

    Parameters
    ----------
    schools : tuple of str
        Ids of the schools; `school` points into it.
    as_of, school_year, school_week : (n_weeks,) datetime64[D], int, int
        The calendar: rising dates on which a verdict may be asked for, school weeks only; `school_week` counts from 1
        within each school year.
    baseline_until : datetime64[D]
        Changes are measured against the weeks up to this date; verdicts follow it.
    scale_min, scale_max : float
        Ends of the rubric's scale (0 and 1 for yes/no).
    visit, school, room, observer, item : (n_scores,) int
        Any integers >= 0 that tell visits, rooms, observers and look-fors apart (`school`: index). A room key may
        change from one school year to the next. A reworded look-for has a new item number.
    score : (n_scores,) float
        Rubric points. What was not looked for has no entry.
    date, available_on : (n_scores,) datetime64[D]
        Day of the visit; day from which the score may be used.
    observer_known_on : (n_observers,) datetime64[D], optional
        Day each observer was first known; without it, the first of their visits counts.
    teachers : (n_schools,) int, optional
        Size of each staff, to weigh schools in the district's estimate; without it, schools weigh the same.
    survey_school, survey_on, survey_mean, survey_n, survey_available_on : (n_surveys,), optional
        Staff survey of one school: day, mean answer on a scale of 1-5, respondents, day it was known.

    Raises
    ------
    ValueError
        When columns differ in length, dates do not rise, or an index or score is out of range.
    """

    schools: tuple[str, ...]
    as_of: Days
    school_year: Ints
    school_week: Ints
    baseline_until: np.datetime64
    scale_min: float
    scale_max: float
    visit: Ints
    school: Ints
    room: Ints
    observer: Ints
    item: Ints
    score: Floats
    date: Days
    available_on: Days
    observer_known_on: Days = field(default_factory=_no_days)
    teachers: Ints = field(default_factory=_no_ints)
    survey_school: Ints = field(default_factory=_no_ints)
    survey_on: Days = field(default_factory=_no_days)
    survey_mean: Floats = field(default_factory=_no_floats)
    survey_n: Ints = field(default_factory=_no_ints)
    survey_available_on: Days = field(default_factory=_no_days)

    def __post_init__(self) -> None:
        _same_length(self.as_of, self.school_year, self.school_week)
        _same_length(
            self.visit, self.school, self.room, self.observer, self.item, self.score, self.date, self.available_on
        )
        _same_length(self.survey_school, self.survey_on, self.survey_mean, self.survey_n, self.survey_available_on)
        if len(self.as_of) and (np.diff(self.as_of.astype("datetime64[D]").astype(np.int64)) <= 0).any():
            raise ValueError("the as-of dates do not rise")
        if not self.scale_min < self.scale_max:
            raise ValueError("scale_min is not below scale_max")
        if not self.schools:
            raise ValueError("there is no school")
        for name in ("visit", "school", "room", "observer", "item"):
            if (getattr(self, name) < 0).any():
                raise ValueError(f"negative {name} number")
        for name in ("school", "survey_school"):
            if (getattr(self, name) >= len(self.schools)).any():
                raise ValueError(f"{name} points beyond the schools")
        if len(self.teachers) not in (0, len(self.schools)):
            raise ValueError("teachers needs one entry for each school")
        if len(self.score) and not (self.scale_min <= self.score.min() and self.score.max() <= self.scale_max):
            raise ValueError("a score is outside the scale")


def _same_length(*columns: NDArray[np.generic]) -> None:
    if len({len(c) for c in columns}) > 1:
        raise ValueError("columns that belong together differ in length")
