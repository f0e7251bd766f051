"""What the detector said of a district's visits, as verdicts on one adopted indicator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from midcourse.indicators import Form, Indicator, Test
from midcourse.signals.adopted import Blank, settled_on
from midcourse.signals.detection import DISTRICT, Detection, UnitSeries
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.signals.visit_facts import RoleRecords
from midcourse.vocabulary import Level, Scale, Verdict

_PACE = timedelta(weeks=52)  # the detector counts the visits of the last school year


@dataclass(frozen=True)
class Watched:
    """What the detector said of one district's visits with one role of look-fors."""

    seen: RoleRecords
    detection: Detection


def watched_role(indicator: Indicator) -> str | None:
    """Return the role of look-fors whose visits the detector can judge for this indicator; None if it cannot."""
    if indicator.formula.form is not Form.SHARE or "visit_items" not in indicator.formula.source:
        return None
    for condition in indicator.formula.rows:
        if condition.column == "role" and condition.test is Test.EQUALS:
            return str(condition.value)
    return None


def judge_visits(blank: Blank, watched: Watched | None) -> Iterator[IndicatorVerdict]:
    """Yield the district's verdict and its schools'; without visits, or within the baseline, too few to tell."""
    if watched is None or not len(watched.detection.as_of):
        yield blank.fill(
            Level.DISTRICT, blank.adopted.district_id, Verdict.TOO_FEW, method="visits", metric="rubric_points"
        )
        return
    rows = {series.unit: _unit(blank, watched, series) for series in watched.detection.units}
    district = rows.pop(DISTRICT)
    moving = sum(row.verdict is district.verdict for row in rows.values())
    yield replace(district, units_moving=moving, units=len(rows))
    yield from (row for _, row in sorted(rows.items()))


def _unit(blank: Blank, watched: Watched, series: UnitSeries) -> IndicatorVerdict:
    of_district = series.unit == DISTRICT
    filled = blank.fill(
        Level.DISTRICT if of_district else Level.SCHOOL,
        blank.adopted.district_id if of_district else series.unit,
        series.verdict[-1],
        method="visits",
        metric="share" if watched.seen.scale == Scale.YES_NO else "rubric_points",
    )
    behind, missing, onset = series.circumstances[-1], series.shortfall[-1], series.onset[-1]
    called = filled.verdict in (Verdict.IMPROVING, Verdict.WORSENING)
    since: date | None = onset.astype("datetime64[D]").item() if called and not np.isnat(onset) else None
    too_few = filled.verdict is Verdict.TOO_FEW and missing is not None
    needed = missing.visits if too_few and missing is not None else None
    return replace(
        filled,
        p_improving=float(series.p_improving[-1]),
        p_worsening=float(series.p_worsening[-1]),
        change=float(series.estimate[-1]),
        lower=float(series.lower[-1]),
        upper=float(series.upper[-1]),
        since=since,
        visits_needed=needed,
        needs_second_observer=missing is not None and too_few and missing.second_observer,
        settle_on=settled_on(blank.as_of, needed, behind.n_visits, _PACE),
        new_observers_n=behind.new_observers,
        rubric_revised=behind.rubric_revised,
        n=behind.n_visits,
        rooms_n=behind.n_rooms,
        observers_n=behind.n_observers,
    )
