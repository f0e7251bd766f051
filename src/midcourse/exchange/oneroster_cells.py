"""Judge one OneRoster cell: its typed value, and the code of what is wrong with it.

A code that begins with E_ means the row cannot be taken. Source: standards 1.1, 1.3, 1.9.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from midcourse.exchange.oneroster_layout import CellKind, Column
from midcourse.vocabulary import Grade

_ID = re.compile(r"[0-9A-Za-z.\-_/@]{1,255}", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_INSTANT_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)
_YEAR = re.compile(r"(?:19|20|21)\d{2}", re.ASCII)
_YEARS = re.compile(r"((?:19|20|21)\d{2})\s*[-/–]\s*(?:(?:19|20|21))?(\d{2})", re.ASCII)
_PAIR = re.compile(r"\{\s*([^:{}]*?)\s*:\s*([^{}]*?)\s*\}", re.ASCII)

_GRADES = {grade.value: grade for grade in Grade}
# Spellings real files use for CEDS codes (standards 1.3).
_GRADE_SPELLINGS = {
    **{grade.value.casefold(): grade for grade in Grade},
    **{grade.value.lstrip("0"): grade for grade in Grade if grade.value.isdigit()},
    **{f"grade {grade.value.lstrip('0')}": grade for grade in Grade if grade.value.isdigit()},
    **dict.fromkeys(("k", "kg", "kf", "kh", "kindergarten", "0", "00"), Grade.KG),
    **dict.fromkeys(("prek", "pre-k", "prekindergarten", "p", "p3", "p4", "-1"), Grade.PK),
}

_US_INSTANTS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p")

DATE_FORM = "YYYY-MM-DD, e.g. 2025-09-01"
INSTANT_FORM = "YYYY-MM-DDThh:mm:ss.sssZ, e.g. 2025-09-01T06:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Cell:
    """A judged cell: the value in its type, and a code with its detail where something is to be said."""

    value: Any
    code: str = ""
    detail: str = ""


BLANK = Cell(None)
_BLANK_LIST = Cell(())


def is_id(text: str) -> bool:
    """Tell whether `text` may be a sourcedId."""
    return _ID.fullmatch(text) is not None


def split_list(text: str) -> tuple[str, ...]:
    """Split a list cell; real files put a space after the comma.

    Examples
    --------
    >>> split_list("a, b,,c")
    ('a', 'b', 'c')
    """
    return tuple(item.strip() for item in text.split(",") if item.strip()) if text else ()


def judge_cell(column: Column, text: str, *, extensible: bool) -> Cell:
    """Type the trimmed `text` of `column`; `extensible` lets words that begin with ``ext:`` pass (1.2)."""
    kind = column.kind
    if not text:
        if column.required:
            return Cell(None, "E_REQUIRED")
        return _BLANK_LIST if kind in _LIST_KINDS else BLANK
    if kind is CellKind.TEXT:
        return Cell(text)
    if kind in (CellKind.REFERENCES, CellKind.TEXTS):
        items = split_list(text)
        return Cell(items) if items or not column.required else Cell(None, "E_REQUIRED")
    if kind is CellKind.WORD:
        return _judge_word(column.words, text, extensible)
    judge = _JUDGES.get(kind)
    if judge is not None:
        return judge(text)
    # 400,000 enrollments name the same 70,000 people and classes: one string each, not one per row
    return Cell((sys.intern(text),) if kind is CellKind.REFERENCE else text)


_LIST_KINDS = (CellKind.REFERENCES, CellKind.TEXTS, CellKind.GRADES, CellKind.PAIRS)


@lru_cache(maxsize=1024)
def _judge_word(words: tuple[str, ...], text: str, extensible: bool) -> Cell:
    if text in words or (extensible and text.startswith("ext:") and len(text) > 4):
        return Cell(text)
    for word in words:
        if word.casefold() == text.casefold():
            return Cell(word, "W_ENUM_CASE", word)
    return Cell(None, "E_ENUM", ", ".join(words) + (", or a word that begins with ext:" if extensible else ""))


def _judge_boolean(text: str) -> Cell:
    if text in ("true", "false"):
        return _TRUE if text == "true" else _FALSE
    if text.lower() in ("true", "false"):
        return Cell(text.lower() == "true", "W_BOOL_CASE")
    return Cell(None, "E_BOOL")


_TRUE, _FALSE = Cell(True), Cell(False)


@lru_cache(maxsize=4096)
def judge_date(text: str) -> Cell:
    """Read a date; M/D/YYYY, YYYYMMDD and a date-time are understood and reported.

    Examples
    --------
    >>> judge_date("8/15/2025")
    Cell(value=datetime.date(2025, 8, 15), code='W_DATE_FORMAT', detail='YYYY-MM-DD, e.g. 2025-09-01')
    """
    try:
        if match := _ISO_DATE.fullmatch(text):
            return Cell(date(*map(int, match.groups())))
        if match := _US_DATE.fullmatch(text):
            month, day, year = map(int, match.groups())
            return Cell(date(year, month, day), "W_DATE_FORMAT", DATE_FORM)
        if match := _PLAIN_DATE.fullmatch(text):
            return Cell(date(*map(int, match.groups())), "W_DATE_FORMAT", DATE_FORM)
        if _ISO_DATE.match(text) and text[10:11] in ("T", " "):
            return Cell(datetime.fromisoformat(text).date(), "W_DATE_FORMAT", DATE_FORM)
    except ValueError:
        pass
    return Cell(None, "E_DATE", DATE_FORM)


def _parse_us(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def judge_instant(text: str) -> Cell:
    """Read a UTC date-time; a bare date, an offset and a missing zone are understood and reported."""
    try:
        if _INSTANT_UTC.fullmatch(text):
            return Cell(datetime.fromisoformat(text))
        if _ISO_DATE.match(text):
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            return Cell(moment, "W_DATE_FORMAT", INSTANT_FORM)
        if "/" in text and " " in text:
            found = next(filter(None, (_parse_us(text, form) for form in _US_INSTANTS)), None)
            return Cell(found, "W_DATE_FORMAT" if found else "E_DATE", INSTANT_FORM)
        if (day := judge_date(text)).value is not None:
            moment = datetime(day.value.year, day.value.month, day.value.day, tzinfo=UTC)
            return Cell(moment, "W_DATE_FORMAT", INSTANT_FORM)
    except (ValueError, OverflowError):
        pass
    return Cell(None, "E_DATE", INSTANT_FORM)


def _judge_year(text: str) -> Cell:
    if _YEAR.fullmatch(text):
        return Cell(int(text))
    if match := _YEARS.fullmatch(text):
        begin = int(match[1])
        if (begin + 1) % 100 == int(match[2]):
            return Cell(begin + 1, "W_YEAR_RANGE")
    return Cell(None, "E_YEAR")


@lru_cache(maxsize=1024)
def _judge_grades(text: str) -> Cell:
    grades: list[Grade] = []
    is_plain = True
    for item in split_list(text):
        grade = _GRADES.get(item)
        if grade is None:
            is_plain = False
            grade = _GRADE_SPELLINGS.get(item.casefold(), Grade.OTHER)
        if grade not in grades:
            grades.append(grade)
    return Cell(tuple(grades)) if is_plain else Cell(tuple(grades), "W_GRADE", ", ".join(grades))


def _judge_pairs(text: str) -> Cell:
    return Cell(tuple((match[1], match[2]) for match in _PAIR.finditer(text)))


_JUDGES: dict[CellKind, Callable[[str], Cell]] = {
    CellKind.BOOLEAN: _judge_boolean,
    CellKind.DATE: judge_date,
    CellKind.INSTANT: judge_instant,
    CellKind.YEAR: _judge_year,
    CellKind.GRADES: _judge_grades,
    CellKind.PAIRS: _judge_pairs,
}
