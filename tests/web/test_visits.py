"""Visits on pages: one's own sheet only, weeks and never days, plans that lead to a class, counts that steer."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from tests.district.cast import Cast


def signed(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.fresh(cast.north.users[name]))
    return client


def form(cast: Cast, **given: str) -> dict[str, str]:
    """Return a filled form of the north's protocol."""
    return {
        "section": str(cast.north.sections[0].pk),
        "visited_on": cast.today.isoformat(),
        "a-reasoning": "3",
        "a-goal_posted": "na",
        "a-open_questions": "value",
        "a-open_questions-n": "4",
        "a-on_learning": "value",
        "a-on_learning-n": "12",
        "a-on_learning-of": "18",
        "note": "",
        **given,
    }


def record(client: Client, cast: Cast, **given: str):
    """Send the form of a new visit under the id in its address."""
    path = reverse("record-visit", kwargs={"district": cast.north.district.slug})
    visit_id = given.pop("visit_id", str(uuid.uuid4()))
    school = cast.north.schools[0].pk
    return client.post(f"{path}?visit={visit_id}&school={school}", form(cast, visit_id=visit_id, **given))


def test_what_was_marked_is_stored_as_it_was_meant(cast: Cast) -> None:
    from midcourse.records.models import VisitItem

    response = record(signed(cast, "coach"), cast)
    assert response.status_code == 302
    items = {i.look_for.code: (i.value, i.scanned, i.missing) for i in VisitItem.objects.select_related("look_for")}
    assert items == {
        "reasoning": (3.0, None, ""),
        "goal_posted": (None, None, "not_applicable"),
        "open_questions": (4.0, None, ""),
        "on_learning": (12.0, 18, ""),
    }


def test_five_presses_store_one(cast: Cast) -> None:
    from midcourse.records.models import Visit

    client, same = signed(cast, "coach"), str(uuid.uuid4())
    places = {record(client, cast, visit_id=same)["Location"] for _press in range(5)}
    assert len(places) == 1
    assert Visit.objects.count() == 1
    path = reverse("record-visit", kwargs={"district": cast.north.district.slug})
    assert client.get(f"{path}?visit={same}")["Location"] == places.pop(), "its form leads to what was stored"
    other = record(client, cast, visit_id=same, **{"a-reasoning": "1"})
    assert other.status_code == 422
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"a-on_learning-n": "30"},
        {"a-open_questions-n": "many"},
        {"a-reasoning": "9"},
        {"visited_on": "2999-01-01"},
        {"section": ""},
    ],
)
def test_what_does_not_fit_is_said_at_its_place_and_kept_in_the_form(cast: Cast, wrong: dict[str, str]) -> None:
    from midcourse.records.models import Visit

    response = record(signed(cast, "coach"), cast, note="Kept text.", **wrong)
    assert response.status_code == 422
    assert b"Kept text." in response.content
    assert not Visit.objects.exists()


def test_a_visit_shows_its_observers_own_sheet_to_nobody_else(cast: Cast) -> None:
    coach = signed(cast, "coach")
    address = record(coach, cast)["Location"]
    page = coach.get(address).content.decode()
    assert "3: most pupils" in page
    assert str(cast.today.year) in page
    for name in ("assistant_superintendent", "principal", "teacher", "teacher_2"):
        assert signed(cast, name).get(address).status_code == 404, name


def test_a_co_observer_adds_a_sheet_of_their_own_without_seeing_the_first(cast: Cast) -> None:
    from midcourse.records.models import VisitObserver

    address = record(signed(cast, "coach"), cast)["Location"]
    principal = signed(cast, "principal")
    page = principal.get(f"{address}sheet/")
    assert page.status_code == 200
    assert b'value="3" aria-label="3: most pupils" checked' not in page.content
    sent = {key: value for key, value in form(cast).items() if key.startswith("a-")}
    assert principal.post(f"{address}sheet/", {**sent, "a-reasoning": "2"}).status_code == 302
    assert VisitObserver.objects.count() == 2
    assert principal.get(address).status_code == 200


def test_weeks_are_the_finest_that_others_see(cast: Cast) -> None:
    monday = cast.today - dt.timedelta(days=cast.today.weekday())
    record(signed(cast, "coach"), cast)
    page = signed(cast, "assistant_superintendent").get(reverse("visits", kwargs={"district": "northfold"}))
    (week,) = page.context["weeks"].rows
    assert week.monday == monday
    assert sum(week.counts) == 1
    if cast.today != monday:
        assert cast.today.strftime("%B %d") not in page.content.decode()


def test_a_walkthrough_is_opened_and_a_visit_planned_and_recorded_under_its_id(cast: Cast) -> None:
    from midcourse.records.models import Visit, Walkthrough
    from midcourse.vocabulary import VisitStatus

    coach = signed(cast, "coach")
    page = reverse("plan-visits", kwargs={"district": "northfold"})
    begin = {
        "step": "begin",
        "begin-title": "Autumn walk",
        "begin-version": str(cast.north.version.pk),
        "begin-begins_on": cast.today.isoformat(),
        "begin-ends_on": (cast.today + dt.timedelta(days=30)).isoformat(),
        "begin-visits_aim": "20",
    }
    assert coach.post(page, begin).status_code == 302
    walkthrough = Walkthrough.objects.get()
    plan = {
        "step": "visit",
        "visit-walkthrough": str(walkthrough.pk),
        "visit-section": str(cast.north.sections[0].pk),
        "visit-observer": str(cast.north.people["teacher_2"].pk),
        "visit-visited_on": cast.today.isoformat(),
    }
    assert coach.post(page, plan).status_code == 302
    planned = Visit.objects.get()
    observer = signed(cast, "teacher_2")
    visits = observer.get(reverse("visits", kwargs={"district": "northfold"})).content.decode()
    assert "Grade 4 Mathematics" in visits
    assert f"?visit={planned.pk}" in visits
    assert record(observer, cast, visit_id=str(planned.pk)).status_code == 302
    planned.refresh_from_db()
    assert planned.status == VisitStatus.DONE
    assert planned.walkthrough == walkthrough


def test_coverage_counts_leaders_by_schools_without_order_by_count(cast: Cast) -> None:
    record(signed(cast, "coach"), cast)
    page = signed(cast, "assistant_superintendent").get(reverse("coverage", kwargs={"district": "northfold"}))
    names = [leader.family_name for leader, _counts in page.context["rows"]]
    assert names == sorted(names)
    counts = {leader.family_name: row for leader, row in page.context["rows"]}
    assert counts["Whitlock-Amari"] == [1, 0]
