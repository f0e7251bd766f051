"""Decisions keep the verdict they were made on, and are checked once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.decisions import check_decision, decide
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import AuditEntry, Decision
from midcourse.vocabulary import Verdict
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def made(cast: Cast, **changes: object) -> Decision:
    given = {
        "district": cast.north.district,
        "indicator_id": "T2",
        "verdict": Verdict.WORSENING,
        "snapshot_id": "s1",
        "text": "Coaches sit in on grade 4 planning.",
        "owner": cast.north.people["coach"],
        "check_on": cast.today + dt.timedelta(days=42),
        "by": cast.north.users["assistant_superintendent"],
    } | changes
    return decide(**given)


def test_a_decision_is_kept_with_its_grounds_and_checked_once(cast: Cast) -> None:
    decision = made(cast)
    assert (decision.verdict, decision.snapshot_id, decision.decided_on) == ("worsening", "s1", cast.today)
    assert decision.decided_by == cast.north.users["assistant_superintendent"]
    assert Decision.objects.open_for(cast.north.district.id).get() == decision
    done = check_decision(decision=decision, outcome="Held in all four weeks.", by=cast.north.users["superintendent"])
    assert (done.checked_on, done.outcome) == (cast.today, "Held in all four weeks.")
    assert not Decision.objects.open_for(cast.north.district.id).exists()
    with pytest.raises(Refused, match="already"):
        check_decision(decision=decision, outcome="Again", by=cast.north.users["superintendent"])
    assert "Coaches" not in str([e.details for e in AuditEntry.objects.all()])


def test_a_decision_says_something_and_is_checked_later(cast: Cast) -> None:
    with pytest.raises(Refused, match="what will be done"):
        made(cast, text="  ")
    with pytest.raises(Refused, match="before the decision"):
        made(cast, check_on=cast.today - dt.timedelta(days=1))
    with pytest.raises(Refused, match="this district"):
        made(cast, owner=cast.south.people["coach"])
    with pytest.raises(Refused, match="what came of it"):
        check_decision(decision=made(cast), outcome="", by=cast.north.users["superintendent"])
    early = cast.today - dt.timedelta(days=1)
    with pytest.raises(Refused, match="before the decision"):
        check_decision(decision=made(cast), outcome="x", checked_on=early, by=cast.north.users["superintendent"])


def test_a_decision_is_about_schools_and_names_nobody_unless_that_is_meant(cast: Cast) -> None:
    teacher = cast.north.people["teacher_3"]
    with pytest.raises(Refused, match=teacher.family_name):
        made(cast, text=f"Visit Ms. {teacher.family_name} again.")
    with pytest.raises(Refused, match=teacher.family_name):
        check_decision(decision=made(cast), outcome=f"{teacher} has improved.", by=cast.north.users["superintendent"])
    assert made(cast, text=f"Meet at {cast.north.schools[0].name}."), "a school's name is nobody's"
    assert made(cast, text=f"Read {teacher.family_name} (2009) together.", accept_names=True)


def test_a_principal_decides_for_the_own_school_only(cast: Cast) -> None:
    principal = cast.north.users["principal"]
    own = made(cast, school=cast.north.schools[0], owner=None, by=principal)
    check_decision(decision=own, outcome="Done.", by=principal)
    for school in (cast.north.schools[1], None):
        with pytest.raises(PermissionDenied):
            made(cast, school=school, by=principal)
    with pytest.raises(PermissionDenied):
        check_decision(decision=made(cast), outcome="x", by=principal)


@pytest.mark.parametrize("who", ["teacher", "coach", "data_manager", "support_staff"])
def test_others_do_not_decide(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        made(cast, by=cast.north.users[who])
    with pytest.raises(PermissionDenied):
        made(cast, by=cast.south.users["superintendent"])
