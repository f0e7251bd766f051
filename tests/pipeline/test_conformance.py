"""Whose results a file holds: whole codes, never parts of names; hidden is not missing is not nought."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from pathlib import Path

import pytest

from midcourse.facts import TABLES
from midcourse.pipeline.conformance import Place, ResultsFile, conform_results

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "ct-edsight"
COLUMNS = TABLES["results"].schema.names
HEADER = (
    '"Smarter Balanced Assessments, 2024-25"\n"All Districts, ELA and Math, All Grades Combined, All Students"\n\n'
    '"",,,,,,,"Level 1Not Met",,"Level 2Approaching",,"Level 3Met",,"Level 4Exceeded",,"Level 3&4Met or Exceeded",\n'
    '"District","District Code","Subject","Total Numberof Students","Total NumberTested",'
    '"Smarter BalancedParticipationRate","Total Number with Scored Tests","Level 1 Not Met  Count","%",'
    '"Level 2 Approaching  Count","%","Level 3 Met  Count","%","Level 4 Exceeded  Count","%",'
    '"Level 3&4 Met or Exceeded Count","%"\n'
)
NORTH = '"North Alder School District","=""9110011""","ELA",100,98,98.0,98,20,20.4,30,30.6,30,30.6,18,18.4,48,49.0\n'
PLAIN = '"Alder School District","=""0110011""","ELA",200,{n},98.0,196,*,*,*,*,*,*,*,*,*,*\n'


def received(folder: Path, text: str, available_on: dt.date = dt.date(2025, 8, 20)) -> ResultsFile:
    content = text.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / sha256
    path.write_bytes(content)
    return ResultsFile(path, "results.csv", "ct-edsight", sha256, available_on)


def facts(place: Place, *files: ResultsFile) -> list[dict[str, object]]:
    found = conform_results(place, files, {2025: dt.date(2025, 6, 13)})
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def test_a_district_is_found_by_its_whole_code_with_or_without_its_zero(tmp_path: Path) -> None:
    file = received(tmp_path, HEADER + NORTH + PLAIN.format(n=196))
    for code in ("0110011", "110011"):
        [row] = facts(Place("alder", code, {}), file)
        assert (row["org_id"], row["unit_id"]) == ("0110011", "alder")
    assert facts(Place("alder", "", {}), file) == [], "a district without a code is asked for by nothing"
    assert facts(Place("alder", "10011", {}), file) == []


def test_a_hidden_number_is_empty_beside_its_status_and_never_rebuilt(tmp_path: Path) -> None:
    [row] = facts(Place("alder", "0110011", {}), received(tmp_path, HEADER + PLAIN.format(n=196)))
    assert (row["at_or_above_n"], row["at_or_above_n_status"]) == (None, "suppressed")
    assert (row["scored_n"], row["scored_n_status"]) == (196.0, "reported")
    assert (row["mean_score"], row["mean_score_status"]) == (None, "missing")
    [shown] = facts(Place("north", "9110011", {}), received(tmp_path, HEADER + NORTH))
    assert shown["at_or_above_share"] == pytest.approx(0.49)
    assert [shown[f"level{n}_n"] for n in (1, 2, 3, 4)] == [20.0, 30.0, 30.0, 18.0]


def test_the_file_that_came_later_is_believed(tmp_path: Path) -> None:
    first = received(tmp_path, HEADER + PLAIN.format(n=190))
    corrected = received(tmp_path, HEADER + PLAIN.format(n=195), dt.date(2025, 11, 3))
    for order in ((first, corrected), (corrected, first)):
        [row] = facts(Place("alder", "0110011", {}), *order)
        assert (row["tested_n"], row["available_on"], row["file_hash"]) == (
            195.0,
            dt.date(2025, 11, 3),
            corrected.sha256,
        )
    [row] = facts(Place("alder", "0110011", {}), first)
    assert row["happened_on"] == dt.date(2025, 6, 13)


def test_a_file_that_was_changed_after_it_was_received_is_not_used(tmp_path: Path) -> None:
    file = received(tmp_path, HEADER + PLAIN.format(n=191))
    file.path.write_bytes(file.path.read_bytes() + b"\n")
    with pytest.raises(ValueError, match="changed after it was received"):
        facts(Place("alder", "0110011", {}), file)


@pytest.mark.shared
def test_asked_for_stonington_it_never_gives_north_stonington(tmp_path: Path) -> None:
    package = SHARED / "smarter-balanced-district.zip"
    if not package.exists():
        pytest.skip(f"the state's files are not at {package}")
    with zipfile.ZipFile(package) as files:
        name = next(n for n in sorted(files.namelist()) if "all-students" in n and b"Stonington" in files.read(n))
        content = files.read(name)
    file = received(tmp_path, content.decode("utf-8-sig"))
    assert b"North Stonington" in content
    rows = facts(Place("stonington", "1370011", {}), file)
    assert rows and {(r["org_id"], r["unit_id"]) for r in rows if r["org_level"] == "district"} == {
        ("1370011", "stonington")
    }
