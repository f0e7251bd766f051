"""Invented annual results, in the layout of the state's downloads, received like any other file.

Decides what the scores were. They follow practice late and weakly, with another year's pupils each time; a school's own
cells are small, so many are starred, as a state would.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from midcourse.pipeline.demonstration.network import DistrictPlan, YearPlan
from midcourse.pipeline.demonstration.people import GRADES
from midcourse.pipeline.demonstration.rosters import school_code
from midcourse.records.actions.imports import register_results
from midcourse.records.models import District

_TESTED = {"03", "04", "05", "06", "07", "08"}
_RELEASED = dt.timedelta(days=75)  # after the last day of school
_COHORT_SD, _PRACTICE_EFFECT = 0.12, 0.15
_HIDDEN_BELOW = 20
_GROUPS = ("Level 1 Not Met", "Level 2 Approaching", "Level 3 Met", "Level 4 Exceeded", "Level 3&4 Met or Exceeded")
_CUTS = (-0.8, -0.1, 0.8)


def register_invented_results(
    *, district: District, plan: DistrictPlan, years: Sequence[YearPlan], practice: dict[int, float], as_of: dt.date,
    rng: np.random.Generator,
) -> int:  # fmt: skip
    """Write and register a district file and a school file for every school year whose results were out by `as_of`.

    `practice` is the mean change of practice in each school year, in standard deviations among teachers.
    """
    received = 0
    strength = rng.normal(0.1, 0.25, len(plan.schools))
    for year in years:
        released_on = year.ends_on + _RELEASED
        if released_on > as_of:
            continue
        cells = _cells(plan, strength, _PRACTICE_EFFECT * practice.get(year.school_year, 0.0), rng)
        for level, rows in (("district", _district_rows(plan, cells)), ("school", _school_rows(plan, cells))):
            content = _sheet(level, year.school_year, rows)
            name = f"invented-{plan.slug}-{level}-{year.school_year}.csv"
            register_results(district=district, name=name, content=content, available_on=released_on, by=None)
            received += 1
    return received


_Cells = dict[tuple[int, str, str], NDArray[np.int64]]


def _cells(plan: DistrictPlan, strength: NDArray[np.float64], shift: float, rng: np.random.Generator) -> _Cells:
    """Draw pupils at the four levels for every school, grade and subject."""
    cells: _Cells = {}
    for school, place in enumerate(plan.schools):
        grades = [grade.value for grade in GRADES[place.phase]]
        for grade in (g for g in grades if g in _TESTED):
            for subject in ("ELA", "Math"):
                pupils = int(rng.binomial(place.pupils // len(grades), 0.96))
                mean = strength[school] + shift + rng.normal(0.0, _COHORT_SD)
                levels = np.searchsorted(_CUTS, rng.normal(mean, 1.0, pupils))
                cells[school, grade, subject] = np.bincount(levels, minlength=4)
    return cells


def _district_rows(plan: DistrictPlan, cells: _Cells) -> list[list[str]]:
    totals: dict[tuple[str, str], NDArray[np.int64]] = {}
    for (_, grade, subject), counts in cells.items():
        totals[grade, subject] = totals.get((grade, subject), np.zeros(4, dtype=np.int64)) + counts
    name = f"{plan.name} School District"
    return [
        [name, _shell(plan.state_id), subject, f"Grade {int(grade)}", *_numbers(counts)]
        for (grade, subject), counts in sorted(totals.items())
    ]


def _school_rows(plan: DistrictPlan, cells: _Cells) -> list[list[str]]:
    rows = []
    for (school, grade, subject), counts in sorted(cells.items()):
        where = [f"{plan.name} School District", _shell(plan.state_id), plan.schools[school].name]
        rows.append(
            [*where, _shell(school_code(plan.state_id, school)), subject, f"Grade {int(grade)}", *_numbers(counts)]
        )
    return rows


def _numbers(counts: NDArray[np.int64]) -> list[str]:
    tested = int(counts.sum())
    head = [str(round(tested / 0.98)), str(tested), "98.0", str(tested)]
    if tested < _HIDDEN_BELOW:
        return head + ["*"] * (2 * len(_GROUPS))
    five = [*counts.tolist(), int(counts[2:].sum())]
    return head + [cell for n in five for cell in (str(n), f"{100 * n / tested:.1f}")]


def _shell(code: str) -> str:
    return f'="{code}"'  # as the downloads write codes, so that a spreadsheet keeps their zeros


def _sheet(level: str, school_year: int, rows: list[list[str]]) -> bytes:
    """Return a file as the portal writes it: title, scope, a group line over the column line."""
    columns = ["District", "District Code"]
    columns += ["School", "School Code"] if level == "school" else []
    columns += ["Subject", "Grade", "Total Number of Students", "Total Number Tested"]
    columns += ["Smarter Balanced Participation Rate", "Total Number with Scored Tests"]
    scope = "All Districts" if level == "district" else "All Schools"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"Smarter Balanced Assessments, {school_year - 1}-{school_year % 100:02d}"])
    writer.writerow([f"{scope}, ELA and Math, All Grades, All Students"])
    writer.writerow([])
    writer.writerow([""] * len(columns) + [cell for group in _GROUPS for cell in (group, "")])
    writer.writerow(columns + [cell for group in _GROUPS for cell in (f"{group}  Count", "%")])
    writer.writerows(rows)
    return text.getvalue().encode()
