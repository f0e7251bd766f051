"""An invented network of facts of a chosen size, for benchmarks: districts, schools, visits by one or two observers.

Everything is drawn from a seed. No person, school or district in it exists.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from midcourse.facts import TABLES

LOOK_FORS = ("priority_a", "reasoning_a", "task", "climate", "language", "checks", "groups", "goal")
ROLES = ("priority_practice", "reasoning", None, None, None, None, None, None)
YEARS = {2024: 38, 2025: 38, 2026: 19}  # school year: school weeks, two and a half years
TEACHERS = 40


def invented_tables(
    *, districts: int = 5, schools: int = 8, visits_a_week: int = 8, seed: int = 7
) -> dict[str, pa.Table]:
    """Return every fact table of an invented network. About a fifth of the visits have two observers."""
    rng = np.random.default_rng(seed)
    parts: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    for d in range(districts):
        district = f"district-{d:02d}"
        for year, weeks in YEARS.items():
            mondays = [
                date(year - 1, 9, 1) + timedelta(days=7 * w + (7 - date(year - 1, 9, 1).weekday()) % 7)
                for w in range(weeks)
            ]
            start = mondays[0]
            parts["calendar"].append(
                _rows(
                    "calendar",
                    weeks,
                    district,
                    year,
                    week_of=mondays,
                    school_week=range(1, weeks + 1),
                    cycle=[w // 6 + 1 for w in range(weeks)],
                    term=[f"T{w // 13 + 1}" for w in range(weeks)],
                    school_days_n=[5] * weeks,
                    happened_on=mondays,
                    available_on=[start] * weeks,
                )
            )
            for s in range(schools):
                school = f"{district}-school-{s:02d}"
                _add_school(parts, district, school, year, start, mondays[-1] + timedelta(days=6))
                _add_visits(parts, rng, district, school, year, mondays, visits_a_week)
                _add_intervisitations(parts, rng, district, school, year, mondays, schools)
    return {name: pa.concat_tables(tables) for name, tables in parts.items() if tables}


def _rows(table: str, n: int, district: str, year: int, **columns: Any) -> pa.Table:
    schema = TABLES[table].schema
    columns = {"district_id": [district] * n, "school_year": [year] * n, **columns}
    return pa.Table.from_arrays(
        [pa.array(list(columns[f.name]) if f.name in columns else [None] * n, f.type) for f in schema], schema=schema
    )


def _add_school(
    parts: dict[str, list[pa.Table]], district: str, school: str, year: int, first: date, last: date
) -> None:
    when = {"happened_on": [first], "available_on": [first]}
    parts["schools"].append(_rows("schools", 1, district, year, school_id=[school], **when))
    place = {"school_id": [school] * TEACHERS, "grade_band": ["3-5"] * TEACHERS, "subject": ["math"] * TEACHERS}
    dates = {name: [first] * TEACHERS for name in ("happened_on", "available_on", "begins_on")} | {
        "ends_on": [last] * TEACHERS
    }
    people = range(TEACHERS)
    parts["assignments"].append(
        _rows(
            "assignments",
            TEACHERS,
            district,
            year,
            educator_key=[f"e{school}{t}{year}" for t in people],
            **place,
            **dates,
        )
    )
    parts["sections"].append(
        _rows(
            "sections",
            TEACHERS,
            district,
            year,
            section_key=[f"s{school}{t}{year}" for t in people],
            room_key=[f"r{school}{t}{year}" for t in people],
            **place,
            **dates,
        )
    )


def _add_visits(
    parts: dict[str, list[pa.Table]],
    rng: np.random.Generator,
    district: str,
    school: str,
    year: int,
    mondays: list[date],
    a_week: int,
) -> None:
    n = a_week * len(mondays)
    days = [mondays[i // a_week] + timedelta(days=int(rng.integers(5))) for i in range(n)]
    lags = rng.poisson(1.5, n)
    known = [day + timedelta(days=int(lag)) for day, lag in zip(days, lags, strict=True)]
    teacher = rng.integers(TEACHERS, size=n)
    sheets = 1 + (rng.random(n) < 0.2)
    visit = np.repeat(np.arange(n), sheets)
    rooms = [f"r{school}{t}{year}" for t in teacher]
    level = rng.normal(0, 0.5) + rng.normal(0, 0.6, TEACHERS)[teacher]
    parts["visits"].append(
        _rows(
            "visits",
            n,
            district,
            year,
            visit_key=[f"v{school}{year}{i}" for i in range(n)],
            school_id=[school] * n,
            grade_band=["3-5"] * n,
            subject=["math"] * n,
            room_key=rooms,
            protocol_key=["p1"] * n,
            observers_n=sheets,
            recorded_lag_days_n=lags,
            happened_on=days,
            available_on=known,
        )
    )
    first_observer = rng.integers(12, size=n)
    observer = np.concatenate([[first_observer[i], (first_observer[i] + 1) % 12][: sheets[i]] for i in range(n)])
    k = len(LOOK_FORS)
    row = np.repeat(np.arange(len(visit)), k)
    odds = level[visit][row] + rng.normal(0, 0.7, (n, k))[visit].ravel()
    present = rng.random(len(row)) < 1 / (1 + np.exp(-odds))
    missing = rng.random(len(row)) < 0.08
    m = len(row)
    parts["visit_items"].append(
        _rows(
            "visit_items",
            m,
            district,
            year,
            visit_key=[f"v{school}{year}{i}" for i in visit[row]],
            school_id=[school] * m,
            grade_band=["3-5"] * m,
            subject=["math"] * m,
            room_key=[rooms[i] for i in visit[row]],
            observer_key=[f"o{district}{o}" for o in observer[row]],
            protocol_key=["p1"] * m,
            look_for=LOOK_FORS * len(visit),
            role=ROLES * len(visit),
            scale=["yes_no"] * m,
            value=[None if gone else float(seen) for gone, seen in zip(missing, present, strict=True)],
            present=[None if gone else bool(seen) for gone, seen in zip(missing, present, strict=True)],
            value_missing=["not_applicable" if gone else None for gone in missing],
            happened_on=[days[i] for i in visit[row]],
            available_on=[known[i] for i in visit[row]],
        )
    )


def _add_intervisitations(
    parts: dict[str, list[pa.Table]],
    rng: np.random.Generator,
    district: str,
    school: str,
    year: int,
    mondays: list[date],
    schools: int,
) -> None:
    n = 2 * len(mondays)
    days = [mondays[i // 2] for i in range(n)]
    parts["intervisitations"].append(
        _rows(
            "intervisitations",
            n,
            district,
            year,
            intervisitation_key=[f"i{school}{year}{i}" for i in range(n)],
            visitor_key=[f"e{school}{t}{year}" for t in rng.integers(TEACHERS, size=n)],
            visitor_role=rng.choice(["teacher", "principal"], n, p=[0.85, 0.15]).tolist(),
            home_school_id=[school] * n,
            host_school_id=[f"{district}-school-{s:02d}" for s in rng.integers(schools, size=n)],
            recorded_lag_days_n=rng.poisson(3, n),
            happened_on=days,
            available_on=days,
        )
    )
