"""Feedback without ratings for the visited teacher, and a planner that knows classes and forgets in time."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from midcourse.records.actions.hosts import (
    FeedbackItem,
    confirm_feedback,
    feedback_for,
    not_visited_lately,
    planned_rooms,
    purge_hosts,
)
from midcourse.records.actions.visits import Answer, Sheet, add_sheet, cancel_visit, create_walkthrough, plan_visits
from midcourse.records.actions.visits import record_visit as record
from midcourse.records.models import AuditEntry, Visit, VisitHost
from midcourse.vocabulary import Missing
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def visit(cast: Cast, n: int = 1, section: int = 0, **changes: object) -> Visit:
    answers = (
        Answer("reasoning", 2),
        Answer("goal_posted", 1),
        Answer("open_questions", missing=Missing.NOT_APPLICABLE),
    )
    given = {
        "visit_id": uuid.UUID(int=n),
        "version": cast.north.version,
        "visited_on": cast.today,
        "sheets": [Sheet(cast.north.people["coach"], answers, "Four of six groups explained their method.")],
        "section": cast.north.sections[section],
        "by": cast.north.users["coach"],
    } | changes
    return record(**given).visit


def test_feedback_says_what_was_seen_and_holds_no_rating(cast: Cast) -> None:
    seen = visit(cast)
    add_sheet(
        visit=seen,
        sheet=Sheet(cast.north.people["principal"], (Answer("reasoning", 4),), "Pairs asked each other why."),
        by=cast.north.users["principal"],
    )
    (feedback,) = feedback_for(cast.north.users["teacher"])
    assert feedback.week_of == cast.today - dt.timedelta(days=cast.today.weekday())
    assert feedback.observers == 2
    assert {i.look_for.code: (i.seen, i.looked, i.not_applicable) for i in feedback.items} == {
        "reasoning": (2, 2, 0),  # a 2 and a 4: something of it was seen both times
        "goal_posted": (1, 1, 0),
        "open_questions": (0, 0, 1),
        "on_learning": (0, 0, 0),
    }
    assert set(feedback.notes) == {"Four of six groups explained their method.", "Pairs asked each other why."}
    assert set(FeedbackItem.__slots__) == {"look_for", "seen", "looked", "not_applicable"}


def test_reading_twice_is_harmless_and_confirming_forgets(cast: Cast) -> None:
    seen, teacher = visit(cast), cast.north.users["teacher"]
    assert feedback_for(teacher) == feedback_for(teacher) != ()
    assert not confirm_feedback(visit_id=seen.id, by=cast.north.users["coach"])
    assert confirm_feedback(visit_id=seen.id, by=teacher)
    assert not confirm_feedback(visit_id=seen.id, by=teacher)
    assert feedback_for(teacher) == () and not VisitHost.objects.exists()
    assert Visit.objects.count() == 1
    assert AuditEntry.objects.filter(act="read_feedback").count() == 1


def test_the_planner_knows_classes_without_a_visit(cast: Cast) -> None:
    school, sections = cast.north.schools[0], cast.north.sections
    assert not_visited_lately(school=school, today=cast.today) == tuple(sections[:2])
    seen = visit(cast)
    assert not_visited_lately(school=school, today=cast.today) == (sections[1],)
    confirm_feedback(visit_id=seen.id, by=cast.north.users["teacher"])
    assert not_visited_lately(school=school, today=cast.today) == tuple(sections[:2]), "forgotten is forgotten"


def test_the_planner_forgets_even_before_the_purge(cast: Cast) -> None:
    visit(cast)
    later = cast.today + dt.timedelta(weeks=9)
    assert cast.north.sections[0] in not_visited_lately(school=cast.north.schools[0], today=later)


def test_classes_that_ended_are_not_planned(cast: Cast) -> None:
    section = cast.north.sections[0]
    section.ends_on = cast.today - dt.timedelta(days=1)
    section.save()
    assert not_visited_lately(school=cast.north.schools[0], today=cast.today) == (cast.north.sections[1],)


def test_a_planned_visit_leads_its_observer_to_the_class_until_it_is_done(cast: Cast) -> None:
    walkthrough = create_walkthrough(
        district=cast.north.district,
        title="Autumn",
        version=cast.north.version,
        begins_on=cast.today,
        ends_on=cast.today + dt.timedelta(days=20),
        by=None,
    )
    plans = [
        plan_visits(
            walkthrough=walkthrough,
            section=cast.north.sections[i],
            visited_on=cast.today + dt.timedelta(days=days),
            observer=cast.north.people["coach"],
            by=cast.north.users["principal"],
        )
        for i, days in ((0, 0), (1, 3))
    ]
    coach = cast.north.users["coach"]
    assert [(p.visit, p.section) for p in planned_rooms(coach)] == list(
        zip(plans, cast.north.sections[:2], strict=True)
    )
    assert planned_rooms(cast.north.users["principal"]) == planned_rooms(cast.outside["partner"]) == ()
    assert feedback_for(cast.north.users["teacher"]) == (), "a plan is no feedback"
    assert not_visited_lately(school=cast.north.schools[0], today=cast.today) == ()
    visit(cast, visit_id=plans[0].id, walkthrough=walkthrough)
    cancel_visit(visit=plans[1], by=cast.north.users["coach"])
    assert planned_rooms(coach) == ()


def test_the_purge_counts_for_each_district(cast: Cast) -> None:
    visit(cast, 1, 0)
    visit(cast, 2, 1)
    assert purge_hosts(today=cast.today, by=None) == 0
    assert purge_hosts(today=cast.today + dt.timedelta(weeks=9), by=None) == 2
    entry = AuditEntry.objects.get(act="purge")
    assert (entry.district_id, entry.details) == (cast.north.district.id, {"rows": 2})
