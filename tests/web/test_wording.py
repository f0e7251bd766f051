"""Numbers carry no more digits than their interval supports, and a verdict says why in one sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation

from midcourse.indicators import IndicatorValue, load_catalogue
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Direction, Level, Period, Verdict
from midcourse.web import wording

T2 = load_catalogue()["T2"]
M2 = load_catalogue()["M2"]
SPACE = wording.NBSP

VALUE = IndicatorValue(
    indicator_id="T2",
    definition_version=1,
    level=Level.DISTRICT,
    unit_id="d",
    district_id="d",
    period_kind=Period.CYCLE,
    period="2027-c1",
    school_year=2027,
    begins_on=dt.date(2026, 9, 7),
    ends_on=dt.date(2026, 10, 18),
    as_of=dt.date(2026, 11, 23),
    estimate=12 / 38,
    lower=0.2134,
    upper=0.4401,
    numerator=12.0,
    denominator=38.0,
    n=38,
    rooms_n=20,
    observers_n=5,
    withheld=None,
    reason="",
    short_by=0,
    latest_on=dt.date(2026, 10, 20),
    snapshot_id="s",
)
VERDICT = IndicatorVerdict(
    indicator_id="T2",
    definition_version=1,
    level=Level.DISTRICT,
    unit_id="d",
    district_id="d",
    as_of=dt.date(2026, 11, 23),
    snapshot_id="s",
    verdict=Verdict.IMPROVING,
    p_improving=0.97,
    p_worsening=0.0,
    change=0.26,
    lower=0.1,
    upper=0.4,
    metric="rubric_points",
    since=dt.date(2026, 10, 5),
    units_moving=4,
    units=7,
    visits_needed=None,
    needs_second_observer=False,
    settle_on=None,
    due_on=None,
    new_observers_n=2,
    rubric_revised=False,
    n=120,
    rooms_n=60,
    observers_n=9,
    method="visits",
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_a_share_stands_beside_its_counts_and_interval() -> None:
    assert wording.value_sentence(VALUE, T2) == f"12 of 38 visits (32{SPACE}%, 90 % interval 21–44{SPACE}%)"


def test_the_same_in_spanish() -> None:
    with translation.override("es"):
        assert wording.value_sentence(VALUE, T2) == f"12 de 38 visitas (32{SPACE}%, intervalo del 90 %: 21–44{SPACE}%)"


def test_counts_that_would_tell_too_much_are_left_out() -> None:
    coarse = replace(VALUE, numerator=None, denominator=None)
    assert wording.value_sentence(coarse, T2) == f"32{SPACE}% (90 % interval 21–44{SPACE}%, 38 visits)"


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "metric", "text"),
    [
        (0.31579, 0.21, 0.44, "share", f"32{SPACE}%"),
        (0.31579, 0.3131, 0.3170, "share", f"31.6{SPACE}%"),
        (0.31579, None, None, "share", f"32{SPACE}%"),
        (2.4, 1.0, 4.0, "median_days", "2"),
        (2.4, 2.2, 2.6, "median_days", "2.4"),
        (0.617, 0.4, 0.8, "agreement", "0.6"),
        (0.617, 0.60, 0.63, "agreement", "0.62"),
    ],
)
def test_no_more_digits_than_the_interval_supports(
    estimate: float, lower: float | None, upper: float | None, metric: str, text: str
) -> None:
    assert wording.figure(estimate, lower, upper, metric) == text


@pytest.mark.parametrize(
    ("withheld", "reason", "short_by", "said"),
    [
        ("too_few", "min_visits", 13, "13 visits more would be enough"),
        ("too_few", "min_observers", 1, "1 visit more would be enough"),
        ("too_few", "min_eligible", 0, "fewer than 5 teachers could have been visited"),
        ("too_few", "one_room", 4, "visits spread over more of them would lift it"),
        ("suppressed", "hidden", 0, "hidden to protect people"),
        ("no_facts", "no_facts", 20, "nothing recorded in this period"),
        ("not_defined", "", 0, "cannot be computed"),
    ],
)
def test_a_withheld_value_says_why_and_what_would_lift_it(withheld: str, reason: str, short_by: int, said: str) -> None:
    hidden = replace(VALUE, estimate=None, withheld=withheld, reason=reason, short_by=short_by)
    text = wording.value_sentence(hidden, T2)
    assert said in text
    assert "32" not in text


def test_an_improvement_says_how_much_since_when_where_and_what_was_adjusted() -> None:
    assert wording.verdict_sentence(VERDICT, Direction.UP) == (
        "Rose about a quarter of a step since October 2026, in 4 of 7 schools (a step is one level of the rubric). "
        "2 new observers were adjusted for. "
        "It rests on 120 visits by 9 observers in the last school year."
    )


def test_fewer_days_are_an_improvement_that_fell() -> None:
    faster = replace(
        VERDICT, metric="days", change=-3.0, lower=-5.0, upper=-1.0, units=0, new_observers_n=0, method="periods"
    )
    assert wording.verdict_sentence(faster, M2.direction) == (
        "Fell about 3 days against the same part of the first school year on record."
    )


def test_too_few_says_how_many_more_by_whom_and_when() -> None:
    few = replace(
        VERDICT,
        verdict=Verdict.TOO_FEW,
        visits_needed=12,
        needs_second_observer=True,
        settle_on=dt.date(2027, 1, 14),
    )
    said = wording.verdict_sentence(few, Direction.UP)
    assert "About 12 more visits would settle it." in said
    assert "two observers together" in said
    assert "Jan. 14, 2027" in said


def test_not_due_says_from_when() -> None:
    early = replace(VERDICT, verdict=Verdict.NOT_DUE, due_on=dt.date(2027, 9, 1))
    assert "Sept. 1, 2027" in wording.verdict_sentence(early, Direction.UP)


def test_no_change_says_what_it_could_have_been() -> None:
    still = replace(
        VERDICT,
        verdict=Verdict.NO_CHANGE,
        metric="share",
        lower=-0.04,
        upper=0.05,
        new_observers_n=0,
        method="periods",
    )
    assert wording.verdict_sentence(still, Direction.UP) == (
        "Any change is within the noise: between −4 points and +5 points."
    )


def test_an_interval_without_zero_is_never_said_to_be_noise() -> None:
    perhaps = replace(VERDICT, verdict=Verdict.NO_CHANGE, metric="share", lower=0.06, upper=0.2, new_observers_n=0)
    said = wording.verdict_sentence(perhaps, Direction.UP)
    assert "noise" not in said
    assert "Perhaps a change, between +6 points and +20 points" in said


def test_a_schools_verdict_says_that_it_leans_on_its_sister_schools() -> None:
    school = replace(VERDICT, level=Level.SCHOOL, units=0)
    assert "the other schools of the district" in wording.verdict_sentence(school, Direction.UP)


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [(0.61, 0.7, "reached"), (0.4, 0.5, "not reached"), (0.5, 0.7, "cannot be said yet")],
)
def test_a_target_is_reached_only_when_the_whole_interval_says_so(lower: float, upper: float, said: str) -> None:
    value = replace(VALUE, lower=lower, upper=upper, estimate=(lower + upper) / 2)
    sentence = wording.target_sentence(value, 0.6, T2)
    assert said in sentence
    assert ("not" in sentence) == (said != "reached")


def test_a_share_that_is_no_tally_is_not_written_as_one() -> None:
    value = replace(VALUE, numerator=15.3, denominator=30.0, estimate=0.51, lower=0.36, upper=0.66)
    assert wording.value_sentence(value, T2).startswith("51\u00a0% of 30 visits (90 % interval")
    tally = replace(value, numerator=15.0, estimate=0.5)
    assert wording.value_sentence(tally, T2).startswith("15 of 30 visits (50")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_verdict_has_a_word_of_its_own(language: str) -> None:
    with translation.override(language):
        assert len({wording.verdict_word(verdict) for verdict in Verdict}) == len(Verdict)
