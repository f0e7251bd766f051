"""The rule's words and the promises its numbers rest on."""

from __future__ import annotations

import pytest

from midcourse.signals import DEFAULT_RULE, Rule


def test_the_rule_says_how_often_it_errs() -> None:
    assert DEFAULT_RULE.words == "about one false call in 5 years"
    assert Rule(false_call_years=20).words == "about one false call in 20 years"


def test_a_false_improving_costs_more_than_a_false_worsening() -> None:
    assert DEFAULT_RULE.up_odds > DEFAULT_RULE.down_odds
    assert DEFAULT_RULE.district_up_odds > DEFAULT_RULE.district_down_odds


def test_shares_of_a_sheet_are_of_the_published_size() -> None:
    rest = DEFAULT_RULE.lesson + DEFAULT_RULE.own + DEFAULT_RULE.severity
    look_fors = 1 / 9  # nine look-fors, each as noisy as teachers differ
    assert 1 / (1 + rest + look_fors) == pytest.approx(0.33, abs=0.02)
