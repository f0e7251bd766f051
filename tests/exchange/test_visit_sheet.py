"""Past visits from a form's export: guessed columns, row-level findings, the same ids every time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from midcourse.exchange.protocol_documents import AnswerKind, ChoiceDocument, LookForDocument, ProtocolDocument
from midcourse.exchange.visit_cells import parse_day, parse_grade, parse_subject, split_names
from midcourse.exchange.visit_mapping import VisitField, VisitMapping, propose_mapping, unique_header
from midcourse.exchange.visit_sheet import VisitSheetReading, read_visit_sheet
from midcourse.vocabulary import Grade, Missing, Scale, Subject

RATING = (
    *(ChoiceDocument(str(n), (("en", label),)) for n, label in enumerate(("Absent", "Emerging", "Solid", "Strong"), 1)),
    ChoiceDocument("na", (("en", "No chance to see it"),), missing=Missing.NOT_APPLICABLE),
    ChoiceDocument("nlf", (("en", "Did not look"),), missing=Missing.NOT_LOOKED_FOR),
)
YES_NO = (ChoiceDocument("yes", (("en", "Seen"),)), ChoiceDocument("no", (("en", "Not seen"),)))
PROTOCOL = ProtocolDocument(
    "walk", "3", (("en", "Walk"),), "en", (("en", "English (en)"), ("es", "Español (es)")),
    (
        LookForDocument("talk", Scale.RATING_1_4, (("en", "Students explain their thinking"), ("es", "Explican")),
                        choices=RATING, order=1),
        LookForDocument("wait", Scale.YES_NO, (("en", "Teacher waits three seconds"),), choices=YES_NO, order=2),
        LookForDocument("spoke", Scale.COUNT, (("en", "Students who spoke"),), minimum=0, maximum=40, order=3),
        LookForDocument("learn", Scale.SNAPSHOT, (("en", "Pupils on learning"),), order=4, parts=tuple(
            (f"learn_{side}_{n}", (("en", f"{side} {n}"),)) for n in (1, 2) for side in ("on", "of"))),
        LookForDocument("kinds", AnswerKind.SELECT_MULTIPLE, (("en", "Kinds of evidence"),), order=5),
    ),
)  # fmt: skip
HEADER = (
    "Timestamp,Email Address,Visit Date,School Name,Grade Level,Subject,Teacher,Notes,"
    "1. Students explain their thinking,Look-fors [Teacher waits three seconds],spoke,"
    "learn_on_1,learn_of_1,learn_on_2,learn_of_2,Kinds of evidence,Approved by"
)
GOOD = "9/15/2025 10:32:11,ana@example.org,9/15/2025,Alder School,3,Math,T. Rowe,Pairs talk,3,Yes,12,18,22,20,22,work,x"


def sheet(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def mapping(header: str = HEADER) -> VisitMapping:
    return propose_mapping(header.split(","), PROTOCOL)


def read(tmp_path: Path, *rows: str) -> VisitSheetReading:
    reading = read_visit_sheet(sheet(tmp_path, *rows), mapping())
    assert reading.accounts(), reading.findings
    return reading


def with_cell(column: str, cell: str) -> str:
    cells = GOOD.split(",")
    cells[HEADER.split(",").index(column)] = cell
    return ",".join(cells)


def test_columns_are_guessed_exact_first() -> None:
    guess = mapping()
    assert dict(guess.fields) == {
        VisitField.DATE: "Visit Date",
        VisitField.SCHOOL: "School Name",
        VisitField.GRADE: "Grade Level",
        VisitField.SUBJECT: "Subject",
        VisitField.TEACHER: "Teacher",
        VisitField.OBSERVER: "Email Address",
        VisitField.NOTE: "Notes",
    }
    assert [(answer.code, answer.side, answer.exact) for answer in guess.answers] == [
        ("talk", "", True),
        ("wait", "", True),
        ("spoke", "", True),
        ("learn", "on", True),
        ("learn", "of", True),
        ("learn", "on", True),
        ("learn", "of", True),
        ("kinds", "", True),
    ]
    assert guess.passed_over == ("Timestamp", "Approved by")
    assert (guess.form_id, guess.version) == ("walk", "3")


def test_a_similar_label_is_a_guess_and_a_different_one_is_none() -> None:
    guess = mapping("Date,School,Students explain thier thinking,Teachers wait for a while,walk/spoke")
    assert [(answer.column, answer.code, answer.exact) for answer in guess.answers] == [
        ("Students explain thier thinking", "talk", False),
        ("walk/spoke", "spoke", True),
    ]
    assert "Teachers wait for a while" in guess.passed_over


def test_an_exact_label_wins_over_a_similar_one() -> None:
    guess = mapping("Students explain their thinkings,Students explain their thinking,Fecha,Escuela")
    assert [(answer.column, answer.code) for answer in guess.answers] == [("Students explain their thinking", "talk")]
    assert dict(guess.fields) == {VisitField.DATE: "Fecha", VisitField.SCHOOL: "Escuela"}


def test_columns_of_one_name_are_told_apart() -> None:
    assert unique_header(("a", "b", "a", "a")) == ("a", "b", "a (2)", "a (3)")


def test_a_mapping_comes_back_from_json() -> None:
    guess = replace(mapping(), day_first=True)
    assert VisitMapping.from_json(json.loads(json.dumps(guess.as_json()))) == guess
    for broken in (
        {},
        {"fields": []},
        {**guess.as_json(), "fields": {"planet": "x"}},
        {**guess.as_json(), "answers": [{}]},
    ):
        with pytest.raises(ValueError, match="not a mapping"):
            VisitMapping.from_json(broken)


def test_a_good_row_gives_one_visit(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD)
    (visit,) = reading.rows
    assert not reading.findings
    assert (visit.visited_on, visit.school, visit.teacher) == (date(2025, 9, 15), "Alder School", "T. Rowe")
    assert (visit.grade, visit.subject, visit.observers) == (Grade.G03, Subject.MATHEMATICS, ("ana@example.org",))
    assert (visit.note, visit.minutes, visit.line) == ("Pairs talk", None, 2)
    assert [(a.code, a.value, a.scanned, a.missing, a.text) for a in visit.answers] == [
        ("talk", 3, None, None, ""),
        ("wait", 1, None, None, ""),
        ("spoke", 12, None, None, ""),
        ("learn", 38, 44, None, ""),
        ("kinds", None, None, None, "work"),
    ]


@pytest.mark.parametrize(
    ("cell", "value", "missing"),
    [
        ("4", 4, None),
        ("4.0", 4, None),
        ("Solid", 3, None),
        ("2 - Emerging", 2, None),
        ("4: strong", 4, None),
        ("N/A", None, Missing.NOT_APPLICABLE),
        ("No chance to see it", None, Missing.NOT_APPLICABLE),
        ("na", None, Missing.NOT_APPLICABLE),
        ("Did not look", None, Missing.NOT_LOOKED_FOR),
        ("", None, Missing.NOT_LOOKED_FOR),
    ],
)
def test_ratings_are_read_and_the_two_kinds_of_nothing_kept_apart(
    tmp_path: Path, cell: str, value: float | None, missing: Missing | None
) -> None:
    (visit,) = read(tmp_path, with_cell("1. Students explain their thinking", cell)).rows
    assert (visit.answers[0].value, visit.answers[0].missing) == (value, missing)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("Visit Date", "next Monday", "E_DATE"),
        ("Visit Date", "", "E_DATE"),
        ("Visit Date", "13/13/2025", "E_DATE"),
        ("Visit Date", "9/15/1925", "E_DATE"),
        ("School Name", "", "E_SCHOOL"),
        ("1. Students explain their thinking", "5", "E_VALUE"),
        ("1. Students explain their thinking", "0", "E_VALUE"),
        ("1. Students explain their thinking", "2.5", "E_VALUE"),
        ("1. Students explain their thinking", "3-4", "E_VALUE"),
        ("1. Students explain their thinking", "Not observed", "E_VALUE"),
        ("Look-fors [Teacher waits three seconds]", "maybe", "E_VALUE"),
        ("spoke", "41", "E_VALUE"),
        ("spoke", "-1", "E_VALUE"),
        ("spoke", "many", "E_VALUE"),
        ("learn_on_1", "23", "E_VALUE"),
        ("learn_on_1", "", "E_VALUE"),
    ],
)
def test_a_fault_refuses_the_row_and_says_where(tmp_path: Path, column: str, cell: str, code: str) -> None:
    reading = read(tmp_path, GOOD.replace("Rowe", "Poe"), with_cell(column, cell), with_cell("Teacher", "Lee"))
    (finding,) = reading.findings
    assert (finding.code, finding.line, finding.column, finding.file) == (code, 3, column, "visits.csv")
    assert finding.remedy and (cell in (finding.value or "") or not cell)
    assert [visit.line for visit in reading.rows] == [2, 4]


def test_every_fault_of_a_row_is_reported_at_once(tmp_path: Path) -> None:
    bad = with_cell("Visit Date", "soon").replace(",3,Yes,", ",9,perhaps,")
    reading = read(tmp_path, bad)
    assert [finding.code for finding in reading.findings] == ["E_DATE", "E_VALUE", "E_VALUE"]
    assert (reading.rows_in, reading.rows_reported) == (1, 1)


def test_day_and_month_are_not_guessed_but_told(tmp_path: Path) -> None:
    path = sheet(tmp_path, with_cell("Visit Date", "25/9/2025"))
    (finding,) = read_visit_sheet(path, mapping()).findings
    assert finding.code == "E_DATE" and "order of day and month" in finding.remedy
    (visit,) = read_visit_sheet(path, replace(mapping(), day_first=True)).rows
    assert visit.visited_on == date(2025, 9, 25)


@pytest.mark.parametrize(
    "written",
    ["2025-09-15", "2025-09-15 10:32:11", "2025-09-15T10:32:11.000-05:00", "9/15/2025", "09/15/25", "9-15-2025",
     "9/15/2025 10:32:11", "9/15/2025, 10:32 AM", "45915", "45915.43", "Sep 15, 2025", "Monday, September 15th, 2025",
     "15 Sep 2025"],
)  # fmt: skip
def test_dates_come_in_many_writings(written: str) -> None:
    assert parse_day(written) == date(2025, 9, 15)


@settings(max_examples=60)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_in_every_writing(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for written in (
        day.isoformat(),
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%b} {day.day}, {day.year}",
        str(serial),
    ):
        assert parse_day(written) == day
    assert parse_day(f"{day.day}/{day.month}/{day.year}", day_first=True) == day


@settings(max_examples=60)
@given(st.text(max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    found = parse_day(text)
    assert found is None or 2000 <= found.year <= 2099


def test_the_same_sheet_twice_gives_the_same_ids_whatever_the_mapping_and_format(tmp_path: Path) -> None:
    rows = [with_cell("Teacher", name) for name in ("Rowe", "Poe", "Lee")]
    first = read(tmp_path, *rows)
    ids = [visit.id for visit in first.rows]
    assert len(set(ids)) == 3 and ids == [visit.id for visit in read(tmp_path, *rows).rows]
    assert set(ids) == {visit.id for visit in read(tmp_path, *reversed(rows), with_cell("Teacher", "New")).rows[:3]}
    path = sheet(tmp_path, *rows)
    other = replace(mapping(), answers=mapping().answers[:1], fields=mapping().fields[:2])
    assert ids == [visit.id for visit in read_visit_sheet(path, other).rows]
    assert not set(ids) & {visit.id for visit in read_visit_sheet(path, mapping(), scope="another district").rows}
    book = Workbook()
    book.active.append(HEADER.split(","))
    for row in rows:
        cells: list[object] = [int(cell) if cell.isdigit() else cell for cell in row.split(",")]
        cells[0], cells[2] = datetime.fromisoformat("2025-09-15T10:32:11"), date(2025, 9, 15)
        book.active.append(cells)
    book.save(tmp_path / "visits.xlsx")
    assert ids == [visit.id for visit in read_visit_sheet(tmp_path / "visits.xlsx", mapping()).rows]


def test_repeated_rows_are_left_out_and_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD, GOOD, with_cell("Teacher", "Poe"))
    assert [(finding.code, finding.line) for finding in reading.findings] == [("W_ROW_REPEATED", 3)]
    assert [visit.line for visit in reading.rows] == [2, 4]


def test_a_response_id_names_the_visit_and_contradictions_are_refused(tmp_path: Path) -> None:
    header = "Response ID,Date,School,talk"
    path = sheet(tmp_path, "r1,2025-09-15,Alder,3", "r2,2025-09-15,Alder,3", "r1,2025-09-15,Alder,4", header=header)
    reading = read_visit_sheet(path, mapping(header))
    assert [(finding.code, finding.line, finding.value) for finding in reading.findings] == [("E_ID_DUP", 4, "r1")]
    assert len({visit.id for visit in reading.rows}) == 2 and reading.accounts()
    amended = read_visit_sheet(sheet(tmp_path, "r1,2025-09-16,Alder,4", header=header), mapping(header))
    assert amended.rows[0].id == reading.rows[0].id
    assert amended.rows[0].fingerprint != reading.rows[0].fingerprint


def test_what_is_odd_but_harmless_is_kept_with_a_warning(tmp_path: Path) -> None:
    header = "Date,School,Grade,Subject,Minutes,Observer,Other observers,talk"
    path = sheet(
        tmp_path,
        '2025-09-15,Alder,3-5,Robotics,12 min,"Ana Rivera, Bo Chen",ana rivera; Cy Diaz,3',
        "2025-09-16,Alder,K,ELA,999,,,3",
        header=header,
    )
    reading = read_visit_sheet(path, mapping(header))
    assert [finding.code for finding in reading.findings] == ["W_GRADE", "W_SUBJECT", "W_OBSERVER", "W_MINUTES"]
    first, second = reading.rows
    assert first.observers == ("Ana Rivera", "Bo Chen", "Cy Diaz") and first.minutes == 12
    assert (first.grade, first.grade_written, second.grade, second.minutes) == (None, "3-5", Grade.KG, None)
    assert reading.accounts()


def test_a_mapping_that_does_not_fit_refuses_the_sheet(tmp_path: Path) -> None:
    reading = read_visit_sheet(sheet(tmp_path, "a,b", header="Other,Things"), mapping())
    assert {finding.code for finding in reading.findings} == {"E_HEADER_MISSING", "E_SHEET"}
    assert reading.rows_in == 1 and reading.accounts()
    empty = VisitMapping("walk", "3", (), ())
    codes = [finding.code for finding in read_visit_sheet(sheet(tmp_path, GOOD), empty).findings]
    assert codes == ["E_MAPPING", "E_MAPPING", "E_SHEET"]


def test_grades_subjects_and_names() -> None:
    assert [parse_grade(word) for word in ("3", "Grade 03", "3rd grade", "Kindergarten", "Pre-K", "13", "3/4")] == [
        Grade.G03, Grade.G03, Grade.G03, Grade.KG, Grade.PK, None, None,
    ]  # fmt: skip
    assert [parse_subject(word) for word in ("MATH", "Matemáticas", "P.E.", "Lunch")] == [
        Subject.MATHEMATICS, Subject.MATHEMATICS, None, None,
    ]  # fmt: skip
    assert split_names("Rivera, Ana") == ("Rivera, Ana",) and split_names("") == ()
