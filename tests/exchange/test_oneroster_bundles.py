"""The sample bundles: each gives exactly its expected findings, rows and places."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from midcourse.exchange import Change, KnownIds, Mode, PersonKind, RosterReading, read_oneroster

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "oneroster"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample bundles are not beside the checkout"),
]


def load(name: str, file: str = "expected.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / name / file).read_text())
    return found


def count(reading: RosterReading) -> dict[tuple[str, str], int]:
    totals: Counter[tuple[str, str]] = Counter()
    for finding in reading.findings:
        totals[finding.code, finding.file] += finding.count
    return dict(totals)


@pytest.mark.parametrize(
    "name",
    ["bulk-1.1-strict", "bulk-1.2-strict", "delta-1.1-day2", "real-datagen-1.2-delta", "real-moodle-1.1-minimal"],
)
def test_expected_findings_and_rows(name: str) -> None:
    expected, reading = load(name), read_oneroster(SAMPLES / name)
    assert dict(reading.rows) == expected["rows"]
    assert count(reading) == {(item["code"], item["file"]): item["count"] for item in expected["diagnostics"]}


def find_line(file: Path, fault: dict[str, Any]) -> int | None:
    """Find the line a fault was planted in by the independent csv module and the fault's own id and cell."""
    if fault["sourcedId"] is None:
        return None
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    lines = [number for number, row in enumerate(rows, start=2) if row["sourcedId"].strip() == fault["sourcedId"]]
    return lines[-1]  # a doubled id is at fault the second time


def test_each_planted_fault_is_reported_once_at_its_place() -> None:
    name = "broken-1.1-annotated"
    planted = load(name, "faults.json")
    reading = read_oneroster(SAMPLES / name)
    assert dict(reading.rows) == planted["rows"]
    due = Counter(
        (fault["code"], fault["file"], find_line(SAMPLES / name / fault["file"], fault), fault["column"])
        for fault in planted["faults"]
    )
    assert Counter((f.code, f.file, f.line, f.column) for f in reading.findings) == due
    assert all(f.count == 1 for f in reading.findings)
    values = {(f.code, f.file, f.line): f.value for f in reading.findings}
    for fault in planted["faults"]:
        if fault["value"] is not None:
            assert (
                values[fault["code"], fault["file"], find_line(SAMPLES / name / fault["file"], fault)] == fault["value"]
            )


def test_broken_bundle_imports_everything_else() -> None:
    reading = read_oneroster(SAMPLES / "broken-1.1-annotated")
    bundle = reading.bundle
    # 88 rows: 4 refused for cells or references, 4 for their ids (blank, bad, twice doubled)
    assert len(bundle.people) == 80
    assert len(bundle.sections) == 40
    people = {person.source_id for person in bundle.people}
    sections = {section.source_id for section in bundle.sections}
    for row in (*bundle.teaching, *bundle.enrollments):
        assert row.person_source_id in people
        assert row.section_source_id in sections
    refused = bundle.get_file("enrollments.csv").refused_ids
    assert len(bundle.teaching) + len(bundle.enrollments) + len(refused) == 548
    assert "19e57441-2cfb-4fcd-b9f3-3a05ff671198" in {row.person_source_id for row in bundle.enrollments}
    district = next(org for org in bundle.orgs if org.kind == "district")
    assert district.parent_source_id is None
    leaver = next(p for p in bundle.people if p.source_id == "efb7d519-04a7-41df-bfa7-9573625b8f27")
    assert leaver.change is Change.DELETE


def test_followers_are_counted_under_the_root_cause() -> None:
    reading = read_oneroster(SAMPLES / "broken-1.1-annotated")
    root = next(f for f in reading.findings if f.file == "classes.csv" and f.code == "E_REQUIRED")
    assert "13 of enrollments.csv" in root.sentence


def test_strict_11_in_our_words() -> None:
    bundle = read_oneroster(SAMPLES / "bulk-1.1-strict").bundle
    assert Counter(person.kind for person in bundle.people) == {
        PersonKind.STUDENT: 248,
        PersonKind.STAFF: 22,
        PersonKind.OTHER: 3,
    }
    assert len(bundle.posts) == 274  # one teacher works at two schools
    assert len(bundle.teaching) == 119
    assert all(row.primary for row in bundle.teaching)
    assert len(bundle.enrollments) == 1736
    assert "“" not in bundle.sections[0].title
    assert any(section.title == 'Reading, Writing and "Story" Workshop' for section in bundle.sections)
    assert bundle.get_file("orgs.csv").mode is Mode.BULK
    assert len(bundle.get_file("orgs.csv").sha256) == 64
    assert bundle.get_file("resources.csv").mode is Mode.ABSENT


def test_strict_12_roles() -> None:
    expected = load("bulk-1.2-strict")
    bundle = read_oneroster(SAMPLES / "bulk-1.2-strict").bundle
    assert Counter(post.role for post in bundle.posts) == expected["roles"]
    kinds = {person.source_id: person.kind for person in bundle.people}
    coach = next(post for post in bundle.posts if post.role == "ext:instructionalCoach")
    assert (kinds[coach.person_source_id], coach.primary) == (PersonKind.STAFF, False)
    ended = next(post for post in bundle.posts if post.role == "counselor")
    assert str(ended.ends_on) == "2025-06-30"
    assert any(person.preferred_given_name == "Val" for person in bundle.people)


def test_delta_against_the_store() -> None:
    before = read_oneroster(SAMPLES / "bulk-1.1-strict").bundle
    known = KnownIds(
        orgs=frozenset(row.source_id for row in before.orgs),
        terms=frozenset(row.source_id for row in before.terms),
        people=frozenset(row.source_id for row in before.people),
        courses=frozenset(row.source_id for row in before.courses),
        sections=frozenset(row.source_id for row in before.sections),
    )
    expected = load("delta-1.1-day2")
    reading = read_oneroster(SAMPLES / "delta-1.1-day2", known=known)
    assert not [finding for finding in reading.findings if finding.refuses]
    changes = Counter(
        ("create" if row.source_id not in known.people else "update") if row.change is Change.UPSERT else "deactivate"
        for row in reading.bundle.people
    )
    assert changes == expected["users"]
    ties = Counter(row.change for row in (*reading.bundle.teaching, *reading.bundle.enrollments))
    assert ties == {
        Change.UPSERT: expected["enrollments"]["create"],
        Change.DELETE: expected["enrollments"]["deactivate"],
    }


def test_delta_against_a_store_that_lacks_the_classes() -> None:
    known = KnownIds(sections=frozenset({"another"}), orgs=frozenset({"another"}))
    reading = read_oneroster(SAMPLES / "delta-1.1-day2", known=known)
    assert count(reading)["E_REF", "users.csv"] == 3  # rows that leave need no school any more
    assert {f.column for f in reading.findings if f.code == "E_REF"} >= {"orgSourcedIds", "schoolSourcedId"}


@pytest.mark.parametrize("folder", ["", "export/"])
def test_zip_equals_folder(tmp_path: Path, folder: str) -> None:
    source = tmp_path / "staged" / folder
    source.mkdir(parents=True)
    for file in (SAMPLES / "bulk-1.2-strict").glob("*.csv"):
        shutil.copyfile(file, source / file.name)
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", tmp_path / "staged")
    reading = read_oneroster(archive)
    assert reading.bundle == read_oneroster(SAMPLES / "bulk-1.2-strict").bundle
    assert [f.code for f in reading.findings] == (["W_ZIP_FOLDER"] if folder else [])


def test_no_password_leaves_the_reader() -> None:
    for name in ("real-datagen-1.2-delta", "real-moodle-1.1-minimal"):
        reading = read_oneroster(SAMPLES / name)
        text = repr(reading)
        assert "Ru1ez" not in text
        assert "Password1" not in text
