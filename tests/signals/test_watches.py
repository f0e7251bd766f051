"""How one unit's verdict moves from week to week."""

from __future__ import annotations

from midcourse.signals.watches import Watch, signed_evidence

NOTHING = (-4.0, -4.0)


def watch() -> Watch:
    return Watch(up_odds=1.0, down_odds=0.5, keep_odds=-1.0)


def test_nothing_is_called_below_the_odds() -> None:
    w = watch()
    assert w.weigh(0, (0.9, -5.0), None, (0, 0)).direction == 0
    assert w.restart is None


def test_a_false_improving_needs_more_than_a_false_worsening() -> None:
    assert watch().weigh(0, (0.7, -5.0), None, (0, 0)).direction == 0
    assert watch().weigh(0, (-5.0, 0.7), None, (0, 0)).direction == -1


def test_a_call_starts_the_watch_again() -> None:
    w = watch()
    assert w.weigh(5, (2.0, -5.0), None, (1, 3)).direction == 1
    assert w.restart == 3
    assert w.weigh(6, (3.0, -5.0), NOTHING, (0, 4)).direction == 1
    assert w.restart == 3


def test_a_long_rise_is_followed_and_a_fall_turns_the_verdict() -> None:
    w = watch()
    w.weigh(5, (2.0, -5.0), None, (1, 3))
    assert w.weigh(9, (4.0, -5.0), (1.5, -5.0), (4, 6)).direction == 1
    assert w.restart == 6 and len(w.calls) == 1
    fallen = w.weigh(20, (4.0, -5.0), (-5.0, 1.5), (8, 9))
    assert fallen.direction == -1
    assert fallen.p_worsening > fallen.p_improving
    assert fallen.evidence < 0
    assert [c.direction for c in w.calls] == [1, -1]


def test_a_call_the_evidence_leaves_is_given_up_and_taken_up_again() -> None:
    w = watch()
    w.weigh(5, (2.0, -5.0), None, (1, 3))
    assert w.weigh(6, (-1.5, -3.0), NOTHING, (1, 3)).direction == 0
    assert w.weigh(7, (0.0, -3.0), NOTHING, (1, 3)).direction == 1


def test_evidence_grows_with_the_odds_and_carries_their_sign() -> None:
    assert signed_evidence(1.0, -3.0) == 22.0
    assert signed_evidence(-3.0, 1.0) == -22.0
    assert signed_evidence(-60.0, -59.0) == 0.0
