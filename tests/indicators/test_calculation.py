"""One worked example by hand for each indicator of the catalogue, and the rules that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from midcourse.facts import Snapshot
from midcourse.indicators import AgreedTarget, IndicatorValue, RollUp, compute_values, load_catalogue
from midcourse.stats import between_sd, ratio_interval
from tests.indicators.fact_rows import AS_OF, MakeSnapshot, calendar_rows, day, item, sections, series

CATALOGUE = load_catalogue()
YES, NO = True, False


def values_of(snapshot: Snapshot, *ids: str, as_of: date = AS_OF) -> tuple[IndicatorValue, ...]:
    return compute_values(snapshot, [CATALOGUE[one] for one in ids], as_of=as_of)


def one(values: Iterable[IndicatorValue], **wanted: Any) -> IndicatorValue:
    found = [value for value in values if all(getattr(value, name) == is_ for name, is_ in wanted.items())]
    assert len(found) == 1, f"{len(found)} values for {wanted}"
    return found[0]


def test_t1_rostered_classrooms_visited(snapshot_of: MakeSnapshot) -> None:
    visits = [
        {"visit_key": f"v{i}", "room_key": f"oak-r{room}", "happened_on": day(2)} for i, room in enumerate([0, 0, 1, 2])
    ]
    visits += [
        {"visit_key": "left", "room_key": "oak-r99", "happened_on": day(2)},  # not rostered: in neither sum
        {"visit_key": "elsewhere", "room_key": "oak-r3", "school_id": "elm", "happened_on": day(2)},
        {"visit_key": "later", "room_key": "oak-r4", "happened_on": day(7)},  # the second cycle
    ]
    closed = [
        {
            "school_id": "oak",
            "section_key": "old",
            "room_key": "oak-r50",
            "begins_on": day(1) - timedelta(99),
            "ends_on": day(1) - timedelta(1),
        }
    ]
    snapshot = snapshot_of(visits=visits, sections=[*sections("oak", 10), *closed])
    values = values_of(snapshot, "T1")
    first = one(values, unit_id="oak", period="2026-c1")
    assert (first.estimate, first.numerator, first.denominator, first.n) == (0.3, 3, 10, 10)
    assert first.lower < 0.3 < first.upper and first.latest_on == day(2)
    assert one(values, unit_id="oak", period="2026-c2").estimate == 0.1
    assert one(values, unit_id="oak", period="2026-T1").estimate == 0.4  # distinct rooms, not a sum of cycles
    assert one(values, unit_id="elm", period="2026-c1").withheld == "no_facts"
    assert one(values, level="district", period="2026").estimate == 0.4


def t2_rows() -> list[dict[str, Any]]:
    rows = series("oak", [YES] * 12 + [NO] * 8)
    rows += [item("both", YES, room=0), item("both", NO, room=0, observer="bo")]  # one visit, weighs one: a half
    rows += [item("na", None, room=1), item("other", YES, room=1, role="reasoning")]
    return rows


def test_t2_a_visit_weighs_one_and_not_applicable_is_out(snapshot_of: MakeSnapshot) -> None:
    rows = t2_rows() + series("elm", [YES] * 5 + [NO] * 20)
    snapshot = snapshot_of(visit_items=rows, sections=[*sections("oak", 10), *sections("elm", 10)])
    values = values_of(snapshot, "T2")
    oak = one(values, unit_id="oak", period="2026-c1")
    assert (oak.numerator, oak.denominator, oak.n, oak.rooms_n, oak.observers_n) == (12.5, 21, 21, 10, 2)
    assert oak.estimate == pytest.approx(12.5 / 21)
    # the interval is that of the sums by room and observer: 10 rooms by ann, then by bo, then the shared visit
    y = [1.0] * 12 + [0.0] * 8 + [0.5, 0.0]
    x = [1.0] * 20 + [0.5, 0.5]
    room, observer = [*range(10), *range(10), 0, 0], [0] * 10 + [1] * 10 + [0, 1]
    expected = ratio_interval(*(np.array(column) for column in (y, x, room, observer)))
    assert (oak.lower, oak.upper) == pytest.approx((expected.lower, expected.upper))
    district = one(values, level="district", period="2026-T1")
    assert district.estimate == pytest.approx(17.5 / 46)
    assert one(values, level="network", period="2026").estimate == pytest.approx(17.5 / 46)
    assert one(values, unit_id="oak", period="2026-c2").withheld == "no_facts"


def test_the_mean_of_rates_weighs_each_school_once(snapshot_of: MakeSnapshot) -> None:
    rows = t2_rows() + series("elm", [YES] * 5 + [NO] * 20)
    snapshot = snapshot_of(visit_items=rows, sections=[*sections("oak", 10), *sections("elm", 10)])
    by_rates = replace(CATALOGUE["T2"], roll_up=RollUp.MEAN_OF_RATES)
    district = one(compute_values(snapshot, [by_rates], as_of=AS_OF), level="district", period="2026")
    assert district.estimate == pytest.approx((12.5 / 21 + 0.2) / 2)
    assert by_rates.definition_hash != CATALOGUE["T2"].definition_hash


def test_t3_reads_its_own_role(snapshot_of: MakeSnapshot) -> None:
    rows = [*series("oak", [YES] * 9 + [NO] * 11, role="reasoning"), item("p", YES, room=0)]
    value = one(
        values_of(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T3"), unit_id="oak", period="2026-c1"
    )
    assert (value.estimate, value.n) == (0.45, 20)


SHARES = {"oak": 16, "elm": 14, "ash": 6, "fir": 8}


def mixed(hits: int) -> list[bool]:
    """Twenty marks of which some are yes, spread over both observers."""
    return [i * 7 % 20 < hits for i in range(20)]


def four_schools(snapshot_of: MakeSnapshot, *, few: str = "") -> Snapshot:
    rows = [row for school, hits in SHARES.items() for row in series(school, mixed(hits)[: 9 if school == few else 20])]
    return snapshot_of(
        visit_items=rows,
        schools=[{"school_id": school} for school in SHARES],
        sections=[row for school in SHARES for row in sections(school, 10)],
    )


def test_t6_a_school_with_too_few_visits_stays_in_the_denominator(snapshot_of: MakeSnapshot) -> None:
    values = values_of(four_schools(snapshot_of, few="elm"), "T2", "T6")
    assert one(values, indicator_id="T2", unit_id="elm", period="2026-T1").withheld == "too_few"
    reach = one(values, indicator_id="T6", level="district", period="2026-T1")
    # the target is 0.6: oak has 0.8, ash 0.3, fir 0.4, elm cannot tell
    assert (reach.numerator, reach.denominator, reach.estimate) == (1, 4, 0.25)
    assert reach.upper >= 0.5 and reach.lower <= 0.25  # elm might be there; oak is only sure with a narrow interval
    schools = [one(values, indicator_id="T2", unit_id=s, period="2026-T1") for s in SHARES]
    assert reach.lower == sum((v.lower or 0) >= 0.6 for v in schools) / 4


def test_t6_and_t7_wait_with_the_schools_they_are_made_of(snapshot_of: MakeSnapshot) -> None:
    ended = date(2025, 11, 9)  # the first term, with the break after it, ends on Sunday 26 October
    for as_of, reasons in ((ended - timedelta(1), {"not_settled"}), (ended, {""})):
        values = values_of(four_schools(snapshot_of), "T2", "T6", "T7", as_of=as_of)
        derived = [v for v in values if v.indicator_id in ("T6", "T7") and v.period == "2026-T1"]
        assert len(derived) == 4 and {v.reason for v in derived} == reasons
        assert all((v.estimate is None) == bool(v.reason) and (v.upper is None) == bool(v.reason) for v in derived)


def test_t6_counts_by_the_target_that_a_district_agreed_on(snapshot_of: MakeSnapshot) -> None:
    both = [CATALOGUE["T2"], CATALOGUE["T6"]]
    agreed = [AgreedTarget("north", "T2", 0.4), AgreedTarget("south", "T2", 0.0), AgreedTarget("north", "T3", 0.1)]
    values = compute_values(four_schools(snapshot_of), both, as_of=AS_OF, agreed=agreed)
    for level in ("district", "network"):
        assert one(values, indicator_id="T6", level=level, period="2026-T1").numerator == 3


def test_t7_the_spread_of_the_schools(snapshot_of: MakeSnapshot) -> None:
    values = values_of(four_schools(snapshot_of), "T2", "T7")
    spread = one(values, indicator_id="T7", level="district", period="2026-T1")
    shares = np.array([0.8, 0.7, 0.3, 0.4])
    # one visit per room and observer: variance p (1 - p) / 20 clustered by room is what each school's interval rests on
    effective = []
    for hits in SHARES.values():
        y = np.array(mixed(hits), float)
        effective.append(ratio_interval(y, np.ones(20), np.arange(20) % 10, np.arange(20) // 10).effective_n)
    n = np.array(effective)
    middle = (shares * n + 2) / (n + 4)
    expected = between_sd(shares, np.sqrt(middle * (1 - middle) / n))
    assert (spread.estimate, spread.lower, spread.upper) == pytest.approx(
        (expected.estimate, expected.lower, expected.upper)
    )
    assert 0.05 < spread.estimate < float(np.std(shares, ddof=1))  # sampling error is taken out


def teachers(n: int, school_id: str = "oak", **more: Any) -> list[dict[str, Any]]:
    return [{"school_id": school_id, "educator_key": f"{school_id}-t{i}", **more} for i in range(n)]


def met(visitor: str, week: int, **more: Any) -> dict[str, Any]:
    return {
        "intervisitation_key": f"{visitor}-{week}-{more}",
        "visitor_key": visitor,
        "visitor_role": "teacher",
        "home_school_id": "oak",
        "host_school_id": "elm",
        "happened_on": day(week),
        **more,
    }


def test_i1_eighty_seven_percent_of_teachers(snapshot_of: MakeSnapshot) -> None:
    assignments = teachers(100) + teachers(1, subject="math")  # a second subject is the same teacher
    assignments += [{"educator_key": "gone", "ends_on": day(3)}, {"educator_key": "new", "begins_on": day(12)}]
    visits = [met(f"oak-t{i}", 2) for i in range(60)] + [met(f"oak-t{i}", 10) for i in range(40, 87)]
    visits += [met("gone", 1), met("stranger", 1), met("oak-t99", 11, available_on=AS_OF + timedelta(1))]
    values = values_of(snapshot_of(assignments=assignments, intervisitations=visits), "I1")
    first = one(values, unit_id="oak", period="2026-T1")
    assert (first.numerator, first.denominator, first.estimate) == (60, 100, 0.6)
    second = one(values, unit_id="oak", period="2026-T2")  # counts since the year began, of 101 rostered by then
    assert (second.numerator, second.denominator) == (87, 101)
    # the roster as of a day: before the newcomer came, 87 of 100
    early = one(
        values_of(snapshot_of(assignments=assignments, intervisitations=visits), "I1", as_of=day(11, 6)),
        unit_id="oak",
        period="2026",
    )
    assert (early.estimate, early.numerator, early.denominator) == (0.87, 87, 100)


def test_i1_a_teacher_of_two_schools_counts_once_in_the_district(snapshot_of: MakeSnapshot) -> None:
    both = [{"school_id": "elm", "educator_key": "oak-t0"}]
    snapshot = snapshot_of(assignments=teachers(10) + teachers(10, "elm") + both, intervisitations=[met("oak-t0", 2)])
    values = values_of(snapshot, "I1")
    counts = {v.unit_id: (v.numerator, v.denominator) for v in values if v.period == "2026"}
    assert counts == {"oak": (1, 10), "elm": (1, 11), "north": (1, 20), "network": (1, 20)}


def test_i2_ordered_pairs_of_schools(snapshot_of: MakeSnapshot) -> None:
    visits = [
        met("p1", 2, visitor_role="principal"),
        met("p1", 3, visitor_role="principal"),  # the same pair again
        met("p2", 2, visitor_role="coach", home_school_id="elm", host_school_id="oak"),
        met("p3", 2, visitor_role="principal", home_school_id="ash", host_school_id="oak"),
        met("p3", 2, visitor_role="principal", home_school_id="ash", host_school_id="ash"),
        met("t1", 2, home_school_id="oak", host_school_id="ash"),  # a teacher is no leader
        met("c1", 2, visitor_role="superintendent", home_school_id=None, host_school_id="ash"),
    ]
    schools = [{"school_id": s} for s in ("oak", "elm", "ash")] + [{"school_id": "shut", "closed_on": date(2020, 1, 1)}]
    value = one(values_of(snapshot_of(schools=schools, intervisitations=visits), "I2"), period="2026")
    assert (value.numerator, value.denominator, value.estimate) == (3, 6, 0.5)


def test_m2_median_days_to_record(snapshot_of: MakeSnapshot) -> None:
    lags = [0, 0, 1, 1, 1, 2, 2, 3, 5, 30]
    visits = [
        {"visit_key": f"v{i}", "room_key": f"oak-r{i}", "recorded_lag_days_n": lag, "happened_on": day(2)}
        for i, lag in enumerate(lags)
    ]
    shared = [met("oak-t0", 2, host_school_id="oak", recorded_lag_days_n=4)]
    snapshot = snapshot_of(visits=visits, intervisitations=shared, sections=sections("oak", 10))
    value = one(values_of(snapshot, "M2"), unit_id="oak", period="2026-c1")
    # 0 0 1 1 1 [2] 2 3 4 5 30, interval at ranks 3 and 9 of 11
    assert (value.estimate, value.lower, value.upper, value.n) == (2, 1, 4, 11)


def test_m4_agreement_of_paired_visits(snapshot_of: MakeSnapshot) -> None:
    pairs = [(YES, YES)] * 10 + [(NO, NO)] * 6 + [(YES, NO), (NO, YES)] * 2
    observers = ["ann", "bo", "cy"]
    rows = [
        item(f"v{i}", mark, room=i % 10, observer=observers[(i + side) % 3])
        for i, pair in enumerate(pairs)
        for side, mark in enumerate(pair)
    ]
    rows += [item("alone", YES, room=1), item("half", YES, room=2), item("half", None, room=2, observer="bo")]
    value = one(
        values_of(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "M4"), level="district", period="2026-T1"
    )
    # agreed 16 of 20; prevalence 24 of 40 marks; chance .6 * .6 + .4 * .4 = .52
    assert value.estimate == pytest.approx((0.8 - 0.52) / 0.48)
    assert (value.n, value.observers_n) == (20, 3) and value.lower < value.estimate < value.upper


def result(level: str, org: str, tested: float | None, at: float | None, **more: Any) -> dict[str, Any]:
    status = "reported" if at is not None else "suppressed"
    return {
        "org_level": level,
        "org_id": org,
        "test": "smarter_balanced",
        "subject": "math",
        "grade": "03",
        "subgroup_type": "all",
        "scored_n": tested,
        "at_or_above_n": at,
        "at_or_above_n_status": status,
        "at_or_above_share": None if at is None or not tested else at / tested,
        "at_or_above_share_status": status,
        "happened_on": date(2019, 6, 1),
        "school_year": 2019,
        **more,
    }


def test_r1_published_cells_are_shown_hidden_or_absent_as_they_are(snapshot_of: MakeSnapshot) -> None:
    rows = [
        result("district", "0010011", 200, 90),
        result("district", "0010011", 200, 80, file_line=2, happened_on=date(2019, 5, 1)),  # an earlier file
        result("school", "0010111", 40, 30),
        result("school", "0010211", None, None),
        result("school", "0010311", 19, 10),
        result("school", "0010411", 30, 30),
        result("school", "0010511", 40, 5),
        result("school", "0010611", None, None, at_or_above_n_status="missing", at_or_above_share_status="missing"),
        result("school", "0010111", 40, 10, subgroup_type="meals"),
        result("state", "9", 4000, 2000),
    ]
    values = values_of(snapshot_of(results=rows), "R1")
    district = one(values, level="district")
    assert (district.unit_id, district.estimate, district.n) == ("north", 0.45, 200)
    assert (district.numerator, district.cell, district.period) == (90, "smarter_balanced:math:03", "2019")
    # Wilson at 90 % for 90 of 200, by hand: (0.45 + z2/400 +- z sqrt(.45 .55/200 + z2/160000)) / (1 + z2/200)
    assert (district.lower, district.upper) == pytest.approx((0.39320, 0.50814), abs=1e-4)
    assert one(values, unit_id="0010111").estimate == 0.75
    hidden = [one(values, unit_id=f"0010{k}11") for k in (2, 3, 4, 5)]
    assert {(v.withheld, v.reason, v.n, v.estimate, v.numerator, v.denominator, v.short_by) for v in hidden} == {
        ("suppressed", "hidden", 0, None, None, None, 0)
    }
    assert one(values, unit_id="0010611").withheld == "no_facts"


def test_nothing_is_read_before_it_was_available(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [YES] * 20) + series("elm", [NO] * 5)
    late = [
        {**row, "visit_key": f"late-{row['visit_key']}", "present": NO, "available_on": day(9)} for row in rows[:20]
    ]
    snapshot = snapshot_of(visit_items=rows + late, sections=[*sections("oak", 10), *sections("elm", 10)])
    before = one(values_of(snapshot, "T2", as_of=day(9) - timedelta(1)), unit_id="oak", period="2026-c1")
    after = one(values_of(snapshot, "T2", as_of=day(9)), unit_id="oak", period="2026-c1")
    assert (before.estimate, before.n, before.latest_on) == (1.0, 20, day(2))
    assert (after.estimate, after.n, after.latest_on) == (0.5, 40, day(9))
    assert not [v for v in values_of(snapshot, "T2", as_of=day(3)) if v.begins_on > day(3)]


def test_all_seen_is_not_certain(snapshot_of: MakeSnapshot) -> None:
    value = one(
        values_of(snapshot_of(visit_items=series("oak", [YES] * 20), sections=sections("oak", 10)), "T2"),
        unit_id="oak",
        period="2026-c1",
    )
    assert value.estimate == 1.0 and 0.4 < value.lower < 0.8 and value.upper == 1.0


def test_a_day_in_a_break_belongs_to_the_cycle_before_it(snapshot_of: MakeSnapshot) -> None:
    holiday = day(8) + timedelta(days=9)
    rows = series("oak", [YES] * 20, happened_on=holiday)
    values = values_of(snapshot_of(visit_items=rows, sections=sections("oak", 10)), "T2")
    assert one(values, unit_id="oak", period="2026-c2").n == 20
    assert one(values, unit_id="oak", period="2026-T1").n == 20
    assert one(values, unit_id="oak", period="2026-T2").n == 0


def test_two_districts_stay_apart_and_meet_in_the_network(snapshot_of: MakeSnapshot) -> None:
    rows = series("oak", [YES] * 20) + series("bay", [NO] * 20, district_id="south")
    snapshot = snapshot_of(
        visit_items=rows,
        calendar=[*calendar_rows(), *calendar_rows("south")],
        schools=[{"school_id": "oak"}, {"school_id": "bay", "district_id": "south"}],
        sections=[*sections("oak", 10), *sections("bay", 10, district_id="south")],
    )
    values = values_of(snapshot, "T2")
    shown = {v.unit_id: v.estimate for v in values if v.period == "2026"}
    assert shown == {"oak": 1.0, "bay": 0.0, "north": 1.0, "south": 0.0, "network": 0.5}


def test_an_empty_snapshot_has_no_values_but_a_roster_without_visits_has_reasons(snapshot_of: MakeSnapshot) -> None:
    assert compute_values(snapshot_of(calendar=[], schools=[]), CATALOGUE, as_of=AS_OF) == ()
    values = compute_values(snapshot_of(), CATALOGUE, as_of=AS_OF)
    assert values and {v.withheld for v in values} <= {"no_facts", "too_few"}


def test_the_same_snapshot_gives_the_same_values(snapshot_of: MakeSnapshot) -> None:
    snapshot = four_schools(snapshot_of)
    assert compute_values(snapshot, CATALOGUE, as_of=AS_OF) == compute_values(snapshot, CATALOGUE.values(), as_of=AS_OF)


def test_a_derived_indicator_needs_its_origin(snapshot_of: MakeSnapshot) -> None:
    with pytest.raises(ValueError, match="T6 is derived from T2"):
        values_of(snapshot_of(), "T6")
