"""The reader, code by code: one bent row or file, exactly one finding at its place, everything else taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midcourse.exchange import Change, KnownIds, Mode, PersonKind, RosterReading, TermRow, read_oneroster
from midcourse.vocabulary import TermKind

Make = Callable[..., Any]
LATER = "2025-09-17T06:00:00.000Z"


def places(reading: RosterReading) -> list[tuple[str, str, int | None, str | None]]:
    return [(f.code, f.file, f.line, f.column) for f in reading.findings]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("mode", ["bulk", "delta"])
def test_the_example_is_right(make_bundle: Make, tmp_path: Path, version: str, mode: str) -> None:
    reading = read_oneroster(make_bundle(version, mode).write(tmp_path / "b"))
    assert reading.findings == ()
    assert (reading.bundle.version, len(reading.bundle.people), len(reading.bundle.posts)) == (version, 3, 3)
    assert [person.kind for person in reading.bundle.people] == [PersonKind.STAFF, PersonKind.STAFF, PersonKind.STUDENT]
    assert len(reading.bundle.teaching) == len(reading.bundle.enrollments) == 1


# file, row index, cells to change, finding (code, column), rows left of that file's kind
BENT = [
    ("users", 1, {"username": ""}, ("E_REQUIRED", "username"), "people", 2),
    ("users", 1, {"enabledUser": "Y"}, ("E_BOOL", "enabledUser"), "people", 2),
    ("users", 1, {"enabledUser": "False"}, ("W_BOOL_CASE", "enabledUser"), "people", 3),
    ("users", 1, {"role": "counselor"}, ("E_ENUM", "role"), "people", 2),
    ("users", 1, {"role": "TEACHER"}, ("W_ENUM_CASE", "role"), "people", 3),
    ("users", 1, {"orgSourcedIds": "nowhere"}, ("E_REF", "orgSourcedIds"), "people", 2),
    ("users", 1, {"orgSourcedIds": "s,nowhere"}, ("E_REF", "orgSourcedIds"), "people", 3),
    ("users", 1, {"agentSourcedIds": "nobody"}, ("E_REF", "agentSourcedIds"), "people", 3),
    ("users", 1, {"sourcedId": "bo bo"}, ("E_ID_CHARS", "sourcedId"), "people", 2),
    ("users", 1, {"sourcedId": "b" * 256}, ("E_ID_CHARS", "sourcedId"), "people", 2),
    ("users", 1, {"sourcedId": ""}, ("E_ID_BLANK", "sourcedId"), "people", 2),
    ("users", 1, {"sourcedId": "ann"}, ("E_ID_DUP", "sourcedId"), "people", 2),
    ("users", 1, {"familyName": " Lake"}, ("W_TRIMMED", "familyName"), "people", 3),
    ("users", 1, {"familyName": "La\nke"}, ("W_TRIMMED", "familyName"), "people", 3),
    ("users", 1, {"grades": "3"}, ("W_GRADE", "grades"), "people", 3),
    ("users", 1, {"status": "tobedeleted"}, ("W_BULK_STATUS", "status"), "people", 3),
    ("users", 1, {"dateLastModified": LATER}, ("W_BULK_STATUS", "dateLastModified"), "people", 3),
    ("users", 0, {"username": "BO"}, ("W_USERNAME_DUP", "username"), "people", 3),
    ("academicSessions", 1, {"schoolYear": "2025-2026"}, ("W_YEAR_RANGE", "schoolYear"), "terms", 2),
    ("academicSessions", 1, {"endDate": "2025-08-01"}, ("W_DATE_RANGE", "endDate"), "terms", 2),
    ("academicSessions", 1, {"endDate": "1/17/2026"}, ("W_DATE_FORMAT", "endDate"), "terms", 2),
    ("academicSessions", 1, {"parentSourcedId": "nothing"}, ("E_REF", "parentSourcedId"), "terms", 2),
    ("courses", 0, {"schoolYearSourcedId": "t"}, ("W_REF_TYPE", "schoolYearSourcedId"), "courses", 1),
    ("classes", 0, {"schoolSourcedId": "d"}, ("W_REF_TYPE", "schoolSourcedId"), "sections", 1),
    ("classes", 0, {"termSourcedIds": "y, t"}, None, "sections", 1),
    ("enrollments", 1, {"beginDate": "2025-02-30"}, ("E_DATE", "beginDate"), "enrollments", 0),
    ("enrollments", 1, {"beginDate": "2025-09-01T00:00:00Z"}, ("W_DATE_FORMAT", "beginDate"), "enrollments", 1),
]


@pytest.mark.parametrize(("file", "index", "cells", "finding", "field", "left"), BENT)
def test_one_bent_row_one_finding(
    make_bundle: Make,
    tmp_path: Path,
    file: str,
    index: int,
    cells: dict[str, str],
    finding: tuple[str, str] | None,
    field: str,
    left: int,
) -> None:
    bundle = make_bundle()
    bundle.rows[file][index] |= cells
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    found = [place for place in places(reading) if place[0] != "W_BULK_TOBEDELETED"]
    assert found == ([(finding[0], f"{file}.csv", index + 2, finding[1])] if finding else [])
    assert len(getattr(reading.bundle, field)) == left
    assert all(item.sentence and item.remedy and "{" not in item.sentence + item.remedy for item in reading.findings)


def test_a_bad_year_refuses_the_session_and_its_followers_are_counted(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["academicSessions"][1]["schoolYear"] = "26"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [p[0] for p in places(reading)] == ["E_YEAR"]
    assert "1 of classes.csv, 2 of enrollments.csv" in reading.findings[0].sentence
    assert reading.bundle.get_file("enrollments.csv").refused_ids == {"e1", "e2"}


def test_row_width_registers_its_id(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw["users.csv"] = bundle.print("users") + b"zoe,,,true\r\n"
    bundle.add("enrollments", sourcedId="e3", userSourcedId="zoe", role="student")
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert places(reading) == [("E_ROW_WIDTH", "users.csv", 5, None)]
    assert reading.bundle.get_file("users.csv").refused_ids == {"zoe"}


def test_lines_count_through_quoted_line_breaks(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["users"][0]["phone"] = "1\n2\n3"
    bundle.rows["users"][2]["enabledUser"] = "maybe"
    assert [p[:3] for p in places(read_oneroster(bundle.write(tmp_path / "b")))] == [
        ("W_TRIMMED", "users.csv", 2),
        ("E_BOOL", "users.csv", 6),
    ]


def test_an_open_quotation_mark_makes_the_file_incomplete(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw["users.csv"] = bundle.print("users").replace(b",Bo,", b',"Bo,')
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    (width, *others) = (f for f in reading.findings if f.file == "users.csv")
    assert (width.code, width.line, others) == ("E_ROW_WIDTH", 3, [])
    assert "2 lines were read as this one row" in width.sentence
    assert not reading.bundle.get_file("users.csv").complete
    assert reading.bundle.get_file("orgs.csv").complete
    bundle.raw["users.csv"] = bundle.print("users") + b'"' + b"x" * 200_000
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [p[:3] for p in places(reading)] == [("E_ROW_WIDTH", "users.csv", 5)]
    assert not reading.bundle.get_file("users.csv").complete


def test_rows_of_commas_are_blank(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw["orgs.csv"] = bundle.print("orgs") + b",,,,,,\r\n\r\n"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert (reading.findings, reading.rows["orgs.csv"]) == ((), 2)


def test_bulk_status_is_one_warning_per_file(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    for row in bundle.rows["users"]:
        row |= {"status": "active", "dateLastModified": LATER}
    (finding,) = read_oneroster(bundle.write(tmp_path / "b")).findings
    assert (finding.code, finding.line, finding.count) == ("W_BULK_STATUS", 2, 3)


def test_a_leaver_in_bulk(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["users"][1]["status"] = "tobedeleted"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert {p[0] for p in places(reading)} == {"W_BULK_STATUS", "W_BULK_TOBEDELETED"}
    assert reading.bundle.people[1].change is Change.DELETE


# --- headers


def test_aliases_are_read_and_named(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    users = bundle.print("users").replace(b"orgSourcedIds", b"orgSourcedId")
    bundle.raw["users.csv"] = users.replace(b"agentS", b"AgentS")
    bundle.raw["classes.csv"] = bundle.print("classes").replace(b"termSourcedIds", b"termSourcedId")
    bundle.raw["courses.csv"] = bundle.print("courses").replace(b"schoolYearSourcedId", b"schoolYearId")
    bundle.raw["orgs.csv"] = bundle.print("orgs").replace(b"dateLast", b"dataLast")
    bundle.add("demographics", sourcedId="pip")
    text = bundle.print("demographics")
    bundle.raw["demographics.csv"] = text.replace(b"sourcedId", b"userSourcedId").replace(b"birthDate", b"birthdate")
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    aliases = "AgentSourcedIds birthdate dataLastModified orgSourcedId schoolYearId termSourcedId userSourcedId"
    assert sorted((p[0], p[3]) for p in places(reading)) == [("W_HEADER_ALIAS", alias) for alias in aliases.split()]
    assert len(reading.bundle.people) == 3
    assert len(reading.bundle.demographics) == 1


@pytest.mark.parametrize(
    ("bend", "expected", "people"),
    [
        (lambda h: [*h[:3], *reversed(h[3:])], [("W_HEADER_ORDER", "orgSourcedIds")], 3),
        (lambda h: [n for n in h if n != "sms"], [("W_HEADER_MISSING", "sms")], 3),
        (lambda h: [n for n in h if n != "username"], [("E_HEADER_MISSING", "username")], 0),
        (lambda h: [*h, "sms"], [("E_HEADER_DUP", "sms")], 0),
        (lambda h: [*h, "metadata.positionTitle"], [], 3),
        (lambda h: [*h[:5], "metadata.positionTitle", *h[5:]], [("W_HEADER_UNKNOWN", "metadata.positionTitle")], 3),
        (lambda h: [*h, "ext_bus"], [("W_HEADER_UNKNOWN", "ext_bus")], 3),
    ],
)
def test_headers(make_bundle: Make, tmp_path: Path, bend: Any, expected: Any, people: int) -> None:
    bundle = make_bundle()
    bundle.headers["users"] = bend(bundle.headers["users"])
    bundle.rows["users"][0]["metadata.positionTitle"] = "Dean"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [(p[0], p[3]) for p in places(reading) if p[0] != "G_EMPTY"] == expected
    assert len(reading.bundle.people) == people
    if people:
        titles = [person.position_title for person in reading.bundle.people]
        assert titles[0] == ("Dean" if any("metadata" in name for name in bundle.headers["users"]) else "")
    else:
        assert reading.bundle.get_file("users.csv").mode is Mode.ABSENT  # nothing may be concluded from it
        assert reading.rows["users.csv"] == 3
        root = next(f for f in reading.findings if f.refuses)
        assert "2 of enrollments.csv" in root.sentence


def test_resource_column_of_120_is_tolerated(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle("1.2")
    place = bundle.headers["users"].index("preferredGivenName")
    bundle.headers["users"].insert(place, "resourceSourcedIds")
    assert read_oneroster(bundle.write(tmp_path / "b")).findings == ()


# --- encodings


def test_byte_order_mark_and_windows_1252(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["users"][0]["givenName"] = "Zoë"
    text = bundle.print("users").decode()
    bundle.raw["orgs.csv"] = b"\xef\xbb\xbf" + bundle.print("orgs")
    bundle.raw["users.csv"] = text.encode("cp1252")
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert places(reading) == [("W_BOM", "orgs.csv", None, None), ("W_ENCODING", "users.csv", None, None)]
    assert reading.bundle.people[0].given_name == "Zoë"
    bundle.raw["users.csv"] = text.encode("utf-16")
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [p[:2] for p in places(reading) if p[0][0] == "E"] == [("E_ENCODING", "users.csv")]


# --- the manifest and the files


@pytest.mark.parametrize(
    ("bend", "expected"),
    [
        ({"manifest.csv": b"-"}, [("E_MANIFEST_MISSING", "manifest.csv")]),
        ({"demographics.csv": b"sourcedId\n"}, [("W_MANIFEST_MISMATCH", "demographics.csv")]),
        ({"courses.csv": b"-"}, [("E_MANIFEST_MISMATCH", "courses.csv"), ("W_REF_FILE_ABSENT", "classes.csv")]),
        ({"bells.csv": b"x\n"}, [("W_FILE_UNKNOWN", "bells.csv")]),
        ({"manifest.csv": b"\xff\xfe\x00"}, [("E_ENCODING", "manifest.csv")]),
        ({"manifest.csv": b"a,b\n"}, [("E_HEADER_MISSING", "manifest.csv")]),
        ({"manifest.csv": b"propertyName,value\noneroster.version,1.0\n"}, [("E_MANIFEST_VALUE", "manifest.csv")]),
    ],
)
def test_manifest(make_bundle: Make, tmp_path: Path, bend: dict[str, bytes], expected: list[tuple[str, str]]) -> None:
    bundle = make_bundle()
    bundle.raw = bend
    assert [p[:2] for p in places(read_oneroster(bundle.write(tmp_path / "b")))] == expected


def test_manifest_values(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.modes |= {"orgs": "Bulk", "demographics": "full"}
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [(p[0], p[3]) for p in places(reading)] == [("W_ENUM_CASE", "value"), ("E_MANIFEST_VALUE", "value")]
    assert len(reading.bundle.orgs) == 2


def test_a_waived_manifest(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle("1.2")
    bundle.raw["manifest.csv"] = b"-"
    reading = read_oneroster(bundle.write(tmp_path / "b"), manifest_required=False)
    assert (reading.findings, reading.bundle.version, len(reading.bundle.people)) == ((), "1.2", 3)


def test_a_manifest_alone_means_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n")
    reading = read_oneroster(tmp_path)
    assert (reading.findings, dict(reading.rows)) == ((), {})


def test_empty_files(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.modes["demographics"] = "bulk"
    bundle.rows["enrollments"] = []
    found = places(read_oneroster(bundle.write(tmp_path / "b")))
    assert [p[:2] for p in found] == [("G_EMPTY", "enrollments.csv"), ("W_FILE_EMPTY", "demographics.csv")]


@pytest.mark.parametrize("content", [b"", b"header"])
def test_what_points_into_an_empty_file_follows_from_it(make_bundle: Make, tmp_path: Path, content: bytes) -> None:
    bundle = make_bundle()
    bundle.raw["orgs.csv"] = bundle.print("orgs").splitlines(keepends=True)[0] if content else b""
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert places(reading) == [("G_EMPTY", "orgs.csv", None, None)]
    assert "1 of classes.csv, 1 of courses.csv, 2 of enrollments.csv, 3 of users.csv" in reading.findings[0].sentence
    assert reading.bundle.get_file("orgs.csv").mode is Mode.BULK


def test_semicolons_are_one_finding(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw["users.csv"] = bundle.print("users").replace(b",", b";")
    (finding,) = read_oneroster(bundle.write(tmp_path / "b")).findings
    assert (finding.code, finding.column) == ("E_HEADER_MISSING", "sourcedId")
    assert "not to be separated by commas" in finding.sentence


def test_enrollments_of_a_class_at_a_district_are_not_told_again(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["enrollments"][0]["schoolSourcedId"] = "d"
    assert [p[:3] for p in places(read_oneroster(bundle.write(tmp_path / "b")))] == [
        ("W_REF_TYPE", "enrollments.csv", 2)
    ]
    bundle.rows["classes"][0]["schoolSourcedId"] = "d"
    assert [p[:3] for p in places(read_oneroster(bundle.write(tmp_path / "b")))] == [("W_REF_TYPE", "classes.csv", 2)]


def test_a_name_in_the_wrong_case_is_read_and_reported(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw = {"users.csv": b"-", "Users.csv": bundle.print("users")}
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert places(reading) == [("W_FILE_UNKNOWN", "Users.csv", None, None)]
    assert len(reading.bundle.people) == 3


def test_a_manifest_in_the_wrong_case(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.raw = {"manifest.csv": b"-", "Manifest.csv": bundle.contents()["manifest.csv"]}
    assert places(read_oneroster(bundle.write(tmp_path / "b"))) == [("W_FILE_UNKNOWN", "Manifest.csv", None, None)]


def test_grade_book_files_are_counted(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.modes["results"] = "bulk"
    bundle.raw["results.csv"] = b"sourcedId,anything\n1,2\n3,4\n"
    bundle.headers["results"] = []
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert (reading.findings, reading.rows["results.csv"]) == ((), 2)


@pytest.mark.parametrize(
    "names",
    [
        {"schools.csv": b"a\n", "students.csv": b"a\n", "teachers.csv": b"a\n", "sections.csv": b"a\n"},
        {"orgs.csv": b"a\n", "users.csv": b"sourcedId,username\n", "roles.csv": b"userSourcedId,isPrimary\n"},
        {"notes.csv": b"a\n"},
    ],
)
def test_other_formats_are_recognised(tmp_path: Path, names: dict[str, bytes]) -> None:
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    assert [f.code for f in read_oneroster(tmp_path).findings] == ["G_NOT_ONEROSTER"]


# --- references, rings, deltas


def test_org_ring_is_reported_once_and_cut(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.add("orgs", sourcedId="p", name="Dept", type="department", parentSourcedId="s")
    bundle.rows["orgs"][0]["parentSourcedId"] = "p"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert places(reading) == [("E_ORG_CYCLE", "orgs.csv", 2, "parentSourcedId")]
    assert [org.parent_source_id for org in reading.bundle.orgs] == [None, "d", "s"]
    bundle.rows["orgs"][0]["parentSourcedId"] = "d"
    assert places(read_oneroster(bundle.write(tmp_path / "b"))) == [("E_ORG_CYCLE", "orgs.csv", 2, "parentSourcedId")]


def test_shared_email_is_reported_at_its_first_owner(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    for row, email in zip(bundle.rows["users"], ("x@example.org", "X@example.org", "x@example.org"), strict=True):
        row["email"] = email
    (finding,) = read_oneroster(bundle.write(tmp_path / "b")).findings
    assert (finding.code, finding.line, finding.count) == ("W_EMAIL_SHARED", 2, 2)
    assert "line 3, 4" in finding.sentence


def test_two_primaries_at_the_same_time(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.add(
        "enrollments", sourcedId="e3", userSourcedId="bo", role="teacher", primary="true", beginDate="2025-10-01"
    )
    assert places(read_oneroster(bundle.write(tmp_path / "b"))) == [
        ("W_PRIMARY_MULTI", "enrollments.csv", 4, "primary")
    ]
    bundle.rows["enrollments"][0]["endDate"] = "2025-09-30"  # one after the other is a change of teacher
    assert read_oneroster(bundle.write(tmp_path / "b")).findings == ()


def test_roles_of_12(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle("1.2")
    bundle.rows["roles"][1]["role"] = "Chef"
    bundle.add("roles", sourcedId="r9", userSourcedId="ann", role="ext:coach")
    bundle.add("users", sourcedId="zed", username="zed", givenName="Zed", familyName="Hill")
    found = places(read_oneroster(bundle.write(tmp_path / "b")))
    assert found == [
        ("W_USER_NO_ROLE", "users.csv", 5, "sourcedId"),
        ("E_ENUM", "roles.csv", 3, "role"),
        ("W_PRIMARY_MULTI", "roles.csv", 5, "roleType"),
    ]
    bundle.add("roles", sourcedId="r9", userSourcedId="zed", role="aide")  # refused for its id, but somebody placed zed
    assert "W_USER_NO_ROLE" not in [p[0] for p in places(read_oneroster(bundle.write(tmp_path / "b")))]


def test_own_types_of_12(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle("1.2")
    bundle.rows["academicSessions"][1]["type"] = "ext:trimester"
    bundle.rows["orgs"][1]["type"] = "ext:campus"
    bundle.rows["orgs"][0]["parentSourcedId"] = "s"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [(p[0], p[2]) for p in places(reading)] == [("E_ORG_CYCLE", 2)]
    assert (reading.bundle.terms[1].kind, reading.bundle.orgs[1].kind) == (TermKind.TERM, "ext:campus")


def test_ended_classes_only_when_asked(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle().write(tmp_path / "b")
    assert read_oneroster(folder, as_of=date(2026, 1, 17)).findings == ()
    assert places(read_oneroster(folder, as_of=date(2026, 1, 18))) == [
        ("W_SESSION_ENDED", "classes.csv", 2, "termSourcedIds")
    ]


def test_delta_needs_status_and_date(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle(mode="delta")
    bundle.rows["users"][1]["status"] = ""
    bundle.rows["users"][2] |= {"dateLastModified": "", "status": "inactive"}
    found = [(p[0], p[2]) for p in places(read_oneroster(bundle.write(tmp_path / "b")))]
    assert found == [("E_DELTA_STATUS", 3), ("E_DELTA_DATE", 4), ("W_STATUS_INACTIVE", 4)]


def test_delta_takes_the_newest_version_in_order_of_change(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle(mode="delta")
    bundle.rows["users"][0]["dateLastModified"] = LATER
    older = bundle.rows["users"][0] | {"familyName": "Old", "dateLastModified": "2025-09-01T06:00:00.000Z"}
    newer = bundle.rows["users"][1] | {"familyName": "New", "dateLastModified": LATER}
    bundle.rows["users"] += [older, newer, dict(newer)]
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    assert [(p[0], p[2]) for p in places(reading)] == [("E_ID_DUP", 3), ("E_ID_DUP", 5), ("W_ID_DUP_IDENTICAL", 7)]
    assert [(p.source_id, p.family_name) for p in reading.bundle.people] == [
        ("pip", "Moss"),
        ("ann", "Reed"),
        ("bo", "New"),
    ]
    moments = [person.modified_at for person in reading.bundle.people]
    assert moments == sorted(moments, key=str)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (None, "W_REF_EXTERNAL"),
        (KnownIds(people=frozenset({"zoe"})), "W_REF_EXTERNAL"),
        (KnownIds(people=frozenset({"other"})), "E_REF"),
    ],
)
def test_delta_references_and_the_store(make_bundle: Make, tmp_path: Path, known: KnownIds | None, code: str) -> None:
    bundle = make_bundle(mode="delta")
    bundle.rows["enrollments"][1]["userSourcedId"] = "zoe"
    reading = read_oneroster(bundle.write(tmp_path / "b"), known=known)
    assert places(reading) == [(code, "enrollments.csv", 3, "userSourcedId")]
    bundle.rows["enrollments"][1]["status"] = "tobedeleted"  # what leaves needs no target any more
    reading = read_oneroster(bundle.write(tmp_path / "b"), known=known)
    assert places(reading) == [("W_REF_EXTERNAL", "enrollments.csv", 3, "userSourcedId")]
    assert len(reading.bundle.enrollments) == 1


def test_delta_into_a_bulk_file_must_resolve(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle(mode="delta")
    bundle.modes["users"] = "bulk"
    for row in bundle.rows["users"]:
        row |= {"status": "", "dateLastModified": ""}
    bundle.rows["enrollments"][1]["userSourcedId"] = "zoe"
    assert places(read_oneroster(bundle.write(tmp_path / "b")))[0][:3] == ("E_REF", "enrollments.csv", 3)


def test_values_in_our_words(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["classes"][0] |= {"grades": "K, 5,x", "subjects": "Math, Art", "termSourcedIds": "t, y"}
    bundle.rows["users"][0]["userIds"] = "{state:77}, {badge: 12}"
    reading = read_oneroster(bundle.write(tmp_path / "b"))
    (section,) = reading.bundle.sections
    assert (section.grades, section.subjects, section.term_source_ids) == (
        ("KG", "05", "Other"),
        ("Math", "Art"),
        ("t", "y"),
    )
    assert reading.bundle.people[0].other_ids == (("state", "77"), ("badge", "12"))
    term = reading.bundle.terms[0]
    assert isinstance(term, TermRow)
    assert (term.ends_on, term.school_year, term.file, term.line) == (
        date(2026, 6, 10),
        2026,
        "academicSessions.csv",
        2,
    )


def test_as_json_keeps_the_contract(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    bundle.rows["users"][0]["enabledUser"] = "TRUE"
    printed = read_oneroster(bundle.write(tmp_path / "b")).as_json()
    assert printed["rows"]["users.csv"] == 3
    assert list(printed["findings"][0]) == ["code", "file", "line", "column", "value", "count", "sentence", "remedy"]


def test_many_findings_stay_bounded(make_bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midcourse.exchange.roster_log.MAX_PLACES", 10)
    bundle = make_bundle()
    for number in range(50):
        bundle.add("enrollments", sourcedId=f"x{number}", userSourcedId="ghost", role="student")
    findings = read_oneroster(bundle.write(tmp_path / "b")).findings
    assert (len(findings), sum(f.count for f in findings)) == (11, 50)


# --- anything at all


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["users", "classes", "enrollments", "orgs", "academicSessions", "manifest", "demographics"]),
    content=st.binary(max_size=200) | st.text(alphabet='a,"\n\r ;:{}-/0T', max_size=120).map(str.encode),
    keeps_header=st.booleans(),
)
def test_any_bytes_give_findings_never_an_exception(
    make_bundle: Make, tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes, keeps_header: bool
) -> None:
    bundle = make_bundle()
    bundle.modes["demographics"] = "bulk"
    header = bundle.print(name).splitlines()[0] + b"\n" if keeps_header and name != "manifest" else b""
    bundle.raw[f"{name}.csv"] = header + content
    reading = read_oneroster(bundle.write(tmp_path_factory.mktemp("any")))
    assert isinstance(reading, RosterReading)


WORDS = "true TRUE 1 s d k t y ann pip ghost s,d student Teacher ext:x tobedeleted active inactive {a:b} {: K 05"
DATES = "2025-09-01 9/1/2025 2025-13-01 2026 2025-26 2025-2027 0001-01-01T00:00:00+14:00 9999-12-31T23:59:59-14:00"
CELLS = st.sampled_from([*WORDS.split(), *DATES.split(), "", " ", LATER, "a\nb", "x" * 300])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), version=st.sampled_from(["1.1", "1.2"]), mode=st.sampled_from(["bulk", "delta"]))
def test_any_cells_account_for_every_row(
    make_bundle: Make, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, version: str, mode: str
) -> None:
    bundle = make_bundle(version, mode)
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(sorted(bundle.rows)))
        row = data.draw(st.sampled_from(bundle.rows[name]))
        row[data.draw(st.sampled_from(bundle.headers[name]))] = data.draw(CELLS)
    reading = read_oneroster(bundle.write(tmp_path_factory.mktemp("any")))
    taken = reading.bundle
    sections, people = {row.source_id for row in taken.sections}, {row.source_id for row in taken.people}
    if mode == "bulk":
        for tie in (*taken.teaching, *taken.enrollments):
            assert tie.section_source_id in sections
            assert tie.person_source_id in people
    kept = {"users.csv": len(taken.people), "classes.csv": len(taken.sections), "orgs.csv": len(taken.orgs)}
    for file, number in kept.items():
        if number < reading.rows[file]:  # a row that is not taken is always explained
            assert any(f.code.startswith(("E_", "W_ID_DUP")) for f in reading.findings)
