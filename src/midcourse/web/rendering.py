"""Answering with a page: the template, and around it the navigation of the district that the page is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from midcourse.records.access import Act, may, may_anywhere
from midcourse.records.models import District, User


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    url: str
    text: object
    current: bool


_DISTRICT_PAGES = (
    ("district", Act.SEE_DISTRICT_FIGURES, _("Are we improving?")),
    ("visits", Act.SEE_VISITS, _("Visits")),
    ("adoptions", Act.ADOPT_INDICATORS, _("Indicators")),
    ("rosters", Act.SEE_ROSTER, _("Roster")),
    ("files", Act.IMPORT_FILES, _("Files")),
    ("protocols", Act.MANAGE_PROTOCOLS, _("Protocols")),
    ("people", Act.MANAGE_PEOPLE, _("People")),
)
REACHES_DISTRICT = frozenset(
    {Act.ADOPT_INDICATORS, Act.SEE_ROSTER, Act.IMPORT_FILES, Act.MANAGE_PROTOCOLS, Act.MANAGE_PEOPLE}
)
"""Acts whose pages are about the whole district; the others open for a school post too."""


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in user; the guard lets nobody else reach a page."""
    assert isinstance(request.user, User)
    return request.user


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, district: District | None = None, status: int = 200
) -> HttpResponse:
    """Render a page with its navigation."""
    user = request.user if isinstance(request.user, User) else None
    context = {**context, "district": district, "navigation": _navigation(request, user, district)}
    return render(request, template, context, status=status)


def _navigation(request: HttpRequest, user: User | None, district: District | None) -> list[Link]:
    if user is None or district is None:
        return []
    links: list[Link] = []
    for name, act, text in _DISTRICT_PAGES:
        allowed = (
            may(user, act, district_id=district.pk)
            if act in REACHES_DISTRICT
            else may_anywhere(user, act, district_id=district.pk)
        )
        if allowed:
            url = reverse(name, kwargs={"district": district.slug})
            links.append(Link(url, text, request.path == url))
    return links
