"""The staff list adds coaches, principals and central office, recognises whom the roster knows, and merges nobody."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from midcourse.records.actions.rosters import Refused, apply_roster, plan_roster, plan_staff_list, undo_roster
from midcourse.records.models import District, Educator, Network, Post, RosterRun, School
from midcourse.vocabulary import Role
from tests.records.roster_packages import make_package

HEADER = "staff_id,given_name,family_name,email,school_id,title,role,begin_date,end_date"
DAY = dt.date(2025, 9, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> District:
    made = District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")
    run = plan_roster(district=made, path=make_package().write(tmp_path / "first"), as_of=DAY, by=None)
    apply_roster(run=run, by=None)
    return made


def plan(district: District, folder: Path, *rows: str) -> RosterRun:
    path = folder / "staff.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return plan_staff_list(district=district, path=path, as_of=DAY, by=None)


def codes(run: RosterRun) -> set[str]:
    return {row["code"] for row in run.findings}


def test_coach_principal_and_central_office(district: District, tmp_path: Path) -> None:
    run = plan(
        district,
        tmp_path,
        "500,Petra,Plum,petra@example.org,s1,Literacy Coach,coach,2025-08-15,",
        "501,Quentin,Quince,quentin@example.org,12,Principal,,,",  # the school by its state id, the role by its title
        "502,Rosa,Rowan,rosa@example.org,,Director of Curriculum,,,2026-06-30",  # no school: the district
        "500,Petra,Plum,petra@example.org,Cliff School,Math Coach,coach,,",  # a second school, by its name
    )
    apply_roster(run=run, by=None)
    held = Post.objects.filter(source_system="staff_list").values_list(
        "educator__identifier", "school__source_id", "role"
    )
    assert set(held) == {
        ("500", "s1", Role.COACH),
        ("500", "s2", Role.COACH),
        ("501", "s2", Role.PRINCIPAL),
        ("502", None, Role.CURRICULUM_DIRECTOR),
    }
    assert Educator.objects.filter(source_system="staff_list").count() == 3
    assert Educator.objects.get(identifier="500").arrived_on == dt.date(2025, 8, 15)
    again = plan_staff_list(district=district, path=tmp_path / "staff.csv", as_of=DAY, by=None)
    assert not again.changes.exists()


def test_whom_the_roster_knows_gets_a_post_and_no_double(district: District, tmp_path: Path) -> None:
    run = plan(district, tmp_path, "9003,DARIO,Dogwood,other@example.org,s1,Math Coach,coach,,")
    assert list(run.changes.values_list("subject", "act")) == [("post", "create")]
    apply_roster(run=run, by=None)
    person = Educator.objects.get(identifier="9003")
    assert (person.source_system, person.given_name) == ("invented-sis", "Dario"), "the roster's person stays its own"
    assert set(person.posts.values_list("role", flat=True)) == {Role.TEACHER, Role.COACH}
    again = plan_roster(district=district, path=tmp_path / "first", as_of=DAY, by=None)
    assert not again.changes.exists(), "the next roster leaves the list's posts alone"


def test_the_same_id_under_another_name_is_left_out(district: District, tmp_path: Path) -> None:
    run = plan(district, tmp_path, "9003,Ludmila,Larch,l@example.org,s1,Math Coach,coach,,")
    assert not run.changes.exists() and "W_STAFF_NAME" in codes(run)


def test_the_same_name_and_email_wait_for_a_person(district: District, tmp_path: Path) -> None:
    run = plan(district, tmp_path, "777,Dario,Dogwood,Teacher3@example.org,s1,Math Coach,coach,,")
    assert [guard["code"] for guard in run.guards] == ["G_IDS_CHANGED"]
    with pytest.raises(Refused):
        apply_roster(run=run, by=None)


def test_the_email_alone_means_nobody(district: District, tmp_path: Path) -> None:
    run = plan(district, tmp_path, "777,Ludmila,Larch,teacher3@example.org,s1,Math Coach,coach,,")
    assert not run.guards and run.changes.filter(subject="educator", act="create").count() == 1


def test_a_pending_administrator_is_confirmed_by_the_list(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan(district, tmp_path, "80a3,Ximena,Yew-a3,,s2,,principal,,"), by=None)
    person = Educator.objects.get(source_id="a3")
    assert set(person.posts.values_list("role", flat=True)) == {Role.PENDING, Role.PRINCIPAL}


@pytest.mark.parametrize(
    "row",
    [
        "600,Sven,Sorrel,,s1,Superintendent,superintendent,,",  # a district's office at a school
        "600,Sven,Sorrel,,,Principal,principal,,",  # a school's office at the district
        "600,Sven,Sorrel,,,,partner,,",  # crossing the wall rests on an agreement, not on a list
        "600,Sven,Sorrel,,s1,Secretary to the Principal,,,",
    ],
)
def test_what_does_not_fit_its_place_gives_no_rights(district: District, tmp_path: Path, row: str) -> None:
    run = plan(district, tmp_path, row)
    assert "W_ROLE_PENDING" in codes(run)
    apply_roster(run=run, by=None)
    assert Post.objects.get(educator__identifier="600").role == Role.PENDING


def test_an_unknown_school_is_reported_and_closes_nothing(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan(district, tmp_path, "500,Petra,Plum,,s1,Literacy Coach,coach,,"), by=None)
    run = plan(district, tmp_path, "500,Petra,Plum,,s9,Literacy Coach,coach,,")
    assert "W_STAFF_SCHOOL" in codes(run) and not run.changes.exists()


def test_a_listed_person_has_the_listed_posts_and_others_stay(district: District, tmp_path: Path) -> None:
    rows = ("500,Petra,Plum,,s1,Literacy Coach,coach,,", "501,Quentin,Quince,,s2,Principal,,,")
    apply_roster(run=plan(district, tmp_path, *rows), by=None)
    run = apply_roster(run=plan(district, tmp_path, "500,Petra,Plum,,s2,Literacy Coach,coach,,"), by=None)
    active = Post.objects.filter(source_system="staff_list", active=True)
    assert set(active.values_list("educator__identifier", "school__source_id")) == {("500", "s2"), ("501", "s2")}
    undo_roster(run=run, by=None)
    assert set(active.all().values_list("educator__identifier", "school__source_id")) == {("500", "s1"), ("501", "s2")}


def test_a_spreadsheet_reads_the_same(district: District, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["500", "Petra", "Plum", "", "s1", "Literacy Coach", "coach", dt.date(2025, 8, 15), None])
    book.save(tmp_path / "staff.xlsx")
    run = plan_staff_list(district=district, path=tmp_path / "staff.xlsx", as_of=DAY, by=None)
    apply_roster(run=run, by=None)
    post = Post.objects.get(educator__identifier="500")
    assert (post.begins_on, post.school) == (dt.date(2025, 8, 15), School.objects.get(source_id="s1"))


def test_another_districts_school_is_no_school_here(district: District, tmp_path: Path) -> None:
    other = District.objects.create(network=district.network, name="Birch Falls", slug="birch")
    run = plan(other, tmp_path, "500,Petra,Plum,,s1,Literacy Coach,coach,,")
    assert "W_STAFF_SCHOOL" in codes(run) and not run.changes.exists()
