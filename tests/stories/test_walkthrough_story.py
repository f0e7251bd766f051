"""One walk through the house: a roster bundle comes in, visits are recorded, and the page's figures count them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from midcourse.exchange import (
    CourseRow,
    OrgRow,
    PersonKind,
    PersonRow,
    PostRow,
    RosterBundle,
    SectionRow,
    TeachingRow,
    TermRow,
    write_oneroster,
)
from midcourse.pipeline import published, refresh
from midcourse.records.actions.adoptions import adopt_indicator
from midcourse.records.actions.organizations import create_district, create_network
from midcourse.records.actions.people import add_educator, add_post
from midcourse.records.actions.protocols import create_protocol, draft_version, publish_version
from midcourse.records.actions.rosters import apply_roster, plan_roster
from midcourse.records.actions.visits import Answer, Sheet, record_visit
from midcourse.records.models import District, Educator, RosterRun, School, Section, VisitHost
from midcourse.vocabulary import Grade, Level, Period, Role, TermKind, Verdict
from tests.district.cast import LOOK_FORS

TODAY = dt.date(2026, 1, 30)
TEACHERS = 12


def bundle() -> RosterBundle:
    """One district, one school, twelve teachers with a class each."""
    teachers = [f"t{n}" for n in range(TEACHERS)]
    return RosterBundle(
        version="1.1",
        source_system_name="Invented SIS",
        orgs=(
            OrgRow(source_id="d", name="Alder Falls", kind="district"),
            OrgRow(source_id="s", name="Fern School", kind="school", parent_source_id="d"),
        ),
        terms=(
            TermRow(
                source_id="y",
                title="2025-2026",
                kind=TermKind.SCHOOL_YEAR,
                begins_on=dt.date(2025, 8, 27),
                ends_on=dt.date(2026, 6, 12),
                school_year=2026,
            ),
        ),
        people=tuple(
            PersonRow(
                source_id=one, given_name=f"Given{n}", family_name=f"Alderfen{n}", username=one, enabled=True,
                kind=PersonKind.STAFF, email=f"{one}@alder-falls.example",
            )
            for n, one in enumerate(teachers)
        ),
        posts=tuple(
            PostRow(source_id=f"{one}|s", person_source_id=one, org_source_id="s", role="teacher") for one in teachers
        ),
        courses=(CourseRow(source_id="c", title="Mathematics", org_source_id="d", grades=(Grade.G04,)),),
        sections=tuple(
            SectionRow(
                source_id=f"k-{one}", title=f"Mathematics {one}", course_source_id="c", school_source_id="s",
                term_source_ids=("y",), kind="scheduled", grades=(Grade.G04,),
            )
            for one in teachers
        ),
        teaching=tuple(
            TeachingRow(
                source_id=f"e-{one}", section_source_id=f"k-{one}", person_source_id=one, school_source_id="s",
                primary=True,
            )
            for one in teachers
        ),
    )  # fmt: skip


def import_bundle(district: District, folder: Path) -> RosterRun:
    write_oneroster(bundle(), folder)
    run = plan_roster(district=district, path=folder, as_of=dt.date(2025, 8, 27), by=None)
    assert not run.guards
    return apply_roster(run=run, override_reason="", by=None)


@pytest.mark.django_db
@pytest.mark.slow
def test_a_roster_and_some_visits_become_figures_that_open_to_their_facts(tmp_path: Path, settings: Settings) -> None:
    """Slow: the whole path, with two refreshes."""
    settings.DATA_DIR = tmp_path
    network = create_network(name="Invented network", invented=True, by=None)
    began = dt.date(2025, 8, 27)
    district = create_district(
        network=network, name="Alder Falls", slug="alder-falls", initiative_began_on=began, by=None
    )
    import_bundle(district, tmp_path / "bundle")
    assert (School.objects.count(), Section.objects.count(), Educator.objects.count()) == (1, TEACHERS, TEACHERS)

    protocol = create_protocol(district=district, form_id="walk", title={"en": "Walk"}, by=None)
    version = publish_version(
        version=draft_version(protocol=protocol, number="1", look_fors=LOOK_FORS, by=None), by=None
    )
    observers = []
    for family in ("Marchbanks", "Tallgrass"):
        one = add_educator(district=district, given_name="Ada", family_name=family, by=None)
        add_post(educator=one, role=Role.COACH, school=School.objects.get(), begins_on=began, by=None)
        observers.append(one)
    for indicator_id in ("T1", "T2"):
        adopt_indicator(
            district=district,
            indicator_id=indicator_id,
            definition_version=1,
            adopted_on=began,
            counts_from=began,
            by=None,
        )

    def see(number: int, rating: float, day: dt.date) -> None:
        answers = (Answer("reasoning", rating), Answer("goal_posted", 1.0), Answer("on_learning", 17.0, scanned=20))
        record_visit(
            visit_id=uuid4(),
            version=version,
            visited_on=day,
            sheets=[Sheet(observers[number % 2], answers)],
            section=Section.objects.order_by("title")[number % 10],
            recorded_on=day,
            by=None,
        )

    # the fourth cycle: 30 visits to ten of the twelve classrooms, in 18 of them the practice was clearly there
    cycle_began = dt.date(2026, 1, 20)
    for number in range(30):
        see(number, 3.0 if number < 18 else 2.0, cycle_began + dt.timedelta(days=number % 3))
    first = refresh(as_of=TODAY)
    now = published()
    assert now is not None and now.snapshot_id == first.snapshot_id and now.as_of == TODAY

    where = {"district_id": str(district.pk), "level": Level.DISTRICT, "period_kind": Period.YEAR}
    [practice] = now.values(indicator_ids=["T2"], **where)
    assert (practice.n, practice.rooms_n, practice.observers_n) == (30, 10, 2)
    assert practice.estimate == pytest.approx(18 / 30)
    assert practice.lower is not None and practice.upper is not None
    assert practice.lower < 0.6 < practice.upper
    [coverage] = now.values(indicator_ids=["T1"], **where)
    assert coverage.estimate == pytest.approx(10 / TEACHERS)

    opened = now.facts_behind(practice)
    assert sum(count.events_n for count in opened.counts) == 30
    assert all(count.hits_n is None and count.marks_n is None for count in opened.counts), "the year is not settled"
    assert not any(family in str(opened) for family in Educator.objects.values_list("family_name", flat=True))

    found = {verdict.indicator_id: verdict for verdict in now.verdicts(level=Level.DISTRICT)}
    assert found["T2"].verdict is Verdict.NOT_DUE, "half a school year has not passed"
    assert found["T2"].due_on == began + dt.timedelta(days=182)
    assert found["T1"].verdict is Verdict.TOO_FEW, "there is no year before to compare with"

    see(30, 4.0, TODAY)
    refresh(as_of=TODAY)
    again = published()
    assert again is not None and again.snapshot_id != first.snapshot_id
    [one_more] = again.values(indicator_ids=["T2"], **where)
    assert (one_more.n, one_more.estimate) == (31, pytest.approx(19 / 31))
    assert VisitHost.objects.count() == 0, "eight weeks later nobody knows whom they concerned"
