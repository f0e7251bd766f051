"""What is too small is not shown, by nobody and by no detour."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from midcourse.facts import Snapshot
from midcourse.indicators import IndicatorValue, MinimumsRule, compute_values, load_catalogue
from tests.indicators.fact_rows import AS_OF, MakeSnapshot, day, item, sections, series

CATALOGUE = load_catalogue()
NUMBERS = ("estimate", "lower", "upper", "numerator", "denominator")


def t2(snapshot: Snapshot, unit_id: str = "oak", period: str = "2026-c1", *, as_of: date = AS_OF) -> IndicatorValue:
    values = compute_values(snapshot, [CATALOGUE["T2"]], as_of=as_of)
    return next(value for value in values if value.unit_id == unit_id and value.period == period)


def assert_withheld(value: IndicatorValue, reason: str, short_by: int) -> None:
    assert (value.withheld, value.reason, value.short_by) == ("too_few", reason, short_by)
    assert all(getattr(value, name) is None for name in NUMBERS)


@pytest.mark.parametrize(
    ("rows", "reason", "short_by"),
    [
        (series("oak", [True, False] * 7), "min_visits", 6),
        (series("oak", [True, False] * 12, rooms=6), "min_rooms", 2),
        ([{**row, "observer_key": "ann"} for row in series("oak", [True, False] * 10)], "min_observers", 1),
        # five visits, one room, one observer: the largest lack counts
        (series("oak", [True, False, True, True, False], rooms=4), "min_visits", 15),
    ],
)
def test_below_a_minimum_the_value_is_too_few(
    snapshot_of: MakeSnapshot, rows: list[dict[str, Any]], reason: str, short_by: int
) -> None:
    assert_withheld(t2(snapshot_of(visit_items=rows, sections=sections("oak", 10))), reason, short_by)


def test_just_at_the_minimums_it_shows(snapshot_of: MakeSnapshot) -> None:
    value = t2(snapshot_of(visit_items=series("oak", [True, False] * 10, rooms=8), sections=sections("oak", 8)))
    assert value.withheld is None and value.short_by == 0 and value.reason == ""


def test_four_teachers_are_never_shown_however_many_visits(snapshot_of: MakeSnapshot) -> None:
    value = t2(snapshot_of(visit_items=series("oak", [True, False] * 40, rooms=4), sections=sections("oak", 4)))
    assert_withheld(value, "min_eligible", 0)
    assert value.rooms_n == 0  # how many of the four were seen is not told either


def test_one_classroom_supplies_at_most_half(snapshot_of: MakeSnapshot) -> None:
    others = series("oak", [True, False] * 5)
    alone = [item(f"again{i}", True, room=0, observer="bo") for i in range(15)]
    value = t2(snapshot_of(visit_items=others + alone, sections=sections("oak", 10)))
    # 16 of 25 visits were to one room: 7 more elsewhere make it 16 of 32
    assert_withheld(value, "one_room", 7)
    more = series("oak", [True] * 8, happened_on=others[0]["happened_on"])
    grown = [{**row, "visit_key": f"more-{i}", "room_key": f"oak-r{i + 1}"} for i, row in enumerate(more[:7])]
    assert t2(snapshot_of(visit_items=others + alone + grown, sections=sections("oak", 10))).withheld is None


def test_a_single_hidden_school_takes_the_exact_counts_from_its_totals(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [True, False, False] * 10) + series("elm", [True] * 20, rooms=3)
    places = [*sections("oak", 10), *sections("elm", 3)]
    snapshot = snapshot_of(visit_items=rows, sections=places)
    assert t2(snapshot, "elm").reason == "min_eligible"
    for unit in ("north", "network"):
        total = t2(snapshot, unit)
        assert total.withheld is None and total.numerator is None and total.denominator is None
        assert total.estimate == 0.6  # whole percent
    two = snapshot_of(
        visit_items=rows + series("ash", [True] * 20, rooms=3),
        sections=[*places, *sections("ash", 3)],
        schools=[{"school_id": s} for s in ("oak", "elm", "ash")],
    )
    assert t2(two, "north").denominator == 70  # a subtraction gives only the sum of two


@pytest.mark.parametrize(("period", "ends_on"), [("2026-c1", date(2025, 10, 12)), ("2026-T1", date(2025, 10, 26))])
def test_a_schools_marks_wait_until_the_period_is_settled(
    snapshot_of: MakeSnapshot, period: str, ends_on: date
) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True, False] * 10), sections=sections("oak", 10))
    settled = ends_on + timedelta(14)
    waiting = t2(snapshot, period=period, as_of=settled - timedelta(1))
    assert_withheld(waiting, "not_settled", 0)
    assert (waiting.n, waiting.rooms_n, waiting.observers_n) == (20, 0, 0)
    assert t2(snapshot, period=period, as_of=settled).estimate == 0.5
    for unit in ("north", "network"):  # the page counts a new visit at once
        assert t2(snapshot, unit, period, as_of=settled - timedelta(1)).denominator == 20


def test_visits_are_counted_at_once(snapshot_of: MakeSnapshot) -> None:
    """Which share of the classrooms was visited steers the routine, and holds no mark."""
    visits = [{"visit_key": f"v{i}", "room_key": f"oak-r{i}", "happened_on": day(2)} for i in range(6)]
    values = compute_values(snapshot_of(visits=visits, sections=sections("oak", 10)), [CATALOGUE["T1"]], as_of=day(3))
    assert {v.numerator for v in values if v.unit_id == "oak"} == {6}


def test_a_school_hidden_in_a_running_period_takes_the_exact_counts_too(snapshot_of: MakeSnapshot) -> None:
    """Else the last total before the period is settled, minus the schools after it, is the hidden one."""
    rows = series("oak", [True, False, False] * 10) + series("elm", [True] * 20, rooms=3)
    snapshot = snapshot_of(visit_items=rows, sections=[*sections("oak", 10), *sections("elm", 3)])
    assert t2(snapshot, "elm", as_of=day(4)).reason == "min_eligible"
    assert t2(snapshot, "north", as_of=day(4)).denominator is None


def test_floors_may_be_raised_never_lowered() -> None:
    assert MinimumsRule(eligible_teachers=8, pupils=30).eligible_teachers == 8
    for looser in ({"eligible_teachers": 4}, {"one_room_share": 0.6}, {"pupils": 10}, {"pupils_at_an_end": 5}):
        with pytest.raises(ValueError, match="stricter, never looser"):
            replace(MinimumsRule(), **looser)
