"""A visit is stored exactly once, stamped, checked, and never of one's own class."""

from __future__ import annotations

import uuid

import pytest
from tests.district.cast import Cast

from midcourse.records.actions.visits import (
    Answer,
    Recorded,
    Sheet,
    record_visit,
)
from midcourse.records.models import AuditEntry, Visit, VisitItem

pytestmark = pytest.mark.django_db


def sheet(cast: Cast, who: str = "coach", rating: float = 3, note: str = "") -> Sheet:
    return Sheet(cast.north.people[who], (Answer("reasoning", rating), Answer("goal_posted", 1)), note)


def record(cast: Cast, **changes: object) -> Recorded:
    given = {
        "visit_id": uuid.UUID(int=1),
        "version": cast.north.version,
        "visited_on": cast.today,
        "sheets": [sheet(cast)],
        "section": cast.north.sections[0],
        "by": cast.north.users["coach"],
    } | changes
    return record_visit(**given)


def test_a_visit_is_stored_once_however_often_it_is_sent(cast: Cast) -> None:
    assert record(cast).created
    for _ in range(4):
        assert not record(cast).created
    assert Visit.objects.count() == 1
    assert VisitItem.objects.count() == 4
    assert AuditEntry.objects.filter(act="record", subject="visit").count() == 1
