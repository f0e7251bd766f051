"""Every address is declared with who may open it, and what is forbidden answers exactly like what is missing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from midcourse.web.permissions import SUBJECTS, Scope
from midcourse.web.routes import ROUTES

if TYPE_CHECKING:
    from tests.district.cast import Cast

BY_NAME = {route.name: route for route in ROUTES}


def test_every_url_pattern_is_a_declared_route() -> None:
    patterns = {pattern.name: str(pattern.pattern) for pattern in get_resolver().url_patterns}
    assert patterns == {route.name: route.path for route in ROUTES}


def test_route_names_are_unique() -> None:
    assert len(BY_NAME) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_route_declares_what_its_scope_needs(route) -> None:
    open_scopes = (Scope.PUBLIC, Scope.SIGNED_IN)
    assert (route.act is None) == (route.scope in open_scopes)
    keys = {part.split(":")[1].rstrip(">") for part in route.path.split("/") if part.startswith("<")}
    assert keys <= {*SUBJECTS, "indicator"}, "an object in an address needs a loader in SUBJECTS"
    if route.scope in (Scope.DISTRICT, Scope.SOMEWHERE, Scope.SCHOOL):
        assert keys & set(SUBJECTS), "without an object there is no district to ask about"


def test_nobody_reaches_a_page_without_signing_in(client: Client, cast: Cast) -> None:
    for route in ROUTES:
        if route.scope is Scope.PUBLIC:
            continue
        keys = _keys(route.path, cast)
        for path in (reverse(route.name, kwargs=keys), reverse(route.name, kwargs=_nowhere(keys))):
            response = client.get(path)
            assert response.status_code == 302, route.name
            assert response["Location"].startswith("/sign-in/")


def test_a_foreign_object_answers_like_a_missing_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.north.users["teacher"])
    for route in ROUTES:
        keys = _keys(route.path, cast, town=cast.south)
        if not keys.keys() & set(SUBJECTS):
            continue
        foreign = client.get(reverse(route.name, kwargs=keys))
        missing = client.get(reverse(route.name, kwargs=_nowhere(keys)))
        assert foreign.status_code == missing.status_code == 404, route.name
        assert _body(foreign) == _body(missing), route.name


def test_an_object_under_another_districts_address_is_missing(client: Client, cast: Cast) -> None:
    """Even for a login that may see both: the address must say where the object is."""
    from midcourse.records.actions.people import sign_agreement
    from midcourse.vocabulary import Role

    partner = cast.outside["partner"]
    sign_agreement(
        district=cast.south.district, user=partner, role=Role.PARTNER, purpose="x", begins_on=cast.today, by=None
    )
    client.force_login(cast.fresh(cast.north.users["superintendent"]))
    path = reverse(
        "post", kwargs={"district": cast.south.district.slug, "post": cast.north.people["coach"].posts.get().pk}
    )
    assert client.get(path).status_code == 404


def test_the_wrong_method_is_refused_after_the_permission(client: Client, cast: Cast) -> None:
    client.force_login(cast.north.users["assistant_superintendent"])
    path = reverse("district", kwargs={"district": cast.north.district.slug})
    assert client.post(path).status_code == 405
    client.force_login(cast.south.users["teacher"])
    assert client.post(path).status_code == 404


def test_pages_are_never_kept_by_a_cache(client: Client, cast: Cast) -> None:
    client.force_login(cast.north.users["teacher"])
    assert client.get(reverse("me"))["Cache-Control"] == "private, no-store"


def _body(response) -> bytes:
    """Return the body without the request's own address and token."""
    text = response.content.decode()
    for line in ("csrfmiddlewaretoken", 'name="next"'):
        text = "\n".join(row for row in text.splitlines() if line not in row)
    return text.encode()


def _keys(path: str, cast: Cast, *, town=None) -> dict[str, object]:
    """Return real objects of a town for every name in a route's address."""
    town = town or cast.north
    known = {
        "district": town.district.slug,
        "school": town.schools[0].pk,
        "indicator": "T2",
        "version": town.version.pk,
        "post": town.people["coach"].posts.get().pk,
    }
    names = [part.split(":")[1].rstrip(">") for part in path.split("/") if part.startswith("<")]
    return {name: known.get(name, uuid.uuid4()) for name in names}


def _nowhere(keys: dict[str, object]) -> dict[str, object]:
    return {
        name: "nowhere" if name == "district" else value if name == "indicator" else uuid.uuid4()
        for name, value in keys.items()
    }
