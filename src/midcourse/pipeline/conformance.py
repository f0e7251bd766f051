"""Received results files conformed to the fact table `results`: whose rows they are, and which file is believed.

Decides that an organisation is matched by its whole state code and by nothing else: asked for Stonington, never North
Stonington. A number that is not reported stays empty beside its status; nothing is imputed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from midcourse.exchange import Cell, ResultRow, read_achievement_bytes
from midcourse.vocabulary import ResultStatus

_STATE, _DISTRICT, _SCHOOL = "state", "district", "school"
_LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """One received file as it lies on disk, and from when a calculation may use it."""

    path: Path
    name: str
    mapping: str
    sha256: str
    available_on: dt.date


@dataclass(frozen=True, slots=True)
class Place:
    """Whose results are asked for: the district's id and state code, and the ids of its schools by state code."""

    district_id: str
    state_id: str
    schools: Mapping[str, str]


def conform_results(
    place: Place, files: Sequence[ResultsFile], ends: Mapping[int, dt.date]
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `results` for one district, its schools and its state.

    Parameters
    ----------
    place : Place
        Organisation codes as the district's records hold them, with or without leading zeros.
    files : sequence of ResultsFile
        Files that may be used. Where two tell of the same organisation, grade, subject and group, the one that became
        available later is believed: publishers correct.
    ends : mapping of int to date
        Last day of each school year; June 30 where a year is not in it.
    """
    believed: dict[tuple[object, ...], tuple[ResultRow, str | None, ResultsFile]] = {}
    for file in sorted(files, key=lambda f: (f.available_on, f.sha256)):
        for row in _rows(file):
            whose = _unit(row, place)
            if whose is not None:
                believed[row.identity] = row, whose or None, file
    for row, unit_id, file in believed.values():
        happened_on = ends.get(row.school_year, dt.date(row.school_year, 6, 30))
        yield (
            *(place.district_id, row.school_year, unit_id, row.org_level, row.org_id, row.test, row.subject),
            *(row.grade, row.subgroup_type.value, row.subgroup, *_numbers(row)),
            *(file.sha256, row.source_line, min(happened_on, file.available_on), file.available_on),
        )


def _rows(file: ResultsFile) -> Iterable[ResultRow]:
    return _read(str(file.path), file.sha256, file.name, file.mapping)


@lru_cache(maxsize=4)
def _read(path: str, sha256: str, name: str, mapping: str) -> tuple[ResultRow, ...]:
    """Read one file once for all districts that received it; its hash is part of the key."""
    reading = read_achievement_bytes(Path(path).read_bytes(), name, mapping=mapping)
    if reading.sha256 != sha256:
        raise ValueError("a received file was changed after it was received: restore it from a backup")
    return reading.rows


def _unit(row: ResultRow, place: Place) -> str | None:
    """Return our id of who the row is about, an empty text for the state, None when it is not asked for."""
    if row.org_level == _STATE:
        return ""
    asked = _same(row.org_id, place.state_id)
    if row.org_level == _DISTRICT:
        return place.district_id if asked else None
    if row.org_level == _SCHOOL and (row.district_id is None or _same(row.district_id, place.state_id)):
        for code, school_id in place.schools.items():
            if _same(row.org_id, code):
                return school_id
    return None


def _same(published: str, recorded: str) -> bool:
    """Compare two state codes whole; leading zeros that a spreadsheet ate do not count."""
    return bool(recorded.strip()) and published == recorded.strip().zfill(len(published))


def _numbers(row: ResultRow) -> Iterator[object]:
    levels = {level.number: level.n for level in row.levels}
    for cell in (row.n_enrolled, row.n_tested, row.n_scored, row.mean_score):
        yield from _pair(cell)
    for number in _LEVELS:
        yield from _pair(levels.get(number))
    yield from _pair(row.at_or_above_n)
    yield from _pair(row.at_or_above_pct, scale=0.01)


def _pair(cell: Cell | None, *, scale: float = 1.0) -> tuple[float | None, str]:
    if cell is None:
        return None, ResultStatus.MISSING.value
    value = cell.value if cell.status is ResultStatus.REPORTED else None
    return (None if value is None else round(value * scale, 6)), cell.status.value
