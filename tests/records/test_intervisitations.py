"""Intervisitations: the visitor and the host school, with the visitor's post of that day."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.intervisitations import (
    IntervisitationDraft,
    record_intervisitation,
    record_intervisitations,
)
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import AuditEntry, Intervisitation, VisitHost
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def record(cast: Cast, who: str = "teacher", **changes: object) -> Intervisitation:
    given = {
        "visitor": cast.north.people[who],
        "host_school": cast.north.schools[1],
        "happened_on": cast.today,
        "taken_home": "Wait three seconds after each question.",
        "by": cast.north.users[who],
    } | changes
    return record_intervisitation(**given)


def test_ones_own_visit_is_recorded_with_the_post_of_the_day(cast: Cast) -> None:
    row = record(cast)
    assert (row.visitor_role, row.home_school, row.host_school) == ("teacher", *cast.north.schools)
    assert record(cast, "superintendent").home_school is None
    assert not VisitHost.objects.exists()
    assert Intervisitation.objects.visible_to(cast.north.users["teacher"]).get() == row
    for who in ("principal", "superintendent", "data_manager"):
        assert row not in Intervisitation.objects.visible_to(cast.north.users[who])


def test_the_clients_id_makes_it_once(cast: Cast) -> None:
    again = [record(cast, intervisitation_id=uuid.UUID(int=5)) for _ in range(3)]
    assert len({r.id for r in again}) == 1 and Intervisitation.objects.count() == 1
    assert AuditEntry.objects.filter(subject="intervisitation").count() == 1
    with pytest.raises(PermissionDenied):
        record(cast, "teacher_2", intervisitation_id=uuid.UUID(int=5))


def test_the_note_names_nobody(cast: Cast) -> None:
    with pytest.raises(Refused, match="Lindqvist"):
        record(cast, taken_home="Ms Lindqvist waits three seconds.")
    assert not Intervisitation.objects.exists()


def test_the_future_other_districts_and_people_without_a_post_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="future"):
        record(cast, happened_on=cast.today + dt.timedelta(days=1))
    with pytest.raises(Refused, match="another district"):
        record(cast, host_school=cast.south.schools[0])
    with pytest.raises(Refused, match="no post"):
        record(cast, happened_on=dt.date(2001, 1, 1), by=None)


def test_a_principal_records_for_the_own_staff_only(cast: Cast) -> None:
    assert record(cast, by=cast.north.users["principal"])
    for user in (cast.north.users["principal_2"], cast.north.users["teacher_2"], cast.south.users["superintendent"]):
        with pytest.raises(PermissionDenied):
            record(cast, by=user)


def test_many_at_once_are_one_entry(cast: Cast) -> None:
    drafts = [
        IntervisitationDraft(cast.north.people[who], cast.north.schools[1], cast.today - dt.timedelta(days=i))
        for i, who in enumerate(("teacher", "teacher_2", "coach"))
    ]
    assert record_intervisitations(district=cast.north.district, drafts=drafts, by=None) == 3
    assert AuditEntry.objects.filter(act="record_many").count() == 1
    with pytest.raises(PermissionDenied):
        record_intervisitations(district=cast.south.district, drafts=drafts, by=None)
    with pytest.raises(PermissionDenied):
        record_intervisitations(district=cast.north.district, drafts=drafts, by=cast.north.users["principal"])
