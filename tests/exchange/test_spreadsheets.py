"""The table gate: CSV and XLSX become the same text; unsafe workbooks are refused before parsing."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange import Table, read_table


def write_workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def add_part(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def codes(table: Table) -> list[str]:
    return [finding.code for finding in table.findings]


def test_csv_lines_are_counted_through_line_breaks_in_cells(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b'id,note\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n')
    assert read_table(file) == Table(("id", "note"), ((2, ("1", "two\r\nlines")), (5, ("2", "x"))), ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_delimiters(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(delimiter.join(["id", "name", "x"]) + "\n" + delimiter.join(["1", "Ana", "2"]) + "\n")
    assert read_table(file).rows == ((2, ("1", "Ana", "2")),)


def test_csv_encodings(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("id,name\n1,Zoë\n".encode("utf-8-sig"))
    assert (codes(read_table(file)), read_table(file).header) == (["W_BOM"], ("id", "name"))
    file.write_bytes("id,name\n1,Zoë\n".encode("cp1252"))
    assert (codes(read_table(file)), read_table(file).rows) == (["W_ENCODING"], ((2, ("1", "Zoë")),))
    file.write_bytes("id,name\n1,Zoë\n".encode("utf-16"))
    assert (codes(read_table(file)), read_table(file).rows) == (["E_ENCODING"], ())


def test_workbook_cells_become_text(tmp_path: Path) -> None:
    file = write_workbook(
        tmp_path / "a.xlsx",
        ("id", "on", "at", "n", "ok", None),
        (7, dt.datetime(2025, 9, 1), dt.datetime(2025, 9, 1, 8, 30), 2.5, True),  # noqa: DTZ001
        (None, None),
        (8.0, None, None, "03", False),
    )
    table = read_table(file)
    assert table.header == ("id", "on", "at", "n", "ok")
    assert table.rows == (
        (2, ("7", "2025-09-01", "2025-09-01T08:30:00", "2.5", "true")),
        (4, ("8", "", "", "03", "false")),
    )


def test_header_only_is_reported(tmp_path: Path) -> None:
    assert codes(read_table(write_workbook(tmp_path / "a.xlsx", ("id", "name")))) == ["W_FILE_EMPTY"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/extra.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("xl/extra16.xml", '<?xml version="1.0"?><!DOCTYPE a []><a/>'.encode("utf-16")),
        ("xl/late.xml", b"<!--" + b"x" * (2**20 - 10) + b"--><!DOCTYPE a []><a/>"),
        ("xl/bomb.xml", b" " * (5 * 2**20)),
        ("../outside.xml", b"<a/>"),
    ],
)
def test_unsafe_workbooks_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    file = add_part(write_workbook(tmp_path / "a.xlsx", ("id",), (1,)), name, content)
    table = read_table(file)
    assert (codes(table), table.header, table.rows) == (["E_FILE_REFUSED"], (), ())


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "a.xlsx", ("id",), (1,))
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(1001):
            archive.writestr(f"xl/p{number}.xml", b"")
    assert codes(read_table(file)) == ["E_FILE_REFUSED"]


def test_old_or_damaged_workbooks_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    assert codes(read_table(file)) == ["E_FILE_REFUSED"]
    good = write_workbook(tmp_path / "a.xlsx", ("id",), (1,)).read_bytes()
    file.write_bytes(good[: len(good) // 2])
    assert codes(read_table(file)) == ["E_FILE_REFUSED"]


def test_no_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.csv")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), is_zip=st.booleans())
def test_any_bytes_give_a_table(tmp_path_factory: pytest.TempPathFactory, content: bytes, is_zip: bool) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes((b"PK\x03\x04" if is_zip else b"") + content)
    assert isinstance(read_table(file), Table)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """500,000 rows of 500 columns would pass both other limits and fill the memory."""
    monkeypatch.setattr("midcourse.exchange.spreadsheets.MAX_CELLS", 8)
    rows = (("id", "a", "b"), ("1", "x", "y"), ("2", "x"), ("3",))
    for kept in (3, 4):
        file = tmp_path / f"{kept}.{kind}"
        if kind == "xlsx":
            write_workbook(file, *rows[:kept])
        else:
            file.write_text("".join(",".join(row) + "\n" for row in rows[:kept]))
        assert codes(read_table(file)) == ([] if kept == 3 else ["E_FILE_REFUSED"])
