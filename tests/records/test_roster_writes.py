"""Apply writes the plan and nothing else, once, on the store it was made for; undo brings the state before back."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from midcourse.records.actions.audit import first_broken_entry
from midcourse.records.actions.roster_writes import one_run_at_a_time
from midcourse.records.actions.rosters import Refused, apply_roster, drop_roster, plan_roster, undo_roster
from midcourse.records.models import (
    Adoption,
    AuditEntry,
    Course,
    District,
    Educator,
    Network,
    Post,
    RosterRun,
    School,
    Section,
    StudentCount,
    TeachingAssignment,
    Term,
    User,
)
from midcourse.vocabulary import Role
from tests.records.roster_packages import make_package, teacher

DAY = dt.date(2025, 9, 15)
TABLES = (School, Term, Educator, Post, Course, Section, TeachingAssignment, StudentCount)


def make_district() -> District:
    return District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")


@pytest.fixture
def district(db: None) -> District:
    return make_district()


def state() -> dict[str, Any]:
    """Everything that a roster owns, whole."""
    found: dict[str, Any] = {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}
    found["links"] = sorted(Section.terms.through.objects.values_list("section_id", "term_id"))
    return found


def plan(district: District, folder: Path, package: Any = None, day: dt.date = DAY) -> RosterRun:
    return plan_roster(district=district, path=(package or make_package()).write(folder), as_of=day, by=None)


def changed() -> Any:
    package = make_package().without("users", "t0").without("enrollments", "e0", "m1").without("classes", "c0")
    package.files["enrollments"] = [r for r in package.files["enrollments"] if r["classSourcedId"] != "c0"]
    package.row("users", "t1")["familyName"] = "Beech"
    package.row("classes", "c2")["termSourcedIds"] = "s26"
    package.files["academicSessions"].append(
        {**package.files["academicSessions"][0], "sourcedId": "s26", "type": "semester", "parentSourcedId": "y26"}
    )
    package.files["users"].append(teacher(12, sourcedId="t99"))
    return package


def test_undo_of_the_first_run_leaves_nothing(district: District, tmp_path: Path) -> None:
    before = state()
    undo_roster(run=apply_roster(run=plan(district, tmp_path), by=None), by=None)
    assert state() == before
    again = apply_roster(run=plan(district, tmp_path), by=None)
    assert again.state == "applied" and Educator.objects.count() == 15


def test_undo_restores_every_value(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan(district, tmp_path / "1"), by=None)
    before = state()
    run = apply_roster(run=plan(district, tmp_path / "2", changed(), dt.date(2025, 10, 1)), by=None)
    assert {"create", "update", "deactivate"} == set(run.changes.order_by().values_list("act", flat=True))
    assert state() != before
    undone = undo_roster(run=run, by=None)
    assert state() == before
    assert undone.state == "undone" and undone.undone_at is not None
    with pytest.raises(Refused, match="undone"):
        undo_roster(run=run, by=None)
    assert first_broken_entry() is None


def test_runs_are_undone_from_the_newest_back(district: District, tmp_path: Path) -> None:
    first = apply_roster(run=plan(district, tmp_path / "1"), by=None)
    second = apply_roster(run=plan(district, tmp_path / "2", changed()), by=None)
    with pytest.raises(Refused, match=str(second.id)) as refusal:
        undo_roster(run=first, by=None)
    assert refusal.value.code == "ROSTER_BUILT_ON"
    undo_roster(run=second, by=None)
    undo_roster(run=first, by=None)
    assert not Educator.objects.exists()


def test_undo_keeps_a_row_that_others_point_to(district: District, tmp_path: Path) -> None:
    run = apply_roster(run=plan(district, tmp_path), by=None)
    person = Educator.objects.get(source_id="t0")
    User.objects.create_user("ada", "a-long-invented-passphrase", educator=person)
    undo_roster(run=run, by=None)
    assert list(Educator.objects.values_list("source_id", "active")) == [("t0", False)]
    again = apply_roster(run=plan(district, tmp_path), by=None)
    person.refresh_from_db()
    assert person.active and again.changes.get(subject="educator", source_id="t0").act == "reactivate"


def test_undo_sees_links_that_have_no_way_back(district: District, tmp_path: Path) -> None:
    run = apply_roster(run=plan(district, tmp_path), by=None)
    owner = Educator.objects.get(source_id="a1")
    day = dt.date(2025, 9, 20)
    Adoption.objects.create(
        district=district, indicator_id="T2", definition_version=1, owner=owner, adopted_on=day, counts_from=day
    )
    undo_roster(run=run, by=None)
    assert list(Educator.objects.values_list("source_id", flat=True)) == ["a1"], "deactivated, since it is pointed to"


def test_undo_refuses_when_a_person_changed_what_it_wrote(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan(district, tmp_path / "1"), by=None)
    run = apply_roster(run=plan(district, tmp_path / "2", changed()), by=None)
    Educator.objects.filter(source_id="t1").update(family_name="Corrected")
    before = state()
    with pytest.raises(Refused, match="by hand"):
        undo_roster(run=run, by=None)
    assert state() == before


@pytest.mark.parametrize("what", ["row changed", "row taken", "run applied"])
def test_a_plan_is_refused_when_the_store_moved(district: District, tmp_path: Path, what: str) -> None:
    apply_roster(run=plan(district, tmp_path / "1"), by=None)
    run = plan(district, tmp_path / "2", changed())
    if what == "row changed":
        Educator.objects.filter(source_id="t1").update(family_name="Corrected")
    elif what == "row taken":
        Educator.objects.create(
            district=district, given_name="N", family_name="N", source_system="invented-sis", source_id="t99"
        )
    else:
        other = RosterRun.objects.get(pk=run.pk)
        apply_roster(run=other, by=None)
        RosterRun.objects.filter(pk=run.pk).update(state="planned")
    before = state()
    with pytest.raises(Refused) as refusal:
        apply_roster(run=run, by=None)
    assert refusal.value.code == "ROSTER_MOVED"
    assert state() == before


def test_applying_twice_is_refused(district: District, tmp_path: Path) -> None:
    run = apply_roster(run=plan(district, tmp_path), by=None)
    with pytest.raises(Refused, match="applied, not planned"):
        apply_roster(run=run, by=None)


def test_a_dropped_plan_keeps_no_values(district: District, tmp_path: Path) -> None:
    run = drop_roster(run=plan(district, tmp_path), by=None)
    assert run.state == "dropped" and not run.changes.exists()
    with pytest.raises(Refused):
        apply_roster(run=run, by=None)


def test_a_new_plan_replaces_the_one_that_waits(district: District, tmp_path: Path) -> None:
    first, second = plan(district, tmp_path), plan(district, tmp_path)
    first.refresh_from_db()
    assert (first.state, second.state) == ("dropped", "planned")


def test_every_row_knows_its_run_and_the_audit_holds_ids_only(district: District, tmp_path: Path) -> None:
    run = apply_roster(run=plan(district, tmp_path), by=None)
    for table in TABLES[:-1]:
        assert set(table.objects.values_list("last_run", flat=True)) == {run.pk}
    entries = AuditEntry.objects.filter(district_id=district.pk).order_by("number")
    assert [entry.act for entry in entries] == ["plan_roster", "apply_roster"]
    assert entries[1].details == {"changes": run.changes.count()}


def test_a_failure_in_the_middle_leaves_nothing(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = plan(district, tmp_path)
    before = state()

    def break_off(*_: object, **__: object) -> None:
        raise RuntimeError("broken off")

    monkeypatch.setattr(TeachingAssignment.objects, "bulk_create", break_off)
    monkeypatch.setattr(TeachingAssignment._default_manager, "bulk_create", break_off)
    with pytest.raises(RuntimeError, match="broken off"):
        apply_roster(run=run, by=None)
    assert state() == before
    run.refresh_from_db()
    assert run.state == "planned"
    monkeypatch.undo()
    assert apply_roster(run=run, by=None).state == "applied"


def test_the_manager_confirms_and_the_next_roster_and_undo_respect_it(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan(district, tmp_path / "1"), by=None)
    Post.objects.filter(source_id="a3|s2").update(role=Role.PRINCIPAL)
    run = apply_roster(run=plan(district, tmp_path / "2", changed()), by=None)
    undo_roster(run=run, by=None)
    assert Post.objects.get(source_id="a3|s2").role == Role.PRINCIPAL


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in memory is one connection; its lock is a file's"
)
def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    run = plan(make_district(), tmp_path)
    refused: list[str] = []

    def try_to_apply() -> None:
        try:
            apply_roster(run=run, by=None)
        except Refused as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    with one_run_at_a_time(run.district_id):
        other = threading.Thread(target=try_to_apply)
        other.start()
        other.join()
    assert refused == ["ROSTER_BUSY"]
    assert apply_roster(run=run, by=None).state == "applied"
