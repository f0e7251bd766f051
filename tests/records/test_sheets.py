"""Every answer fits its look-for's scale, and the reasons for no answer are kept apart."""

from __future__ import annotations

import pytest

from midcourse.records.actions.sheets import Answer, complete_answers
from midcourse.records.models import LookFor
from midcourse.vocabulary import Missing, Scale

LOOK_FORS = {
    row.code: row
    for row in (
        LookFor(code="rating", scale=Scale.RATING_1_4, required=True),
        LookFor(code="three", scale=Scale.RATING_1_4, choices=[{"value": v, "text": {}} for v in (1.0, 2.0, 3.0)]),
        LookFor(code="yes", scale=Scale.YES_NO),
        LookFor(code="count", scale=Scale.COUNT, minimum=0, maximum=20),
        LookFor(code="scan", scale=Scale.SNAPSHOT),
    )
}


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer("rating", v) for v in (1, 2, 3, 4.0)),
        Answer("three", 3),
        Answer("yes", 0),
        Answer("yes", 1),
        Answer("count", 0),
        Answer("count", 20),
        Answer("scan", 0, scanned=1),
        Answer("scan", 22, scanned=22),
        Answer("scan", missing=Missing.NOT_APPLICABLE),
        Answer("rating", missing=Missing.NOT_LOOKED_FOR),
    ],
    ids=str,
)
def test_what_fits_is_taken(answer: Answer) -> None:
    _answers, problems = complete_answers(LOOK_FORS, [answer])
    assert [p.look_for for p in problems] in ([], ["rating"])
    assert not [p for p in problems if p.look_for == answer.look_for_code]


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer("rating", v) for v in (0, 5, 2.5, float("nan"), float("inf"), -1)),
        Answer("three", 4),
        Answer("yes", 2),
        Answer("count", 21),
        Answer("count", -1),
        Answer("count", 1.5),
        Answer("count", float("nan")),
        Answer("count", 3, scanned=4),
        Answer("scan", 3),
        Answer("scan", 5, scanned=4),
        Answer("scan", 0, scanned=0),
        Answer("scan", -1, scanned=4),
        Answer("scan", 1.5, scanned=4),
        Answer("scan", 1, scanned=100_000),
        Answer("scan", missing=Missing.NOT_APPLICABLE, scanned=3),
        Answer("rating"),
        Answer("rating", 3, missing=Missing.NOT_APPLICABLE),
        Answer("rating", missing=Missing.SUPPRESSED),
        Answer("rating", missing=Missing.NOT_ASKED),
        Answer("unknown", 3),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_with_a_remedy(answer: Answer) -> None:
    _answers, problems = complete_answers(LOOK_FORS, [answer])
    (problem,) = [p for p in problems if p.look_for == answer.look_for_code]
    assert answer.look_for_code in problem.sentence and problem.remedy
    assert problem.value == ("" if answer.value is None else f"{answer.value:g}")


def test_every_look_for_gets_an_answer_in_its_order() -> None:
    answers, problems = complete_answers(LOOK_FORS, [Answer("yes", 1), Answer("rating", 2)])
    assert not problems and [a.look_for_code for a in answers] == list(LOOK_FORS)
    assert {a.missing for a in answers if a.value is None} == {Missing.NOT_LOOKED_FOR}


def test_a_required_look_for_must_be_answered_and_none_twice() -> None:
    _answers, problems = complete_answers(LOOK_FORS, [Answer("yes", 1), Answer("yes", 0)])
    assert sorted(p.look_for for p in problems) == ["rating", "yes"]


def test_only_an_older_form_may_not_have_asked() -> None:
    older = Answer("rating", missing=Missing.NOT_ASKED)
    assert complete_answers(LOOK_FORS, [older])[1]
    assert not complete_answers(LOOK_FORS, [older], imported=True)[1]
    assert complete_answers(LOOK_FORS, [Answer("rating", 9)], imported=True)[1]
