"""Which rows of each table each person of the cast reads: `visible_to`, model by model and role by role."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model
from pytest_django import Settings

from midcourse.records.actions.adoptions import adopt_indicator
from midcourse.records.actions.decisions import decide
from midcourse.records.actions.events import record_event
from midcourse.records.actions.imports import RowCounts, register_file
from midcourse.records.actions.intervisitations import record_intervisitation
from midcourse.records.actions.organizations import create_team
from midcourse.records.actions.sign_ins import note_failure
from midcourse.records.actions.visits import Answer, Sheet, create_walkthrough, record_visit
from midcourse.records.models import (
    Agreement,
    AuditEntry,
    Course,
    Event,
    Post,
    ReceivedFile,
    RosterChange,
    RosterRun,
    StudentCount,
    User,
    Visit,
    VisitNote,
    Walkthrough,
)
from midcourse.vocabulary import Subgroup, Verdict
from tests.district.cast import Cast, Town

pytestmark = pytest.mark.django_db


def fill(cast: Cast, town: Town) -> None:
    """Write at least one row into every table of a town: one in each school where the table has a school."""
    district, today = town.district, cast.today
    chief, visitor = town.users["assistant_superintendent"], town.people["teacher"]
    adopt_indicator(district=district, indicator_id="T2", definition_version=1, adopted_on=today, by=chief)
    note_failure(username=town.users["coach"].username, address="192.0.2.7")
    record_event(district=district, kind=Event.Kind.PAUSE, happened_on=today, title={"en": "Snow"}, by=chief)
    walkthrough = create_walkthrough(
        district=district,
        title="Autumn",
        version=town.version,
        begins_on=today,
        ends_on=today + dt.timedelta(days=9),
        by=chief,
    )
    for section in town.sections:
        observer = town.people["coach"]
        record_visit(
            visit_id=uuid.uuid4(),
            version=town.version,
            visited_on=today,
            sheets=[Sheet(observer, (Answer("reasoning", 3),), "Pairs compared methods.")],
            section=section,
            walkthrough=walkthrough,
            by=None,
        )
    for school in town.schools:
        create_team(school=school, name="Team", by=None)
        decide(
            district=district,
            indicator_id="T2",
            verdict=Verdict.NO_CHANGE,
            snapshot_id="s",
            text="x",
            school=school,
            check_on=today,
            by=chief,
        )
    record_intervisitation(visitor=visitor, host_school=town.schools[-1], happened_on=today, by=town.users["teacher"])
    register_file(
        district=district,
        kind=ReceivedFile.Kind.RESULTS,
        name="r.csv",
        content=b"x",
        mapping={},
        counts=RowCounts(1, 1, 0),
        findings=[],
        by=None,
    )
    run = RosterRun.objects.create(
        district=district, kind="oneroster", source_system="sis", file_name="r.zip", file_sha256="0", as_of=today
    )
    RosterChange.objects.create(
        district=district, run=run, order=1, act="create", subject="school", source_id="1", object_id=uuid.uuid4()
    )
    Course.objects.create(district=district, title="Mathematics")
    for school in town.schools:
        StudentCount.objects.create(
            district=district, school=school, subgroup_kind=Subgroup.ALL, students=200, counted_on=today
        )


@pytest.fixture
def full(cast: Cast, settings: Settings, tmp_path: Path) -> Cast:
    settings.DATA_DIR = tmp_path
    fill(cast, cast.north)
    fill(cast, cast.south)
    return cast


def models_with_reads() -> list[type[Model]]:
    return [m for m in apps.get_app_config("records").get_models() if hasattr(m._default_manager.all(), "visible_to")]


def read(user: User, name: str) -> int:
    return apps.get_model("records", name)._default_manager.all().visible_to(user).count()


READERS = (
    *("superintendent", "data_manager", "principal", "coach", "teacher"),
    *("support_staff", "pending", "partner", "board"),
)
READS = {
    #                    super data princ coach teach suppo pendi partn board
    "District": (1, 1, 1, 1, 1, 1, 0, 1, 1),
    "School": (2, 2, 1, 1, 1, 1, 0, 0, 0),
    "Team": (2, 2, 1, 1, 1, 1, 0, 0, 0),
    "User": (15, 15, 1, 1, 1, 1, 1, 1, 1),
    "Educator": (12, 12, 6, 6, 6, 6, 1, 0, 0),
    "Post": (12, 12, 6, 6, 6, 6, 1, 0, 0),
    "Agreement": (3, 3, 0, 0, 0, 0, 0, 1, 1),
    "Adoption": (1, 1, 1, 1, 1, 1, 0, 1, 1),
    "Term": (3, 3, 3, 3, 3, 3, 0, 3, 3),
    "Closure": (3, 3, 3, 3, 3, 3, 0, 3, 3),
    "Decision": (2, 2, 1, 1, 1, 1, 0, 0, 0),
    "Event": (1, 1, 1, 1, 1, 1, 0, 1, 1),
    "ReceivedFile": (1, 1, 0, 0, 0, 0, 0, 0, 0),
    "Intervisitation": (0, 0, 0, 0, 1, 0, 0, 0, 0),  # the visitor's own, and nobody else's
    "Protocol": (1, 1, 1, 1, 1, 1, 0, 0, 0),
    "ProtocolVersion": (1, 1, 1, 1, 1, 1, 0, 0, 0),
    "LookFor": (4, 4, 4, 4, 4, 4, 0, 0, 0),
    "Course": (1, 1, 0, 0, 0, 0, 0, 0, 0),
    "Section": (3, 3, 2, 2, 2, 2, 0, 0, 0),
    "TeachingAssignment": (3, 3, 2, 2, 2, 2, 0, 0, 0),
    "StudentCount": (2, 2, 1, 1, 1, 1, 0, 0, 0),
    "RosterRun": (1, 1, 0, 0, 0, 0, 0, 0, 0),
    "RosterChange": (1, 1, 0, 0, 0, 0, 0, 0, 0),
    "Walkthrough": (1, 1, 1, 1, 1, 1, 0, 0, 0),
    "Visit": (3, 3, 2, 3, 2, 2, 0, 0, 0),  # the coach made the one at the other school
    "VisitObserver": (3, 3, 2, 3, 2, 2, 0, 0, 0),
    "VisitItem": (12, 12, 8, 12, 8, 8, 0, 0, 0),
    "VisitNote": (0, 0, 2, 3, 2, 2, 0, 0, 0),  # the school's own team and the writer; never the district
    "VisitHost": (0, 0, 0, 0, 1, 0, 0, 0, 0),  # the visited teacher alone
    "KeySecret": (0, 0, 0, 0, 0, 0, 0, 0, 0),
    "SignInFailure": (0, 0, 0, 0, 0, 0, 0, 0, 0),
}
"""How many rows of the filled north each person reads; the south holds as many again."""


def test_every_table_is_in_the_list() -> None:
    assert {m.__name__ for m in models_with_reads()} == {*READS, "AuditEntry"}


def test_each_role_reads_what_its_place_allows_and_no_more(full: Cast) -> None:
    people = full.north.users | full.outside
    found = {name: tuple(read(people[who], name) for who in READERS) for name in READS}
    assert found == READS


def test_nobody_reads_over_the_wall(full: Cast) -> None:
    for model in models_with_reads():
        if not hasattr(model, "district"):
            continue
        for user in (*full.north.users.values(), *full.outside.values()):
            rows = model._default_manager.all().visible_to(user)
            assert not rows.filter(district=full.south.district).exists(), (model.__name__, user.username)
        for user in full.south.users.values():
            rows = model._default_manager.all().visible_to(user)
            assert not rows.filter(district=full.north.district).exists(), (model.__name__, user.username)


def test_the_log_of_a_district_is_read_by_its_leaders_alone(full: Cast) -> None:
    for name, user in full.everyone().items():
        entries = AuditEntry.objects.visible_to(user)
        town, _, role = name.partition("/")
        leads = role in {"superintendent", "assistant_superintendent", "curriculum_director", "data_manager"}
        assert entries.exists() == (leads and town != "outside"), name
        assert set(entries.values_list("district_id", flat=True)) <= user.standing.district_wide


def test_standing_of_one_school_shows_nothing_of_the_other(full: Cast) -> None:
    first, second = full.north.schools
    for who in ("principal", "teacher", "support_staff"):
        user = full.north.users[who]
        for model in models_with_reads():
            if hasattr(model, "school") and model is not User:
                rows = model._default_manager.all().visible_to(user)
                assert not rows.filter(school=second).exists(), (who, model.__name__)
                assert rows.filter(school=first).count() == rows.exclude(school=None).count()


def test_notes_close_with_their_round_except_for_the_writer(full: Cast) -> None:
    principal, coach = full.north.users["principal"], full.north.users["coach"]
    assert VisitNote.objects.visible_to(principal).count() == 2
    Walkthrough.objects.update(ends_on=full.today - dt.timedelta(days=1))
    assert not VisitNote.objects.visible_to(principal).exists()
    assert VisitNote.objects.visible_to(coach).count() == 3
    Visit.objects.update(walkthrough=None)
    assert VisitNote.objects.visible_to(principal).count() == 2
    Visit.objects.update(visited_on=full.today - dt.timedelta(weeks=8, days=1))
    assert not VisitNote.objects.visible_to(principal).exists()


def test_an_ended_agreement_or_post_reads_nothing(full: Cast) -> None:
    yesterday = full.today - dt.timedelta(days=1)
    Agreement.objects.update(ends_on=yesterday)
    Post.objects.update(ends_on=yesterday)
    own = {"User", "Educator", "Post", "Agreement", "Intervisitation", "VisitHost"}
    people = full.north.users | full.outside
    for name in READERS:
        user = full.fresh(people[name])
        for model in models_with_reads():
            assert model.__name__ in own or not read(user, model.__name__), (name, model.__name__)
