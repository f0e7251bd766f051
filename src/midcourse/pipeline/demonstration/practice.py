"""What truly happens to practice, and who observes how severely: the truth behind the invented visits.

Practice is counted in standard deviations among teachers. The story decides when it changes; nothing that an observer
writes feeds back into it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midcourse.pipeline.demonstration.network import Story
from midcourse.pipeline.demonstration.people import Cast
from midcourse.vocabulary import Role

Floats = NDArray[np.float64]

# Counted back from the demonstration's day, in school weeks; a school year has 36 to 38.
RISE_BEGAN, RISE_WEEKS, RISE = 40, 14, 1.1
LEADER_LEFT, FALL_WEEKS, FALL = 26, 6, -0.95
NEWCOMER_CAME, LENIENCE = 26, 1.5
_SCHOOL_SD, _SEVERITY_SD, _SEASON = 0.35, 0.30, 0.10
_YEAR_WEEKS = 37


@dataclass(frozen=True, slots=True)
class ObserverPlan:
    """One observer: who, where at home (None: everywhere), how severe, and from which week on."""

    source_id: str
    home: int | None
    severity: float
    from_week: int
    weight: float
    teaches: bool


def true_practice(story: Story, schools: int, weeks: int, rng: np.random.Generator) -> Floats:
    """Return practice, (schools, weeks): each school's own level, and the change that the story tells."""
    level = rng.normal(0.0, _SCHOOL_SD, schools)
    change = np.zeros(weeks)
    now = np.arange(weeks)
    if story is Story.IMPROVING:
        change = RISE * np.clip((now - (weeks - RISE_BEGAN) + 1) / RISE_WEEKS, 0.0, 1.0)
    elif story is Story.LEADER:
        change = FALL * np.clip((now - (weeks - LEADER_LEFT) + 1) / FALL_WEEKS, 0.0, 1.0)
    return level[:, None] + change[None, :]


def season(week_of_year: NDArray[np.int64]) -> Floats:
    """Return how much higher scores are at a time of the school year, the same every year."""
    return _SEASON * (np.clip(week_of_year / _YEAR_WEEKS, 0.0, 1.0) - 0.5)


def cast_observers(cast: Cast, weeks: int, rng: np.random.Generator) -> tuple[ObserverPlan, ...]:
    """Choose who observes: principals and coaches at home, the central office everywhere, and two teachers a school."""
    story = cast.plan.story
    observers: list[ObserverPlan] = []
    for person in cast.leaders:
        severity = float(rng.normal(0.0, _SEVERITY_SD))
        if person.source_id.endswith("-l900"):
            observers.append(ObserverPlan(person.source_id, None, -LENIENCE, weeks - NEWCOMER_CAME, 6.0, teaches=False))
        elif story is Story.SPARSE and person.role is not Role.PRINCIPAL:
            continue
        elif person.role in (Role.PRINCIPAL, Role.COACH, Role.CURRICULUM_DIRECTOR):
            observers.append(ObserverPlan(person.source_id, person.school, severity, 0, 1.0, teaches=False))
    if story is Story.SPARSE:
        return tuple(observers)
    for school in range(len(cast.plan.schools)):
        staying = [t for t in cast.teachers if t.school == school and t.last_year is None]
        for teacher in staying[:2]:
            if teacher.first_year == min(cast.classes):
                severity = float(rng.normal(0.0, _SEVERITY_SD))
                observers.append(ObserverPlan(teacher.source_id, school, severity, 0, 0.4, teaches=True))
    return tuple(observers)
