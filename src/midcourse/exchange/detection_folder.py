"""Reads the plain folder `midcourse detect` works on, and writes its verdicts.

Decides what the CSV files of such a folder mean and refuses cells it cannot read; a score whose visit, observer or
item is not in the folder (yet) is left out and reported. Judging change is for `signals`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from midcourse.exchange.findings import Finding

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

VERDICT_COLUMNS = (
    "as_of",
    "unit",
    "verdict",
    "p_improving",
    "p_worsening",
    "estimate",
    "lower",
    "upper",
    "evidence",
)

_EPOCH = date(1970, 1, 1).toordinal()


class DetectionFolderError(ValueError):
    """The folder cannot be used; `finding` says where and what to do."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        place = finding.file if finding.line is None else f"{finding.file}, row {finding.line}"
        cell = "" if finding.column is None else f", column {finding.column!r}, value {finding.value!r}"
        super().__init__(f"{place}{cell}: {finding.sentence} {finding.remedy}")


@dataclass(frozen=True, slots=True)
class DetectionFolder:
    """One district as plain columns. Indices point into the tuples of ids; one `score_*` entry is one score.

    Parameters
    ----------
    district : str
    scale_min, scale_max : float
    baseline_until : numpy.datetime64
    as_of, school_year, school_week : (n_weeks,)
        The calendar, in order.
    schools, rooms, observers, items : tuple of str
    teachers : (n_schools,) int
    observer_known_on : (n_observers,) datetime64[D]
    score_visit, score_school, score_room, score_observer, score_item : (n_scores,) int
    score_value : (n_scores,) float
    score_date, score_available_on : (n_scores,) datetime64[D]
        Day of the visit; day by which score, visit, observer, item and school are all known.
    survey_school, survey_wave, survey_mean, survey_n, survey_available_on : (n_surveys,)
    findings : tuple of Finding
        What was left out, and why.
    """

    district: str
    scale_min: float
    scale_max: float
    baseline_until: np.datetime64
    as_of: Days
    school_year: Ints
    school_week: Ints
    schools: tuple[str, ...]
    rooms: tuple[str, ...]
    observers: tuple[str, ...]
    items: tuple[str, ...]
    teachers: Ints
    observer_known_on: Days
    score_visit: Ints
    score_school: Ints
    score_room: Ints
    score_observer: Ints
    score_item: Ints
    score_value: Floats
    score_date: Days
    score_available_on: Days
    survey_school: Ints
    survey_wave: Days
    survey_mean: Floats
    survey_n: Ints
    survey_available_on: Days
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One line of the verdicts: a unit on an as-of date. `estimate`, `lower`, `upper` in rubric points."""

    as_of: date
    unit: str
    verdict: str
    p_improving: float
    p_worsening: float
    estimate: float
    lower: float
    upper: float
    evidence: float


class _Table:
    """One CSV file as columns of text, which knows how to say where a cell is wrong."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        self.name = name
        path = folder / name
        if not path.is_file():
            raise DetectionFolderError(
                Finding("E_FILE_MISSING", name, None, None, None, "The file is missing.", "Add it to the folder.")
            )
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            body = [row for row in rows if row]
        for column in columns:
            if column not in header:
                raise DetectionFolderError(
                    Finding(
                        "E_COLUMN_MISSING",
                        name,
                        1,
                        column,
                        ",".join(header),
                        "The column is missing.",
                        f"Name the columns {', '.join(columns)}.",
                    )
                )
        for number, row in enumerate(body):
            if len(row) != len(header):
                self.refuse(
                    number, columns[0], str(len(row)), "The row has too many or too few cells.", "Quote commas."
                )
        whole = list(zip(*body, strict=True)) if body else [()] * len(header)
        self.text: dict[str, tuple[str, ...]] = {c: whole[header.index(c)] for c in columns}
        self.rows = len(body)

    def refuse(self, number: int, column: str, value: str, sentence: str, remedy: str) -> None:
        raise DetectionFolderError(Finding("E_CELL", self.name, number + 2, column, value, sentence, remedy))

    def _typed(self, column: str, read: Callable[[str], float], sentence: str, remedy: str) -> list[float]:
        """Read every distinct cell once; most cells of such files repeat."""
        text = self.text[column]
        known: dict[str, float] = {}
        for value in set(text):
            try:
                known[value] = read(value)
            except ValueError:
                self.refuse(text.index(value), column, value, sentence, remedy)
        return [known[v] for v in text]

    def days(self, column: str) -> Days:
        found = self._typed(
            column,
            lambda v: date.fromisoformat(v).toordinal() - _EPOCH,
            "This is not a date.",
            "Write dates as YYYY-MM-DD.",
        )
        return np.array(found, dtype=np.int64).astype("datetime64[D]")

    def integers(self, column: str) -> Ints:
        return np.array(self._typed(column, int, "This is not a whole number.", "Write digits only."), dtype=np.int64)

    def numbers(self, column: str) -> Floats:
        found = np.array(
            self._typed(column, float, "This is not a number.", "Use digits and a decimal point."), dtype=np.float64
        )
        bad = np.flatnonzero(~np.isfinite(found))
        if len(bad):
            self.refuse(
                int(bad[0]), column, self.text[column][int(bad[0])], "This is not a number.", "Leave the row out."
            )
        return found

    def ids(self, column: str) -> tuple[str, ...]:
        text = self.text[column]
        if len(set(text)) != len(text):
            seen: set[str] = set()
            for number, value in enumerate(text):
                if value in seen:
                    self.refuse(number, column, value, "This id appears twice.", "Keep one row for each id.")
                seen.add(value)
        return text

    def index(self, column: str, known: Sequence[str]) -> Ints:
        """Position of each id among the known ones; -1 = unknown."""
        place = {v: i for i, v in enumerate(known)}
        return np.array([place.get(v, -1) for v in self.text[column]], dtype=np.int64)


def read_detection_folder(path: Path | str) -> DetectionFolder:
    """Read a district's folder.

    Parameters
    ----------
    path : path
        Folder with district.json, calendar.csv, schools.csv, observers.csv, items.csv, visits.csv, scores.csv and,
        optionally, surveys.csv.

    Returns
    -------
    DetectionFolder
        Scores in file order. Tests (`tests.csv`) are not read: results are what practice is later compared with.

    Raises
    ------
    DetectionFolderError
        A file or column is missing, or a cell cannot be read; says which, and what to do.

    Notes
    -----
    **Source**: the contract of the detection benchmark, docs/detection-benchmark.md.
    """
    folder = Path(path)
    district, scale, baseline = _read_district(folder)
    calendar = _Table(folder, "calendar.csv", ("as_of", "school_year", "school_week"))
    schools = _Table(folder, "schools.csv", ("school", "teachers", "available_on"))
    observers = _Table(folder, "observers.csv", ("observer", "available_on"))
    items = _Table(folder, "items.csv", ("item", "available_on"))
    visits = _Table(folder, "visits.csv", ("visit", "school", "room", "date", "available_on"))
    scores = _Table(folder, "scores.csv", ("visit", "observer", "item", "score", "available_on"))
    visit_school = visits.index("school", schools.ids("school"))
    rooms, visit_room = _rooms(visits, visit_school)
    visit = scores.index("visit", visits.ids("visit"))
    observer = scores.index("observer", observers.ids("observer"))
    item = scores.index("item", items.ids("item"))
    value = _read_scores(scores, scale)
    # The appended -1 answers for scores whose visit is unknown (position -1).
    known = (np.append(visit_school, -1)[visit] >= 0) & (observer >= 0) & (item >= 0)
    visit, observer, item = visit[known], observer[known], item[known]
    school = visit_school[visit]
    declared = [(scores, known), (visits, visit), (observers, observer), (items, item), (schools, school)]
    # A score cannot be read before its visit, observer, look-for and school are known.
    available = np.maximum.reduce([table.days("available_on")[at] for table, at in declared])
    survey = _read_surveys(folder, schools.ids("school"))
    return DetectionFolder(
        district=district,
        scale_min=scale[0],
        scale_max=scale[1],
        baseline_until=baseline,
        as_of=_rising(calendar),
        school_year=calendar.integers("school_year"),
        school_week=calendar.integers("school_week"),
        schools=schools.ids("school"),
        rooms=rooms,
        observers=observers.ids("observer"),
        items=items.ids("item"),
        teachers=schools.integers("teachers"),
        observer_known_on=observers.days("available_on"),
        score_visit=visit,
        score_school=school,
        score_room=visit_room[visit],
        score_observer=observer,
        score_item=item,
        score_value=value[known],
        score_date=visits.days("date")[visit],
        score_available_on=available,
        survey_school=survey[0],
        survey_wave=survey[1],
        survey_mean=survey[2],
        survey_n=survey[3],
        survey_available_on=survey[4],
        findings=_left_out(known),
    )


def _rising(calendar: _Table) -> Days:
    as_of = calendar.days("as_of")
    wrong = np.flatnonzero(np.diff(as_of.astype(np.int64)) <= 0)
    if len(wrong):
        row = int(wrong[0]) + 1
        calendar.refuse(row, "as_of", calendar.text["as_of"][row], "The dates do not rise.", "Sort the file by as_of.")
    return as_of


def _read_scores(scores: _Table, scale: tuple[float, float]) -> Floats:
    value = scores.numbers("score")
    outside = np.flatnonzero((value < scale[0]) | (value > scale[1]))
    if len(outside):
        row = int(outside[0])
        sentence = f"The score is outside the scale {scale[0]:g} to {scale[1]:g}."
        scores.refuse(row, "score", scores.text["score"][row], sentence, "Correct it, or the scale in district.json.")
    return value


def _read_district(folder: Path) -> tuple[str, tuple[float, float], np.datetime64]:
    name = "district.json"
    try:
        meta = json.loads((folder / name).read_text(encoding="utf-8"))
        low, high = float(meta["scale_min"]), float(meta["scale_max"])
        baseline = np.datetime64(date.fromisoformat(meta["baseline_until"]))
        if not low < high:
            raise ValueError
        return str(meta["district"]), (low, high), baseline
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DetectionFolderError(
            Finding(
                "E_DISTRICT",
                name,
                None,
                None,
                None,
                "The file is missing or unreadable.",
                "It holds district, scale_min < scale_max and baseline_until (YYYY-MM-DD).",
            )
        ) from error


def _rooms(visits: _Table, visit_school: Ints) -> tuple[tuple[str, ...], Ints]:
    """Rooms, told apart by school: the same code in two schools is two rooms."""
    pairs = list(zip(visit_school.tolist(), visits.text["room"], strict=True))
    known = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
    return tuple(room for _, room in known), np.array([known[p] for p in pairs], dtype=np.int64)


def _left_out(known: NDArray[np.bool_]) -> tuple[Finding, ...]:
    missing = np.flatnonzero(~known)
    if not len(missing):
        return ()
    return (
        Finding(
            "W_REFERENCE",
            "scores.csv",
            int(missing[0]) + 2,
            None,
            None,
            "Scores whose visit, observer, item or school is not in the folder were left out.",
            "Add the missing rows, or ignore this if they are not available yet.",
            count=len(missing),
        ),
    )


def _read_surveys(folder: Path, schools: Sequence[str]) -> tuple[Ints, Days, Floats, Ints, Days]:
    if not (folder / "surveys.csv").is_file():
        none = np.zeros(0, dtype=np.int64)
        return none, none.astype("datetime64[D]"), np.zeros(0), none, none.astype("datetime64[D]")
    table = _Table(folder, "surveys.csv", ("school", "wave", "mean", "respondents", "available_on"))
    school = table.index("school", schools)
    ok = school >= 0
    return (
        school[ok],
        table.days("wave")[ok],
        table.numbers("mean")[ok],
        table.integers("respondents")[ok],
        table.days("available_on")[ok],
    )


def write_verdicts(path: Path | str, rows: Iterable[VerdictRow]) -> None:
    """Write verdicts as CSV, one row for each unit and as-of date, in the order given.

    Parameters
    ----------
    path : path
        File to write; replaced if it exists.
    rows : iterable of VerdictRow
        Probabilities 0-1; estimates in rubric points.
    """
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(VERDICT_COLUMNS)
        for r in rows:
            numbers = (r.p_improving, r.p_worsening, r.estimate, r.lower, r.upper, r.evidence)
            out.writerow([r.as_of.isoformat(), r.unit, r.verdict, *(f"{x:.5f}" for x in numbers)])
