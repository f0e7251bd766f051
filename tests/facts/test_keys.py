"""Keys tell events of one person apart or together, and nothing else."""

from __future__ import annotations

import doctest
import hmac
from hashlib import sha256

import pytest

from midcourse.facts import describing, educator_key, keys, make_secret, observer_key, record_key, room_key, snapshot


def test_the_examples_run() -> None:
    for module in (describing, keys, snapshot):
        assert doctest.testmod(module).failed == 0


SECRET = bytes(range(32))


def test_a_key_is_the_hmac_of_purpose_and_subject() -> None:
    assert room_key(SECRET, "t-1") == hmac.new(SECRET, b"room\x00t-1", sha256).hexdigest()[:20]


def test_purposes_do_not_meet() -> None:
    keys = [make(SECRET, "t-1") for make in (room_key, educator_key, observer_key)]
    keys += [record_key(SECRET, "visit", "t-1"), record_key(SECRET, "section", "t-1")]
    assert len(set(keys)) == 5


def test_a_new_year_breaks_the_link_and_the_same_year_keeps_it() -> None:
    other = make_secret()
    assert len(other) == 32 and other != make_secret()
    assert room_key(SECRET, "t-1") == room_key(SECRET, "t-1") != room_key(other, "t-1")


def test_weak_secrets_and_nobodies_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        room_key(b"short", "t-1")
    with pytest.raises(ValueError, match="subject"):
        educator_key(SECRET, "")
