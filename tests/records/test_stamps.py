"""Stamps: who taught when, what is known of them on that day, and until when a visit is linked."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from midcourse.records.actions.calendars import load_calendar
from midcourse.records.actions.stamps import HOST_WEEKS, StampBook, Stamps, in_force
from midcourse.records.models import Educator, Section, TeachingAssignment, Walkthrough
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


def stamp(cast: Cast, day: dt.date | None = None, walkthrough: Walkthrough | None = None) -> Stamps:
    book = StampBook(cast.north.district)
    return book.stamp(visited_on=day or cast.today, section=cast.north.sections[0], place="p", walkthrough=walkthrough)


def test_both_ways_to_ask_for_an_assignment_in_force_agree(cast: Cast) -> None:
    day = cast.today
    near = (None, *(day + dt.timedelta(days=n) for n in (-1, 0, 1)))
    for begins, ends, active, gone in itertools.product(near, near, (True, False), near):
        TeachingAssignment.objects.create(
            district=cast.north.district,
            section=cast.north.sections[0],
            educator=cast.north.people["teacher"],
            begins_on=begins,
            ends_on=ends,
            active=active,
            deactivated_on=gone,
        )
    by_query = set(TeachingAssignment.objects.on(day).values_list("pk", flat=True))
    assert by_query == {a.pk for a in TeachingAssignment.objects.all() if in_force(a, day)}
    assert 20 < len(by_query) < 128


def test_the_teacher_of_record_is_the_primary_and_then_the_one_there_longest(cast: Cast) -> None:
    section, people = cast.north.sections[0], cast.north.people
    TeachingAssignment.objects.filter(section=section).update(primary=False)
    for who, days in (("coach", 200), ("teacher_2", 300)):
        TeachingAssignment.objects.create(
            district=cast.north.district,
            section=section,
            educator=people[who],
            begins_on=cast.today - dt.timedelta(days=days),
        )
    assert stamp(cast).teacher == people["teacher"], "there for two years"
    assert stamp(cast).teachers == {people[w].id for w in ("teacher", "coach", "teacher_2")}
    TeachingAssignment.objects.filter(educator=people["coach"]).update(primary=True)
    assert stamp(cast).teacher == people["coach"]


def colleagues(cast: Cast, n: int, *, had_pd_on: dt.date | None = None, arrived_on: dt.date | None = None) -> None:
    """Let n more teachers teach the same grade band at the same school, each a class of their own."""
    school = cast.north.schools[0]
    for number in range(n):
        person = Educator.objects.create(
            district=school.district,
            given_name="Ode",
            family_name=f"Quarl {number}",
            had_pd_on=had_pd_on,
            arrived_on=arrived_on,
        )
        section = Section.objects.create(
            district=school.district,
            school=school,
            title=f"More {number}",
            grade_band=cast.north.sections[0].grade_band,
            subject="ela",
        )
        TeachingAssignment.objects.create(district=school.district, section=section, educator=person, primary=True)


def test_pd_counts_from_its_day(cast: Cast) -> None:
    day = cast.today - dt.timedelta(days=5)
    Educator.objects.filter(pk=cast.north.people["teacher"].pk).update(had_pd_on=day)
    colleagues(cast, 4, had_pd_on=day)
    days = {n: stamp(cast, cast.today - dt.timedelta(days=n)).had_pd for n in (4, 5, 6)}
    assert days == {4: True, 5: True, 6: False}


def test_arrival_is_new_within_the_same_school_year_and_unknown_without_a_day(cast: Cast) -> None:
    first_day, _last = load_calendar(cast.north.district).years[stamp(cast).school_year]
    colleagues(cast, 4)
    taught = Educator.objects.filter(assignments__section__grade_band=cast.north.sections[0].grade_band)
    for arrived, new in ((first_day, True), (first_day - dt.timedelta(days=1), False), (None, None)):
        Educator.objects.filter(pk__in=taught.values("pk")).update(arrived_on=arrived)
        assert stamp(cast).new_arrival is new


def test_what_fewer_than_five_share_is_not_stamped(cast: Cast) -> None:
    """One with the PD among many without it would be named by the stamp."""
    before = cast.today - dt.timedelta(days=30)
    Educator.objects.filter(pk=cast.north.people["teacher"].pk).update(had_pd_on=before, arrived_on=before)
    colleagues(cast, 20)
    colleagues(cast, 3, had_pd_on=before, arrived_on=before)
    found = stamp(cast)
    assert (found.had_pd, found.new_arrival) == (None, None), "four share it"
    colleagues(cast, 1, had_pd_on=before, arrived_on=before)
    assert stamp(cast).had_pd is True, "five do"


def test_rooms_are_told_apart_within_a_year_and_not_followed_across(cast: Cast) -> None:
    this, last = stamp(cast), stamp(cast, cast.today - dt.timedelta(days=365))
    assert this.room_key == stamp(cast).room_key
    assert this.room_key != last.room_key and this.school_year == last.school_year + 1
    assert len(this.room_key) == 32


def test_a_link_lasts_to_the_end_of_the_cycle_or_the_walkthrough_and_never_longer_than_eight_weeks(cast: Cast) -> None:
    latest = cast.today + dt.timedelta(weeks=HOST_WEEKS)
    for ends_on in (cast.today, cast.today + dt.timedelta(days=20), latest + dt.timedelta(days=30)):
        walkthrough = Walkthrough(begins_on=cast.today, ends_on=ends_on)
        assert stamp(cast, walkthrough=walkthrough).delete_after == min(ends_on, latest)
    cycle_end = load_calendar(cast.north.district).cycle_end(cast.today)
    assert stamp(cast).delete_after == (cycle_end or latest) <= latest
