"""Signing in leads each role to what it comes for, in its own language; feedback is for the visited teacher alone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from tests.district.cast import Cast


def signed(cast: Cast, name: str) -> Client:
    """Return a browser in which somebody of the north is signed in."""
    client = Client()
    client.force_login(cast.fresh(cast.north.users[name]))
    return client


def test_each_role_is_led_to_what_it_comes_for(cast: Cast) -> None:
    district = reverse("district", kwargs={"district": cast.north.district.slug})
    expected = {
        "superintendent": district,
        "assistant_superintendent": district,
        "curriculum_director": district,
        "data_manager": reverse("rosters", kwargs={"district": cast.north.district.slug}),
        "principal": reverse("school", kwargs={"school": cast.north.schools[0].pk}),
        "coach": reverse("school", kwargs={"school": cast.north.schools[0].pk}),
        "teacher": reverse("me"),
        "support_staff": reverse("me"),
    }
    for name, path in expected.items():
        assert signed(cast, name).get("/")["Location"] == path, name
    pending = signed(cast, "pending").get("/")
    assert pending.status_code == 200
    assert b"holds no post yet" in pending.content


def test_a_partner_of_two_districts_sees_them_side_by_side(client: Client, cast: Cast) -> None:
    from midcourse.records.actions.people import sign_agreement
    from midcourse.vocabulary import Role

    partner = cast.outside["partner"]
    sign_agreement(
        district=cast.south.district, user=partner, role=Role.PARTNER, purpose="x", begins_on=cast.today, by=None
    )
    client.force_login(cast.fresh(partner))
    assert client.get("/")["Location"] == reverse("network")
    page = client.get(reverse("network")).content.decode()
    assert page.index("Northfold") < page.index("Southmere")


@pytest.mark.slow  # a real password hash
def test_signing_in_takes_the_language_along(client: Client, cast: Cast) -> None:
    from midcourse.records.actions.people import set_language
    from tests.district.cast import PASSWORD

    user = cast.north.users["teacher"]
    set_language(language="es", by=user)
    given = {"username": f" {user.username.upper()} ", "password": PASSWORD, "next": "https://elsewhere.example/"}
    response = client.post(reverse("sign-in"), given)
    assert response["Location"] == "/", "never leads to another site"
    assert client.get(reverse("me")).content.decode().count('<html lang="es">') == 1


def test_a_wrong_password_is_said_without_telling_which(client: Client, cast: Cast) -> None:
    for username in (cast.north.users["teacher"].username, "nobody"):
        response = client.post(reverse("sign-in"), {"username": username, "password": "wrong"})
        assert response.status_code == 422
        assert b"do not fit together" in response.content


def test_the_language_is_switched_for_browser_and_person(client: Client, cast: Cast) -> None:
    client.force_login(cast.north.users["teacher"])
    response = client.post(reverse("language"), {"language": "es", "next": reverse("me")})
    assert response["Location"] == reverse("me")
    assert "Mi página" in client.get(reverse("me")).content.decode()
    assert cast.fresh(cast.north.users["teacher"]).language == "es"
    client.post(reverse("language"), {"language": "xx"})
    assert cast.fresh(cast.north.users["teacher"]).language == "es"


def test_feedback_is_shown_to_the_visited_teacher_alone_and_goes_when_read(cast: Cast) -> None:
    from midcourse.records.actions.sheets import Answer, Sheet
    from midcourse.records.actions.visits import record_visit
    from midcourse.records.models import VisitHost

    answers = (Answer("reasoning", value=3.0), Answer("goal_posted", value=1.0))
    visit = record_visit(
        visit_id=uuid.uuid4(),
        version=cast.north.version,
        visited_on=cast.today,
        section=cast.north.sections[0],
        sheets=(Sheet(cast.north.people["coach"], answers, "Pairs compared two ways."),),
        by=cast.north.users["coach"],
    ).visit
    mine, other = signed(cast, "teacher"), signed(cast, "teacher_2")
    assert b"Pairs compared two ways." in mine.get(reverse("me")).content
    assert b"Pairs compared" not in other.get(reverse("me")).content
    assert other.post(reverse("read-feedback"), {"visit": str(visit.pk)}).status_code == 404
    assert mine.post(reverse("read-feedback"), {"visit": str(visit.pk)}).status_code == 302
    assert not VisitHost.objects.exists()
    assert b"Pairs compared" not in mine.get(reverse("me")).content


def test_a_password_is_changed_by_who_knows_it(cast: Cast) -> None:
    from tests.district.cast import PASSWORD

    client = signed(cast, "teacher")
    page = reverse("password")
    assert client.post(page, {"old": "wrong", "new": "another-long-passphrase"}).status_code == 422
    assert client.post(page, {"old": PASSWORD, "new": "short"}).status_code == 422
    assert client.post(page, {"old": PASSWORD, "new": "another-long-passphrase"}).status_code == 302
    assert client.get(reverse("me")).status_code == 200, "still signed in"


def test_invented_data_say_so_on_every_page_and_real_data_do_not(client: Client, cast: Cast) -> None:
    from midcourse.records.models import Network

    client.force_login(cast.north.users["assistant_superintendent"])
    paths = [reverse("me"), reverse("people", kwargs={"district": "northfold"}), "/nowhere/"]
    assert all(b"Invented data." in client.get(path).content for path in paths)
    Network.objects.update(invented=False)
    assert not any(b"Invented data." in client.get(path).content for path in paths)


def test_a_person_is_added_and_a_post_ended_and_confirmed(client: Client, cast: Cast) -> None:
    from midcourse.records.models import Post, User
    from midcourse.vocabulary import Role

    client.force_login(cast.north.users["assistant_superintendent"])
    where = {"district": cast.north.district.slug}
    given = {
        "given_name": "Ottoline",
        "family_name": "Fairweather",
        "role": Role.TEACHER.value,
        "begins_on": cast.today.isoformat(),
        "username": "ottoline",
        "password": "a-long-first-passphrase",
    }
    refused = client.post(reverse("add-person", kwargs=where), given)
    assert refused.status_code == 422, "a teacher needs a school"
    given["school"] = str(cast.north.schools[0].pk)
    assert client.post(reverse("add-person", kwargs=where), given).status_code == 302
    post = Post.objects.get(educator__family_name="Fairweather")
    assert User.objects.get(username="ottoline").educator == post.educator
    assert client.post(reverse("add-person", kwargs=where), given).status_code == 422, "the user name is taken"
    assert Post.objects.filter(educator__family_name="Fairweather").count() == 1, "all of a person or nothing"
    end = {"step": "end", "ends_on": cast.today.isoformat()}
    assert client.post(reverse("post", kwargs={**where, "post": post.pk}), end).status_code == 302
    pending = Post.objects.get(educator=cast.north.people["pending"])
    confirm = {"step": "confirm", "role": Role.COACH.value}
    assert client.post(reverse("post", kwargs={**where, "post": pending.pk}), confirm).status_code == 302
    pending.refresh_from_db()
    assert pending.role == Role.COACH
