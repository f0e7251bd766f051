"""From the fact tables of one district to the records the detector takes.

Decides which visits speak of an indicator: every answer, on the usual scale, to a look-for with the indicator's role;
and where the baseline ends. Nothing is averaged here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from midcourse.facts import Snapshot
from midcourse.signals.records import Days, Ints, VisitRecords
from midcourse.vocabulary import Scale

BASELINE_WEEKS = 24
"""School weeks of visits against which changes are measured: two thirds of a school year, the span on which the
detector was measured (docs/detection-benchmark.md)."""

_ENDS = {Scale.RATING_1_4.value: (1.0, 4.0), Scale.YES_NO.value: (0.0, 1.0)}


@dataclass(frozen=True)
class RoleRecords:
    """The visits of one district as far as they speak of one role of look-fors.

    Parameters
    ----------
    district_id, role, scale : str
        Whose, of what, and on which `vocabulary.Scale`.
    records : VisitRecords
    """

    district_id: str
    role: str
    scale: str
    records: VisitRecords


def visit_records(snapshot: Snapshot, district_id: str, role: str, *, as_of: date) -> RoleRecords | None:
    """Gather the scores of one district's look-fors with one role.

    Parameters
    ----------
    snapshot : Snapshot
        Facts; rows that became available after `as_of` are left out.
    district_id, role : str
        E.g. ``"priority_practice"``.

    Returns
    -------
    RoleRecords or None
        None when no look-for with the role was scored on a rating or yes/no scale in at least one school week. Where
        look-fors of both scales share the role, the scale with more answers is used and the other left out: points
        of two scales cannot be added.
    """
    weeks = _until(snapshot.read("calendar", district_id=district_id), as_of)
    items = _until(snapshot.read("visit_items", district_id=district_id), as_of)
    items = items.filter(pc.equal(items["role"], pa.scalar(role)))
    items = items.filter(pc.is_valid(items["value"]))
    scale = _usual_scale(items)
    if scale is None or not weeks.num_rows:
        return None
    items = items.filter(pc.equal(items["scale"], pa.scalar(scale)))
    low, high = _ENDS[scale]
    schools = _school_ids(snapshot, district_id, items)
    dates, available_on = _days(items, "happened_on"), _days(items, "available_on")
    sundays = _days(weeks, "week_of") + 6
    # The week in progress is judged with what is known today; in a break the last week stays open until school begins.
    sundays[-1] = np.datetime64(as_of)
    records = VisitRecords(
        schools=schools,
        as_of=sundays,
        school_year=_ints(weeks, "school_year"),
        school_week=_ints(weeks, "school_week"),
        baseline_until=_baseline_end(sundays, dates),
        scale_min=low,
        scale_max=high,
        visit=_codes(items, "visit_key"),
        school=_codes(items, "school_id", schools),
        room=_codes(items, "room_key"),
        observer=_codes(items, "observer_key"),
        item=_codes(items, "look_for"),
        score=items["value"].to_numpy().astype(np.float64),
        date=dates,
        available_on=available_on,
        teachers=_teachers(snapshot, district_id, schools, as_of),
    )
    return RoleRecords(district_id, role, scale, records)


def _until(table: pa.Table, as_of: date) -> pa.Table:
    # By a mask, not by an expression: an expression runs on several threads and may mix up the order of the rows.
    return table.filter(pc.less_equal(table["available_on"], pa.scalar(as_of, pa.date32())))


def _usual_scale(items: pa.Table) -> str | None:
    counts = Counter(scale for scale in _texts(items, "scale") if scale in _ENDS)
    return max(sorted(counts), key=lambda scale: counts[scale]) if counts else None


def _baseline_end(sundays: Days, dates: Days) -> np.datetime64:
    """Return the as-of date that closes the baseline: `BASELINE_WEEKS` school weeks from the first visit on."""
    first = int(np.searchsorted(sundays, dates.min()))
    end: np.datetime64 = sundays[min(first + BASELINE_WEEKS, len(sundays)) - 1]
    return end


def _school_ids(snapshot: Snapshot, district_id: str, items: pa.Table) -> tuple[str, ...]:
    """Return the district's open schools, and closed ones that were visited."""
    schools = snapshot.read("schools", district_id=district_id)
    still_open = schools.filter(pc.is_null(schools["closed_on"]))
    return tuple(sorted({*_texts(still_open, "school_id"), *_texts(items, "school_id")}))


def _teachers(snapshot: Snapshot, district_id: str, schools: tuple[str, ...], as_of: date) -> Ints:
    """Count each school's teachers in the latest school year on record; nobody known counts as one."""
    roster = _until(snapshot.read("assignments", district_id=district_id), as_of)
    people: dict[str, set[str]] = {school: set() for school in schools}
    if roster.num_rows:
        latest = roster.filter(pc.equal(roster["school_year"], pc.max(roster["school_year"])))
        for school, educator in zip(_texts(latest, "school_id"), _texts(latest, "educator_key"), strict=True):
            if school in people:
                people[school].add(educator)
    return np.array([max(len(people[school]), 1) for school in schools], dtype=np.int64)


def _texts(table: pa.Table, column: str) -> list[str]:
    return [str(text) for text in table[column].to_pylist()]


def _codes(items: pa.Table, column: str, order: tuple[str, ...] | None = None) -> Ints:
    """Number the values of a text column: in the given order, or in that of the text itself."""
    texts = _texts(items, column)
    place = {text: n for n, text in enumerate(order or sorted(set(texts)))}
    return np.array([place[text] for text in texts], dtype=np.int64)


def _ints(table: pa.Table, column: str) -> Ints:
    values: Ints = table[column].to_numpy().astype(np.int64)
    return values


def _days(table: pa.Table, column: str) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = table[column].to_numpy().astype("datetime64[D]")
    return days
