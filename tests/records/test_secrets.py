"""Secrets are made on demand, kept apart by year and district, and gone when destroyed."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest

from midcourse.records.actions.secrets import (
    SecretDestroyedError,
    destroy_year_secret,
    observer_secret,
    room_stamp,
    year_secret,
)
from midcourse.records.models import AuditEntry, KeySecret
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
