"""Every page answers, on an empty site and after a refresh, in both languages, with a bounded number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from midcourse.web.routes import ROUTES

if TYPE_CHECKING:
    from tests.district.cast import Cast, Town

ELSEWHERE = {
    "home": 302,
    "record-here": 302,
    "record-visit": 302,
    "map-visits": 302,
    "check-visits": 302,
    "network": 404,
}
"""What answers a district's leader otherwise than with a page: it leads on, or it is not theirs."""


def pages_of(town: Town, cast: Cast) -> dict[str, str]:
    """Return the address of every page that can be opened with a GET, by route name."""
    from midcourse.records.models import Decision, ReceivedFile, RosterRun, Visit

    district = town.district
    lead = town.users["assistant_superintendent"]
    mine = Visit.objects.filter(district=district, observers__observer=lead.educator).first()
    known = {
        "district": district.slug,
        "school": town.schools[0].pk,
        "indicator": "T2",
        "version": town.version.pk,
        "post": town.people["coach"].posts.get().pk,
        "own_visit": mine.pk if mine else None,
        "visit": mine.pk if mine else None,
        "run": RosterRun.objects.filter(district=district).values_list("pk", flat=True).first(),
        "file": ReceivedFile.objects.filter(district=district).values_list("pk", flat=True).first(),
        "decision": Decision.objects.filter(district=district).values_list("pk", flat=True).first(),
    }
    pages = {}
    for route in ROUTES:
        keys = [part.split(":")[1].rstrip(">") for part in route.path.split("/") if part.startswith("<")]
        if "GET" in route.methods and all(known.get(key) for key in keys):
            pages[route.name] = reverse(route.name, kwargs={key: known[key] for key in keys})
    pages["record-form"] = f"{pages['record-visit']}?visit={uuid4()}&school={town.schools[0].pk}"
    return pages


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_answers_before_anything_was_recorded(client: Client, cast: Cast, language: str) -> None:
    client.force_login(cast.north.users["assistant_superintendent"])
    for name, path in pages_of(cast.north, cast).items():
        response = client.get(path, HTTP_ACCEPT_LANGUAGE=language)
        nothing_to_show = "indicators/" in path and name not in ("adoptions", "adopt")
        assert response.status_code == ELSEWHERE.get(name, 404 if nothing_to_show else 200), (name, path)


@pytest.mark.slow  # a refresh on the database and two languages
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_answers_after_a_refresh(client: Client, published: Cast, language: str) -> None:
    client.force_login(published.north.users["assistant_superintendent"])
    for name, path in pages_of(published.north, published).items():
        response = client.get(path, HTTP_ACCEPT_LANGUAGE=language)
        assert response.status_code == ELSEWHERE.get(name, 200), (name, path)
        if response.status_code == 200 and name != "protocol-form":
            assert f'<html lang="{language}">' in response.content.decode()
