"""What a data manager reads before applying: counts, examples field by field by name, guards with pairs, findings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from midcourse.records.actions.rosters import FieldChange, apply_roster, plan_roster, roster_plan_summary, roster_status
from midcourse.records.models import District, Network
from tests.records.roster_packages import make_package, student

DAY = dt.date(2025, 9, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")


def test_a_first_plan_in_numbers_and_names(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.files["users"] += [student(n, "s1", "04") for n in range(30, 60)]
    summary = roster_plan_summary(plan_roster(district=district, path=package.write(tmp_path), as_of=DAY, by=None))
    counts = {row.subject: (row.create, row.unchanged) for row in summary.counts}
    assert counts["educator"] == (15, 0) and counts["student_count"] == (14, 0)
    assert summary.changes == sum(created for created, _ in counts.values())
    assert dict(summary.rows)["users.csv"] == 69
    posts = next(group for group in summary.groups if group.subject == "post")
    first = posts.examples[0]
    assert (first.label, first.file, first.line) == ("Ada Alder", "users.csv", 2)
    assert (
        FieldChange("school", "", "Brook School") in first.fields and FieldChange("role", "", "teacher") in first.fields
    )
    assignment = next(group for group in summary.groups if group.subject == "assignment").examples[0]
    assert assignment.label == "Ada Alder" and FieldChange("section", "", "Class 0") in assignment.fields
    assert {note.code for note in summary.findings} == {"W_ROLE_PENDING"}
    assert next(note for note in summary.findings if note.code == "W_ROLE_PENDING").count == 1


def test_an_update_shows_before_and_after(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan_roster(district=district, path=make_package().write(tmp_path), as_of=DAY, by=None), by=None)
    package = make_package()
    package.row("classes", "c1")["courseSourcedId"] = "ela"
    package.row("classes", "c1")["title"] = "Reading Lab"
    summary = roster_plan_summary(plan_roster(district=district, path=package.write(tmp_path), as_of=DAY, by=None))
    (group,) = summary.groups
    assert (group.subject, group.act, group.count) == ("section", "update", 1)
    assert set(group.examples[0].fields) == {
        FieldChange("course", "Mathematics", "Language Arts"),
        FieldChange("title", "Class 1", "Reading Lab"),
        FieldChange("subject", "math", "ela"),
    }
    assert {row.subject: row.unchanged for row in summary.counts}["section"] == 11


def test_examples_are_the_first_twenty(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.files["courses"] += [{"sourcedId": f"k{n}", "title": f"Course {n}", "orgSourcedId": "d"} for n in range(50)]
    summary = roster_plan_summary(plan_roster(district=district, path=package.write(tmp_path), as_of=DAY, by=None))
    courses = next(group for group in summary.groups if group.subject == "course")
    assert (courses.count, len(courses.examples)) == (52, 20)


def test_proposed_pairs_carry_both_names(district: District, tmp_path: Path) -> None:
    apply_roster(run=plan_roster(district=district, path=make_package().write(tmp_path), as_of=DAY, by=None), by=None)
    package = make_package().without("enrollments", "e0")
    package.row("users", "t0")["sourcedId"] = "new0"
    summary = roster_plan_summary(plan_roster(district=district, path=package.write(tmp_path), as_of=DAY, by=None))
    (pair,) = summary.guards[0].pairs
    assert (pair.stored, pair.coming, pair.source_id) == ("Ada Alder", "Ada Alder", "new0")


def test_the_number_of_queries_does_not_grow_with_the_plan(
    district: District, tmp_path: Path, django_assert_max_num_queries: object
) -> None:
    run = plan_roster(district=district, path=make_package().write(tmp_path), as_of=DAY, by=None)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        roster_plan_summary(run)


def test_status_lists_every_run(district: District, tmp_path: Path) -> None:
    assert roster_status(district).last_applied is None
    apply_roster(run=plan_roster(district=district, path=make_package().write(tmp_path), as_of=DAY, by=None), by=None)
    plan_roster(district=district, path=tmp_path, as_of=DAY, by=None)
    status = roster_status(district)
    assert [line.state for line in status.log] == ["planned", "applied"]
    assert status.last_applied is not None and status.last_applied.file_name == tmp_path.name
    assert len(status.planned) == 1 and dict(status.active)["educator"] == 15
