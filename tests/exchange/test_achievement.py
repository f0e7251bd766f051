"""Results files: every line is stored or reported, and what is stored is what the file says."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from midcourse.exchange.achievement import (
    account_package,
    read_achievement,
    read_achievement_bytes,
    read_achievement_package,
)
from midcourse.exchange.result_rows import AchievementReading, ResultRow
from midcourse.vocabulary import ResultStatus, Subgroup

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real files beside the checkout are absent")

TITLE = '"Smarter Balanced Assessments, 2014-15"\r\n"All Districts, ELA and Math, All Grades, All Students"\r\n\r\n'
GROUPS = (
    '"",,,,,,,,"Level 1Not Met",,"Level 2Approaching",,"Level 3Met",,"Level 4Exceeded",,'
    '"Level 3&4Met or Exceeded",,""\r\n'
)
HEADER = (
    '"District","District Code","Grade","Subject","Total Numberof Students","Total NumberTested",'
    '"Smarter BalancedParticipationRate","Total Number with Scored Tests","Level 1 Not Met  Count","%",'
    '"Level 2 Approaching  Count","%","Level 3 Met  Count","%","Level 4 Exceeded  Count","%",'
    '"Level 3&4 Met or Exceeded Count","%","AverageVSS"\r\n'
)
NUMBERS = '79,79,100.0,78,25,31.6,"*","*",0,0.0,15,19.0,36,45.6,2419\r\n'


def sheet(*rows: str, title: str = TITLE, header: str = GROUPS + HEADER) -> bytes:
    return (title + header + "".join(rows)).encode()


def row(
    name: str = "Alder", code: str = '"=""0010011"""', grade: str = "03", subject: str = '"ELA"', numbers: str = NUMBERS
) -> str:
    return f"{name},{code},{grade},{subject},{numbers}"


def read(content: bytes) -> AchievementReading:
    reading = read_achievement_bytes(content, "results.csv")
    assert reading.accounts(), reading.findings
    return reading


def codes(reading: AchievementReading) -> list[str]:
    return [finding.code for finding in reading.findings]


def test_one_row_carries_every_number_with_its_status_and_mark() -> None:
    reading = read(sheet(row()))
    (only,) = reading.rows
    assert (only.school_year, only.org_level, only.org_id, only.org_name) == (2015, "district", "0010011", "Alder")
    assert (only.test, only.subject, only.grade) == ("smarter_balanced", "ela", "03")
    assert (only.subgroup_type, only.subgroup) == (Subgroup.ALL, "all")
    assert (only.n_enrolled.value, only.n_tested.value, only.n_scored.value) == (79, 79, 78)
    assert [(level.number, level.name, level.n.value, level.pct.value) for level in only.levels] == [
        (1, "Not Met", 25, 31.6),
        (2, "Approaching", None, None),
        (3, "Met", 0, 0.0),
        (4, "Exceeded", 15, 19.0),
    ]
    assert only.levels[1].n.status is ResultStatus.SUPPRESSED and only.levels[1].n.mark == "*"
    assert only.levels[2].n.status is ResultStatus.REPORTED
    assert (only.at_or_above_n.value, only.at_or_above_pct.value, only.mean_score.value) == (36, 45.6, 2419)
    assert (only.source_file, only.source_line) == ("results.csv", 6)
    assert only.file_sha256 == hashlib.sha256(sheet(row())).hexdigest() == reading.sha256
    assert reading.preamble[0] == "Smarter Balanced Assessments, 2014-15"


def test_a_hidden_level_is_not_rebuilt_from_the_others() -> None:
    (only,) = read(sheet(row(numbers='79,79,100.0,78,25,32.1,"*","*",20,25.6,15,19.2,35,44.9,2419\r\n'))).rows
    assert only.levels[1].n.value is None and only.levels[1].n.low is None and only.levels[1].n.high is None


@pytest.mark.parametrize("code", ['"=""0010011"""', '="0010011"', "0010011", "10011"])
def test_codes_come_in_four_writings(code: str) -> None:
    assert read(sheet(row(code=code))).rows[0].org_id == "0010011"


@pytest.mark.parametrize(
    ("written", "grade"), [("3", "03"), ("03", "03"), ("Grade 3", "03"), ("11", "11"), ("All Grades Combined", "all")]
)
def test_grades_come_in_many_writings(written: str, grade: str) -> None:
    assert read(sheet(row(grade=written))).rows[0].grade == grade


def test_header_words_are_matched_without_spaces_and_case() -> None:
    header = HEADER.replace("Numberof Students", "Number of Students").replace(
        '"Smarter BalancedParticipationRate"', '"Participation rate"'
    )
    header = header.replace("AverageVSS", "Average vss")
    assert header != HEADER
    assert read(sheet(row(), header=GROUPS + header)).rows[0].participation_pct.value == 100.0


def test_count_and_percent_are_named_by_the_group_line_alone() -> None:
    plain = HEADER
    for level in ("Level 1 Not Met", "Level 2 Approaching", "Level 3 Met", "Level 4 Exceeded"):
        plain = plain.replace(f"{level}  Count", "Count")
    plain = plain.replace("Level 3&4 Met or Exceeded Count", "Count")
    assert plain.count('"Count"') == 5
    assert read(sheet(row(), header=GROUPS + plain)).rows[0].levels == read(sheet(row())).rows[0].levels
    assert codes(read(sheet(row(), header=plain)))[0] == "W_HEADER_UNKNOWN"
    assert "E_HEADER_MISSING" in codes(read(sheet(row(), header=plain)))


def test_a_group_line_that_has_slipped_refuses_the_file() -> None:
    slipped = GROUPS.replace('"",,,', '"",', 1)
    reading = read(sheet(row(), row(grade="04"), header=slipped + HEADER))
    assert "E_HEADER_GROUP" in codes(reading)
    assert reading.refused and reading.rows_in == reading.rows_reported > 0


def test_a_name_with_a_bare_comma_is_mended_and_reported() -> None:
    reading = read(sheet(row(name='="M. L. King, Jr. School"')))
    assert reading.rows[0].org_name == "M. L. King, Jr. School"
    assert reading.rows[0].n_enrolled.value == 79
    (finding,) = reading.findings
    assert (finding.code, finding.line) == ("W_ROW_MENDED", 6)


def test_a_row_with_one_column_too_many_is_refused_when_it_is_ambiguous() -> None:
    reading = read(sheet(row(name="King, Jr."), row(code="0020011")))
    assert codes(reading) == ["E_ROW_WIDTH"]
    assert [stored.org_id for stored in reading.rows] == ["0020011"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row(numbers=NUMBERS.replace("79,79", "79,about 80")), "E_VALUE"),
        (row(numbers=NUMBERS.replace("100.0", "100.1")), "E_VALUE"),
        (row(numbers=NUMBERS.replace("79,79", "-9,79")), "E_VALUE"),
        (row(code=""), "E_ID_BLANK"),
        (row(code="12A"), "E_ID_CHARS"),
        (row(code="00100110"), "E_ID_CHARS"),
        (row(grade="third"), "E_ENUM"),
        (row(subject="Art"), "E_ENUM"),
        (row(name=""), "E_REQUIRED"),
        ('"Note: * means fewer than six."\r\n', "E_FOOTNOTE"),
        (row().replace(",2419", ""), "E_ROW_WIDTH"),
        (row(name='"Alder'), "E_ROW_WIDTH"),
    ],
)
def test_one_bad_row_is_refused_and_the_others_are_kept(bad: str, code: str) -> None:
    reading = read(
        sheet(row(code="0020011"), bad, row(code="0030011"), *(row(code=f"0{n}0011") for n in range(10, 30)))
    )
    assert codes(reading) == [code]
    assert reading.findings[0].line == 7
    assert (reading.rows_in, reading.rows_stored, reading.rows_reported) == (23, 22, 1)


def test_a_stray_quote_far_down_swallows_only_its_own_row() -> None:
    rows = [row(code=f"0{n}0011") for n in range(10, 40)]
    reading = read(sheet(*rows[:20], row(name='"Alder'), *rows[20:]))
    assert (reading.rows_in, reading.rows_stored) == (31, 30)


def test_repeats_are_left_out_and_contradictions_refused() -> None:
    reading = read(sheet(row(), row(), row(numbers=NUMBERS.replace("79,79", "80,79"))))
    assert codes(reading) == ["W_ROW_REPEATED", "E_ROW_DUP"]
    assert (reading.rows_in, reading.rows_stored, reading.rows_reported) == (3, 1, 2)


def test_state_rows_need_no_code_and_are_not_a_district() -> None:
    header = HEADER.replace('"District Code",', "")
    content = sheet(
        f"State of Connecticut,03,ELA,{NUMBERS}",
        title=TITLE.replace("All Districts", "State of Connecticut"),
        header=GROUPS.replace('"",,', '"",', 1) + header,
    )
    (only,) = read(content).rows
    assert (only.org_level, only.org_id, only.district_name) == ("state", "CT", None)


def test_subject_and_grade_come_from_the_title_where_no_column_has_them() -> None:
    title = TITLE.replace("ELA and Math, All Grades,", "Math, All Grades Combined,")
    header = HEADER.replace('"Grade","Subject",', "")
    content = sheet(f"Alder,0010011,{NUMBERS}", title=title, header=GROUPS.replace('"",,,', '"",', 1) + header)
    (only,) = read(content).rows
    assert (only.subject, only.grade) == ("math", "all")


def test_one_group_without_its_column_never_passes_for_all_pupils() -> None:
    for words in ("Special Education Status (SWD)", "English learners only"):
        reading = read(sheet(row(), title=TITLE.replace("All Students", words)))
        assert codes(reading) == ["E_SCOPE"] and reading.refused


def test_groups_outside_the_mapping_refuse_the_row() -> None:
    header = HEADER.replace('"Subject",', '"Subject","ELL",')
    groups = GROUPS.replace('"",', '"",,', 1)
    reading = read(
        sheet(f"Alder,0010011,03,ELA,Y,{NUMBERS}", f"Alder,0010011,03,ELA,Q,{NUMBERS}", header=groups + header)
    )
    assert [(stored.subgroup_type.value, stored.subgroup) for stored in reading.rows] == [
        ("english_learner", "English learner")
    ]
    assert codes(reading) == ["E_ENUM"]


def test_a_header_with_line_breaks_inside_its_cells_is_one_header() -> None:
    header = HEADER.replace("Total Numberof", "Total\nNumber\nof")
    reading = read(sheet(row(), row(code="0020011"), header=GROUPS + header))
    assert [stored.source_line for stored in reading.rows] == [8, 9]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E_LAYOUT"),
        (b"a,b\n1,2\n", "E_LAYOUT"),
        (sheet(row(), title="Enrollment, 2014-15\r\n\r\n"), "E_LAYOUT"),
        (sheet(row(), title=TITLE.replace(", 2014-15", "")), "E_YEAR"),
        (sheet(row(), header=GROUPS + HEADER.replace('"Total NumberTested"', '"Something"')), "E_HEADER_MISSING"),
        (sheet(row(), header=HEADER.replace("Level 2 Approaching", "Level 1 Not Met")), "E_HEADER_DUP"),
        (bytes(range(256)), "E_ENCODING"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_whole_and_accounted(content: bytes, code: str) -> None:
    reading = read(content)
    assert code in codes(reading) and reading.refused and not reading.rows


def test_columns_hold_one_line_per_row() -> None:
    columns = read(sheet(row(), row(code="0020011"))).to_columns()
    assert {len(column) for column in columns.values()} == {2}
    assert columns["level2_n"] == [None, None] and columns["level2_n_status"] == ["suppressed", "suppressed"]
    assert columns["level3_n"] == [0.0, 0.0] and columns["level3_pct_status"] == ["reported", "reported"]
    assert columns["source_line"] == [6, 7] and columns["org_id"] == ["0010011", "0020011"]
    assert "level5_n" not in columns


def test_unsafe_and_broken_packages_are_not_opened(tmp_path: Path) -> None:
    leaving = tmp_path / "leaving.zip"
    with zipfile.ZipFile(leaving, "w") as package:
        package.writestr("../results.csv", sheet(row()))
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("results.csv", b"0" * 5_000_000)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK nothing")
    for path in (leaving, bomb, broken):
        with pytest.raises(ValueError, match=path.name):
            list(read_achievement_package(path))


def test_a_package_is_accounted_file_by_file(tmp_path: Path) -> None:
    path = tmp_path / "results.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("b.csv", sheet(row(), row(grade="third")))
        package.writestr("a.csv", b"nothing\n")
        package.writestr("__MACOSX/._a.csv", b"litter")
        package.writestr("read me.txt", b"litter")
    accounts = account_package(path)
    assert [(a.file, a.layout, a.rows_in, a.rows_stored, a.rows_reported, a.accounted) for a in accounts] == [
        ("a.csv", "not recognised", 1, 0, 1, True),
        ("b.csv", "smarter_balanced", 2, 1, 1, True),
    ]
    assert accounts[1].school_year == 2015 and accounts[1].org_level == "district"


def test_a_mapping_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    from midcourse.exchange import achievement_mapping

    shipped = Path(achievement_mapping.__file__).with_name("mappings") / "ct-edsight.toml"
    own = tmp_path / "ours.toml"
    own.write_text(
        shipped.read_text(encoding="utf-8").replace('"Number Tested"]', '"Pupils tested"]'), encoding="utf-8"
    )
    file = tmp_path / "results.csv"
    file.write_bytes(sheet(row(), header=GROUPS + HEADER.replace("Total NumberTested", "Pupils Tested")))
    assert read_achievement(file, mapping=own).rows_stored == 1
    assert read_achievement(file).refused
    with pytest.raises(ValueError, match="known: ct-edsight"):
        read_achievement(file, mapping="no-such")
    own.write_text("name = 'ours'", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ours\.toml is not a results mapping"):
        read_achievement(file, mapping=own)


# ---- the real files


DISTRICT_ZIP, SCHOOL_ZIP = "smarter-balanced-district.zip", "smarter-balanced-school.zip"


def crude_lines(content: bytes) -> list[list[str]]:
    """An independent parse that knows only commas, quotes and `="…"`; used against the reader."""
    out = []
    for line in content.decode().replace("\r", "").split("\n"):
        cells = next(csv.reader(io.StringIO(line)), [])
        out.append([cell.replace('="', "").replace('"', "") for cell in cells])
    return out


def crude_count(content: bytes) -> int:
    """Lines that begin with a letter or quote and end their line with more than nine cells, less the header."""
    lines = [
        cells for cells in crude_lines(content) if len(cells) > 9 and cells[0].strip() and "".join(cells[3:]).strip()
    ]
    return len(lines) - 1


def in_order(stored: ResultRow, has_mean: bool) -> list[str]:
    marks = [stored.n_enrolled, stored.n_tested, stored.participation_pct, stored.n_scored]
    for level in stored.levels:
        marks += [level.n, level.pct]
    marks += [stored.at_or_above_n, stored.at_or_above_pct, *([stored.mean_score] if has_mean else [])]
    return [cell.mark for cell in marks]


def check_against_raw(reading: AchievementReading, content: bytes) -> int:
    """Compare all rows of a file with the crude parse, number for number; return how many numbers were compared."""
    lines, compared = crude_lines(content), 0
    for stored in reading.rows:
        raw = lines[stored.source_line - 1]
        has_mean = stored.mean_score.mark != ""
        marks = in_order(stored, has_mean)
        assert raw[-len(marks) :] == marks
        named = raw[: -len(marks)]
        assert stored.org_name in named
        assert stored.org_level == "state" or stored.org_id in named
        for cell, mark in zip((stored.n_enrolled, stored.at_or_above_pct), (marks[0], marks[13]), strict=True):
            assert cell.value == (None if mark == "*" else float(mark))
        compared += len(marks)
    return compared


@needs_shared
@pytest.mark.shared
@pytest.mark.slow  # 0.7 million rows of real files: about 20 s on one core
@pytest.mark.parametrize(
    ("package", "files", "rows"),
    [(DISTRICT_ZIP, 178, 184_950), (SCHOOL_ZIP, 190, 500_956)],
)
def test_no_row_of_the_smarter_balanced_zips_is_lost(package: str, files: int, rows: int) -> None:
    path = SHARED / "ct-edsight" / package
    n_files = n_rows = crude = repeats = summed = 0
    known: dict[int, int] = {}  # hashes: as tuples they would keep the collector busy longer than the reader
    with zipfile.ZipFile(path) as raw:
        for reading in read_achievement_package(path):
            assert reading.accounts() and not reading.findings and reading.test == "smarter_balanced"
            n_files += 1
            n_rows += reading.rows_stored
            for stored in reading.rows:
                if package == DISTRICT_ZIP:
                    about, marks = hash(stored.identity), hash(tuple(in_order(stored, has_mean=True)))
                    repeats += about in known
                    assert known.setdefault(about, marks) == marks  # one identity is one fact, in whichever file
                counts = [level.n.value for level in stored.levels if level.n.value is not None]
                if len(counts) == 4 and stored.n_scored.value is not None:
                    summed += 1
                    assert sum(counts) == stored.n_scored.value  # the five `%` columns are not mixed up
            content = raw.read(reading.file)
            crude += content.count(b"\n") - 5  # three title lines and two header lines, each row one line
            assert hashlib.sha256(content).hexdigest() == reading.sha256
            assert {stored.school_year for stored in reading.rows} == {2015 if "2014-15" in reading.file else 2016}
            assert {stored.org_level for stored in reading.rows} == {
                "state"
                if reading.file.endswith("_ct.csv")
                else "school"
                if "all-schools" in reading.file
                else "district"
            }
            assert ("all-students" in reading.file) == ({r.subgroup_type for r in reading.rows} == {Subgroup.ALL})
            assert ("combined" in reading.file) == ({r.grade for r in reading.rows} == {"all"})
            if "ela-and-math" not in reading.file:
                assert {r.subject for r in reading.rows} == {"ela" if "_ela_" in reading.file else "math"}
    blank_tails = crude - n_rows
    assert (n_files, n_rows) == (files, rows)
    assert summed > 50_000 and (repeats > rows / 3 or package == SCHOOL_ZIP)
    assert blank_tails == files  # every download ends in one blank line


@needs_shared
@pytest.mark.shared
def test_no_row_of_the_five_district_years_is_lost() -> None:
    folder = SHARED / "ct-sbac-district-2015-2019"
    readings = list(read_achievement_package(folder))
    assert len(readings) == 20
    compared = 0
    for reading in readings:
        content = (folder / reading.file).read_bytes()
        assert reading.accounts() and not reading.findings
        assert reading.rows_stored == crude_count(content)
        compared += check_against_raw(reading, content)
    assert compared > 190_000
    assert Counter(stored.school_year for reading in readings for stored in reading.rows).keys() == set(
        range(2015, 2020)
    )
    grades = {stored.grade for reading in readings for stored in reading.rows}
    assert grades == {"03", "04", "05", "06", "07", "08", "11", "all"}


# Copied by eye from the raw text: zip, file, line, then name, organisation, grade, subject, group, numbers.
SPOT = [
    (DISTRICT_ZIP, "smarter-balanced__2014-15_math_ell_all-grades.csv", 1020,
     "New Haven School District", "0930011", "08", "math", "English learner",
     [168, 162, 96.4, 162, 140, 86.4, 14, 8.6, None, None, None, None, 8, 4.9, 2414]),
    (DISTRICT_ZIP, "smarter-balanced__2015-16_ela_race_all-grades.csv", 4019,
     "Stonington School District", "1370011", "03", "ela", "Hispanic/Latino of any race",
     [8, 8, None, 8, *[None] * 11]),
    (SCHOOL_ZIP, "smarter-balanced__2015-16_all-schools_math_high-needs-f-r-ell-or-swd-_all-grades.csv", 4292,
     "Mystic Middle School", "1375211", "06", "math", "Not high needs",
     [74, 74, 100.0, 74, *[None] * 10, 2583]),
    (SCHOOL_ZIP, "smarter-balanced__2015-16_all-schools_ela-and-math_special-education_all-grades-combined.csv", 2727,
     "Deans Mill School", "1370511", "all", "ela", "With disability",
     [26, 24, 92.3, 24, None, None, None, None, 8, 33.3, *[None] * 5]),
]  # fmt: skip


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("spot", SPOT, ids=lambda spot: f"{spot[3]}-{spot[5]}")
def test_spot_values_are_those_of_the_raw_files(
    spot: tuple[str, str, int, str, str, str, str, str, list[float]],
) -> None:
    package, file, line, name, org_id, grade, subject, group, numbers = spot
    with zipfile.ZipFile(SHARED / "ct-edsight" / package) as raw:
        content = raw.read(file)
    reading = read_achievement_bytes(content, file)
    (found,) = [row for row in reading.rows if row.source_line == line]
    assert (found.org_name, found.org_id, found.grade, found.subject, found.subgroup) == (
        name, org_id, grade, subject, group,
    )  # fmt: skip
    cells = [found.n_enrolled, found.n_tested, found.participation_pct, found.n_scored]
    cells += [cell for level in found.levels for cell in (level.n, level.pct)]
    cells += [found.at_or_above_n, found.at_or_above_pct, found.mean_score]
    assert [cell.value for cell in cells] == numbers
    assert {cell.status for cell in cells if cell.value is None} <= {ResultStatus.SUPPRESSED, ResultStatus.MISSING}
    assert found.n_enrolled.status is ResultStatus.REPORTED
    assert (found.mean_score.status is ResultStatus.MISSING) == ("combined" in file)  # no such column there
    assert check_against_raw(reading, content) > 1_000


@needs_shared
@pytest.mark.shared
def test_the_three_excerpts_are_read() -> None:
    readings = {reading.file.split("_")[0]: reading for reading in read_achievement_package(SHARED / "edsight")}
    assert all(reading.accounts() and not reading.findings for reading in readings.values())
    science = readings["cmt-capt-science"]
    assert science.rows[0].subject == "science" and len(science.rows[0].levels) == 5
    columns = science.to_columns()
    assert columns["level4_n"][0] is None and columns["level4_n_status"][0] == "suppressed"
    assert "level5_n" in columns and columns["at_or_above_n"][0] == 27.0
    growth = readings["growth"].rows[0]
    assert growth.test == "smarter_balanced_growth" and growth.at_or_above_pct.value == 48.2
    assert growth.levels == () and growth.n_enrolled.status is ResultStatus.MISSING
    assert (
        check_against_raw(readings["smarter-balanced"], next((SHARED / "edsight").glob("smarter*")).read_bytes()) > 800
    )
