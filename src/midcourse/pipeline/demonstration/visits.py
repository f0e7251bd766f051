"""The invented visits: who saw which class when, and what the sheets say, drawn from the truth in `practice`.

Decides only noise and habit. A sheet's marks come from practice, teacher, lesson, season, the observer's severity and
chance, cut by the rubric's thresholds; they are then recorded through the same action as an import's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from midcourse.pipeline.demonstration.people import Cast
from midcourse.pipeline.demonstration.practice import ObserverPlan, cast_observers, season, true_practice
from midcourse.pipeline.demonstration.protocols import COUNT, RATED, REVISED, SNAPSHOT, YES_NO
from midcourse.records.actions.calendars import SchoolWeek
from midcourse.records.actions.visits import Answer, Sheet, VisitDraft
from midcourse.records.models import Educator, ProtocolVersion, Section
from midcourse.vocabulary import Missing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Standard deviations beside that of teachers (1): a lesson, what one observer makes of it, one look-for's mark.
_LESSON, _OWN, _MARK = 1.0, 0.8, 1.0
_CUTS = np.array([-2.1, 0.1, 2.3])
_LOOK_FOR_SPREAD, _CUT_SPREAD = 0.45, 0.2
_EASIER = 0.5  # a reworded look-for is marked higher: a revision is no improvement
_BURST, _NO_VISITS = 3.0, 0.08  # visits come in bursts, and some weeks bring none
_CO_OBSERVED, _ELSEWHERE = 0.20, 0.45
_MISSING = 0.04
_LAG_DAYS, _LATEST_DAYS = 2.0, 14
_NOTED = 0.08
_NOTES = (
    ("Four students compared two solutions at the board; three others added to it.", "en"),
    ("Pairs talked for five minutes, then two pairs were asked what they had agreed on.", "en"),
    ("Goal read aloud at the start; not mentioned again in the time I was there.", "en"),
    ("Eleven of nineteen students had begun the task after three minutes.", "en"),
    ("Dos estudiantes explicaron el mismo resultado de maneras distintas.", "es"),
    ("La consigna se repitió tres veces; la mitad de las mesas empezó.", "es"),
)


@dataclass(frozen=True)
class Site:
    """One district as it stands in the store, looked up by the ids of the invented roster."""

    cast: Cast
    weeks: tuple[SchoolWeek, ...]
    open_days: tuple[tuple[dt.date, ...], ...]  # of each week
    educators: Mapping[str, Educator]
    sections: Mapping[str, Section]
    version_of: Mapping[int, ProtocolVersion]  # by place of the week


def draft_visits(site: Site, *, as_of: dt.date, visits_a_week: float, rng: np.random.Generator) -> list[VisitDraft]:
    """Draw every visit of a district up to a day, in order of date."""
    plan, weeks = site.cast.plan, site.weeks
    practice = true_practice(plan.story, len(plan.schools), len(weeks), rng)
    observers = cast_observers(site.cast, len(weeks), rng)
    school, week = _schedule(len(plan.schools), len(weeks), visits_a_week, rng)
    teachers, sections = _rooms(site, school, week, rng)
    effects = dict(
        zip(sorted(t.source_id for t in site.cast.teachers), rng.normal(size=len(site.cast.teachers)), strict=True)
    )
    day = _days(site, week, rng)
    lag = np.minimum(rng.geometric(1 / (1 + _LAG_DAYS), len(week)) - 1, _LATEST_DAYS)
    keep = [n for n in range(len(week)) if day[n] + dt.timedelta(days=int(lag[n])) <= as_of]
    number = np.array([weeks[w].school_week for w in week], dtype=np.int64)
    lesson = (
        practice[school, week]
        + np.array([effects[t] for t in teachers])
        + season(number)
        + rng.normal(0.0, _LESSON, len(week))
    )
    marks = _Marks(rng)
    drafts = []
    for n in keep:
        seers = _choose(observers, int(school[n]), int(week[n]), teachers[n], rng)
        version = site.version_of[int(week[n])]
        revised = version.number != "1"
        sheets = tuple(
            Sheet(
                site.educators[o.source_id], marks.sheet(float(lesson[n]) - o.severity, revised=revised), *marks.note()
            )
            for o in seers
        )
        drafts.append(
            VisitDraft(
                visit_id=UUID(bytes=rng.bytes(16), version=4),
                version=version,
                visited_on=day[n],
                sheets=sheets,
                section=site.sections[sections[n]],
                minutes=int(rng.integers(8, 21)),
                recorded_on=day[n] + dt.timedelta(days=int(lag[n])),
            )
        )
    return sorted(drafts, key=lambda draft: (draft.visited_on, str(draft.visit_id)))


def _schedule(schools: int, weeks: int, a_week: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    rate = a_week * rng.gamma(_BURST, 1 / _BURST, (schools, weeks))
    counts = rng.poisson(rate)
    counts[rng.random((schools, weeks)) < _NO_VISITS] = 0
    school = np.repeat(np.repeat(np.arange(schools), weeks), counts.ravel())
    week = np.repeat(np.tile(np.arange(weeks), schools), counts.ravel())
    return school.astype(np.int64), week.astype(np.int64)


def _rooms(site: Site, school: Ints, week: Ints, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Choose for each visit one of the school's teachers of that year, and one of the teacher's classes."""
    taught: dict[tuple[int, int], dict[str, list[str]]] = {}
    for year, classes in site.cast.classes.items():
        for one in classes:
            taught.setdefault((one.school, year), {}).setdefault(one.teacher, []).append(one.source_id)
    teachers, sections = [], []
    for s, w in zip(school.tolist(), week.tolist(), strict=True):
        here = taught[s, site.weeks[w].school_year]
        teacher = list(here)[int(rng.integers(len(here)))]
        teachers.append(teacher)
        sections.append(here[teacher][int(rng.integers(len(here[teacher])))])
    return teachers, sections


def _days(site: Site, week: Ints, rng: np.random.Generator) -> list[dt.date]:
    """Choose a day of instruction in each visit's week."""
    return [site.open_days[w][int(rng.integers(len(site.open_days[w])))] for w in week.tolist()]


def _choose(
    observers: Sequence[ObserverPlan], school: int, week: int, teacher: str, rng: np.random.Generator
) -> list[ObserverPlan]:
    """Choose who sees a visit: mostly one, a fifth of the time two, from home and from elsewhere."""
    able = [o for o in observers if o.from_week <= week and o.source_id != teacher and o.home in (None, school)]
    at_home, around = [o for o in able if o.home is not None], [o for o in able if o.home is None]
    newcomer = next((o.weight for o in around if o.from_week), 0.0)
    # A newcomer with much time takes over many of the visits that others would have made.
    elsewhere = _ELSEWHERE + (0.25 if newcomer else 0.0)
    pool = around if around and (not at_home or rng.random() < elsewhere) else at_home
    first = _draw(pool, rng)
    if rng.random() >= _CO_OBSERVED:
        return [first]
    rest = [o for o in (around if first.home is not None else at_home) if o is not first]
    return [first, _draw(rest, rng)] if rest else [first]


def _draw(pool: Sequence[ObserverPlan], rng: np.random.Generator) -> ObserverPlan:
    weights = np.array([o.weight for o in pool])
    return pool[int(np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random()))]


class _Marks:
    """Fills sheets: one rubric for a district, with look-fors of different difficulty."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        count = len(RATED)
        self.cuts = _CUTS + rng.normal(0.0, _LOOK_FOR_SPREAD, (count, 1)) + rng.normal(0.0, _CUT_SPREAD, (count, 3))
        self.cuts.sort(axis=1)

    def sheet(self, seen: float, *, revised: bool) -> tuple[Answer, ...]:
        """Fill one sheet from what was there to be seen, less the observer's severity."""
        rng = self.rng
        seen = seen + float(rng.normal(0.0, _OWN))
        latent = seen + rng.normal(0.0, _MARK, len(RATED))
        missing = rng.random(len(RATED))
        answers = []
        for n, (code, _, _, _) in enumerate(RATED):
            cuts = self.cuts[n]
            if revised and code in REVISED:
                code, cuts = REVISED[code][0], cuts - _EASIER
            if missing[n] < _MISSING:
                answers.append(Answer(code, missing=Missing.NOT_APPLICABLE))
            elif missing[n] > 1 - _MISSING:
                answers.append(Answer(code, missing=Missing.NOT_LOOKED_FOR))
            else:
                answers.append(Answer(code, 1.0 + float((latent[n] > cuts).sum())))
        scanned = int(rng.integers(14, 27))
        on_learning = int(rng.binomial(scanned, 1 / (1 + np.exp(-1.3 - 0.4 * seen))))
        return (
            *answers,
            Answer(YES_NO, float(rng.random() < 0.7)),
            Answer(COUNT, float(min(60, rng.poisson(np.exp(0.7 + 0.25 * seen))))),
            Answer(SNAPSHOT, float(on_learning), scanned=scanned),
        )

    def note(self) -> tuple[str, str]:
        """Return a note and its language; mostly there is none."""
        if self.rng.random() >= _NOTED:
            return "", "en"
        return _NOTES[int(self.rng.integers(len(_NOTES)))]
