"""Received files are kept once under their hash; a visits spreadsheet is not kept at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import Settings

from midcourse.exchange import Finding
from midcourse.records.actions.imports import (
    Registered,
    RowCounts,
    received_path,
    register_file,
    register_results,
    withdraw_file,
)
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import AuditEntry, ReceivedFile
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def register(cast: Cast, content: bytes = b"a,b\n1,2\n", **changes: object) -> Registered:
    finding = Finding("E_VALUE", "f.csv", 2, "b", "Marisol Secretname", "Not a number.", "Correct it.")
    given = {
        "district": cast.north.district,
        "kind": ReceivedFile.Kind.RESULTS,
        "name": "../../etc/f.csv",
        "content": content,
        "mapping": {"name": "ct-edsight"},
        "counts": RowCounts(2, 1, 1),
        "findings": [finding],
        "by": cast.north.users["data_manager"],
    } | changes
    return register_file(**given)


def test_a_file_is_kept_under_its_hash_for_the_sites_own_eyes(cast: Cast, data_dir: Path) -> None:
    made = register(cast)
    path = received_path(made.file)
    assert made.created and path.read_bytes() == b"a,b\n1,2\n"
    assert path.is_relative_to(data_dir / "received" / str(cast.north.district.id))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.file.name == "f.csv" and (made.file.rows_in, made.file.rows_stored, made.file.rows_reported) == (
        2,
        1,
        1,
    )


def test_findings_are_kept_without_the_cells(cast: Cast) -> None:
    kept = register(cast).file.findings
    assert kept == [
        {
            "code": "E_VALUE",
            "file": "f.csv",
            "count": 1,
            "sentence": "Not a number.",
            "remedy": "Correct it.",
            "lines": [{"line": 2, "column": "b"}],
        }
    ]


def test_the_same_file_twice_is_the_same_row_and_says_so(cast: Cast) -> None:
    first, again = register(cast), register(cast, name="renamed.csv")
    assert (again.created, again.file) == (False, first.file) and "before" in again.sentence
    assert register(cast, content=b"other").created
    assert register(cast, district=cast.south.district, by=None).created, "another district's copy is its own"
    assert AuditEntry.objects.filter(act="receive").count() == 3


def test_a_withdrawn_file_is_out_and_may_come_back(cast: Cast) -> None:
    file = withdraw_file(file=register(cast).file, by=cast.north.users["data_manager"])
    assert file.withdrawn_on == cast.today
    again = register(cast)
    assert not again.created and again.file.withdrawn_on is None and "again" in again.sentence


def test_a_file_that_is_not_to_be_kept_leaves_only_its_row(cast: Cast, data_dir: Path) -> None:
    made = register(cast, kind=ReceivedFile.Kind.VISITS, keep=False)
    assert made.file.erased_at is not None and not list(data_dir.rglob("*.csv"))
    assert not received_path(made.file).exists()
    with pytest.raises(Refused, match="records now"):
        withdraw_file(file=made.file, by=None)


def test_only_who_imports_files_does(cast: Cast) -> None:
    for user in (cast.north.users["principal"], cast.south.users["data_manager"], cast.outside["evaluator"]):
        with pytest.raises(PermissionDenied):
            register(cast, by=user)
        with pytest.raises(PermissionDenied):
            register_results(district=cast.north.district, name="x.csv", content=b"", by=user)
    file = register(cast).file
    with pytest.raises(PermissionDenied):
        withdraw_file(file=file, by=cast.south.users["data_manager"])


def test_a_file_that_is_not_understood_is_refused_with_a_remedy(cast: Cast, data_dir: Path) -> None:
    with pytest.raises(Refused) as refused:
        register_results(district=cast.north.district, name="notes.csv", content=b"nothing,of\nthe,kind\n", by=None)
    assert refused.value.sentence and refused.value.remedy
    assert not ReceivedFile.objects.exists() and not list(data_dir.rglob("*"))


@pytest.mark.shared
def test_a_file_about_somebody_else_says_so(cast: Cast, data_dir: Path) -> None:
    district = cast.north.district
    district.state_id = "0990011"
    content = (
        b"Smarter Balanced Growth Report, 2015-16\n"
        b"District Code,District,Subject,Number ofMatched Students,Growth Rate,Average Percentageof Target Achieved\n"
        b"1020011,Elsewhere School District,ELA,40,48.2%%,71.7%%\n"
    ).replace(b"%%", b"%")
    other = register_results(district=district, name="growth.csv", content=content, by=None).file
    assert "W_DISTRICT_ABSENT" in {row["code"] for row in other.findings}
    ours = content.replace(b"1020011", b"0990011")
    mine = register_results(district=district, name="growth.csv", content=ours, by=None).file
    assert "W_DISTRICT_ABSENT" not in {row["code"] for row in mine.findings}


def test_a_real_results_file_is_accounted_for(cast: Cast) -> None:
    files = sorted((SHARED / "data" / "ct-sbac-district-2015-2019").rglob("*.csv"))
    if not files:
        pytest.skip("needs ../shared/data/ct-sbac-district-2015-2019")
    made = register_results(
        district=cast.north.district,
        name=files[0].name,
        content=files[0].read_bytes(),
        by=cast.north.users["data_manager"],
    )
    file = made.file
    assert file.rows_stored > 100 and file.rows_in == file.rows_stored + file.rows_reported
    assert file.mapping == {"name": "ct-edsight"}
