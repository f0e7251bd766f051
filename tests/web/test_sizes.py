"""A request that is too large for who sends it is refused before its body is read."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse

from midcourse.web.sizes import MOST_ANONYMOUS, MOST_SIGNED_IN
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


class _Unread(io.RawIOBase):
    """A body that must not be touched."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def send(client: Client, path: str, length: int) -> int:
    return client.generic(
        "POST", path, b"x", content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(length), "wsgi.input": _Unread()},
    ).status_code  # fmt: skip


@pytest.fixture
def checked() -> Client:
    return Client(enforce_csrf_checks=True)  # the check of the form's token would read the body


@pytest.mark.parametrize("path", ["sign-in", "home"])
def test_nobody_sends_much_without_a_sign_in(checked: Client, path: str) -> None:
    assert send(checked, reverse(path), MOST_ANONYMOUS + 1) == 413


def test_a_made_up_session_is_no_sign_in(checked: Client) -> None:
    checked.cookies["sessionid"] = "x" * 32
    assert send(checked, reverse("home"), MOST_ANONYMOUS + 1) == 413


def test_whoever_is_signed_in_sends_a_file_but_no_more(checked: Client, cast: Cast) -> None:
    checked.force_login(cast.north.users["data_manager"])
    assert send(checked, reverse("home"), MOST_SIGNED_IN + 1) == 413
    assert send(checked, reverse("sign-in"), MOST_ANONYMOUS + 1) == 413
    assert send(checked, reverse("home"), MOST_SIGNED_IN) == 403, "only the form's token is missing"


def test_a_length_that_is_no_number_is_nothing(checked: Client) -> None:
    assert checked.generic("GET", reverse("sign-in"), CONTENT_LENGTH="many").status_code == 200
