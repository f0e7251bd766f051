"""Plans: what a bundle would change, field by field, within its scope; the sample bundles give what they promise."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from midcourse.records.actions.rosters import apply_roster, plan_roster, undo_roster
from midcourse.records.models import (
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
)
from midcourse.vocabulary import Role
from tests.records.roster_packages import make_delta, make_package, section, student, teacher, teaching

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "oneroster"
DAY = dt.date(2025, 9, 15)
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the sample bundles are not beside the checkout")
pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")


def acts(run: RosterRun) -> Counter[tuple[str, str]]:
    return Counter(run.changes.order_by().values_list("subject", "act"))


def codes(run: RosterRun) -> set[str]:
    return {row["code"] for row in run.findings}


def bring(district: District, folder: Path, package: object, day: dt.date = DAY) -> RosterRun:
    run = plan_roster(district=district, path=package.write(folder), as_of=day, by=None)  # type: ignore[attr-defined]
    return apply_roster(run=run, by=None)


def test_planning_writes_nothing_of_the_roster(district: District, tmp_path: Path) -> None:
    run = plan_roster(district=district, path=make_package().write(tmp_path), as_of=DAY, by=None)
    assert acts(run)["educator", "create"] == 15
    for model in (School, Term, Educator, Post, Course, Section, TeachingAssignment, StudentCount):
        assert not model.objects.exists(), model


def test_pupils_and_families_are_never_stored(district: District, tmp_path: Path) -> None:
    run = bring(district, tmp_path, make_package())
    assert Educator.objects.count() == 15
    kept = json.dumps(list(run.changes.values_list("before", "after", "source_id")), default=str)
    assert "Zinnia" not in kept and '"p1"' not in kept


def test_the_same_bundle_twice_changes_nothing(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    again = plan_roster(district=district, path=tmp_path, as_of=dt.date(2025, 9, 16), by=None)
    assert not again.changes.exists() and not again.guards
    assert again.unchanged["section"] == 12
    apply_roster(run=again, by=None)
    assert not Educator.objects.exclude(arrived_on=None).exists(), "at the first roster nobody is a new arrival"


def test_roles_follow_titles_and_wait_without_one(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    roles = dict(Post.objects.values_list("source_id", "role"))
    assert roles["t0|s1"] == Role.TEACHER
    assert roles["a1|s1"] == Role.PRINCIPAL
    assert roles["a2|d"] == Role.ASSISTANT_SUPERINTENDENT
    assert roles["a3|s2"] == Role.PENDING
    assert Post.objects.get(source_id="a2|d").school is None


def test_a_confirmed_post_stays_confirmed(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    Post.objects.filter(source_id="a3|s2").update(role=Role.PRINCIPAL)
    assert not plan_roster(district=district, path=tmp_path, as_of=DAY, by=None).changes.exists()


def test_sections_know_band_subject_and_span(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    first, last = Section.objects.get(source_id="c1"), Section.objects.get(source_id="c6")
    assert (first.grade_band, first.subject, first.begins_on) == ("3-5", "math", dt.date(2025, 8, 15))
    assert (last.grade_band, last.subject, last.ends_on) == ("6-8", "ela", dt.date(2026, 6, 10))
    assert [term.source_id for term in first.terms.all()] == ["y26"]


def test_fields_are_updated_one_by_one(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    package = make_package()
    package.row("users", "t0")["familyName"] = "Aldermann"
    package.row("classes", "c1")["title"] = "Fractions"
    run = plan_roster(district=district, path=package.write(tmp_path / "new"), as_of=DAY, by=None)
    assert acts(run) == {("educator", "update"): 1, ("section", "update"): 1}
    change = run.changes.get(subject="educator")
    assert change.before["family_name"] == "Alder" and change.after == {"family_name": "Aldermann"}
    apply_roster(run=run, by=None)
    assert Educator.objects.get(source_id="t0").family_name == "Aldermann"


def test_absent_rows_are_deactivated_and_a_returning_id_revives(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    before = Educator.objects.get(source_id="t0")
    gone = make_package().without("users", "t0").without("enrollments", "e0")
    bring(district, tmp_path / "2", gone, dt.date(2025, 10, 1))
    left = Educator.objects.get(source_id="t0")
    assert (left.pk, left.active, left.deactivated_on) == (before.pk, False, dt.date(2025, 10, 1))
    assert not TeachingAssignment.objects.get(source_id="e0").active
    assert not Post.objects.get(source_id="t0|s1").active

    back = bring(district, tmp_path / "3", make_package(), dt.date(2025, 11, 1))
    assert acts(back) == {("educator", "reactivate"): 1, ("post", "reactivate"): 1, ("assignment", "reactivate"): 1}
    returned = Educator.objects.get(source_id="t0")
    assert (returned.pk, returned.active, returned.deactivated_on) == (before.pk, True, None)


def test_new_teachers_arrive_on_the_day_once_there_was_a_roster(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    package = make_package()
    package.files["users"].append(teacher(12, sourcedId="t99"))
    bring(district, tmp_path / "2", package, dt.date(2025, 10, 1))
    assert dict(Educator.objects.exclude(arrived_on=None).values_list("source_id", "arrived_on")) == {
        "t99": dt.date(2025, 10, 1)
    }


def test_manual_rows_and_other_systems_survive(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    by_hand = Educator.objects.create(district=district, given_name="Mina", family_name="Maple")
    other = Educator.objects.create(
        district=district, given_name="Nils", family_name="Nut", source_system="old-sis", source_id="7"
    )
    bring(district, tmp_path / "2", make_package().without("users", "t0").without("enrollments", "e0"))
    assert Educator.objects.filter(pk__in=[by_hand.pk, other.pk], active=True).count() == 2


def test_a_file_that_is_not_there_says_nothing(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    package = make_package()
    for name in ("courses", "classes", "enrollments"):
        del package.files[name], package.modes[name]
    run = plan_roster(district=district, path=package.write(tmp_path / "2"), as_of=DAY, by=None)
    assert not run.changes.exists()


def test_rows_swallowed_by_an_open_quotation_mark_close_nothing(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    users = make_package().write(tmp_path / "2") / "users.csv"
    lines = users.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[4] = lines[4].replace(",true,", ',"true,', 1)  # all that follows becomes one cell
    users.write_text("".join(lines), encoding="utf-8")
    run = plan_roster(district=district, path=users.parent, as_of=DAY, by=None)
    assert any(code.startswith("E_") for code in codes(run))
    assert not run.changes.filter(act="deactivate", subject__in=["educator", "post"]).exists()
    assert not run.changes.filter(subject="student_count").exists()


def test_refused_rows_close_nothing(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    package = make_package()
    package.row("users", "t0")["enabledUser"] = "perhaps"
    package.row("classes", "c1")["title"] = ""
    run = plan_roster(district=district, path=package.write(tmp_path / "2"), as_of=DAY, by=None)
    assert {"E_BOOL", "E_REQUIRED"} <= codes(run)
    assert not run.changes.exclude(subject="student_count").exists()


def test_a_late_delta_never_overwrites_a_newer_row(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    newer = make_delta("2025-10-03T06:00:00.000Z", classes=[section(1, title="Newer")])
    older = make_delta("2025-10-02T06:00:00.000Z", classes=[section(1, title="Older"), section(2, title="Other")])
    bring(district, tmp_path / "2", newer)
    run = bring(district, tmp_path / "3", older)
    assert "W_LATE" in codes(run)
    assert acts(run) == {("section", "update"): 1}
    assert dict(Section.objects.filter(source_id__in=["c1", "c2"]).values_list("source_id", "title")) == {
        "c1": "Newer",
        "c2": "Other",
    }
    assert not bring(district, tmp_path / "4", older).changes.exists()


def test_a_newer_date_alone_stops_an_older_row(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    bring(district, tmp_path / "2", make_delta("2025-10-03T06:00:00.000Z", classes=[section(1)]))
    late = bring(district, tmp_path / "3", make_delta("2025-10-02T06:00:00.000Z", classes=[section(1, title="Old")]))
    assert not late.changes.exists()


def test_a_delta_does_only_what_it_says(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    moved = teacher(3, orgSourcedIds="s2")
    gone = teaching(4, status="tobedeleted")
    unknown = teaching(5, sourcedId="never-sent", status="tobedeleted")
    delta = make_delta("2025-10-01T06:00:00.000Z", users=[moved], enrollments=[gone, unknown])
    run = bring(district, tmp_path / "2", delta)
    assert acts(run) == {
        ("educator", "update"): 1,  # its date only
        ("post", "deactivate"): 1,
        ("post", "create"): 1,
        ("assignment", "deactivate"): 1,
    }
    assert "W_UNKNOWN_LEAVER" in codes(run)
    assert Educator.objects.filter(active=True).count() == 15
    assert set(Post.objects.filter(educator__source_id="t3", active=True).values_list("source_id", flat=True)) == {
        "t3|s2"
    }


def test_students_are_counted_by_section_and_by_school_and_grade(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    by_section = StudentCount.objects.filter(section__source_id="c0").get()
    assert (by_section.students, by_section.counted_on) == (2, DAY)
    rows = StudentCount.objects.filter(section=None).values_list("school__source_id", "grade", "students")
    assert set(rows) == {("s1", "04", 12), ("s2", "07", 12)}
    assert not StudentCount.objects.exclude(subgroup_kind="all").exists()


def test_a_changed_count_is_a_new_row_and_the_old_one_stays(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    package = make_package().without("users", "p0").without("enrollments", "m0")
    later = dt.date(2025, 10, 1)
    run = bring(district, tmp_path / "2", package, later)
    assert acts(run) == {("student_count", "update"): 2}
    in_force = StudentCount.objects.filter(district=district)
    assert in_force.in_force(later).get(section__source_id="c0").students == 1
    assert in_force.in_force(DAY).get(section__source_id="c0").students == 2
    assert in_force.in_force(later).get(section__source_id="c3").students == 2
    undo_roster(run=run, by=None)
    assert in_force.in_force(later).get(section__source_id="c0").students == 2


def test_subgroups_are_counted_only_where_the_district_asked(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.modes["demographics"] = "bulk"
    package.files["demographics"] = [
        {"sourcedId": f"p{n}", "sex": "female" if n % 3 else "male", "hispanicOrLatinoEthnicity": "true"}
        for n in range(24)
    ]
    bring(district, tmp_path, package)
    assert not StudentCount.objects.exclude(subgroup_kind="all").exists()
    district.counts_subgroups = True
    district.save()
    bring(district, tmp_path, package)
    rows = StudentCount.objects.exclude(subgroup_kind="all").values_list(
        "school__source_id", "subgroup_kind", "subgroup", "students"
    )
    assert set(rows) == {
        (school, *group) for school in ("s1", "s2") for group in (
            ("gender", "female", 8), ("gender", "male", 4), ("race", "hispanic", 12)
        )
    }  # fmt: skip


def test_departments_lie_in_their_school(district: District, tmp_path: Path) -> None:
    package = make_package()
    package.files["orgs"].append(
        {"sourcedId": "dep", "name": "Mathematics", "type": "department", "parentSourcedId": "s1"}
    )
    package.row("users", "t0")["orgSourcedIds"] = "dep"
    run = bring(district, tmp_path / "1", package)
    assert School.objects.count() == 2 and "W_ORG_KIND" in codes(run)
    assert Post.objects.get(educator__source_id="t0").school.source_id == "s1"
    delta = make_delta("2025-10-01T06:00:00.000Z", users=[teacher(1, orgSourcedIds="dep")])
    bring(district, tmp_path / "2", delta)
    assert Post.objects.get(source_id="t1|dep").school.source_id == "s1", "places of earlier packages still hold"


def test_another_districts_rows_are_out_of_reach(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path, make_package())
    other = District.objects.create(network=district.network, name="Birch Falls", slug="birch")
    run = bring(other, tmp_path, make_package())
    assert acts(run)["educator", "create"] == 15
    assert set(School.objects.values_list("district__slug", "source_id")) == {
        (slug, source_id) for slug in ("alder", "birch") for source_id in ("s1", "s2")
    }


def test_a_pupil_who_was_staff_by_mistake_is_closed(district: District, tmp_path: Path) -> None:
    bring(district, tmp_path / "1", make_package())
    package = make_package().without("enrollments", "e0")
    package.files["users"] = [row for row in package.files["users"] if row["sourcedId"] != "t0"]
    package.files["users"].append({**student(0, "s1", "04"), "sourcedId": "t0"})
    bring(district, tmp_path / "2", package)
    assert not Educator.objects.get(source_id="t0").active


@pytest.mark.shared
@needs_samples
@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        ("bulk-1.1-strict", {"school": 3, "term": 8, "educator": 22, "course": 91, "section": 119}),
        ("bulk-1.2-strict", {"school": 1, "term": 8, "educator": 9, "course": 42, "section": 42}),
    ],
)
def test_strict_bundles_import_whole_and_twice_is_nothing(
    district: District, bundle: str, expected: dict[str, int]
) -> None:
    run = plan_roster(district=district, path=SAMPLES / bundle, as_of=DAY, by=None)
    made = acts(run)
    assert {subject: made[subject, "create"] for subject in expected} == expected
    with (SAMPLES / bundle / "enrollments.csv").open() as text:
        taught = sum(row["role"] == "teacher" for row in csv.DictReader(text))
    assert made["assignment", "create"] == taught
    assert codes(run) == {"W_ROLE_PENDING"}, "the reader finds nothing; administrators without a title wait"
    apply_roster(run=run, by=None)
    again = plan_roster(district=district, path=SAMPLES / bundle, as_of=DAY, by=None)
    assert not again.changes.exists()


@pytest.mark.shared
@needs_samples
def test_the_coach_and_the_ended_counselor_of_the_12_bundle(district: District) -> None:
    apply_roster(run=plan_roster(district=district, path=SAMPLES / "bulk-1.2-strict", as_of=DAY, by=None), by=None)
    held = Counter(Post.objects.values_list("role", flat=True))
    assert held[Role.COACH] == 1 and held[Role.PRINCIPAL] == 1 and held[Role.PENDING] == 1
    assert Post.objects.filter(role=Role.SUPPORT_STAFF, ends_on__isnull=False).count() == 1
    assert Educator.objects.filter(posts__role=Role.COACH, posts__isnull=False).distinct().count() == 1


@pytest.mark.shared
@needs_samples
def test_the_delta_of_day_two(district: District) -> None:
    expected = json.loads((SAMPLES / "delta-1.1-day2" / "expected.json").read_text())
    apply_roster(run=plan_roster(district=district, path=SAMPLES / "bulk-1.1-strict", as_of=DAY, by=None), by=None)
    leaver = Educator.objects.get(source_id=expected["identities"]["leaver"])
    run = plan_roster(district=district, path=SAMPLES / "delta-1.1-day2", as_of=dt.date(2025, 9, 16), by=None)
    assert not run.guards
    made = acts(run)
    with (SAMPLES / "delta-1.1-day2" / "enrollments.csv").open() as text:
        rows = Counter((row["status"], row["role"]) for row in csv.DictReader(text))
    # pupils are counted, not stored: of the file's rows only the staff's become changes
    assert rows["active", "teacher"] + rows["active", "student"] == expected["enrollments"]["create"]
    assert rows["tobedeleted", "teacher"] + rows["tobedeleted", "student"] == expected["enrollments"]["deactivate"]
    assert made == {
        ("educator", "create"): expected["users"]["create"],
        ("educator", "deactivate"): expected["users"]["deactivate"] - len(expected["identities"]["withdrawn"]),
        ("post", "create"): 1,
        ("post", "deactivate"): 1,
        ("section", "update"): expected["classes"]["update"],
        ("assignment", "create"): rows["active", "teacher"],
        ("assignment", "deactivate"): rows["tobedeleted", "teacher"],
    }
    apply_roster(run=run, by=None)
    leaver.refresh_from_db()
    assert not leaver.active
    new = Educator.objects.get(source_id=expected["identities"]["new_teacher"])
    assert new.arrived_on == dt.date(2025, 9, 16)
    assert Section.objects.get(source_id=expected["identities"]["retitled_class"]).title.endswith("(retitled)")
    again = plan_roster(district=district, path=SAMPLES / "delta-1.1-day2", as_of=dt.date(2025, 9, 17), by=None)
    assert not again.changes.exists()


@pytest.mark.shared
@needs_samples
def test_the_broken_bundle_imports_the_rest(district: District) -> None:
    run = plan_roster(district=district, path=SAMPLES / "broken-1.1-annotated", as_of=DAY, by=None)
    apply_roster(run=run, by=None)
    assert (School.objects.count(), Term.objects.count(), Course.objects.count()) == (1, 8, 42)
    with (SAMPLES / "broken-1.1-annotated" / "classes.csv").open(encoding="utf-8-sig") as text:
        listed = {row["sourcedId"].strip() for row in csv.DictReader(text)}
    stored = set(Section.objects.values_list("source_id", flat=True))
    reported = {"E_REF", "E_REQUIRED", "W_NO_SCHOOL"}
    left_out = sum(r["count"] for r in run.findings if r["file"] == "classes.csv" and r["code"] in reported)
    assert stored < listed and len(listed) - len(stored) == left_out, "rows in = rows stored + rows reported"
    assert not any("value" in row for row in run.findings), "a run keeps places, never names"


@pytest.mark.shared
@needs_samples
@pytest.mark.parametrize("bundle", ["real-moodle-1.1-minimal", "real-datagen-1.2-delta"])
def test_real_exports_apply(district: District, bundle: str) -> None:
    run = plan_roster(district=district, path=SAMPLES / bundle, as_of=DAY, by=None)
    assert run.source_system not in ("", "absent")
    apply_roster(run=run, by=None)
    assert not plan_roster(district=district, path=SAMPLES / bundle, as_of=DAY, by=None).changes.exists()
