"""An adoption is signed off, changed with a reason by a successor, and never overwritten."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.adoptions import adopt_indicator, change_adoption, end_adoption
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Adoption
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def adopt(cast: Cast, **changes: object) -> Adoption:
    given = {
        "district": cast.north.district,
        "indicator_id": "T2",
        "definition_version": 1,
        "local_name": {"en": "Pupils reason aloud"},
        "target": 0.6,
        "owner": cast.north.people["curriculum_director"],
        "adopted_on": cast.today - dt.timedelta(days=30),
        "by": cast.north.users["assistant_superintendent"],
    } | changes
    return adopt_indicator(**given)


def test_the_lag_counts_from_the_initiative_unless_said_otherwise(cast: Cast) -> None:
    assert adopt(cast).counts_from == cast.north.district.initiative_began_on
    later = adopt(cast, indicator_id="I1", counts_from=cast.today)
    assert later.counts_from == cast.today
    cast.south.district.initiative_began_on = None
    own = adopt(cast, district=cast.south.district, owner=None, by=None)
    assert own.counts_from == own.adopted_on


def test_an_indicator_is_adopted_once_at_a_time(cast: Cast) -> None:
    first = adopt(cast)
    with pytest.raises(Refused, match="already adopted"):
        adopt(cast)
    end_adoption(adoption=first, on=cast.today, reason="Never discussed.", by=cast.north.users["superintendent"])
    assert adopt(cast, adopted_on=cast.today).ended_on is None
    assert Adoption.objects.count() == 2


def test_a_change_ends_one_row_and_begins_another(cast: Cast) -> None:
    first = adopt(cast)
    second = change_adoption(
        adoption=first, on=cast.today, reason="Within reach", target=0.7, by=cast.north.users["superintendent"]
    )
    first.refresh_from_db()
    assert (first.target, first.ended_on) == (0.6, cast.today)
    assert (second.target, second.local_name, second.owner) == (0.7, first.local_name, first.owner)
    assert (second.counts_from, second.reason) == (first.counts_from, "Within reach")
    assert [a.target for a in Adoption.objects.on(cast.today)] == [0.7]
    assert [a.target for a in Adoption.objects.on(cast.today - dt.timedelta(days=1))] == [0.6]
    with pytest.raises(Refused, match="already ended"):
        change_adoption(adoption=first, on=cast.today, reason="again", target=0.8, by=None)
    assert Adoption.objects.count() == 2


def test_a_change_needs_a_reason_and_a_day_after_the_beginning(cast: Cast) -> None:
    first = adopt(cast)
    with pytest.raises(Refused, match="reason"):
        change_adoption(adoption=first, on=cast.today, reason=" ", target=0.1, by=None)
    with pytest.raises(Refused, match="before it began"):
        end_adoption(adoption=first, on=dt.date(2000, 1, 1), reason="x", by=None)


def test_the_owner_is_of_the_district(cast: Cast) -> None:
    with pytest.raises(Refused, match="staff"):
        adopt(cast, owner=cast.south.people["coach"])


@pytest.mark.parametrize("who", ["principal", "teacher", "data_manager"])
def test_only_central_leads_adopt(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        adopt(cast, by=cast.north.users[who])
    first = adopt(cast)
    with pytest.raises(PermissionDenied):
        end_adoption(adoption=first, on=cast.today, reason="x", by=cast.north.users[who])
    with pytest.raises(PermissionDenied):
        change_adoption(adoption=first, on=cast.today, reason="x", by=cast.south.users["superintendent"])
    first.refresh_from_db()
    assert first.ended_on is None
