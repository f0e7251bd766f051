"""One verdict on one indicator of one unit, with what it rests on and what would settle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from midcourse.vocabulary import Level, Verdict


@dataclass(frozen=True, slots=True)
class IndicatorVerdict:
    """What midcourse says about an indicator of a district or school as of one day.

    Parameters
    ----------
    indicator_id, definition_version, level, unit_id, district_id, as_of, snapshot_id
        Which indicator of whom, from which snapshot.
    verdict : Verdict
    p_improving, p_worsening : float
        Posterior probabilities that the latest real change is up / down; 0 where the method gives none.
    change, lower, upper : float or None
        Change since the baseline with its 90 % interval, in `metric`.
    metric : str
        ``rubric_points``, ``share``, ``days`` or ``sd``.
    since : date or None
        When the latest accepted change began, to the week.
    units_moving, units : int
        Schools with the same verdict, of all schools; 0 of 0 for a school.
    visits_needed : int or None
        About how many more visits would settle a ``too few to tell``.
    needs_second_observer : bool
        Whether some of them must be made by two observers, because severity cannot be told from practice.
    settle_on : date or None
        When that could be reached at the present pace of visits.
    due_on : date or None
        First day on which a verdict is due by the declared lag.
    new_observers_n : int
        Observers who arrived since the baseline and were adjusted for.
    rubric_revised : bool
        Whether a rubric revision was linked through look-fors that kept their wording.
    n, rooms_n, observers_n : int
        Events, classrooms and observers behind it.
    method : str
        ``visits`` (the detector on the visits themselves) or ``periods`` (two periods with clustered intervals).
    """

    indicator_id: str
    definition_version: int
    level: Level
    unit_id: str
    district_id: str
    as_of: date
    snapshot_id: str
    verdict: Verdict
    p_improving: float
    p_worsening: float
    change: float | None
    lower: float | None
    upper: float | None
    metric: str
    since: date | None
    units_moving: int
    units: int
    visits_needed: int | None
    needs_second_observer: bool
    settle_on: date | None
    due_on: date | None
    new_observers_n: int
    rubric_revised: bool
    n: int
    rooms_n: int
    observers_n: int
    method: str
