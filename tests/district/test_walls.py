"""Walkthroughs can never become evaluation (privacy 2.1): a walk over the schema, the log, the source and the clock."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import uuid
from collections import deque
from contextlib import closing
from hashlib import sha256
from hmac import new
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import DO_NOTHING, ForeignKey, Model
from pytest_django import Settings

from midcourse.records.actions.calendars import load_calendar
from midcourse.records.actions.hosts import confirm_feedback, feedback_for, purge_hosts
from midcourse.records.actions.secrets import destroy_year_secret
from midcourse.records.actions.visits import Answer, Sheet, create_walkthrough, record_visit
from midcourse.records.models import (
    AuditEntry,
    Educator,
    KeySecret,
    Section,
    TeachingAssignment,
    User,
    Visit,
    VisitHost,
    VisitItem,
    VisitNote,
    VisitObserver,
)
from tests.district.cast import Cast

SOURCE = Path(__file__).parents[2] / "src" / "midcourse"
OBSERVATION = (Visit, VisitItem, VisitNote)

WAYS_TO_A_PERSON = {
    "VisitHost.educator": "the one short-lived link itself",
    "VisitHost.section": "where the planned visit leads; it goes with the row",
    "VisitObserver.observer": "who observed, not who was visited",
    "RosterRun.planned_by": "who ran the roster that brought the school",
    "RosterRun.applied_by": "who ran the roster that brought the school",
}
"""Every foreign key by which a walk from an observation reaches an educator, a login or a class, with its reason."""


def ways_from_observations() -> dict[str, list[str]]:
    """Walk from the observations to people. Returns each last step (model.field) with the chains that end in it.

    A step leads along any foreign key of a row, and back from a row to those that hang on it as parts of one
    observation. It does not lead back from what many visits share (a school to its staff): that names a group.
    """
    people = (Educator, User, Section, TeachingAssignment)
    found: dict[str, list[str]] = {}
    queue: deque[tuple[type[Model], bool, str]] = deque((model, True, model.__name__) for model in OBSERVATION)
    seen: set[tuple[type[Model], bool]] = {(model, True) for model in OBSERVATION}
    while queue:
        model, one_observation, chain = queue.popleft()
        steps: list[tuple[type[Model], bool, str]] = []
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                other = field.related_model
                if other in people:
                    found.setdefault(f"{model.__name__}.{field.name}", []).append(chain)
                else:
                    steps.append((other, one_observation and other in OBSERVATION, field.name))
            elif one_observation and field.auto_created and field.is_relation:
                assert not field.many_to_many, f"{model.__name__} and {field.related_model}: many to many"
                part_of = field.field.name
                steps.append((field.related_model, True, f"{field.related_model.__name__}({part_of})"))
        for other, one, step in steps:
            if (other, one) not in seen:
                seen.add((other, one))
                queue.append((other, one, f"{chain} > {step}"))
        assert not model._meta.many_to_many or not one_observation
    return found


def test_no_chain_of_foreign_keys_joins_an_observation_to_the_visited_teacher() -> None:
    assert set(ways_from_observations()) == set(WAYS_TO_A_PERSON)


def test_the_walk_finds_a_planted_link(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = ForeignKey(Educator, on_delete=DO_NOTHING, null=True)
    planted.set_attributes_from_name("planted")
    planted.model = VisitNote
    fields = VisitNote._meta.get_fields()
    monkeypatch.setattr(VisitNote._meta, "get_fields", lambda: (*fields, planted))
    assert "VisitNote.planted" in ways_from_observations()


def test_no_column_of_an_observation_could_hold_a_teacher_without_a_foreign_key() -> None:
    """A new column on these tables is a decision: look at it, then add it here."""
    columns = {
        model.__name__: {f.column for f in model._meta.local_fields if not isinstance(f, ForeignKey)}
        for model in (*OBSERVATION, VisitObserver)
    }
    assert columns == {
        "Visit": {
            *("id", "status", "visited_on", "minutes", "school_year", "grade_band", "subject", "had_pd"),
            *("new_arrival", "room_key", "recorded_on", "content_sha256"),
        },
        "VisitItem": {"id", "value", "scanned", "missing"},
        "VisitNote": {"id", "text", "language"},
        "VisitObserver": {"id", "lead"},
    }


def test_no_table_but_the_host_points_at_both_a_visit_and_a_person_or_class() -> None:
    both = set()
    for model in apps.get_app_config("records").get_models():
        targets = {f.related_model for f in model._meta.get_fields() if isinstance(f, ForeignKey)}
        if targets & {*OBSERVATION, VisitObserver} and targets & {Educator, User, Section, TeachingAssignment}:
            both.add(model.__name__)
    assert both == {"VisitHost", "VisitObserver"}


def test_the_host_is_touched_by_one_module_only() -> None:
    allowed = {"records/actions/hosts.py", "records/models/visits.py", "records/models/__init__.py"}
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".html", ".js", ".sql"}
        and "migrations" not in path.parts
        and re.search(r"\bVisitHost\b|records_visithost|['\"_.]host__|\bvisit\.host\b|['\"]host['\"]", path.read_text())
        and _uses_the_host(path)
    }
    assert found <= allowed, f"only actions/hosts.py may touch VisitHost: {found - allowed}"


def _uses_the_host(path: Path) -> bool:
    """A docstring may speak of it; code may not name it."""
    code = re.sub(r'""".*?"""|#[^\n]*', "", path.read_text(), flags=re.S)
    return bool(re.search(r"\bVisitHost\b|records_visithost|['\"_.]host__|\bvisit\.host\b", code))


def send(cast: Cast, n: int, **changes: object) -> Visit:
    given = {
        "visit_id": uuid.UUID(int=n),
        "version": cast.north.version,
        "visited_on": cast.today,
        "sheets": [Sheet(cast.north.people["coach"], (Answer("reasoning", 3),), "Pairs compared two methods.")],
        "section": cast.north.sections[0],
        "by": cast.north.users["coach"],
    } | changes
    return record_visit(**given).visit


@pytest.mark.django_db
def test_the_log_never_holds_the_visited_teacher(cast: Cast) -> None:
    teacher = cast.north.people["teacher"]
    before = AuditEntry.objects.order_by("-number").first().number
    visit = send(cast, 1)
    confirm_feedback(visit_id=visit.id, by=cast.north.users["teacher"])
    send(cast, 2)
    purge_hosts(today=cast.today + dt.timedelta(days=100), by=None)
    entries = list(AuditEntry.objects.filter(number__gt=before))
    traces = {str(teacher.id), str(cast.north.sections[0].id), teacher.family_name, visit.room_key}
    for entry in entries:
        assert not traces & {str(entry.object_id), *map(str, entry.details.values())}, entry.act
        if str(entry.by) == str(cast.north.users["teacher"].id):
            assert entry.object_id == cast.north.users["teacher"].id and entry.details == {}
    assert {e.act for e in entries} >= {"record", "read_feedback", "purge"}


@pytest.mark.django_db
def test_the_clock_takes_every_link_away(cast: Cast) -> None:
    far = cast.today + dt.timedelta(weeks=20)
    long = create_walkthrough(
        district=cast.north.district,
        title="All year",
        version=cast.north.version,
        begins_on=cast.today - dt.timedelta(weeks=20),
        ends_on=far,
        by=None,
    )
    short_end = cast.today + dt.timedelta(days=5)
    short = create_walkthrough(
        district=cast.north.district,
        title="One week",
        version=cast.north.version,
        begins_on=cast.today,
        ends_on=short_end,
        by=None,
    )
    in_long, in_short, alone = send(cast, 1, walkthrough=long), send(cast, 2, walkthrough=short), send(cast, 3)
    cycle_end = load_calendar(cast.north.district).cycle_end(cast.today) or cast.today + dt.timedelta(weeks=8)
    gone_after = {
        in_long.id: cast.today + dt.timedelta(weeks=8),
        in_short.id: short_end,
        alone.id: min(cycle_end, cast.today + dt.timedelta(weeks=8)),
    }
    assert {h.visit_id: h.delete_after for h in VisitHost.objects.all()} == gone_after
    for days in range(60):
        day = cast.today + dt.timedelta(days=days)
        purge_hosts(today=day, by=None)
        assert {h.visit_id for h in VisitHost.objects.all()} == {v for v, last in gone_after.items() if day <= last}
    assert not VisitHost.objects.exists()
    assert Visit.objects.count() == 3, "what was seen stays"


@pytest.mark.django_db
def test_a_visit_that_arrives_too_late_is_never_linked(cast: Cast) -> None:
    send(cast, 1, visited_on=cast.today - dt.timedelta(weeks=8, days=1))
    assert not VisitHost.objects.exists()


@pytest.mark.django_db
def test_a_closed_walkthrough_takes_its_links_along(cast: Cast) -> None:
    walkthrough = create_walkthrough(
        district=cast.north.district,
        title="Cut short",
        version=cast.north.version,
        begins_on=cast.today,
        ends_on=cast.today + dt.timedelta(days=30),
        by=None,
    )
    send(cast, 1, walkthrough=walkthrough)
    walkthrough.ends_on = cast.today
    walkthrough.save()
    assert purge_hosts(today=cast.today, by=None) == 0
    assert purge_hosts(today=cast.today + dt.timedelta(days=1), by=None) == 1


@pytest.mark.django_db
def test_after_the_year_nothing_stored_leads_from_a_stamp_to_a_teacher(cast: Cast) -> None:
    """With the secret destroyed, no stored bytes make the stamp: every value of the database is tried as the key."""
    visit = send(cast, 1)
    purge_hosts(today=cast.today + dt.timedelta(days=100), by=None)
    destroy_year_secret(district=cast.north.district, school_year=visit.school_year, by=None)
    teacher = str(cast.north.people["teacher"].id).encode()
    stored = set()
    for model in apps.get_app_config("records").get_models():
        for row in model._default_manager.values_list():
            stored |= {bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row}
    visit.refresh_from_db()
    assert len(stored) > 200
    for key in stored:
        for message in (teacher, b"room\x00" + teacher):
            assert not new(key, message, sha256).hexdigest().startswith(visit.room_key[:16])
            assert sha256(key + message).hexdigest()[:16] != visit.room_key[:16]


@pytest.mark.django_db
def test_no_visit_mark_can_be_guessed_without_the_secret(cast: Cast) -> None:
    """The content mark is keyed: the same visit in another year's or district's hands has another mark."""
    one = send(cast, 1)
    marks = {one.content_sha256}
    destroy_year_secret(district=cast.north.district, school_year=one.school_year, by=None)
    Visit.objects.all().delete()
    KeySecret.objects.all().delete()
    marks.add(send(cast, 1).content_sha256)
    assert len(marks) == 2


@pytest.mark.django_db
def test_feedback_reaches_the_visited_teacher_alone(cast: Cast) -> None:
    visit = send(cast, 1)
    for name, user in cast.everyone().items():
        assert bool(feedback_for(user)) == (name == "northfold/teacher"), name
        assert VisitHost.objects.visible_to(user).count() == (name == "northfold/teacher"), name
    assert visit.id == feedback_for(cast.north.users["teacher"])[0].visit_id


def test_a_deleted_row_leaves_no_bytes_in_the_file(tmp_path: Path, settings: Settings) -> None:
    opening = settings.DATABASES["default"].get("OPTIONS", {}).get("init_command")
    if opening is None:
        pytest.skip("SQLite's own matter; PostgreSQL's vacuum and the backups' age do it there")
    path, marker = tmp_path / "store.sqlite3", b"0f9c2e-the-visited-teacher"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(opening)
        connection.execute("CREATE TABLE host (educator TEXT)")
        connection.executemany("INSERT INTO host VALUES (?)", [(marker.decode(),)] * 50)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert marker in path.read_bytes()
        connection.execute("DELETE FROM host")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert marker not in path.read_bytes()
