"""A value opens to its facts, and to nobody."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import midcourse.indicators
from midcourse.facts import Snapshot
from midcourse.indicators import FactsBehind, compute_values, facts_behind, load_catalogue, read_values, write_values
from midcourse.vocabulary import Level
from tests.indicators.fact_rows import AS_OF, MONDAYS, MakeSnapshot, day, item, sections, series

CATALOGUE = load_catalogue()


def opened(snapshot: Snapshot, indicator_id: str, unit_id: str, period: str, *, as_of: date = AS_OF) -> FactsBehind:
    values = compute_values(snapshot, CATALOGUE, as_of=as_of)
    (value,) = [v for v in values if (v.indicator_id, v.unit_id, v.period) == (indicator_id, unit_id, period)]
    return facts_behind(snapshot, value, CATALOGUE)


def test_the_counts_add_up_to_the_value(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [True] * 9 + [False] * 11) + series("oak", [True] * 9 + [False], happened_on=day(3), rooms=5)
    rows = [{**row, "visit_key": f"{row['visit_key']}-{i}"} for i, row in enumerate(rows)]
    rows += [item("both", True, room=1), item("both", False, room=1, observer="bo"), item("na", None, room=2)]
    rows += [
        item("look", None, room=3, value_missing="not_looked_for"),
        item("later", True, room=1, happened_on=day(9)),
    ]
    behind = opened(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2", "oak", "2026-c1")
    second, third = behind.counts
    assert (second.first_week_of, second.last_week_of, second.subject) == (MONDAYS[1], MONDAYS[1], "talk")
    assert (second.events_n, second.marks_n, second.hits_n) == (23, 22, 10)
    assert (second.not_applicable_n, second.not_looked_for_n) == (1, 1)
    assert (second.co_observed_n, second.observers_n) == (1, 2)
    assert (third.events_n, third.hits_n) == (10, 9)
    assert behind.value.n == 31  # 20 + 10 + the shared one; neither the not applicable nor the not looked for


def test_weeks_are_joined_until_five_classrooms_stand_behind_them(snapshot_of: MakeSnapshot) -> None:
    rows = []
    for week, rooms in ((1, [0, 1]), (2, [2, 3]), (3, [4, 5]), (4, [6, 7, 8, 9, 0]), (5, [1, 2])):
        rows += [
            item(f"v{week}-{room}-{i}", i == 0, room=room, happened_on=day(week), observer=("ann", "bo")[i])
            for room in rooms
            for i in (0, 1)
        ]
    behind = opened(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2", "oak", "2026-c1")
    spans = [(count.first_week_of, count.last_week_of, count.events_n) for count in behind.counts]
    assert spans == [(MONDAYS[0], MONDAYS[2], 12), (MONDAYS[3], MONDAYS[4], 14)]


def test_a_look_for_marked_in_few_classrooms_keeps_its_answers(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [True, False] * 10)
    rows += [item(f"oak-v{i}", True, room=i, look_for="rare") for i in range(3)]
    counts = opened(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2", "oak", "2026-c1").counts
    rare = next(count for count in counts if count.subject == "rare")
    assert (rare.marks_n, rare.hits_n) == (3, None)


def test_what_is_withheld_for_privacy_does_not_open(snapshot_of: MakeSnapshot) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True] * 20, rooms=4), sections=sections("oak", 4))
    behind = opened(snapshot, "T2", "oak", "2026-c1")
    assert behind.counts == () and behind.withheld == "min_eligible"
    # its counts would be the value, whatever the reason: too few visits open no more than few teachers do
    snapshot = snapshot_of(visit_items=series("oak", [True, False] * 5), sections=sections("oak", 10))
    behind = opened(snapshot, "T2", "oak", "2026-c1")
    assert behind.counts == () and behind.withheld == "min_visits"


def test_marks_that_all_say_the_same_join_further_weeks(snapshot_of: MakeSnapshot) -> None:
    def week(number: int, marks: list[bool]) -> list[dict[str, Any]]:
        rows = series("oak", marks, happened_on=day(number))
        observer = ("ann", "bo")[number % 2]
        return [{**row, "visit_key": f"{row['visit_key']}-{number}", "observer_key": observer} for row in rows]

    rows = week(1, [True] * 10) + week(2, [True, False] * 5) + week(3, [True, False] * 5) + week(4, [False] * 10)
    counts = opened(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2", "oak", "2026-c1").counts
    cells = [(c.first_week_of, c.last_week_of, c.marks_n, c.hits_n) for c in counts]
    assert cells == [(MONDAYS[0], MONDAYS[1], 20, 15), (MONDAYS[2], MONDAYS[3], 20, 5)]


@pytest.mark.parametrize("mark", [True, False])
def test_marks_that_all_say_the_same_to_the_end_are_not_counted(snapshot_of: MakeSnapshot, mark: bool) -> None:
    rows = series("oak", [True, False] * 10)
    rows += [{**row, "look_for": "always", "present": mark} for row in rows]
    counts = opened(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2", "oak", "2026-c1").counts
    assert {c.subject: (c.marks_n, c.hits_n) for c in counts} == {"always": (20, None), "talk": (20, 10)}


def test_two_refreshes_of_a_running_period_differ_by_no_mark(snapshot_of: MakeSnapshot) -> None:
    """One visit more must not tell what was marked in it: neither the school's value nor anything that opens."""
    rows = series("oak", [True, False] * 10) + [
        {**row, "observer_key": ("ann", "bo")[i % 2]} for i, row in enumerate(series("elm", [True, False] * 10))
    ]
    places = [*sections("oak", 10), *sections("elm", 10)]
    for period in ("2026-c1", "2026-T1", "2026"):
        seen = []
        for mark in (None, True, False):
            more = [] if mark is None else [item("more", mark, room=3)]
            snapshot = snapshot_of(visit_items=rows + more, sections=places)
            school = opened(snapshot, "T2", "oak", period, as_of=day(4))
            assert (school.value.withheld, school.value.reason, school.value.short_by) == ("too_few", "not_settled", 0)
            assert (school.counts, school.withheld) == ((), "not_settled")
            (count,) = opened(snapshot, "T2", "north", period, as_of=day(4)).counts
            assert (count.marks_n, count.hits_n, count.observers_n) == (None, None, None)
            assert (count.not_applicable_n, count.not_looked_for_n) == (None, None)
            seen.append((count, dataclasses.replace(school.value, snapshot_id="")))
        assert seen[1] == seen[2] and seen[0][0].events_n == 40 and seen[1][0].events_n == 41


def test_a_total_does_not_open_on_the_one_school_it_hides(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [True, False, False] * 10) + series("elm", [True] * 20, rooms=3)
    snapshot = snapshot_of(visit_items=rows, sections=[*sections("oak", 10), *sections("elm", 3)])
    (count,) = opened(snapshot, "T2", "north", "2026-c1").counts
    assert (count.events_n, count.hits_n) == (50, None)
    (count,) = opened(snapshot, "T2", "oak", "2026-c1").counts
    assert (count.events_n, count.hits_n) == (30, 10)


def everything(snapshot_of: MakeSnapshot) -> Snapshot:
    """Facts for every indicator, whose every personal key holds the word secret."""
    rows = [
        {**r, "room_key": f"secret-{r['room_key']}", "observer_key": f"secret-{r['observer_key']}"}
        for r in series("oak", [True, True, False] * 12)
    ]
    rows += [{**r, "observer_key": f"secret-o{i % 4}", "present": i % 3 > 0} for i, r in enumerate(rows)]
    seen = [{"visit_key": r["visit_key"], "room_key": r["room_key"], "happened_on": day(2)} for r in rows[:36]]
    people = [{"educator_key": f"secret-t{i}"} for i in range(12)]
    met = [
        {
            "intervisitation_key": f"secret-i{i}",
            "visitor_key": f"secret-t{i % 12}",
            "visitor_role": "principal" if i % 2 else "teacher",
            "home_school_id": ("oak", "elm", "ash")[i % 3],
            "host_school_id": ("oak", "elm", "ash")[(i + 1) % 3],
            "happened_on": day(3),
        }
        for i in range(36)
    ]
    results = [
        {
            "org_level": "school", "org_id": "0010111", "test": "sb", "subject": "math", "grade": "03",
            "subgroup_type": "all", "scored_n": 50, "at_or_above_n": 25, "at_or_above_n_status": "reported",
            "at_or_above_share": 0.5, "at_or_above_share_status": "reported",
        }
    ]  # fmt: skip
    places = [{**row, "room_key": f"secret-{row['room_key']}"} for row in sections("oak", 10)]
    schools = [{"school_id": s} for s in ("oak", "elm", "ash", "fir")]
    return snapshot_of(
        visit_items=rows,
        visits=seen,
        assignments=people,
        intervisitations=met,
        results=results,
        sections=places,
        schools=schools,
    )


def leaves(thing: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield field.name
            yield from leaves(getattr(thing, field.name))
    elif isinstance(thing, tuple | list | set | frozenset):
        for part in thing:
            yield from leaves(part)
    elif hasattr(thing, "items"):
        for key, part in thing.items():
            yield key
            yield from leaves(part)
    else:
        yield thing


@pytest.mark.slow  # opens every value of the whole catalogue
def test_no_output_holds_a_key_of_a_person_or_classroom(snapshot_of: MakeSnapshot) -> None:
    snapshot = everything(snapshot_of)
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)
    write_values(snapshot, values, CATALOGUE, as_of=AS_OF)
    outputs: list[Any] = [values, read_values(snapshot), *(facts_behind(snapshot, v, CATALOGUE) for v in values)]
    shown = {v.indicator_id for v in values if v.withheld is None}
    assert shown >= {"T1", "T2", "I1", "I2", "M2", "M4", "R1"}  # the walk has something to walk
    assert any(count for behind in outputs[2:] for count in behind.counts)
    found = list(leaves(outputs))
    assert len(found) > 1000 and not [leaf for leaf in found if "secret" in str(leaf)]
    stored = b"".join(path.read_bytes() for path in (snapshot.folder / "values").iterdir())
    assert b"secret" not in stored


def test_nothing_public_can_be_grouped_by_a_key() -> None:
    """No public function takes a column to group by, and no public value has a field for a key."""
    for name in midcourse.indicators.__all__:
        thing = getattr(midcourse.indicators, name)
        if inspect.isfunction(thing):
            taken = set(inspect.signature(thing).parameters)
            assert not taken & {"by", "group_by", "column", "columns", "room_key", "observer_key", "educator_key"}, name
        if dataclasses.is_dataclass(thing):
            assert not [field.name for field in dataclasses.fields(thing) if field.name.endswith("_key")], name
    assert "teacher" not in {level.value for level in Level}


def test_a_value_opens_only_with_its_own_snapshot_and_definition(snapshot_of: MakeSnapshot) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True] * 20), sections=sections("oak", 10))
    value = compute_values(snapshot, [CATALOGUE["T2"]], as_of=AS_OF)[0]
    for wrong in ({"snapshot_id": "x"}, {"definition_version": 9}, {"indicator_id": "T99"}):
        with pytest.raises(ValueError, match="opens with"):
            facts_behind(snapshot, dataclasses.replace(value, **wrong), CATALOGUE)


def test_a_derived_value_points_to_its_origin(snapshot_of: MakeSnapshot) -> None:
    snapshot = everything(snapshot_of)
    assert opened(snapshot, "T6", "north", "2026-T1").derived_from == "T2"


def test_it_opens_as_of_the_value(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [True, False] * 10)
    late = [{**row, "visit_key": f"late{i}", "available_on": date(2026, 3, 1)} for i, row in enumerate(rows)]
    snapshot = snapshot_of(visit_items=rows + late, sections=sections("oak", 10))
    (value,) = [
        v
        for v in compute_values(snapshot, [CATALOGUE["T2"]], as_of=day(9))
        if (v.unit_id, v.period) == ("oak", "2026-c1")
    ]
    assert facts_behind(snapshot, value, CATALOGUE).counts[0].events_n == 20
