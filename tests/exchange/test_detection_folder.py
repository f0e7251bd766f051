"""The folder `midcourse detect` reads: what it holds, what is left out, and what is refused with which words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from midcourse.exchange import DetectionFolderError, VerdictRow, read_detection_folder, write_verdicts

FILES = {
    "district.json": '{"format": 1, "district": "D1", "scale_min": 1, "scale_max": 4, "baseline_until": "2030-09-15"}',
    "calendar.csv": "as_of,school_year,school_week\n2030-09-08,1,1\n2030-09-15,1,2\n2030-09-22,1,3\n",
    "schools.csv": "school,teachers,available_on\nS01,20,2030-09-02\nS02,30,2030-09-02\n",
    "observers.csv": "observer,available_on\nO1,2030-09-02\nO2,2030-09-16\n",
    "items.csv": "item,rubric,available_on\nL1,founding,2030-09-03\nL2,founding,2030-09-03\n",
    "visits.csv": (
        "visit,school,room,date,available_on\nV1,S01,R1,2030-09-03,2030-09-05\nV2,S02,R1,2030-09-10,2030-09-10\n"
    ),
    "scores.csv": (
        "visit,observer,item,score,available_on\n"
        "V1,O1,L1,3,2030-09-04\nV1,O1,L2,2,2030-09-05\nV2,O2,L1,4,2030-09-10\nV2,O1,L1,1,2030-09-11\n"
    ),
    "surveys.csv": "school,wave,mean,respondents,available_on\nS02,2030-09-10,3.4,12,2030-10-01\n",
}


def folder(path: Path, **changed: str) -> Path:
    for name, text in {**FILES, **{k.replace("__", "."): v for k, v in changed.items()}}.items():
        (path / name).write_text(text)
    return path


def test_every_column_arrives(tmp_path: Path) -> None:
    f = read_detection_folder(folder(tmp_path))
    assert (f.district, f.scale_min, f.scale_max) == ("D1", 1.0, 4.0)
    assert f.schools == ("S01", "S02")
    assert f.teachers.tolist() == [20, 30]
    assert f.score_value.tolist() == [3, 2, 4, 1]
    assert f.score_school.tolist() == [0, 0, 1, 1]
    assert f.score_observer.tolist() == [0, 0, 1, 0]
    assert f.score_room.tolist() == [0, 0, 1, 1], "the same code in two schools is two rooms"
    assert f.survey_school.tolist() == [1] and f.survey_mean.tolist() == [3.4] and f.survey_n.tolist() == [12]
    assert f.findings == ()


def test_a_score_waits_for_its_visit_and_its_observer(tmp_path: Path) -> None:
    f = read_detection_folder(folder(tmp_path))
    expected = ["2030-09-05", "2030-09-05", "2030-09-16", "2030-09-11"]
    assert f.score_available_on.tolist() == np.array(expected, dtype="datetime64[D]").tolist()


def test_scores_of_unknown_visits_are_left_out_and_reported(tmp_path: Path) -> None:
    scores = FILES["scores.csv"] + "V9,O1,L1,3,2030-09-12\nV1,O9,L1,3,2030-09-12\n"
    f = read_detection_folder(folder(tmp_path, scores__csv=scores))
    assert len(f.score_value) == 4
    (finding,) = f.findings
    assert (finding.code, finding.file, finding.line, finding.count) == ("W_REFERENCE", "scores.csv", 6, 2)
    empty = read_detection_folder(folder(tmp_path, visits__csv="visit,school,room,date,available_on\n"))
    assert len(empty.score_value) == 0


def test_surveys_are_optional_and_tests_are_not_read(tmp_path: Path) -> None:
    path = folder(tmp_path, tests__csv="nonsense")
    (path / "surveys.csv").unlink()
    assert len(read_detection_folder(path).survey_mean) == 0


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (
            "scores__csv",
            FILES["scores.csv"].replace("L2,2,", "L2,two,"),
            "scores.csv, row 3, column 'score', value 'two'",
        ),
        ("scores__csv", FILES["scores.csv"].replace("L2,2,", "L2,7,"), "outside the scale 1 to 4"),
        ("scores__csv", FILES["scores.csv"].replace("L2,2,", "L2,nan,"), "scores.csv, row 3"),
        ("visits__csv", FILES["visits.csv"].replace("2030-09-10,", "10/09/2030,", 1), "Write dates as YYYY-MM-DD"),
        ("visits__csv", FILES["visits.csv"].replace("V2", "V1"), "appears twice"),
        ("visits__csv", FILES["visits.csv"].replace("R1,2030-09-03", "R1"), "too many or too few cells"),
        ("schools__csv", FILES["schools.csv"].replace("30,", "many,"), "schools.csv, row 3, column 'teachers'"),
        ("observers__csv", FILES["observers.csv"].replace("observer,", "person,"), "column 'observer'"),
        ("calendar__csv", FILES["calendar.csv"].replace("09-22", "09-12"), "calendar.csv, row 4"),
        ("district__json", "{}", "district.json"),
        ("district__json", FILES["district.json"].replace('"scale_max": 4', '"scale_max": 0'), "scale_min < scale_max"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, name: str, text: str, place: str) -> None:
    with pytest.raises(DetectionFolderError, match=r"\.(csv|json)") as refused:
        read_detection_folder(folder(tmp_path, **{name: text}))
    assert place in str(refused.value)
    assert refused.value.finding.refuses


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "items.csv").unlink()
    with pytest.raises(DetectionFolderError, match=r"items\.csv: The file is missing"):
        read_detection_folder(path)


def test_verdicts_are_written_in_the_order_of_the_contract(tmp_path: Path) -> None:
    row = VerdictRow(date(2030, 9, 22), "S01", "no change", 0.1, 0.2, 0.01, -0.1, 0.12, -19.5)
    write_verdicts(tmp_path / "out.csv", [row])
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "as_of,unit,verdict,p_improving,p_worsening,estimate,lower,upper,evidence",
        "2030-09-22,S01,no change,0.10000,0.20000,0.01000,-0.10000,0.12000,-19.50000",
    ]
