"""The detector on invented districts: finds what is there, says nothing where nothing is, never looks ahead."""

from __future__ import annotations

import numpy as np
import pytest

from midcourse.signals import DEFAULT_RULE, detect_changes
from midcourse.vocabulary import Verdict
from tests.signals.invented_district import Recipe, invent, take, until

pytestmark = pytest.mark.slow  # each test filters whole districts, a second or so apiece

CALLED = {Verdict.IMPROVING, Verdict.WORSENING}


def first_call(series, verdict):
    """Weeks after the baseline at which a verdict is first given; None = never."""
    return next((i for i, v in enumerate(series.verdict) if v is verdict), None)


def test_a_true_step_is_found_where_it_is_and_measured():
    onset, baseline = 50, 24
    d = detect_changes(invent(Recipe(seed=1, events={0: [(onset, 0.8)], 1: [(onset, 0.8)]})))
    for unit in (d.units[0], d.units[1], d.units[-1]):
        called = first_call(unit, Verdict.IMPROVING)
        assert called is not None and onset - baseline <= called < onset - baseline + 30, unit.unit
        assert Verdict.WORSENING not in unit.verdict
        assert unit.p_improving[-1] > 0.7
    # 0.8 SD are about 0.4 rubric points; the interval must hold what founding observers would see.
    for unit in d.units[:2]:
        assert unit.lower[-1] > 0.1 and unit.lower[-1] < 0.4 < unit.upper[-1] + 0.1
        began = unit.onset[-1]
        assert abs((began - d.as_of[onset - baseline]) / np.timedelta64(7, "D")) <= 16
    for unit in d.units[2:4]:
        assert Verdict.IMPROVING not in unit.verdict, "an untouched school"


def test_a_fall_after_a_rise_ends_as_worsening_though_still_above_the_start():
    events = {s: [(32, 1.1), (84, -0.8)] for s in range(4)}
    d = detect_changes(invent(Recipe(seed=2, weeks=144, events=events)))
    for unit in d.units:
        rise, fall = first_call(unit, Verdict.IMPROVING), first_call(unit, Verdict.WORSENING)
        assert rise is not None and fall is not None and rise < fall, unit.unit
        assert fall >= 84 - 24
        assert unit.verdict[-1] is Verdict.WORSENING
        assert unit.p_worsening[-1] > unit.p_improving[-1]
        assert unit.evidence[-1] < 0


def test_lenient_newcomers_do_not_make_a_school_improve():
    records = invent(Recipe(seed=3, lenient_from=48))
    d = detect_changes(records)
    for unit in d.units:
        assert not CALLED & set(unit.verdict), unit.unit
    # Scores did rise: without the model the change would look real.
    late = records.date > records.as_of[48]
    assert records.score[late].mean() - records.score[~late].mean() > 0.08
    told = d.units[-1].circumstances[-1]
    assert told.new_observers >= 4
    assert told.severity_shift > 0.05
    assert 0.15 < told.co_observed_share < 0.35


def test_an_easier_rubric_does_not_make_a_school_improve():
    records = invent(Recipe(seed=4, revised_from=60))
    d = detect_changes(records)
    for unit in d.units:
        assert not CALLED & set(unit.verdict), unit.unit
        assert unit.circumstances[-1].rubric_revised
        assert not unit.circumstances[20].rubric_revised
    late = records.date > records.as_of[60]
    assert records.score[late].mean() - records.score[~late].mean() > 0.1


@pytest.mark.parametrize("variant", [Recipe(seed=5, yes_no=True), Recipe(seed=6, new_keys_each_year=True)])
def test_steps_are_found_on_yes_no_look_fors_and_when_room_keys_change(variant):
    events = {s: [(45, 0.8)] for s in range(4)}
    d = detect_changes(invent(Recipe(**{**variant.__dict__, "events": events})))
    for unit in d.units:
        assert first_call(unit, Verdict.IMPROVING) is not None, unit.unit
        assert Verdict.WORSENING not in unit.verdict


def test_too_few_visits_are_called_too_few_with_a_number():
    d = detect_changes(invent(Recipe(seed=7, visits=0.4)))
    many = detect_changes(invent(Recipe(seed=7, visits=8.0)))
    for unit, busy in zip(d.units[:-1], many.units[:-1], strict=True):
        assert unit.verdict[-1] is Verdict.TOO_FEW
        assert unit.shortfall[-1] is not None and unit.shortfall[-1].visits > 10
        assert busy.verdict[-1] is Verdict.NO_CHANGE
        assert busy.shortfall[-1] is None


def test_nothing_depends_on_what_was_not_yet_available():
    records = invent(Recipe(seed=8, weeks=80, lenient_from=40, revised_from=50, events={0: [(36, 0.8)]}))
    whole = detect_changes(records)
    for week in (30, 45, 70):
        part = detect_changes(until(records, week))
        n = len(part.as_of)
        assert n == week + 1 - 24
        for a, b in zip(whole.units, part.units, strict=True):
            assert a.verdict[:n] == b.verdict
            for name in ("p_improving", "p_worsening", "estimate", "lower", "upper", "evidence"):
                np.testing.assert_allclose(getattr(a, name)[:n], getattr(b, name), atol=1e-6)
            assert a.circumstances[:n] == b.circumstances or np.isclose(
                a.circumstances[n - 1].severity_shift, b.circumstances[-1].severity_shift
            )


def test_the_order_of_rows_changes_nothing():
    records = invent(Recipe(seed=9, weeks=60, schools=3, events={1: [(30, 0.9)]}))
    mixed = take(records, np.random.default_rng(0).permutation(len(records.score)))
    for a, b in zip(detect_changes(records).units, detect_changes(mixed).units, strict=True):
        assert a.verdict == b.verdict
        np.testing.assert_allclose(a.estimate, b.estimate, atol=1e-8)
        np.testing.assert_allclose(a.p_improving, b.p_improving, atol=1e-8)


def test_one_school_and_no_visits_at_all():
    records = invent(Recipe(seed=10, schools=1, weeks=40))
    assert len(detect_changes(records).units) == 2
    none = detect_changes(take(records, np.zeros(0, dtype=np.int64)))
    assert set(none.units[0].verdict) == {Verdict.TOO_FEW}
    assert none.units[0].estimate[-1] == pytest.approx(0)


def test_false_calls_are_as_rare_as_the_rule_says():
    calls = years = improving = 0.0
    for seed in range(8):
        recipe = Recipe(seed=100 + seed, lenient_from=48 if seed % 2 else None, visits=3.0, weeks=96, items=6)
        for unit in detect_changes(invent(recipe)).units:
            at = next((i for i, v in enumerate(unit.verdict) if v in CALLED), None)
            calls += at is not None
            improving += at is not None and unit.verdict[at] is Verdict.IMPROVING
            years += (len(unit.verdict) if at is None else at + 1) / 36
    assert calls / years <= 1 / DEFAULT_RULE.false_call_years
    assert improving <= calls
