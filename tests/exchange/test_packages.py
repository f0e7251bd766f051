"""Opening a package: what is refused before anything is read, and what is passed over and told."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midcourse.exchange import RosterReading, read_oneroster

Make = Callable[..., Any]


def codes(reading: RosterReading) -> list[str]:
    return [finding.code for finding in reading.findings]


def add(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_one_top_folder_and_litter_are_told(make_bundle: Make, tmp_path: Path) -> None:
    path = make_bundle().pack(tmp_path / "b.zip", prefix="export 2025/")
    add(path, "__MACOSX/._users.csv", b"x")
    add(path, "export 2025/.DS_Store", b"x")
    add(path, "export 2025/README.txt", b"x")
    add(path, "export 2025/old/users.csv", b"x")
    reading = read_oneroster(path)
    assert codes(reading) == ["W_ZIP_FOLDER", *["W_FILE_UNKNOWN"] * 4]
    assert len(reading.bundle.people) == 3


def test_a_folder_may_hold_other_things(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle().write(tmp_path / "b")
    (folder / "SOURCE.md").write_text("notes")
    (folder / "notes").mkdir()
    assert codes(read_oneroster(folder)) == []
    assert codes(read_oneroster(make_bundle().write(tmp_path / "outer" / "inner").parent)) == ["W_ZIP_FOLDER"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../users.csv", b"x"),
        ("a/../../users.csv", b"x"),
        ("/etc/users.csv", b"x"),
        ("..\\users.csv", b"x"),
        ("C:\\users.csv", b"x"),
        ("results.csv", b"0" * 1_000_000),
    ],
)
def test_unsafe_zips_are_refused_whole(make_bundle: Make, tmp_path: Path, name: str, content: bytes) -> None:
    reading = read_oneroster(add(make_bundle().pack(tmp_path / "b.zip"), name, content))
    assert codes(reading) == ["E_FILE_REFUSED"]
    assert (reading.bundle.people, dict(reading.rows)) == ((), {})


def test_too_many_entries(make_bundle: Make, tmp_path: Path) -> None:
    path = make_bundle().pack(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(100):
            archive.writestr(f"{number}.txt", b"")
    assert codes(read_oneroster(path)) == ["E_FILE_REFUSED"]


def test_two_files_of_one_name(make_bundle: Make, tmp_path: Path) -> None:
    path = make_bundle().pack(tmp_path / "b.zip")
    with pytest.warns(UserWarning, match="Duplicate name"):
        add(path, "users.csv", b"x")
    assert codes(read_oneroster(path)) == ["E_FILE_REFUSED"]


def test_declared_size_over_the_limit_and_lying_sizes(make_bundle: Make, tmp_path: Path) -> None:
    content = bytearray(make_bundle().pack(tmp_path / "b.zip").read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<II", content, entry + 20, 2**31, 2**31 + 1)  # packed and unpacked size in the directory
    (tmp_path / "big.zip").write_bytes(content)
    assert codes(read_oneroster(tmp_path / "big.zip")) == ["E_FILE_REFUSED"]


def test_locked_zip(make_bundle: Make, tmp_path: Path) -> None:
    content = bytearray(make_bundle().pack(tmp_path / "b.zip").read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, entry + 8, 1)
    (tmp_path / "locked.zip").write_bytes(content)
    assert codes(read_oneroster(tmp_path / "locked.zip")) == ["E_FILE_REFUSED"]


def test_neither_zip_nor_folder(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    assert codes(read_oneroster(tmp_path / "a.zip")) == ["E_FILE_REFUSED"]
    with pytest.raises(FileNotFoundError):
        read_oneroster(tmp_path / "none.zip")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_zips_give_findings(
    make_bundle: Make, tmp_path_factory: pytest.TempPathFactory, place: float, byte: int, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    content = bytearray(make_bundle().pack(folder / "b.zip").read_bytes())
    at = int(place * (len(content) - 1))
    content[at] = byte
    (folder / "bad.zip").write_bytes(bytes(content[:at]) if cut else bytes(content))
    assert isinstance(read_oneroster(folder / "bad.zip"), RosterReading)
