"""School weeks follow from terms and closures."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.calendars import add_closure, add_term, load_calendar, school_weeks
from midcourse.records.actions.organizations import create_district, create_network
from midcourse.records.models import District
from midcourse.vocabulary import TermKind
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    network = create_network(name="N", by=None)
    return create_district(network=network, name="D", slug="d", by=None)


def year(district: District, first: dt.date, last: dt.date, kind: TermKind = TermKind.SCHOOL_YEAR, **more: object):
    return add_term(
        district=district, kind=kind, title=str(more.pop("title", "year")), begins_on=first, ends_on=last, by=None
    )


def test_weeks_are_counted_without_weekends_and_closures(district: District) -> None:
    year(district, dt.date(2026, 8, 27), dt.date(2026, 10, 30))  # a Thursday to a Friday
    add_closure(district=district, title="Labor Day", begins_on=dt.date(2026, 9, 7), by=None)
    add_closure(district=district, title="Break", begins_on=dt.date(2026, 9, 19), ends_on=dt.date(2026, 9, 27), by=None)
    weeks = school_weeks(district)
    assert [(w.week_of.isoformat(), w.school_days) for w in weeks] == [
        ("2026-08-24", 2),
        ("2026-08-31", 5),
        ("2026-09-07", 4),
        ("2026-09-14", 5),
        ("2026-09-28", 5),
        ("2026-10-05", 5),
        ("2026-10-12", 5),
        ("2026-10-19", 5),
        ("2026-10-26", 5),
    ]
    assert [w.school_week for w in weeks] == list(range(1, 10))
    assert [w.cycle for w in weeks] == [1] * 6 + [2] * 3
    assert {w.school_year for w in weeks} == {2027}


def test_a_week_is_named_after_its_term(district: District) -> None:
    year(district, dt.date(2026, 9, 1), dt.date(2026, 9, 30), title="2026-27")
    year(district, dt.date(2026, 9, 1), dt.date(2026, 9, 11), TermKind.SEMESTER, title="S1")
    year(district, dt.date(2026, 9, 14), dt.date(2026, 9, 18), TermKind.TERM, title="T2")
    assert [w.term for w in school_weeks(district)] == ["S1", "S1", "T2", "2026-27", "2026-27"]


def test_the_school_year_of_a_day_follows_the_terms(district: District) -> None:
    year(district, dt.date(2025, 8, 27), dt.date(2026, 6, 12))
    calendar = load_calendar(district)
    assert [calendar.school_year(dt.date(*d)) for d in ((2025, 9, 1), (2026, 6, 12), (2026, 7, 1), (2026, 6, 30))] == [
        2026,
        2026,
        2027,
        2026,
    ]


def test_without_a_year_its_parts_make_it(district: District) -> None:
    halves = ((dt.date(2026, 9, 1), dt.date(2027, 1, 22), "S1"), (dt.date(2027, 1, 25), dt.date(2027, 6, 11), "S2"))
    for first, last, title in halves:
        year(district, first, last, TermKind.SEMESTER, title=title)
    assert load_calendar(district).years == {2027: (dt.date(2026, 9, 1), dt.date(2027, 6, 11))}


def test_a_cycle_ends_with_its_sixth_school_week(district: District) -> None:
    year(district, dt.date(2026, 8, 31), dt.date(2026, 12, 18))
    calendar = load_calendar(district)
    assert calendar.cycle_end(dt.date(2026, 8, 31)) == dt.date(2026, 10, 11)
    assert calendar.cycle_end(dt.date(2026, 10, 12)) == dt.date(2026, 11, 22)
    assert calendar.cycle_end(dt.date(2026, 12, 18)) == dt.date(2026, 12, 20)
    assert calendar.cycle_end(dt.date(2026, 12, 21)) is None


def test_a_week_shared_by_two_years_belongs_to_the_earlier(district: District) -> None:
    spans = ((dt.date(2026, 6, 22), dt.date(2026, 6, 30), 2026), (dt.date(2026, 7, 1), dt.date(2026, 7, 10), 2027))
    for first, last, ends in spans:
        add_term(
            district=district,
            kind=TermKind.SCHOOL_YEAR,
            title=str(ends),
            begins_on=first,
            ends_on=last,
            school_year=ends,
            by=None,
        )
    weeks = [(w.week_of.isoformat(), w.school_year) for w in school_weeks(district)]
    assert weeks == [("2026-06-22", 2026), ("2026-06-29", 2026), ("2026-07-06", 2027)]


def test_only_who_manages_the_roster_changes_the_calendar(cast: Cast) -> None:
    day = cast.today
    add_closure(district=cast.north.district, title="Snow", begins_on=day, by=cast.north.users["data_manager"])
    for user in (cast.north.users["principal"], cast.south.users["data_manager"], cast.outside["partner"]):
        with pytest.raises(PermissionDenied):
            add_closure(district=cast.north.district, title="Snow", begins_on=day, by=user)
        with pytest.raises(PermissionDenied):
            add_term(district=cast.north.district, kind=TermKind.TERM, title="T", begins_on=day, ends_on=day, by=user)
