"""The plain staff list, from CSV and from a workbook: rows taken, rows refused, each with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange import StaffListReading, read_staff_list
from midcourse.vocabulary import Role

HEADER = "staff_id,given_name,family_name,email,school_id,title,role,begin_date,end_date"


def read(tmp_path: Path, *lines: str, header: str = HEADER) -> StaffListReading:
    file = tmp_path / "staff.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_staff_list(file)


def places(reading: StaffListReading) -> list[tuple[str, int | None, str | None]]:
    return [(finding.code, finding.line, finding.column) for finding in reading.findings]


def test_a_right_list(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "7,Ana,Alder,ana@example.org,12,Math Coach,coach,2025-08-15,",
        "7,Ana,Alder,ana@example.org,13,Math Coach,coach,2025-08-15,2026-06-10",
        "8,Bo,Birch,,,Superintendent,,,",
    )
    assert (reading.findings, reading.received) == ((), 3)
    assert [row.role for row in reading.rows] == [Role.COACH, Role.COACH, None]
    assert (reading.rows[1].school_id, reading.rows[1].ends_on) == ("13", dt.date(2026, 6, 10))
    assert reading.rows[2].line == 4


def test_a_workbook_gives_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append([7, "Ana", "Alder", None, 12, "Coach", "coach", dt.date(2025, 8, 15), None])
    book.active.append([8, "Bo", "Birch"])
    book.save(tmp_path / "staff.xlsx")
    reading = read_staff_list(tmp_path / "staff.xlsx")
    assert places(reading) == [("W_TITLE", 3, "role")]
    assert (reading.rows[0].staff_id, reading.rows[0].begins_on) == ("7", dt.date(2025, 8, 15))


@pytest.mark.parametrize(
    ("line", "place", "taken"),
    [
        (",Cy,Cedar,,,Dean,,,", ("E_ID_BLANK", 3, "staff_id"), False),
        ("9 9,Cy,Cedar,,,Dean,,,", ("E_ID_CHARS", 3, "staff_id"), False),
        ("9,,Cedar,,,Dean,,,", ("E_REQUIRED", 3, "given_name"), False),
        ("9,Cy,Cedar,,,Dean,chef,,", ("E_ENUM", 3, "role"), False),
        ("9,Cy,Cedar,,,Dean,Curriculum Director,,", ("W_ENUM_CASE", 3, "role"), True),
        ("9,Cy,Cedar,,,Dean,,2025-02-30,", ("E_DATE", 3, "begin_date"), False),
        ("9,Cy,Cedar,,,Dean,,,8/15/2025", ("W_DATE_FORMAT", 3, "end_date"), True),
        ("9,Cy,Cedar,,,Dean,,2025-09-01,2025-08-01", ("W_DATE_RANGE", 3, "end_date"), True),
        ("9,Cy,Cedar,,,Dean,,,,x", ("E_ROW_WIDTH", 3, None), False),
        ("7,Cy,Cedar,,,Dean,,,", ("E_ID_DUP", 3, "staff_id"), False),
        ("7,Ana,Alder,,12,Dean,,,", ("W_ID_DUP_IDENTICAL", 3, "staff_id"), False),
        ("9,Cy,Cedar,ANA@example.org,,Dean,,,", ("W_EMAIL_SHARED", 3, "email"), True),
    ],
)
def test_one_bent_row_one_finding(tmp_path: Path, line: str, place: tuple[str, int, str | None], taken: bool) -> None:
    reading = read(tmp_path, "7,Ana,Alder,ana@example.org,12,Dean,,,", line)
    assert places(reading) == [place]
    assert len(reading.rows) == (2 if taken else 1)
    assert reading.findings[0].refuses is (place[0].startswith("E_"))


@pytest.mark.parametrize(
    ("header", "expected", "taken"),
    [
        ("Staff ID,given_name,family_name,title", [("W_HEADER_ALIAS", "Staff ID")], 1),
        ("staff_id,given_name,family_name,title,room", [("W_HEADER_UNKNOWN", "room")], 1),
        ("staff_id,given_name,title", [("E_HEADER_MISSING", "family_name")], 0),
        ("staff_id,given_name,family_name,title,title", [("E_HEADER_DUP", "title")], 0),
    ],
)
def test_headers(tmp_path: Path, header: str, expected: list[tuple[str, str]], taken: int) -> None:
    cells = ["7", "Ana", "Alder", "Dean", "Dean"][: header.count(",") + 1]
    reading = read(tmp_path, ",".join(cells), header=header)
    assert [(code, column) for code, _, column in places(reading) if code != "W_HEADER_MISSING"] == expected
    assert len(reading.rows) == taken


def test_an_empty_or_unreadable_file(tmp_path: Path) -> None:
    assert places(read(tmp_path)) == [("W_FILE_EMPTY", None, None)]
    (tmp_path / "a.csv").write_bytes(b"a\0b")
    assert places(read_staff_list(tmp_path / "a.csv")) == [("E_ENCODING", None, None)]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200), keeps_header=st.booleans())
def test_any_bytes_give_findings(tmp_path_factory: pytest.TempPathFactory, content: bytes, keeps_header: bool) -> None:
    file = tmp_path_factory.getbasetemp() / "any-staff.csv"
    file.write_bytes((HEADER.encode() + b"\n" if keeps_header else b"") + content)
    reading = read_staff_list(file)
    assert len(reading.rows) <= reading.received
