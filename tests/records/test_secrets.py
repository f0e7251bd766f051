"""Secrets are made on demand, kept apart by year and district, and gone when destroyed."""

from __future__ import annotations

import datetime as dt
import hmac
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.calendars import add_term
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.secrets import (
    GRACE,
    SecretDestroyedError,
    close_year,
    close_years,
    destroy_year_secret,
    observer_secret,
    room_stamp,
    year_secret,
)
from midcourse.records.models import AuditEntry, KeySecret
from midcourse.vocabulary import TermKind
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_secret_is_made_once_and_differs_by_year_and_district(cast: Cast) -> None:
    north, south = cast.north.district, cast.south.district
    first = year_secret(north, 2027)
    assert first == year_secret(north, 2027) and len(first) == 32
    assert len({first, year_secret(north, 2028), year_secret(south, 2027), observer_secret(north)}) == 4
    assert observer_secret(north) == observer_secret(north)
    assert AuditEntry.objects.filter(act="make_secret").count() == 4


def test_a_stamp_is_an_hmac_that_needs_the_secret() -> None:
    secret = bytes(range(32))
    assert room_stamp(secret, "a") == hmac.new(secret, b"room\x00a", sha256).hexdigest()[:32]
    assert room_stamp(secret, "a") != room_stamp(secret, "b") != room_stamp(bytes(32), "b")


def test_a_destroyed_secret_never_comes_back(cast: Cast) -> None:
    north = cast.north.district
    year_secret(north, 2027)
    keeper = observer_secret(north)
    row = destroy_year_secret(district=north, school_year=2027, by=None)
    again = destroy_year_secret(district=north, school_year=2027, by=None)
    assert (row.secret, again.destroyed_at) == (None, row.destroyed_at)
    with pytest.raises(SecretDestroyedError):
        year_secret(north, 2027)
    assert observer_secret(north) == keeper
    assert AuditEntry.objects.filter(act="destroy_secret").count() == 1
    assert KeySecret.objects.filter(secret=None).count() == 1


def test_a_year_without_visits_can_be_closed_too(cast: Cast) -> None:
    destroy_year_secret(district=cast.north.district, school_year=2020, by=None)
    with pytest.raises(SecretDestroyedError):
        year_secret(cast.north.district, 2020)


def _this_year(cast: Cast) -> int:
    return cast.today.year + (cast.today.month >= 7)


def test_years_that_ended_longer_ago_than_the_grace_are_closed_and_no_other(cast: Cast) -> None:
    north, south, year = cast.north.district, cast.south.district, _this_year(cast)
    kept = year_secret(south, year)
    year_secret(north, year)
    year_secret(north, year - 2)
    year_secret(south, 2011)  # no term tells when it ended
    closed = close_years(today=cast.today, by=None)
    assert [(row.district_id, row.school_year) for row in closed] == sorted([(north.id, year - 2), (south.id, 2011)])
    assert {row.secret for row in closed} == {None}
    assert year_secret(south, year) == kept
    assert close_years(today=cast.today, by=None) == ()
    assert AuditEntry.objects.filter(act="destroy_secret", by=None).count() == 2


def test_a_year_stays_open_through_the_grace_and_goes_the_day_after(cast: Cast) -> None:
    north, last = cast.north.district, dt.date(2015, 6, 12)
    add_term(
        district=north, kind=TermKind.SCHOOL_YEAR, title="old", begins_on=dt.date(2014, 9, 1), ends_on=last, by=None
    )
    year_secret(north, 2015)
    assert close_years(today=last + GRACE, by=None) == ()
    assert len(close_years(today=last + GRACE + dt.timedelta(days=1), by=None)) == 1


def test_a_day_that_has_not_come_closes_nothing(cast: Cast) -> None:
    kept = year_secret(cast.north.district, _this_year(cast))
    close_years(today=cast.today + dt.timedelta(days=4000), by=None)
    assert year_secret(cast.north.district, _this_year(cast)) == kept


def test_a_year_is_closed_by_hand_only_when_it_is_over(cast: Cast) -> None:
    north, year = cast.north.district, _this_year(cast)
    with pytest.raises(Refused, match="has not ended"):
        close_year(district=north, school_year=year, by=None)
    assert close_year(district=north, school_year=year - 1, by=cast.north.users["data_manager"]).secret is None
    with pytest.raises(PermissionDenied):
        close_year(district=north, school_year=year - 2, by=cast.north.users["coach"])
