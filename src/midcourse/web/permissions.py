"""Who may open a page: each route declares an act and how far it must reach, and one guard enforces it.

Every object named in an address is loaded through its own `visible_to(user)`. Whatever is forbidden answers exactly
like what is missing: 404 with the same body (privacy 8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from midcourse.records.access import Act, may, may_anywhere
from midcourse.records.models import (
    Decision,
    District,
    Post,
    ProtocolVersion,
    ReceivedFile,
    RosterRun,
    School,
    User,
    Visit,
)

View = Callable[..., HttpResponse]


class Scope(StrEnum):
    """How far the act must reach."""

    PUBLIC = "public"  # no sign-in
    SIGNED_IN = "signed in"  # any login; the page shows only what is the user's own
    NETWORK = "network"  # the act in at least one district; rows narrowed to those districts
    DISTRICT = "district"  # the act in the whole district of the address
    SOMEWHERE = "somewhere"  # the act somewhere in that district; rows narrowed by `visible_to`
    SCHOOL = "school"  # the act at the school of the address


@dataclass(frozen=True, slots=True)
class Subject:
    """How one kind of object in an address is loaded: which rows this user may know of, and by which field."""

    rows: Callable[[User], QuerySet[Any]]
    field: str = "pk"


SUBJECTS: Mapping[str, Subject] = {
    "district": Subject(District.objects.visible_to, "slug"),
    "school": Subject(School.objects.with_figures_for),
    "visit": Subject(Visit.objects.visible_to),
    "own_visit": Subject(
        lambda user: Visit.objects.visible_to(user).filter(
            observers__observer_id=user.educator_id, observers__observer__isnull=False
        )
    ),
    "run": Subject(RosterRun.objects.visible_to),
    "file": Subject(ReceivedFile.objects.visible_to),
    "version": Subject(ProtocolVersion.objects.visible_to),
    "post": Subject(Post.objects.visible_to),
    "decision": Subject(Decision.objects.visible_to),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the site.

    Parameters
    ----------
    name, path, view
        As in `django.urls.path`. Names in angle brackets that stand in `SUBJECTS` reach the view as objects.
    scope, act
        Who may come: `act` within `scope`; no act is asked for the scopes *public* and *signed in*.
    methods : tuple of str
        HTTP methods answered; any other gets 405, after the permission was checked.
    """

    name: str
    path: str
    view: View
    scope: Scope
    act: Act | None = None
    methods: tuple[str, ...] = ("GET",)

    def as_url(self) -> URLPattern:
        """Return the guarded URL pattern."""
        return path(self.path, guard(self), name=self.name)


def guard(route: Route) -> View:
    """Return the route's view behind its permission."""

    @wraps(route.view)
    def guarded(request: HttpRequest, **keys: Any) -> HttpResponse:
        if route.scope is not Scope.PUBLIC:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            keys = {name: _load(request.user, name, key) for name, key in keys.items()}
            if not _allowed(request.user, route, keys):
                raise Http404
        if request.method not in (*route.methods, "HEAD"):
            return HttpResponseNotAllowed(route.methods)
        response = route.view(request, **keys)
        response.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def _load(user: User, name: str, key: Any) -> Any:
    subject = SUBJECTS.get(name)
    if subject is None:
        return key
    found = subject.rows(user).filter(**{subject.field: key}).first()
    if found is None:
        raise Http404
    return found


def _allowed(user: User, route: Route, objects: Mapping[str, Any]) -> bool:
    if route.scope is Scope.SIGNED_IN:
        return True
    if route.act is None:
        return False
    if route.scope is Scope.NETWORK:
        return any(may_anywhere(user, route.act, district_id=d) for d in user.standing.districts)
    districts = {_district_of(o) for name, o in objects.items() if name in SUBJECTS}
    if len(districts) != 1:
        return False  # an object of one district under the address of another
    district_id = districts.pop()
    if route.scope is Scope.SOMEWHERE:
        return may_anywhere(user, route.act, district_id=district_id)
    school_id = _school_of(objects) if route.scope is Scope.SCHOOL else None
    if route.scope is Scope.SCHOOL and school_id is None:
        return False
    return may(user, route.act, district_id=district_id, school_id=school_id)


def _district_of(row: Any) -> UUID:
    district_id: UUID = row.pk if isinstance(row, District) else row.district_id
    return district_id


def _school_of(objects: Mapping[str, Any]) -> UUID | None:
    for row in objects.values():
        if isinstance(row, School):
            return row.pk
        if school_id := getattr(row, "school_id", None):
            found: UUID = school_id
            return found
    return None
