"""Events flag charts; they belong to a district or one of its schools."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.events import record_event
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Event
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def test_an_event_is_recorded_where_it_happened(cast: Cast) -> None:
    given = {
        "district": cast.north.district,
        "kind": Event.Kind.LEADER,
        "happened_on": cast.today,
        "title": {"en": "New principal", "es": "Nueva dirección"},
    }
    whole = record_event(**given, by=cast.north.users["superintendent"])
    own = record_event(**given, school=cast.north.schools[0], by=cast.north.users["principal"])
    assert (whole.school, own.school, own.kind) == (None, cast.north.schools[0], "leader")
    with pytest.raises(PermissionDenied):
        record_event(**given, by=cast.north.users["principal"])
    with pytest.raises(PermissionDenied):
        record_event(**given, by=cast.south.users["superintendent"])
    with pytest.raises(Refused, match="another district"):
        record_event(**given, school=cast.south.schools[0], by=cast.north.users["superintendent"])
    with pytest.raises(Refused, match="title"):
        record_event(**(given | {"title": {"en": " "}}), by=None)
    assert Event.objects.visible_to(cast.north.users["teacher"]).count() == 2
    assert not Event.objects.visible_to(cast.south.users["superintendent"]).exists()
