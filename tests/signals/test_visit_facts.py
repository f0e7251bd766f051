"""From fact tables to the detector's records: the right look-fors, the right scale, nothing from the future."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from midcourse.facts import TABLES, Snapshot, write_snapshot
from midcourse.signals import BASELINE_WEEKS, visit_records

FIRST = date(2024, 9, 2)
AS_OF = date(2025, 5, 28)  # a Wednesday
MONDAYS = [FIRST + timedelta(weeks=n) for n in range(39) if n not in (16, 17)]


def snapshot(root: Path, items: list[dict[str, Any]]) -> Snapshot:
    plain = {"district_id": "north", "school_year": 2025, "school_id": "oak", "grade_band": "3-5", "subject": "ela"}
    item = plain | {
        "visit_key": "v1",
        "room_key": "r1",
        "observer_key": "ann",
        "protocol_key": "p1",
        "look_for": "goal",
        "role": "priority_practice",
        "scale": "rating_1_4",
        "value": 3.0,
    }
    rows = {
        "visit_items": [item | {"available_on": one["happened_on"]} | one for one in items],
        "calendar": [
            plain | {"week_of": m, "school_week": n + 1, "cycle": 1, "term": "1", "school_days_n": 5, "happened_on": m}
            | {"available_on": m}
            for n, m in enumerate(MONDAYS)
        ],
        "schools": [
            plain | {"school_id": one, "closed_on": closed, "happened_on": FIRST, "available_on": FIRST}
            for one, closed in (("oak", None), ("elm", None), ("old", FIRST))
        ],
        "assignments": [
            plain | {"educator_key": f"e{n}", "begins_on": FIRST, "happened_on": FIRST, "available_on": FIRST}
            for n in range(7)
        ],
    }  # fmt: skip
    tables = {
        name: pa.Table.from_pylist(
            [{f.name: row.get(f.name) for f in TABLES[name].schema} for row in some], schema=TABLES[name].schema
        )
        for name, some in rows.items()
    }
    return write_snapshot(root, tables, as_of=AS_OF)


def test_only_answers_of_the_role_on_its_usual_scale_speak(tmp_path: Path) -> None:
    day = MONDAYS[0]
    found = visit_records(
        snapshot(
            tmp_path,
            [
                {"happened_on": day},
                {"happened_on": day, "look_for": "task", "value": 2.0},
                {"happened_on": day, "look_for": "posted", "scale": "yes_no", "value": 1.0},
                {"happened_on": day, "look_for": "other", "role": None},
                {"happened_on": day, "look_for": "unseen", "value": None, "value_missing": "not_applicable"},
            ],
        ),
        "north",
        "priority_practice",
        as_of=AS_OF,
    )
    assert found is not None
    assert found.scale == "rating_1_4"
    assert sorted(found.records.score) == [2.0, 3.0]
    assert (found.records.scale_min, found.records.scale_max) == (1.0, 4.0)


def test_the_week_in_progress_ends_today_and_nothing_comes_from_later(tmp_path: Path) -> None:
    found = visit_records(
        snapshot(
            tmp_path,
            [
                {"happened_on": MONDAYS[0]},
                {"visit_key": "v2", "happened_on": AS_OF - timedelta(days=1)},
                {
                    "visit_key": "v3",
                    "happened_on": AS_OF - timedelta(days=1),
                    "available_on": AS_OF + timedelta(days=1),
                },
            ],
        ),
        "north",
        "priority_practice",
        as_of=AS_OF,
    )
    assert found is not None
    records = found.records
    assert len(records.score) == 2
    assert records.as_of[-1] == np.datetime64(AS_OF)
    assert records.as_of[0] == np.datetime64(MONDAYS[0] + timedelta(days=6))
    assert len(records.as_of) == sum(monday <= AS_OF for monday in MONDAYS)


def test_the_baseline_is_two_thirds_of_a_school_year_from_the_first_visit(tmp_path: Path) -> None:
    found = visit_records(snapshot(tmp_path, [{"happened_on": MONDAYS[3]}]), "north", "priority_practice", as_of=AS_OF)
    assert found is not None
    assert found.records.baseline_until == np.datetime64(MONDAYS[3 + BASELINE_WEEKS - 1] + timedelta(days=6))


def test_open_schools_are_judged_and_closed_ones_only_if_visited(tmp_path: Path) -> None:
    found = visit_records(snapshot(tmp_path, [{"happened_on": MONDAYS[0]}]), "north", "priority_practice", as_of=AS_OF)
    assert found is not None
    assert found.records.schools == ("elm", "oak")
    assert found.records.teachers.tolist() == [1, 7]
    visited = [{"happened_on": MONDAYS[0]}, {"happened_on": MONDAYS[0], "school_id": "old", "visit_key": "v9"}]
    again = visit_records(snapshot(tmp_path, visited), "north", "priority_practice", as_of=AS_OF)
    assert again is not None and again.records.schools == ("elm", "oak", "old")


def test_rows_keep_the_order_of_the_facts_over_many_school_years(tmp_path: Path) -> None:
    """A filter that runs on several threads may mix up the files of several years."""
    items = [
        {"visit_key": f"v{n}", "happened_on": MONDAYS[n % 30], "school_year": 2019 + n % 7, "value": 1.0 + n % 4}
        for n in range(700)
    ]
    facts = snapshot(tmp_path, items)
    found = [visit_records(facts, "north", "priority_practice", as_of=AS_OF) for _ in range(10)]
    first = found[0]
    assert first is not None
    assert all(one is not None and np.array_equal(one.records.visit, first.records.visit) for one in found)
    assert (np.diff(first.records.as_of) > np.timedelta64(0)).all()


@pytest.mark.parametrize("role", ["reasoning", "priority_practice"])
def test_without_answers_there_are_no_records(tmp_path: Path, role: str) -> None:
    items = [] if role == "priority_practice" else [{"happened_on": MONDAYS[0]}]
    assert visit_records(snapshot(tmp_path, items), "north", role, as_of=AS_OF) is None
