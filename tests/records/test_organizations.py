"""One network, walled districts, schools that close and keep their history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.organizations import (
    close_school,
    create_district,
    create_network,
    create_team,
    open_school,
)
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import AuditEntry, School, Team
from midcourse.vocabulary import GradeBand
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def test_an_installation_serves_one_network_set_up_by_the_machine(cast: Cast) -> None:
    with pytest.raises(Refused, match="already serves"):
        create_network(name="Second", by=None)
    chief = cast.north.users["superintendent"]
    with pytest.raises(PermissionDenied):
        create_network(name="Second", by=chief)
    with pytest.raises(PermissionDenied):
        create_district(network=cast.network, name="D", slug="d", by=chief)


def test_a_school_opens_and_closes_and_stays(cast: Cast) -> None:
    user = cast.north.users["data_manager"]
    school = open_school(district=cast.north.district, name="Dogwood", opened_on=dt.date(2026, 8, 1), by=user)
    with pytest.raises(Refused, match="before it opened"):
        close_school(school=school, closed_on=dt.date(2026, 7, 1), by=user)
    close_school(school=school, closed_on=dt.date(2027, 6, 30), by=user)
    assert School.objects.get(name="Dogwood").closed_on == dt.date(2027, 6, 30)
    assert AuditEntry.objects.filter(object_id=school.id).count() == 2


def test_the_district_next_door_changes_nothing(cast: Cast) -> None:
    stranger = cast.south.users["superintendent"]
    with pytest.raises(PermissionDenied):
        open_school(district=cast.north.district, name="X", by=stranger)
    with pytest.raises(PermissionDenied):
        close_school(school=cast.north.schools[0], closed_on=cast.today, by=stranger)
    with pytest.raises(PermissionDenied):
        create_team(school=cast.north.schools[0], name="X", by=stranger)


def test_a_team_belongs_to_a_school(cast: Cast) -> None:
    team = create_team(
        school=cast.north.schools[0],
        name="Grade 4",
        grade_band=GradeBand.ELEMENTARY,
        by=cast.north.users["superintendent"],
    )
    assert Team.objects.visible_to(cast.north.users["teacher"]).get() == team
    assert not Team.objects.visible_to(cast.north.users["teacher_3"]).exists()
