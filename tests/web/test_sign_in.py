"""Signing in: guessing is slowed down by account and by address; the owner gets in again when the time is over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:
    from tests.district.cast import Cast


def _try(client: Client, username: str, password: str, address: str = "192.0.2.7") -> int:
    return client.post("/sign-in/", {"username": username, "password": password}, REMOTE_ADDR=address).status_code


def test_guessing_one_account_is_stopped_even_with_the_right_password_and_from_elsewhere(cast: Cast) -> None:
    from midcourse.records.actions.sign_ins import MOST_BY_ACCOUNT
    from tests.district.cast import PASSWORD

    client, name = Client(), cast.north.users["coach"].username
    assert [_try(client, name, "wrong") for _ in range(MOST_BY_ACCOUNT)] == [422] * MOST_BY_ACCOUNT
    assert _try(client, name.upper(), PASSWORD, "198.51.100.9") == 429
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)
    assert _try(client, wide, PASSWORD, "198.51.100.9") == 429, "other writings of the same name are the same account"
    assert _try(Client(), cast.north.users["teacher"].username, PASSWORD) == 302, "others are not held up"


def test_the_owner_gets_in_when_the_time_is_over(cast: Cast) -> None:
    from midcourse.records.actions.sign_ins import MOST_BY_ACCOUNT, WINDOW
    from midcourse.records.models import SignInFailure
    from tests.district.cast import PASSWORD

    client, name = Client(), cast.north.users["coach"].username
    for _ in range(MOST_BY_ACCOUNT):
        _try(client, name, "wrong")
    for failure in SignInFailure.objects.all():
        failure.at -= WINDOW + dt.timedelta(seconds=1)
        failure.save()
    assert _try(client, name, PASSWORD) == 302


def test_signing_in_forgets_the_failures_before(cast: Cast) -> None:
    from midcourse.records.models import SignInFailure
    from tests.district.cast import PASSWORD

    client, name = Client(), cast.north.users["coach"].username
    _try(client, name, "wrong")
    assert SignInFailure.objects.count() == 1
    assert _try(client, name, PASSWORD) == 302
    assert not SignInFailure.objects.exists()


def test_a_staff_meeting_behind_one_address_is_not_locked_out_but_a_sweep_is(cast: Cast) -> None:
    from midcourse.records.actions.sign_ins import MOST_BY_ADDRESS, note_failure
    from tests.district.cast import PASSWORD

    for number in range(40):
        note_failure(username=f"somebody{number}", address="192.0.2.7")
    assert _try(Client(), cast.north.users["coach"].username, PASSWORD) == 302
    for number in range(MOST_BY_ADDRESS):
        note_failure(username=f"guess{number}", address="192.0.2.7")
    assert _try(Client(), cast.north.users["teacher"].username, PASSWORD) == 429


def test_what_is_kept_names_nobody(cast: Cast) -> None:
    from midcourse.records.models import SignInFailure

    name = cast.north.users["coach"].username
    _try(Client(), name, "wrong")
    kept = SignInFailure.objects.get()
    assert name not in kept.account
    assert "192.0.2.7" not in kept.address
