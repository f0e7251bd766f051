"""Asked for one organisation, never another whose name contains it."""

from __future__ import annotations

from pathlib import Path

import pytest

from midcourse.exchange.achievement import read_achievement_bytes, read_achievement_package
from midcourse.exchange.result_organizations import match_organization
from midcourse.exchange.result_rows import ResultRow

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
HEAD = (
    "Smarter Balanced Growth Report, 2015-16\n"
    "District Code,District,School Code,School,Subject,Number ofMatched Students,Growth Rate,"
    "Average Percentageof Target Achieved\n"
)


def rows(*lines: str) -> tuple[ResultRow, ...]:
    return read_achievement_bytes((HEAD + "\n".join(lines)).encode(), "growth.csv").rows


SCHOOLS = rows(
    "0010011,Alder,0010111,Lincoln School,ELA,40,48.2%,71.7%",
    "0020011,Birch,0020111,Lincoln School,ELA,50,40.0%,70.0%",
    '0020011,Birch,0020211,"=""M. L. King, Jr. School""",ELA,50,40.0%,70.0%',
)


def test_two_schools_of_one_name_are_both_named_and_neither_is_given() -> None:
    match = match_organization(SCHOOLS, name="lincoln school")
    assert [one.org_id for one in match.candidates] == ["0010111", "0020111"]
    assert match.rows == () and not match.found
    assert [row.org_id for row in match_organization(SCHOOLS, name="Lincoln School", code="10111").rows] == ["0010111"]


def test_a_part_of_a_name_matches_nothing_and_punctuation_does_not_matter() -> None:
    for part in ("Lincoln", "King", "", "School"):
        assert not match_organization(SCHOOLS, name=part, code=None if part else "9").candidates
    assert match_organization(SCHOOLS, name="m l king jr school").found


def test_name_or_code_is_needed() -> None:
    with pytest.raises(ValueError, match="name, a code or both"):
        match_organization(SCHOOLS)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files beside the checkout are absent")
def test_stonington_is_never_north_stonington_in_the_real_files() -> None:
    real = [row for r in read_achievement_package(SHARED / "ct-sbac-district-2015-2019") for row in r.rows]
    assert {row.org_name for row in real if "stonington" in row.org_name.lower()} == {
        "Stonington School District",
        "North Stonington School District",
    }
    for asked in ("Stonington", "STONINGTON SCHOOL DISTRICT", " stonington  school district"):
        assert {row.org_id for row in match_organization(real, name=asked).rows} == {"1370011"}
    for code in ("1370011",):
        assert {row.org_name for row in match_organization(real, code=code).rows} == {"Stonington School District"}
    assert {row.org_id for row in match_organization(real, name="North Stonington").rows} == {"1020011"}
    assert len(match_organization(real, name="Stonington").rows) == 72
    # A district renamed between two years keeps its code: asked by one name, all its rows come.
    renamed = match_organization(real, name="EdAdvance")
    assert renamed.candidates[0].names == ("Education Connection", "EdAdvance")
    assert {row.org_name for row in renamed.rows} == {"Education Connection", "EdAdvance"}
