"""A second calculation in plain Python, row by row, sharing no code with the queries: both give the same values."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from statistics import median_low
from typing import Any

import numpy as np
import pytest

from midcourse.indicators import IndicatorValue, Minimums, compute_values, load_catalogue
from tests.indicators.fact_rows import MONDAYS, MakeSnapshot, calendar_rows, sections

# no minimums: the sums are under test here, not what may show
CATALOGUE = {
    one.id: replace(one, minimums=Minimums(0, one.minimums.of)) for one in load_catalogue().values() if one.id != "R1"
}
SCHOOLS = {"oak": "north", "elm": "north", "bay": "south"}
AS_OF = MONDAYS[13] + timedelta(days=3)
RUNNING = ("2026-c2", "2026-c3", "2026-T2", "2026")  # not settled: a school's marks do not show yet


def random_facts(seed: int) -> dict[str, list[dict[str, Any]]]:
    rng = np.random.default_rng(seed)
    items, visits = [], []
    for number in range(260):
        school = str(rng.choice(list(SCHOOLS)))
        happened = MONDAYS[0] + timedelta(days=int(rng.integers(18 * 7)))
        known = happened + timedelta(days=int(rng.integers(6)))
        room = f"{school}-r{rng.integers(12)}"
        shared = {"visit_key": f"v{number}", "school_id": school, "district_id": SCHOOLS[school], "room_key": room}
        shared |= {"happened_on": happened, "available_on": known}
        visits.append({**shared, "recorded_lag_days_n": (known - happened).days})
        for observer in rng.choice(5, size=int(rng.integers(1, 3)), replace=False):
            for look_for, role in (("talk", "priority_practice"), ("turn", "priority_practice"), ("why", "reasoning")):
                present = None if rng.random() < 0.15 else bool(rng.random() < 0.5)
                marks = {"look_for": look_for, "role": role, "present": present, "observer_key": f"o{observer}"}
                items.append({**shared, **marks})
    return {"visit_items": items, "visits": visits}


def periods_of(day: date) -> list[str]:
    """Return the names of the cycle, term and year of a day; none after the last school week."""
    begun = [week for week, monday in enumerate(MONDAYS) if monday <= day]
    if day > MONDAYS[-1] + timedelta(days=6):
        return []
    return [f"2026-c{begun[-1] // 6 + 1}", f"2026-T{begun[-1] // 8 + 1}", "2026"]


def scopes_of(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (unit, p) for p in periods_of(row["happened_on"]) for unit in (row["school_id"], row["district_id"], "network")
    ]


def available(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["available_on"] <= AS_OF]


def slow_share(rows: list[dict[str, Any]], role: str) -> dict[tuple[str, str], tuple[float, int]]:
    marks: dict[tuple[str, str], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row in available(rows):
        if row["role"] == role and row["present"] is not None:
            for scope in scopes_of(row):
                marks[scope][row["visit_key"]].append(row["present"])
    return {
        scope: (sum(sum(some) / len(some) for some in by_visit.values()), len(by_visit))
        for scope, by_visit in marks.items()
    }


def found(values: tuple[IndicatorValue, ...], indicator_id: str) -> dict[tuple[str, str], IndicatorValue]:
    return {(v.unit_id, v.period): v for v in values if v.indicator_id == indicator_id and v.withheld != "no_facts"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_queries_agree_with_a_walk_over_the_rows(snapshot_of: MakeSnapshot, seed: int) -> None:
    facts = random_facts(seed)
    snapshot = snapshot_of(
        **facts,
        calendar=[*calendar_rows(), *calendar_rows("south")],
        schools=[{"school_id": s, "district_id": d} for s, d in SCHOOLS.items()],
        sections=[row for s, d in SCHOOLS.items() for row in sections(s, 12, district_id=d)],
    )
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)

    for indicator_id, role in (("T2", "priority_practice"), ("T3", "reasoning")):
        expected = slow_share(facts["visit_items"], role)
        fast = found(values, indicator_id)
        assert set(fast) == set(expected) and len(fast) > 20
        for scope, (numerator, n) in expected.items():
            assert fast[scope].n == n
            if scope[0] in SCHOOLS and scope[1] in RUNNING:
                assert fast[scope].reason == "not_settled" and fast[scope].estimate is None
                continue
            assert fast[scope].estimate == pytest.approx(numerator / n, abs=1e-8)

    seen: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    lags: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in available(facts["visits"]):
        for scope in scopes_of(row):
            seen[scope].add((row["school_id"], row["room_key"]))
            lags[scope].append(row["recorded_lag_days_n"])
    rostered = {"oak": 12, "elm": 12, "bay": 12, "north": 24, "south": 12}
    fast = found(values, "T1")
    assert {scope: (v.numerator, v.denominator) for scope, v in fast.items() if v.numerator} == {
        scope: (len(rooms), rostered[scope[0]]) for scope, rooms in seen.items() if scope[0] in rostered
    }
    fast = found(values, "M2")
    assert {scope: v.estimate for scope, v in fast.items()} == {
        scope: median_low(some) for scope, some in lags.items() if scope[0] in rostered
    }
