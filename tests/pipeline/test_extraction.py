"""What becomes a fact and what does not: keys instead of names, nothing before its day, history that stays."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from midcourse.facts import TABLES
from midcourse.pipeline.extraction import extract_facts
from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.visit_items import visit_item_rows
from midcourse.pipeline.extraction.visits import seen_visits, visit_rows
from midcourse.records.actions.imports import RowCounts, register_file
from midcourse.records.actions.intervisitations import record_intervisitation
from midcourse.records.actions.secrets import destroy_year_secret
from midcourse.records.actions.visits import Answer, Sheet, record_visit
from midcourse.records.models import Educator, ReceivedFile, Section, TeachingAssignment, Term, Visit
from midcourse.vocabulary import Missing
from tests.district.cast import Cast, Town

pytestmark = pytest.mark.django_db


def visit(
    town: Town,
    section: int,
    observer: str,
    day: dt.date,
    *,
    rating: float | None = 3.0,
    recorded: dt.date | None = None,
) -> Visit:
    answers = (
        Answer("reasoning", rating) if rating else Answer("reasoning", missing=Missing.NOT_APPLICABLE),
        Answer("goal_posted", 1.0),
        Answer("on_learning", 18.0, scanned=20),
    )
    return record_visit(
        visit_id=uuid4(),
        version=town.version,
        visited_on=day,
        sheets=[Sheet(town.people[observer], answers)],
        section=town.sections[section],
        recorded_on=recorded or day,
        by=None,
    ).visit


def rows(table: pa.Table, **where: object) -> list[dict[str, object]]:
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in where.items())]


def test_every_table_has_its_declared_schema(cast: Cast) -> None:
    tables = extract_facts(as_of=cast.today)
    assert set(tables) == set(TABLES)
    for name, table in tables.items():
        assert table.schema.equals(TABLES[name].schema), name


def test_no_fact_holds_a_name_or_the_id_of_a_person_or_visit(cast: Cast) -> None:
    seen = visit(cast.north, 0, "coach", cast.today)
    record_intervisitation(
        visitor=cast.north.people["teacher"],
        host_school=cast.north.schools[1],
        happened_on=cast.today,
        recorded_on=cast.today,
        by=None,
    )
    text = " ".join(str(table.to_pylist()) for table in extract_facts(as_of=cast.today).values())
    for person in Educator.objects.all():
        assert person.family_name not in text
        assert str(person.pk) not in text
    assert str(seen.pk) not in text
    assert seen.room_key not in text, "the stamp in the store is keyed once more"


def test_a_visit_counts_from_the_day_it_reached_the_server(cast: Cast) -> None:
    day = cast.today - dt.timedelta(days=10)
    visit(cast.north, 0, "coach", day, recorded=day + dt.timedelta(days=4))
    before = extract_facts(as_of=day + dt.timedelta(days=3))
    after = extract_facts(as_of=day + dt.timedelta(days=4))
    assert (before["visits"].num_rows, before["visit_items"].num_rows, before["observers"].num_rows) == (0, 0, 0)
    [fact] = after["visits"].to_pylist()
    assert (fact["happened_on"], fact["available_on"], fact["recorded_lag_days_n"]) == (
        day,
        day + dt.timedelta(days=4),
        4,
    )


def test_a_visit_from_a_sheet_of_past_visits_says_nothing_of_how_fast_it_was_recorded(cast: Cast) -> None:
    sheet = register_file(
        district=cast.north.district,
        kind=ReceivedFile.Kind.VISITS,
        name="past.csv",
        content=b"past",
        mapping={},
        counts=RowCounts(1, 1, 0),
        findings=(),
        keep=False,
        by=None,
    ).file
    old = visit(cast.north, 0, "coach", cast.today - dt.timedelta(days=300), recorded=cast.today)
    Visit.objects.filter(pk=old.pk).update(imported_from=sheet)
    [fact] = extract_facts(as_of=cast.today)["visits"].to_pylist()
    assert fact["recorded_lag_days_n"] is None
    assert fact["available_on"] == cast.today


def test_a_visit_that_arrives_while_a_refresh_runs_is_in_every_table_or_in_none(cast: Cast) -> None:
    first = visit(cast.north, 0, "coach", cast.today)
    origin = Origin(cast.north.district, cast.today)
    seen = seen_visits(origin)
    visit(cast.north, 1, "principal", cast.today)
    assert len(list(visit_rows(origin, seen))) == 1
    assert len(list(visit_item_rows(origin, seen))) == first.items.count()


def test_an_answer_keeps_its_reason_and_is_present_by_its_own_threshold(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today, rating=None)
    visit(cast.north, 1, "coach", cast.today, rating=2.0)
    items = extract_facts(as_of=cast.today)["visit_items"]
    missing = rows(items, look_for="reasoning", value=None)
    assert [(row["present"], row["value_missing"]) for row in missing] == [(None, "not_applicable")]
    assert [row["present"] for row in rows(items, look_for="reasoning", value=2.0)] == [False]
    assert {row["present"] for row in rows(items, look_for="goal_posted")} == {True}
    assert {row["value_missing"] for row in rows(items, look_for="open_questions")} == {"not_looked_for"}


def test_a_visit_meets_its_classroom_on_the_roster_but_no_participant(cast: Cast) -> None:
    """T1 joins visits to sections by the room; no column of participation can be joined to either."""
    visit(cast.north, 0, "coach", cast.today)
    tables = extract_facts(as_of=cast.today)
    [seen] = tables["visits"].to_pylist()
    year = seen["school_year"]
    rooms = {row["room_key"] for row in rows(tables["sections"], school_year=year, district_id=seen["district_id"])}
    assert seen["room_key"] in rooms
    participants = set(tables["assignments"]["educator_key"].to_pylist())
    everything_else = set(tables["sections"]["room_key"].to_pylist()) | set(tables["visits"]["room_key"].to_pylist())
    everything_else |= set(tables["visit_items"]["observer_key"].to_pylist())
    assert participants and not participants & everything_else


def test_a_year_whose_secret_is_gone_keeps_its_visits_and_loses_the_rosters_rooms(cast: Cast) -> None:
    day = cast.today - dt.timedelta(days=400)
    one, other = (visit(cast.north, n, "coach", day) for n in (0, 1))
    visit(cast.north, 0, "coach", day)
    assert one.room_key != other.room_key
    year = one.school_year
    destroy_year_secret(district=cast.north.district, school_year=year, by=None)
    tables = extract_facts(as_of=cast.today)
    visits = rows(tables["visits"], school_year=year)
    assert len(visits) == 3 and len({row["room_key"] for row in visits}) == 2, "the rooms are still told apart"
    ours = rows(tables["sections"], school_year=year, district_id=str(cast.north.district.pk))
    assert ours and all(row["room_key"] is None for row in ours)


def test_a_class_without_terms_stands_on_the_roster_of_each_year_under_other_keys(cast: Cast) -> None:
    sections = rows(extract_facts(as_of=cast.today)["sections"], district_id=str(cast.south.district.pk))
    assert len(sections) >= 2
    assert len({row["school_year"] for row in sections}) == len(sections)
    assert len({row["room_key"] for row in sections}) == len(sections)


def test_a_class_that_left_the_roster_ends_that_day_and_stays(cast: Cast) -> None:
    gone_on = cast.today - dt.timedelta(days=20)
    section = cast.north.sections[0]
    Section.objects.filter(pk=section.pk).update(active=False, deactivated_on=gone_on)
    before = extract_facts(as_of=gone_on - dt.timedelta(days=1))
    assert gone_on not in before["sections"]["ends_on"].to_pylist(), "nobody looks ahead"
    after = extract_facts(as_of=cast.today)
    assert gone_on in after["sections"]["ends_on"].to_pylist()
    assert gone_on in after["assignments"]["ends_on"].to_pylist()


def test_the_teacher_of_record_is_the_primary_one(cast: Cast) -> None:
    section = cast.north.sections[0]
    TeachingAssignment.objects.create(
        district=cast.north.district, section=section, educator=cast.north.people["teacher_3"], primary=False
    )
    visit(cast.north, 0, "coach", cast.today)
    tables = extract_facts(as_of=cast.today)
    [seen] = tables["visits"].to_pylist()
    [on_roster] = [
        row for row in rows(tables["sections"], school_year=seen["school_year"]) if row["room_key"] == seen["room_key"]
    ]
    assert on_roster["school_id"] == seen["school_id"]


def test_the_calendar_has_weeks_up_to_the_day_and_none_of_the_break(cast: Cast) -> None:
    calendar = extract_facts(as_of=cast.today)["calendar"]
    ours = calendar.filter(pc.field("district_id") == str(cast.north.district.pk))
    assert max(ours["week_of"].to_pylist()) <= cast.today
    winter = dt.date(min(ours["week_of"].to_pylist()).year, 12, 24)
    monday = winter + dt.timedelta(days=(7 - winter.weekday()) % 7)
    if monday + dt.timedelta(days=4) <= winter + dt.timedelta(days=8):
        assert monday not in ours["week_of"].to_pylist()
    for year in set(ours["school_year"].to_pylist()):
        weeks = rows(ours, school_year=year)
        assert [row["school_week"] for row in weeks] == list(range(1, len(weeks) + 1))
        assert [row["cycle"] for row in weeks] == [n // 6 + 1 for n in range(len(weeks))]


def test_a_term_that_a_later_roster_dropped_keeps_its_weeks(cast: Cast) -> None:
    weeks = extract_facts(as_of=cast.today)["calendar"].num_rows
    Term.objects.update(active=False, deactivated_on=cast.today)
    begun = Term.objects.filter(begins_on__lt=cast.today).count()
    assert begun == Term.objects.count()
    assert extract_facts(as_of=cast.today)["calendar"].num_rows == weeks


def test_an_observer_has_the_post_of_the_day_and_one_key_in_all_years(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today - dt.timedelta(days=400))
    visit(cast.north, 1, "coach", cast.today)
    visit(cast.north, 1, "superintendent", cast.today)
    observers = extract_facts(as_of=cast.today)["observers"]
    coach = rows(observers, role="coach")
    assert len(coach) == 2 and len({row["observer_key"] for row in coach}) == 1
    assert {row["first_visit_on"] for row in coach} == {cast.today - dt.timedelta(days=400)}
    assert {row["home_school_id"] for row in coach} == {str(cast.north.schools[0].pk)}
    assert [row["home_school_id"] for row in rows(observers, role="superintendent")] == [None]


def test_a_closed_school_keeps_its_history(cast: Cast) -> None:
    school = cast.north.schools[1]
    school.closed_on = cast.today - dt.timedelta(days=5)
    school.save()
    [late] = rows(extract_facts(as_of=cast.today)["schools"], school_id=str(school.pk))
    [early] = rows(extract_facts(as_of=cast.today - dt.timedelta(days=6))["schools"], school_id=str(school.pk))
    assert (late["closed_on"], early["closed_on"]) == (school.closed_on, None)
