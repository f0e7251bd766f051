"""What one cell of a visit sheet says: a date, an answer on a scale, a list of names, a grade, a subject.

Decides which writings are understood. What is not understood is None; the caller reports it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from midcourse.vocabulary import Grade, Missing, Scale, Subject

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?")
_SLASHED = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?)?", re.IGNORECASE
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(
    r"(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:\s.*)?", re.IGNORECASE
)
_DAY_FIRST_WORDED = re.compile(r"(\d{1,2})\s+([a-z]{3,9})\.?,?\s+(\d{4})", re.IGNORECASE)
# Day 0 of Excel's 1900 system, counting its 29 February 1900 that never was.
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar day, no moment
_FIRST_YEAR, _LAST_YEAR = 2000, 2099  # a visit outside is a typing error
_LED_BY_NUMBER = re.compile(r"([1-4])\s*[-–—:.)=]\s*(?!\d)\S.*", re.DOTALL)
_OUT_OF = re.compile(r"(\d+)\s*(?:/|of|out of|de)\s*(\d+)", re.IGNORECASE)
_WHOLE = re.compile(r"(\d+)(?:\.0+)?")
_GRADE_PREFIX = re.compile(r"^(?:grade|grado|gr|g)\s*|(?:st|nd|rd|th|º|°)?\s*(?:grade|grado)?$")
_NAME_SIGNS = re.compile(r"\s*(?:;|\n|&|\|)\s*|\s+(?:and|with|y|con)\s+", re.IGNORECASE)

_YES = frozenset({"yes", "y", "true", "1", "si", "s"})
_NO = frozenset({"no", "n", "false", "0"})
_GRADES = {
    "k": Grade.KG, "kg": Grade.KG, "kindergarten": Grade.KG, "0": Grade.KG, "jardin": Grade.KG, "pk": Grade.PK,
    "prek": Grade.PK, "pre k": Grade.PK, "prekindergarten": Grade.PK, "tk": Grade.TK, "ug": Grade.UG,
}  # fmt: skip
_SUBJECTS = {
    Subject.ELA: (
        "ela",
        "english",
        "english language arts",
        "language arts",
        "reading",
        "literacy",
        "writing",
        "lengua",
    ),
    Subject.MATHEMATICS: ("math", "maths", "mathematics", "algebra", "geometry", "matematicas"),
    Subject.SCIENCE: ("science", "biology", "chemistry", "physics", "ciencias"),
    Subject.SOCIAL_STUDIES: ("social studies", "history", "us history", "world history", "civics", "estudios sociales"),
    Subject.ARTS: ("art", "arts", "music", "visual arts", "theater", "arte", "musica"),
    Subject.PHYSICAL_EDUCATION: ("physical education", "pe", "gym", "educacion fisica"),
    Subject.WORLD_LANGUAGE: ("world language", "world languages", "spanish", "french"),
    Subject.OTHER: ("other", "otra", "otro"),
}
_SUBJECT_OF = {word: subject for subject, words in _SUBJECTS.items() for word in words}


def plain(text: str) -> str:
    """Return a text as it is compared: no case, accents, punctuation or extra spaces.

    Examples
    --------
    >>> plain("  Sí, siempre! "), plain("N/A")
    ('si siempre', 'n a')
    """
    signs = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in signs if not unicodedata.combining(sign))
    return " ".join(kept.split())


def parse_day(cell: str, *, day_first: bool = False) -> date | None:
    """Read the day of a visit.

    Parameters
    ----------
    cell : str
        ISO with or without a time, ``9/15/2025``, ``9/15/25 10:32 AM``, ``Sep 15, 2025``, ``15 Sep 2025``, or an Excel
        serial number. A time is passed over; so is a time zone: the day is the one that is written.
    day_first : bool
        Whether ``5/9/2025`` is 5 September.

    Examples
    --------
    >>> str(parse_day("2025-09-15 10:32:11")), str(parse_day("9/15/2025")), str(parse_day("45915"))
    ('2025-09-15', '2025-09-15', '2025-09-15')
    >>> parse_day("25/9/2025") is None, str(parse_day("25/9/2025", day_first=True))
    (True, '2025-09-25')
    """
    text = cell.strip()
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        month, day = (second, first) if day_first else (first, second)
        return _day(year + 2000 if year < 100 else year, month, day)
    if _SERIAL.fullmatch(text):
        return _in_range((_EXCEL_DAY_ZERO + timedelta(days=float(text))).date())
    if (found := _WORDED.fullmatch(text)) and found[1][:3].lower() in _MONTHS:
        return _day(int(found[3]), _MONTHS.index(found[1][:3].lower()) + 1, int(found[2]))
    if (found := _DAY_FIRST_WORDED.fullmatch(text)) and found[2][:3].lower() in _MONTHS:
        return _day(int(found[3]), _MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        return None


def _in_range(day: date) -> date | None:
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


@dataclass(frozen=True, slots=True)
class Value:
    """What an answer says: a number, or the reason why there is none. `scanned` only for snapshots."""

    value: float | None = None
    scanned: int | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class MissingWords:
    """The words of a sheet for "could not be seen" and "not looked for", as `plain` returns them."""

    not_applicable: frozenset[str]
    not_looked_for: frozenset[str]

    def reason_of(self, cell: str) -> Missing | None:
        """Return the reason a cell gives; a blank cell says that nobody looked."""
        word = plain(cell)
        if word in self.not_applicable:
            return Missing.NOT_APPLICABLE
        if not cell.strip() or word in self.not_looked_for:
            return Missing.NOT_LOOKED_FOR
        return None


def parse_answer(
    cell: str,
    scale: Scale,
    words: dict[str, str],
    missing: MissingWords,
    limits: tuple[float | None, float | None] = (None, None),
) -> Value | None:
    """Read one answer.

    Parameters
    ----------
    cell : str
        As written in the sheet.
    scale : Scale
        Scale of the look-for.
    words : dict of str to str
        The look-for's own labels, made `plain`, and the choice each stands for: ``{"strong": "4"}``.
    missing : MissingWords
        The sheet's words for the two kinds of no observation.
    limits : (float or None, float or None)
        Inclusive limits of a count.

    Returns
    -------
    Value or None
        None when the cell is not on the scale.

    Examples
    --------
    >>> none = MissingWords(frozenset({"n a"}), frozenset())
    >>> parse_answer("3 - Developing", Scale.RATING_1_4, {}, none).value, parse_answer("5", Scale.RATING_1_4, {}, none)
    (3.0, None)
    >>> parse_answer("N/A", Scale.YES_NO, {}, none).missing.value
    'not_applicable'
    >>> parse_answer("18/22", Scale.SNAPSHOT, {}, none).scanned
    22
    """
    word = plain(cell)
    choice = words.get(word) if word else None
    if choice in ("na", "nlf"):
        return Value(missing=Missing.NOT_APPLICABLE if choice == "na" else Missing.NOT_LOOKED_FOR)
    if (reason := missing.reason_of(cell)) is not None:
        return Value(missing=reason)
    text = choice or cell.strip()
    if scale is Scale.RATING_1_4:
        found = _WHOLE.fullmatch(text) or _LED_BY_NUMBER.fullmatch(text)
        return Value(float(found[1])) if found and 1 <= int(found[1]) <= 4 else None
    if scale is Scale.YES_NO:
        said = plain(text)
        return Value(1.0) if said in _YES else Value(0.0) if said in _NO else None
    if scale is Scale.SNAPSHOT:
        pair = _OUT_OF.fullmatch(text)
        return snapshot_of([int(pair[1])], [int(pair[2])]) if pair else None
    count = whole_of(text)
    low, high = limits
    if count is None or (low is not None and count < low) or (high is not None and count > high):
        return None
    return Value(float(count))


def snapshot_of(learning: list[int], counted: list[int]) -> Value | None:
    """Pool the scans of one visit: pupils on learning and pupils counted, each summed over the scans.

    None when nobody was counted, or more were learning than were counted.
    """
    if sum(counted) == 0 or any(on > of for on, of in zip(learning, counted, strict=True)):
        return None
    return Value(float(sum(learning)), sum(counted))


def whole_of(cell: str) -> int | None:
    """Return a count: a whole number that is not negative, also written ``12.0``."""
    found = _WHOLE.fullmatch(cell.strip())
    return int(found[1]) if found and len(found[1]) <= 6 else None


def parse_grade(cell: str) -> Grade | None:
    """Return one grade; None for several grades or words that are none.

    Examples
    --------
    >>> parse_grade("Grade 3").value, parse_grade("3rd").value, parse_grade("K").value, parse_grade("3-5")
    ('03', '03', 'KG', None)
    """
    if re.search(r"\d\s*[-/,&+]\s*\d", cell):
        return None
    word = plain(cell)
    bare = _GRADE_PREFIX.sub("", word).strip()
    for candidate in (word, bare):
        if candidate in _GRADES:
            return _GRADES[candidate]
    if bare.isascii() and bare.isdigit() and 1 <= int(bare) <= 12:
        return Grade(f"{int(bare):02d}")
    return None


def parse_subject(cell: str) -> Subject | None:
    """Return the subject area of a word such as ``Math`` or ``Reading``; None when it is not a known one."""
    return _SUBJECT_OF.get(plain(cell))


def split_names(cell: str) -> tuple[str, ...]:
    """Return the names in a cell. A comma parts names only if that leaves whole names, so "Rivera, Ana" stays one.

    Examples
    --------
    >>> split_names("Ana Rivera, Bo Chen & Cy Diaz"), split_names("Rivera, Ana; Chen, Bo")
    (('Ana Rivera', 'Bo Chen', 'Cy Diaz'), ('Rivera, Ana', 'Chen, Bo'))
    """
    names: dict[str, str] = {}
    for part in _NAME_SIGNS.split(cell.strip()):
        pieces = [piece.strip() for piece in part.split(",")]
        whole = all("@" in piece or len(piece.split()) > 1 for piece in pieces)
        for name in pieces if whole else [part.strip()]:
            if name:
                names.setdefault(name.casefold(), " ".join(name.split()))
    return tuple(names.values())
