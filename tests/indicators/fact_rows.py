"""Rows of facts written in the test that needs them: only what a test says differs from a plain default."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from midcourse.facts import TABLES, Snapshot, write_snapshot

AS_OF = date(2026, 6, 30)
MONDAYS = [date(2025, 9, 1) + timedelta(days=7 * week) for week in range(18) if week not in (8, 9)]
"""Sixteen school weeks with a break of two after the eighth: cycles of six weeks, terms of eight."""


def day(week: int, weekday: int = 0) -> date:
    """Return a day of the nth school week, from 1."""
    return MONDAYS[week - 1] + timedelta(days=weekday)


def calendar_rows(district_id: str = "north", weeks: int = 16) -> list[dict[str, Any]]:
    return [
        {
            "district_id": district_id,
            "week_of": MONDAYS[week],
            "school_week": week + 1,
            "cycle": week // 6 + 1,
            "term": f"T{week // 8 + 1}",
            "school_days_n": 5,
            "happened_on": MONDAYS[week],
            "available_on": MONDAYS[0],
        }
        for week in range(weeks)
    ]


def _plain(field: pa.Field, row: dict[str, Any]) -> Any:
    if field.name in row or field.nullable:
        return row.get(field.name)
    if field.name == "available_on":
        return row.get("happened_on", day(1))
    plain = {"school_year": 2026, "district_id": "north", "school_id": "oak"}
    by_type = {"string": "x", "date32[day]": day(1), "bool": False}
    return plain.get(field.name, by_type.get(str(field.type), 1))


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = TABLES[name].schema
    for row in rows:
        assert not set(row) - set(schema.names), f"{name}: {set(row) - set(schema.names)}"
    return pa.Table.from_pylist([{f.name: _plain(f, row) for f in schema} for row in rows], schema=schema)


MakeSnapshot = Callable[..., Snapshot]


def make_snapshot(root: Path, **rows: list[dict[str, Any]]) -> Snapshot:
    """Write a snapshot from rows by table. The calendar and two schools, oak and elm, are there unless given."""
    given = {"calendar": calendar_rows(), "schools": [{"school_id": "oak"}, {"school_id": "elm"}]} | rows
    return write_snapshot(root, {name: table(name, some) for name, some in given.items()}, as_of=AS_OF)


def sections(school_id: str, rooms: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"school_id": school_id, "section_key": f"s-{school_id}-{i}", "room_key": f"{school_id}-r{i}", **more}
        for i in range(rooms)
    ]


def item(visit: str, present: bool | None, *, room: int, observer: str = "ann", **more: Any) -> dict[str, Any]:
    """One answer to the priority look-for in the second week, unless told otherwise."""
    school = more.pop("school_id", "oak")
    return {
        "visit_key": visit,
        "present": present,
        "value": None if present is None else float(present),
        "value_missing": "not_applicable" if present is None else None,
        "room_key": f"{school}-r{room}",
        "observer_key": observer,
        "school_id": school,
        "look_for": "talk",
        "role": "priority_practice",
        "scale": "yes_no",
        "happened_on": day(2),
        **more,
    }


def series(school_id: str, marks: list[bool], *, rooms: int = 10, **more: Any) -> list[dict[str, Any]]:
    """One visit per mark, rooms and two observers in turn."""
    return [
        item(
            f"{school_id}-v{i}",
            mark,
            room=i % rooms,
            observer=("ann", "bo")[i // rooms % 2],
            school_id=school_id,
            **more,
        )
        for i, mark in enumerate(marks)
    ]
