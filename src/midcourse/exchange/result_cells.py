"""One published number with what stands behind it: reported, suppressed, banded, not applicable or missing.

Decides what a mark in a results file means (standards 5.2). Nothing is imputed, summed or averaged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from midcourse.vocabulary import ResultStatus


class Measure(Enum):
    """What a column counts in; it decides which bounds are possible."""

    COUNT = "count"
    PERCENT = "percent"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a results file as received.

    Parameters
    ----------
    value : float or None
        The number; None unless `status` is reported.
    status : ResultStatus
        Why there is, or is not, a number.
    mark : str
        What the file says, e.g. ``*`` or ``45.6``.
    low, high : float or None
        Inclusive bounds the mark itself states (``20-24``, ``n<10``), in the unit of the column. None: not stated.
    """

    value: float | None
    status: ResultStatus
    mark: str
    low: float | None = None
    high: float | None = None


ABSENT = Cell(None, ResultStatus.MISSING, "")
"""The cell of a column that the file does not have."""

# Standards 5.2; every one means "there is a number and the publisher hides it".
_HIDDEN = frozenset({"*", "**", "***", "s", "ps", "--", "†"})
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?|-?\.\d+%?")
_SMALL_N = re.compile(r"n\s*<\s*(\d+)", re.IGNORECASE)
_BELOW = re.compile(r"(?:<|≤|<=|LE|LT)\s*(\d+(?:\.\d+)?)\s*%?", re.IGNORECASE)
_ABOVE = re.compile(r"(?:>|≥|>=|GE|GT)\s*(\d+(?:\.\d+)?)\s*%?", re.IGNORECASE)
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*%?\s*[-–]\s*(\d+(?:\.\d+)?)\s*%?")


def parse_cell(mark: str, measure: Measure, marks: Mapping[str, ResultStatus] | None = None) -> Cell | None:
    """Read one cell of a results file.

    Parameters
    ----------
    mark : str
        The cell as received, already freed of a formula shell.
    measure : Measure
        Unit of the column: counts are whole and not negative, percentages lie in 0-100.
    marks : mapping of str to ResultStatus, optional
        Words whose meaning only this source can tell, such as ``N/A`` or ``.``; keys in lower case.

    Returns
    -------
    Cell or None
        None when the mark cannot be read: the caller refuses the row and says so.

    Notes
    -----
    **Source**: standards section 5.2, table of marks.

    Examples
    --------
    >>> parse_cell("0", Measure.COUNT).value, parse_cell("*", Measure.COUNT).status.value
    (0.0, 'suppressed')
    >>> parse_cell("<5%", Measure.PERCENT).high, parse_cell("n<10", Measure.COUNT).high
    (5.0, 9.0)
    >>> parse_cell("about 12", Measure.COUNT) is None
    True
    """
    text = mark.strip()
    if not text:
        return Cell(None, ResultStatus.MISSING, mark)
    if _NUMBER.fullmatch(text):
        return _number(text, mark, measure)
    lowered = text.lower()
    if marks and lowered in marks:
        return Cell(None, marks[lowered], mark)
    if lowered in _HIDDEN:
        return Cell(None, ResultStatus.SUPPRESSED, mark)
    if found := _SMALL_N.fullmatch(text):
        high = float(found[1]) - 1
        if measure is not Measure.COUNT:
            return Cell(None, ResultStatus.SUPPRESSED, mark)
        return Cell(None, ResultStatus.SUPPRESSED, mark, 0.0, high) if high >= 0 else None
    return _bounded(text, mark, measure)


def _number(text: str, mark: str, measure: Measure) -> Cell | None:
    percent_sign = text.endswith("%")
    value = float(text.rstrip("%").replace(",", ""))
    if measure is Measure.COUNT and (percent_sign or value < 0 or value != int(value)):
        return None
    if measure is Measure.PERCENT and not 0 <= value <= 100:
        return None
    if measure is Measure.SCORE and value < 0:
        return None
    return Cell(value, ResultStatus.REPORTED, mark)


def _bounded(text: str, mark: str, measure: Measure) -> Cell | None:
    top = 100.0 if measure is Measure.PERCENT else None
    if found := _BELOW.fullmatch(text):
        high = float(found[1])
        if measure is Measure.COUNT:  # `<6` hides a count and bounds it
            strict = (text[0] == "<" and text[1:2] != "=") or text[:2].upper() == "LT"
            high -= 1 if strict else 0
            return Cell(None, ResultStatus.SUPPRESSED, mark, 0.0, high) if high >= 0 else None
        return None if top is not None and high > top else Cell(None, ResultStatus.BOTTOM_CODED, mark, 0.0, high)
    if found := _ABOVE.fullmatch(text):
        low = float(found[1])
        return None if top is not None and low > top else Cell(None, ResultStatus.TOP_CODED, mark, low, top)
    if found := _RANGE.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        return (
            None if low > high or (top is not None and high > top) else Cell(None, ResultStatus.RANGE, mark, low, high)
        )
    return None
