"""Every adopted indicator gets its verdict: due or not, by the right method, under the page's budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import log
from pathlib import Path

import numpy as np
import pytest

from midcourse.indicators import IndicatorValue, load_catalogue
from midcourse.signals import (
    DEFAULT_RULE,
    Adopted,
    IndicatorVerdict,
    RoleRecords,
    Watched,
    detect_changes,
    judge,
    page_rule,
    watched_role,
)
from midcourse.signals.judging import call_level
from midcourse.vocabulary import Level, Verdict
from tests.signals.invented_district import Recipe, invent
from tests.signals.test_two_periods import value

CATALOGUE = load_catalogue()
AS_OF = date(2026, 6, 1)
BEGAN = date(2024, 9, 2)


def spans(indicator_id: str, *levels: tuple[int, int, float], **more: object) -> list[IndicatorValue]:
    """Values of cycles or terms: (school year, place in the year, estimate), each with an interval of 4 points."""
    indicator = CATALOGUE[indicator_id]
    made = []
    for year, place, estimate in levels:
        begins = date(year - 1, 9, 1) + timedelta(weeks=6 * (place - 1))
        made.append(
            value(
                estimate,
                estimate - 0.04,
                estimate + 0.04,
                indicator_id=indicator_id,
                period_kind=indicator.period,
                period=f"{year}-{place}",
                school_year=year,
                begins_on=begins,
                ends_on=begins + timedelta(days=41),
                **more,
            )
        )
    return made


def verdicts(
    values: list[IndicatorValue],
    *adopted: str,
    watched: tuple[Watched, ...] = (),
    began: date = BEGAN,
    as_of: date = AS_OF,
) -> dict[tuple[str, str], IndicatorVerdict]:
    chosen = [Adopted("north", one, 1, began) for one in adopted]
    found = judge(values, watched, chosen, catalogue=CATALOGUE, as_of=as_of, snapshot_id="x")
    return {(one.indicator_id, one.unit_id): one for one in found}


def test_a_change_is_measured_against_the_same_stretch_of_the_first_year() -> None:
    """Coverage always grows within a year: from the first to the last cycle is no change."""
    year = [(1, 0.30), (2, 0.40), (3, 0.55)]
    values = spans("T1", *[(y, place, share) for y in (2025, 2026) for place, share in year])
    assert verdicts(values, "T1")["T1", "north"].verdict is Verdict.NO_CHANGE
    risen = spans("T1", *[(y, p, share + 0.25 * (y == 2026)) for y in (2025, 2026) for p, share in year])
    found = verdicts(risen, "T1")["T1", "north"]
    assert found.verdict is Verdict.IMPROVING
    assert found.change == pytest.approx(0.25)
    assert (found.method, found.metric, found.since) == ("periods", "share", risen[-1].begins_on)


def test_the_first_term_of_two_years_is_the_same_stretch_by_any_name() -> None:
    values = spans("T1", (2025, 1, 0.3), (2025, 2, 0.5), (2026, 1, 0.3), (2026, 2, 0.5))
    named = [
        replace(v, period=f"{v.school_year}-{'Fall' if n % 2 == 0 else 'Spring'} {v.school_year}")
        for n, v in enumerate(values)
    ]
    assert verdicts(named, "T1")["T1", "north"].verdict is Verdict.NO_CHANGE


def test_a_span_counts_once_its_late_records_are_in() -> None:
    values = spans("T1", (2025, 1, 0.5), (2025, 2, 0.5), (2026, 1, 0.5), (2026, 2, 0.1))
    ended = values[-1].ends_on
    assert verdicts(values, "T1", as_of=ended + timedelta(days=3))["T1", "north"].verdict is Verdict.NO_CHANGE
    assert verdicts(values, "T1", as_of=ended + timedelta(days=14))["T1", "north"].verdict is Verdict.WORSENING


def test_a_value_that_wanders_from_year_to_year_must_change_by_more() -> None:
    """T1 follows how many visits were made: cycles differ by more than a sample of visits would."""
    calm = [(2025, n, 0.5) for n in range(1, 6)] + [(2026, n, 0.5) for n in range(1, 5)] + [(2026, 5, 0.65)]
    wild = [(y, n, s + (0.12 if (n + y) % 2 else -0.12) * (n < 5)) for y, n, s in calm]
    assert verdicts(spans("T1", *calm), "T1")["T1", "north"].verdict is Verdict.IMPROVING
    assert verdicts(spans("T1", *wild), "T1")["T1", "north"].verdict is not Verdict.IMPROVING


def test_a_verdict_before_the_lag_is_not_due_and_says_when_it_will_be() -> None:
    values = spans("T1", (2025, 1, 0.2), (2026, 1, 0.7))
    assert CATALOGUE["R1"].lag_years[0] == 1.0 and CATALOGUE["T1"].lag_years[0] == 0.0
    found = verdicts(values, "T1", "R1", began=date(2025, 9, 1))
    assert found["T1", "north"].verdict is Verdict.IMPROVING
    assert found["R1", "north"].verdict is Verdict.NOT_DUE
    assert found["R1", "north"].due_on == date(2026, 9, 1)


def test_without_a_value_or_a_first_year_there_is_too_little_to_tell() -> None:
    assert verdicts([], "T1", "M4")["M4", "north"].verdict is Verdict.TOO_FEW
    only = spans("T1", (2026, 1, 0.5), (2026, 2, 0.9))
    assert verdicts(only, "T1")["T1", "north"].verdict is Verdict.TOO_FEW


def test_a_withheld_value_says_how_many_more_events_and_by_when() -> None:
    shown = spans("M2", (2025, 1, 2.0))
    [thin] = spans("M2", (2026, 1, 2.0), withheld="too_few", reason="min_events", short_by=6, n=4)
    found = verdicts([*shown, replace(thin, estimate=None, lower=None, upper=None)], "M2")["M2", "north"]
    assert (found.verdict, found.visits_needed) == (Verdict.TOO_FEW, 6)
    assert found.settle_on == AS_OF + timedelta(days=63), "six more at the pace of four in 42 days"


def test_nobody_is_told_to_make_more_schools() -> None:
    wide = [replace(v, lower=0.0, upper=1.0) for v in spans("T6", (2025, 1, 0.5), (2026, 1, 0.5))]
    found = verdicts(wide, "T6")["T6", "north"]
    assert (found.verdict, found.visits_needed, found.settle_on) == (Verdict.TOO_FEW, None, None)


def _watched(recipe: Recipe) -> Watched:
    records = invent(recipe)
    records = replace(records, schools=tuple(f"s{n}" for n in range(len(records.schools))))
    return Watched(
        RoleRecords("north", "priority_practice", "rating_1_4", records), detect_changes(records, page_rule(1))
    )


@pytest.fixture(scope="module")
def improving() -> Watched:
    return _watched(Recipe(seed=5, weeks=80, events={school: [(40, 0.9)] for school in range(4)}))


@pytest.fixture(scope="module")
def lenient() -> Watched:
    return _watched(Recipe(seed=5, weeks=80, lenient_from=40))


@pytest.mark.slow
def test_the_detector_judges_shares_of_visits(improving: Watched) -> None:
    """Slow: runs the detector on a whole district."""
    found = verdicts([], "T2", watched=(improving,), as_of=date(2032, 9, 1), began=date(2030, 9, 1))
    district = found["T2", "north"]
    assert (district.verdict, district.method, district.metric) == (Verdict.IMPROVING, "visits", "rubric_points")
    assert district.since is not None and district.change is not None and district.change > 0.2
    assert (district.units_moving, district.units) == (4, 4)
    assert district.n > 500 and district.observers_n > 0
    assert {one.level for key, one in found.items() if key[1] != "north"} == {Level.SCHOOL}


@pytest.mark.slow
def test_what_is_derived_is_never_called_ahead_of_its_origin(improving: Watched, lenient: Watched) -> None:
    """Slow: runs the detector on two districts. A lenient observer lifts more schools over the target, too."""
    risen = [replace(v, lower=v.estimate, upper=v.estimate) for v in spans("T6", (2025, 1, 0.2), (2026, 1, 0.9))]
    for watched, verdict in ((improving, Verdict.IMPROVING), (lenient, Verdict.NO_CHANGE)):
        found = verdicts(risen, "T2", "T6", watched=(watched,))
        assert found["T6", "north"].verdict is verdict
    assert verdicts(risen, "T6")["T6", "north"].verdict is Verdict.NO_CHANGE, "the origin is not even adopted"


def test_which_indicators_the_visits_themselves_can_judge() -> None:
    roles = {indicator.id: watched_role(indicator) for indicator in CATALOGUE.values()}
    assert {one: role for one, role in roles.items() if role} == {"T2": "priority_practice", "T3": "reasoning"}


def test_a_page_with_more_detectors_asks_each_for_more() -> None:
    one, four = page_rule(1), page_rule(4)
    assert one.district_up_odds == pytest.approx(DEFAULT_RULE.district_up_odds + log(1.25))
    assert four.district_up_odds - one.district_up_odds == pytest.approx(log(4))
    assert four.up_odds == DEFAULT_RULE.up_odds, "a school has a page of its own"


def test_the_comparisons_of_a_page_share_a_fifth_of_a_false_call_in_five_years() -> None:
    ids = ("T1", "T6", "T7", "I1", "I2", "M2", "M4", "R1")
    looks = {"cycle": 30, "term": 15, "year": 5}
    spent = sum(call_level(CATALOGUE[one], len(ids)) * looks[CATALOGUE[one].period.value] for one in ids)
    assert spent == pytest.approx(0.2)


def test_an_indicator_that_nobody_adopted_or_knows_gets_no_verdict(tmp_path: Path) -> None:
    values = spans("T1", (2025, 1, 0.3), (2026, 1, 0.9))
    assert verdicts(values) == {}
    assert verdicts(values, "Z9") == {}
    assert np.isfinite(verdicts(values, "T1")["T1", "north"].change or np.nan)
