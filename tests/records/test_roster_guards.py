"""Guards: what stops a plan, what does not, and that a stopped plan needs a named person's reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from midcourse.records.actions.rosters import Refused, apply_roster, plan_roster
from midcourse.records.models import AuditEntry, District, Educator, Network, RosterRun, Section, User
from tests.records.roster_packages import Package, make_delta, make_package, section, teacher, teaching

DAY = dt.date(2025, 9, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> District:
    made = District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")
    run = plan_roster(district=made, path=make_package().write(tmp_path / "first"), as_of=DAY, by=None)
    apply_roster(run=run, by=None)
    return made


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("dana", "a-long-invented-passphrase")


def plan(district: District, folder: Path, package: Package) -> RosterRun:
    return plan_roster(district=district, path=package.write(folder), as_of=dt.date(2025, 10, 1), by=None)


def guards(run: RosterRun) -> list[str]:
    return [guard["code"] for guard in run.guards]


def test_half_the_staff_gone_stops_the_run(district: District, tmp_path: Path) -> None:
    lost = [f"t{n}" for n in range(4)]
    package = make_package().without("users", *lost).without("enrollments", *(f"e{n}" for n in range(4)))
    run = plan(district, tmp_path, package)
    assert guards(run) == ["G_DROP", "G_DROP"]  # staff, assignments
    assert "members of staff" in run.guards[0]["sentence"] and "Brook School: 4 of 7" in run.guards[0]["sentence"]
    assert run.guards[0]["count"] == 4


def test_one_school_lost_is_seen_where_the_district_hardly_shrinks(district: District, tmp_path: Path) -> None:
    big = make_package()
    big.files["users"] += [teacher(n, sourcedId=f"t{n}", identifier=str(n), email="") for n in range(20, 90)]
    apply_roster(run=plan(district, tmp_path / "1", big), by=None)
    lost = [f"t{n}" for n in range(3)]
    run = plan(district, tmp_path / "2", big.without("users", *lost).without("enrollments", "e0", "e1", "e2"))
    assert "G_DROP" in guards(run)
    assert "in all" not in run.guards[0]["sentence"] and "Brook School: 3 of" in run.guards[0]["sentence"]


def test_one_leaver_does_not_stop_a_small_school(district: District, tmp_path: Path) -> None:
    assert not guards(plan(district, tmp_path, make_package().without("users", "t0").without("enrollments", "e0")))


def test_a_substitute_who_takes_over_many_classes_does_not_stop_the_run(district: District, tmp_path: Path) -> None:
    package = make_package()
    for number in range(5):
        package.row("enrollments", f"e{number}").update({"sourcedId": f"x{number}", "userSourcedId": "t5"})
    assert not guards(plan(district, tmp_path, package))


def test_classes_that_vanish_stop_the_run_by_delta_too(district: District, tmp_path: Path) -> None:
    rows = [section(n, status="tobedeleted") for n in range(3)]
    run = plan(district, tmp_path, make_delta("2025-10-01T06:00:00.000Z", classes=rows))
    assert guards(run) == ["G_DROP"]


def test_an_empty_needed_file_stops_the_run(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.files["users"] = []
    package.files["enrollments"] = []
    assert "G_EMPTY" in guards(plan(district, tmp_path, package))


def test_another_format_can_never_be_applied(district: District, tmp_path: Path, manager: User) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "notes.csv").write_text("a,b\n1,2\n")
    run = plan_roster(district=district, path=tmp_path / "x", as_of=DAY, by=None)
    assert guards(run) == ["G_NOT_ONEROSTER"]
    with pytest.raises(Refused, match="not a OneRoster"):
        apply_roster(run=run, override_reason="I insist", by=manager)


def test_a_school_that_vanishes_stops_the_run(district: District, tmp_path: Path) -> None:
    run = plan(district, tmp_path, make_package().without("orgs", "s2"))
    assert any("schools" in guard["sentence"] for guard in run.guards if guard["code"] == "G_DROP")
    assert not run.changes.filter(subject="section").exists(), "rows that point to it are refused, and so not closed"


def test_half_the_pupils_gone_overnight_stops_the_run(district: District, tmp_path: Path) -> None:
    lost = [f"p{n}" for n in range(11)]
    package = make_package().without("users", *lost).without("enrollments", *(f"m{n}" for n in range(11)))
    run = plan(district, tmp_path, package)
    assert guards(run) == ["G_DROP"]
    assert "pupils" in run.guards[0]["sentence"] and "Brook School: 11 of 12" in run.guards[0]["sentence"]


def test_a_new_school_year_waits_for_a_person(district: District, tmp_path: Path, manager: User) -> None:
    package = make_package()
    package.files["academicSessions"][0].update(
        {
            "sourcedId": "y27",
            "title": "2026-27",
            "startDate": "2026-08-15",
            "endDate": "2027-06-10",
            "schoolYear": "2027",
        }
    )
    package.files["classes"] = [section(n, sourcedId=f"n{n}", termSourcedIds="y27") for n in range(12)]
    package.files["enrollments"] = [teaching(n, sourcedId=f"f{n}", classSourcedId=f"n{n}") for n in range(12)]
    run = plan_roster(district=district, path=package.write(tmp_path), as_of=dt.date(2026, 8, 20), by=None)
    assert guards(run) == ["G_ROLLOVER"], "classes are replaced one for one, so nothing else is wrong"
    apply_roster(run=run, override_reason="the new timetable is complete", by=manager)
    assert Section.objects.filter(active=True).count() == 12 == Section.objects.filter(active=False).count()
    assert Educator.objects.filter(active=True).count() == 15, "staff keep their identity"


def test_a_rollover_with_half_a_timetable_says_so(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.files["academicSessions"][0].update(
        {"sourcedId": "y27", "startDate": "2026-08-15", "endDate": "2027-06-10", "schoolYear": "2027"}
    )
    package.files["classes"] = [section(n, sourcedId=f"n{n}", termSourcedIds="y27") for n in range(6)]
    package.files["enrollments"] = [teaching(n, sourcedId=f"f{n}", classSourcedId=f"n{n}") for n in range(6)]
    run = plan_roster(district=district, path=package.write(tmp_path), as_of=dt.date(2026, 8, 20), by=None)
    assert guards(run) == ["G_ROLLOVER", "G_DROP", "G_DROP"]


def test_people_under_new_ids_are_proposed_not_merged(district: District, tmp_path: Path) -> None:
    package = make_package()
    for number in range(12):
        package.row("users", f"t{number}")["sourcedId"] = f"new{number}"
        package.row("enrollments", f"e{number}")["userSourcedId"] = f"new{number}"
    run = plan(district, tmp_path, package)
    assert guards(run)[0] == "G_IDS_CHANGED" and "G_DROP" in guards(run)
    assert run.guards[0]["count"] == 12
    before = {row.source_id: str(row.id) for row in Educator.objects.all()}
    assert sorted(run.guards[0]["pairs"]) == sorted(["educator", before[f"t{n}"], f"new{n}"] for n in range(12))


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": "", "givenName": "Somebody"},  # the e-mail alone
        {"identifier": "other", "email": "other@example.org"},  # the name alone
        {"email": "", "givenName": "Somebody"},  # the identifier alone
    ],
)
def test_one_mark_alone_is_no_proposal(district: District, tmp_path: Path, changes: dict[str, str]) -> None:
    package = make_package().without("enrollments", "e0")
    package.row("users", "t0").update({"sourcedId": "new0", **changes})
    assert "G_IDS_CHANGED" not in guards(plan(district, tmp_path, package))


def test_two_namesakes_are_no_proposal(district: District, tmp_path: Path) -> None:
    package = make_package().without("enrollments", "e0")
    package.row("users", "t0")["sourcedId"] = "new0"
    package.files["users"].append(teacher(0, sourcedId="new1"))
    assert "G_IDS_CHANGED" not in guards(plan(district, tmp_path, package))


def test_an_id_given_to_somebody_else_is_reported(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.row("users", "t0").update({"givenName": "Otto", "familyName": "Oak", "identifier": "777"})
    run = plan(district, tmp_path, package)
    assert "W_ID_REUSED" in {row["code"] for row in run.findings}


def test_overriding_takes_a_name_and_a_reason(district: District, tmp_path: Path, manager: User) -> None:
    lost = make_package().without("users", "t0", "t1", "t2").without("enrollments", "e0", "e1", "e2")
    run = plan(district, tmp_path, lost)
    for reason, by in (("", manager), ("  ", manager), ("they really left", None)):
        with pytest.raises(Refused) as refusal:
            apply_roster(run=run, override_reason=reason, by=by)
        assert refusal.value.code == "ROSTER_GUARD"
    assert Educator.objects.filter(active=True).count() == 15
    applied = apply_roster(run=run, override_reason="they really left", by=manager)
    assert (applied.override_reason, applied.applied_by) == ("they really left", manager)
    entry = AuditEntry.objects.filter(act="apply_roster").latest("number")
    assert entry.by == manager.pk and entry.details["overridden"] == ["G_DROP", "G_DROP"]
