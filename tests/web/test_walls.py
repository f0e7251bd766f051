"""Every address, for every person, on every object: one's own, of another school, of another district, and missing.

Who may open what is written out here by hand, apart from the code that decides it. Whatever is not listed is forbidden,
answers exactly like what is missing, and changes nothing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from midcourse.web.permissions import Scope
from midcourse.web.routes import ROUTES

if TYPE_CHECKING:
    from tests.district.cast import Cast

CENTRAL = {"superintendent", "assistant_superintendent", "curriculum_director"}
OFFICE = CENTRAL | {"data_manager"}
SCHOOL_0 = {"principal", "coach", "teacher", "teacher_2", "support_staff"}
SCHOOL_1 = {"principal_2", "teacher_3"}
OUTSIDE = {"partner", "evaluator"}
FIGURES = OFFICE | SCHOOL_0 | SCHOOL_1 | OUTSIDE | {"board"}
VISITORS = (CENTRAL | SCHOOL_0 | SCHOOL_1) - {"support_staff"}
PLANNERS = CENTRAL | {"principal", "principal_2", "coach"}

# Route -> who of the north may open it for the north's district (district-wide addresses) ...
DISTRICT: Mapping[str, set[str]] = {
    "district": FIGURES,
    "indicator": FIGURES,
    "facts": FIGURES,
    "adoptions": CENTRAL,
    "adopt": CENTRAL,
    "record-intervisitation": (CENTRAL | SCHOOL_0 | SCHOOL_1),
    "decide": CENTRAL,
    "check": CENTRAL,
    "visits": VISITORS,
    "record-visit": VISITORS,
    "plan-visits": PLANNERS,
    "coverage": PLANNERS,
    "rosters": OFFICE,
    "roster-run": OFFICE,
    "files": OFFICE,
    "file": OFFICE,
    "import-visits": OFFICE,
    "map-visits": OFFICE,
    "check-visits": OFFICE,
    "protocols": CENTRAL,
    "protocol": CENTRAL,
    "protocol-form": CENTRAL,
    "people": OFFICE - {"curriculum_director"},
    "add-person": OFFICE - {"curriculum_director"},
    "post": OFFICE - {"curriculum_director"},
}
# ... and for one school of the north (who of that school, beside those of the whole district).
SCHOOL: Mapping[str, tuple[set[str], set[str]]] = {
    "school": (OFFICE | OUTSIDE, SCHOOL_0 | SCHOOL_1),
    "school-facts": (OFFICE | OUTSIDE, SCHOOL_0 | SCHOOL_1),
    "decide-at-school": (CENTRAL, {"principal", "principal_2"}),
    "sheet": (CENTRAL, (SCHOOL_0 | SCHOOL_1) - {"support_staff"}),
}
OBSERVER_ONLY = {"visit"}


@dataclass(frozen=True)
class Place:
    """Objects of one school: what the names in an address may stand for."""

    name: str
    district: str
    staff: frozenset[str]
    objects: Mapping[str, Any]


@pytest.fixture
def places(cast: Cast) -> tuple[Place, ...]:
    """The three schools of the cast, each with a visit, a decision, a roster run, a received file and a post."""
    return (
        _place(cast, cast.north, 0, "coach", "north/0", frozenset(SCHOOL_0)),
        _place(cast, cast.north, 1, "principal_2", "north/1", frozenset(SCHOOL_1)),
        _place(cast, cast.south, 0, "coach", "south/0", frozenset()),
    )


def _place(cast: Cast, town: Any, school: int, observer: str, name: str, staff: frozenset[str]) -> Place:
    from midcourse.records.actions.decisions import decide
    from midcourse.records.actions.imports import RowCounts, register_file
    from midcourse.records.actions.sheets import Answer, Sheet
    from midcourse.records.actions.visits import record_visit
    from midcourse.records.models import ReceivedFile, RosterRun
    from midcourse.vocabulary import Verdict

    where, lead = town.schools[school], town.users["assistant_superintendent"]
    section = next(s for s in town.sections if s.school_id == where.id)
    answers = (Answer("reasoning", value=3.0), Answer("goal_posted", value=1.0), Answer("open_questions", value=2.0))
    visit = record_visit(
        visit_id=uuid.uuid4(),
        version=town.version,
        visited_on=cast.today,
        section=section,
        sheets=(Sheet(town.people[observer], (*answers, Answer("on_learning", value=10.0, scanned=20))),),
        by=town.users[observer],
    ).visit
    decision = decide(
        district=town.district,
        school=where,
        indicator_id="T2",
        verdict=Verdict.IMPROVING,
        snapshot_id="none",
        text="Keep going.",
        owner=lead.educator,
        check_on=cast.today,
        by=lead,
    )
    run = RosterRun.objects.create(
        district=town.district, kind="oneroster", source_system="sis", file_name="x.zip", as_of=cast.today
    )
    file = register_file(
        district=town.district,
        kind=ReceivedFile.Kind.RESULTS,
        name=f"{name}.csv",
        content=name.encode(),
        mapping={},
        counts=RowCounts(1, 1, 0),
        findings=(),
        by=lead,
    ).file
    objects = {
        "district": town.district.slug,
        "school": where.pk,
        "indicator": "T2",
        "visit": visit.pk,
        "own_visit": visit.pk,
        "decision": decision.pk,
        "run": run.pk,
        "file": file.pk,
        "version": town.version.pk,
        "post": town.people[observer].posts.get().pk,
    }
    return Place(name, town.district.slug, staff, {**objects, "observer": observer})


def _names(path: str) -> list[str]:
    return [part.split(":")[1].rstrip(">") for part in path.split("/") if part.startswith("<")]


def _expected(route_name: str, person: str, place: Place) -> bool:
    town, role = person.split("/")
    if town == "southmere" or place.district == "southmere":
        return False  # people of the south are asked about the north only, see `_asked`
    if route_name in DISTRICT:
        return role in DISTRICT[route_name]
    if route_name in SCHOOL:
        everywhere, own = SCHOOL[route_name]
        return role in everywhere or (role in own and role in place.staff)
    assert route_name in OBSERVER_ONLY, f"{route_name} is in no table of this test"
    return role == place.objects["observer"]


def _addresses(place: Place) -> Iterator[tuple[Any, str, str]]:
    """Yield every route that names an object: its address for this place, and one whose objects are nowhere."""
    for route in ROUTES:
        names = _names(route.path)
        if not names:
            continue
        keys = {name: place.objects[name] for name in names}
        nowhere = {
            n: "nowhere" if n == "district" else v if n == "indicator" else uuid.uuid4() for n, v in keys.items()
        }
        yield route, reverse(route.name, kwargs=keys), reverse(route.name, kwargs=nowhere)


def _plain(response: Any) -> str:
    """Return a body without what differs between any two answers: its own address and its token."""
    body = re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", response.content.decode())
    return re.sub(r"nonce-\S+", "", body)


def _asked(places: tuple[Place, ...], person: str) -> list[Place]:
    """Return the places that this person is asked about: the south's people only about the north, as foreigners."""
    return [p for p in places if not (person.startswith("southmere/") and p.district == "southmere")]


def _people(cast: Cast) -> dict[str, Any]:
    people = cast.everyone()
    twice = {"northfold/teacher_2"}  # stands as `teacher` does
    return {k: user for k, user in people.items() if not k.startswith("southmere/") and k not in twice} | {
        k: people[k] for k in ("southmere/superintendent", "southmere/teacher")
    }


def _written() -> tuple[int, ...]:
    from django.apps import apps

    return tuple(model.objects.count() for model in apps.get_app_config("records").get_models())


@pytest.mark.slow  # some 20 people x 25 addresses x 3 places, each asked with GET and POST
def test_every_person_reaches_exactly_what_is_written_here(cast: Cast, places: tuple[Place, ...]) -> None:
    wrong = []
    for key, user in _people(cast).items():
        client = Client()
        client.force_login(user)
        for place in _asked(places, key):
            for route, address, _ in _addresses(place):
                allowed = _expected(route.name, key, place)
                if allowed and "GET" not in route.methods:
                    continue
                status = client.get(address).status_code
                # without a published snapshot a page of figures has nothing to show and answers 404 to everybody
                empty = route.name in {"indicator", "facts", "school-facts", "decide", "decide-at-school"}
                # a wizard without its sheet begins again; a form of a visit first gets the visit's id into its address
                begin_again = route.name in {"map-visits", "check-visits", "record-visit"} and status == 302
                if (status == 200 or begin_again) != allowed and not (allowed and empty and status == 404):
                    wrong.append((key, route.name, place.name, status, "allowed" if allowed else "forbidden"))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.slow  # as above
def test_a_forbidden_address_answers_like_a_missing_one_and_changes_nothing(
    cast: Cast, places: tuple[Place, ...]
) -> None:
    before = _written()
    for key, user in _people(cast).items():
        client = Client()
        client.force_login(user)
        missing = None
        for place in _asked(places, key):
            for route, address, nowhere in _addresses(place):
                if _expected(route.name, key, place):
                    continue
                for method in ("get", "post"):
                    response = getattr(client, method)(address)
                    assert response.status_code == 404, (key, method, route.name, place.name, response.status_code)
                    missing = missing or _plain(client.get(nowhere))
                    assert _plain(response) == missing, (key, method, route.name, place.name)
    assert _written() == before


@pytest.mark.slow  # a refresh, then every page of a teacher
def test_a_teachers_pages_hold_no_name_and_no_key_of_others(published: Cast, places: tuple[Place, ...]) -> None:
    from midcourse.records.models import Educator, KeySecret, Visit

    teacher = published.north.users["teacher"]
    mates = {published.north.people[name].pk for name in SCHOOL_0}
    strangers = [str(e) for e in Educator.objects.exclude(pk__in=mates)]
    owners = str(published.north.people["assistant_superintendent"])  # signs for the district's indicators
    keys = [k for k in Visit.objects.values_list("room_key", flat=True).distinct() if k]
    assert len(strangers) > 10
    assert keys
    assert KeySecret.objects.exists()
    client = Client()
    client.force_login(teacher)
    seen = 0
    for route, address, _ in _addresses(places[0]):
        response = client.get(address)
        if response.status_code != 200:
            continue
        seen += 1
        text = response.content.decode(errors="ignore")
        assert not [name for name in strangers if name in text and name != owners], route.name
        assert not [key for key in keys if key in text], route.name
    assert seen >= 5


def test_the_tables_of_this_test_name_every_route() -> None:
    named = {route.name for route in ROUTES if _names(route.path)}
    assert named == set(DISTRICT) | set(SCHOOL) | OBSERVER_ONLY
    others = {route.name for route in ROUTES} - named
    assert all(r.scope in (Scope.PUBLIC, Scope.SIGNED_IN, Scope.NETWORK) for r in ROUTES if r.name in others)
