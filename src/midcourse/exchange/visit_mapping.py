"""Which column of a visit sheet is what: proposed from the header, corrected by a person, stored as JSON.

Decides how headers are compared with the protocol's own words, exact writings first. Reads no rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from midcourse.exchange.protocol_documents import AnswerKind, LookForDocument, ProtocolDocument
from midcourse.exchange.visit_cells import plain
from midcourse.vocabulary import Scale

_SIMILAR = 0.8  # share of letters in common; below it, labels of one protocol begin to be mistaken for one another
_LEAD = re.compile(r"^\s*(?:[A-Za-z]?\d+[a-z]?\s*[.):-]\s*|\d+\s+)")
_BRACKETS = re.compile(r"\[([^\]]+)\]\s*$")
_PATH = re.compile(r"[/:.-]")


class VisitField(StrEnum):
    """What a column can tell about the visit itself."""

    DATE = "date"
    SCHOOL = "school"
    GRADE = "grade"
    SUBJECT = "subject"
    SECTION = "section"
    TEACHER = "teacher"
    OBSERVER = "observer"
    CO_OBSERVERS = "co_observers"
    MINUTES = "minutes"
    NOTE = "note"
    ROW_ID = "row_id"


_FIELD_WORDS: dict[VisitField, tuple[str, ...]] = {
    VisitField.DATE: ("visit date", "date of visit", "date of observation", "observation date", "walkthrough date",
                      "date", "visited on", "fecha de la visita", "fecha", "timestamp", "marca temporal", "start time"),
    VisitField.SCHOOL: ("school", "school name", "building", "campus", "site", "school site", "escuela"),
    VisitField.GRADE: ("grade", "grade level", "grade observed", "grades", "grado"),
    VisitField.SUBJECT: ("subject", "content area", "subject area", "subject observed", "materia", "asignatura"),
    VisitField.SECTION: ("section", "class", "course", "period", "room", "room number", "classroom", "section id",
                         "aula", "salon"),
    VisitField.TEACHER: ("teacher", "teacher name", "teacher observed", "name of teacher", "docente", "maestro",
                         "maestra"),
    VisitField.OBSERVER: ("observer", "observer name", "name of observer", "your name", "observed by", "visitor",
                          "completed by", "observador", "email address", "username", "e mail address"),
    VisitField.CO_OBSERVERS: ("co observers", "co observer", "other observers", "additional observers",
                              "second observer", "observed with"),
    VisitField.MINUTES: ("minutes", "minutes in the room", "duration", "duration in minutes", "length of visit",
                         "minutes observed", "minutos"),
    VisitField.NOTE: ("notes", "note", "comments", "comment", "evidence", "evidence notes", "observation notes",
                      "notas", "comentarios"),
    VisitField.ROW_ID: ("response id", "instanceid", "uuid", "submission id", "meta instanceid", "record id",
                        "responseid", "key"),
}  # fmt: skip

NOT_APPLICABLE_WORDS = ("na", "n/a", "not applicable", "could not be seen", "could not have been seen", "no aplica")
"""Never "not observed": in some forms it means "no", in others "could not be seen". The protocol's labels decide."""
NOT_LOOKED_FOR_WORDS = ("not looked for", "did not look", "nlf", "no se buscó")


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column with answers to one look-for.

    Parameters
    ----------
    column : str
        Header in the sheet; a second column of the same name is called ``name (2)``.
    code : str
        Code of the look-for.
    scale : str
        Value of the look-for's `Scale` or `AnswerKind`.
    words : tuple of (str, str)
        Written labels, as `plain` returns them, and the choices they stand for.
    minimum, maximum : float or None
        Inclusive limits of a count.
    side : str
        ``on`` or ``of`` when the column is one count of a snapshot scan, else empty.
    exact : bool
        False when the column was only similar, so that a person looks at it first.
    """

    column: str
    code: str
    scale: str
    words: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    side: str = ""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class VisitMapping:
    """How to read one kind of visit sheet. `passed_over` are columns that mean nothing to us."""

    form_id: str
    version: str
    fields: tuple[tuple[VisitField, str], ...]
    answers: tuple[AnswerColumn, ...]
    passed_over: tuple[str, ...] = ()
    day_first: bool = False
    not_applicable: tuple[str, ...] = NOT_APPLICABLE_WORDS
    not_looked_for: tuple[str, ...] = NOT_LOOKED_FOR_WORDS

    def column_of(self, field: VisitField) -> str | None:
        """Return the column of a field, None when the sheet has none."""
        return dict(self.fields).get(field)

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as plain JSON values, to be stored."""
        return {
            "form_id": self.form_id,
            "version": self.version,
            "fields": {field.value: column for field, column in self.fields},
            "answers": [
                {
                    "column": answer.column,
                    "code": answer.code,
                    "scale": answer.scale,
                    "words": dict(answer.words),
                    "minimum": answer.minimum,
                    "maximum": answer.maximum,
                    "side": answer.side,
                    "exact": answer.exact,
                }
                for answer in self.answers
            ],
            "passed_over": list(self.passed_over),
            "day_first": self.day_first,
            "not_applicable": list(self.not_applicable),
            "not_looked_for": list(self.not_looked_for),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> VisitMapping:
        """Return the mapping that `as_json` wrote.

        Raises
        ------
        ValueError
            It is not such a mapping.
        """
        try:
            return cls(
                form_id=str(stored["form_id"]),
                version=str(stored["version"]),
                fields=tuple((VisitField(field), str(column)) for field, column in stored["fields"].items()),
                answers=tuple(_answer_from(entry) for entry in stored["answers"]),
                passed_over=tuple(stored["passed_over"]),
                day_first=bool(stored["day_first"]),
                not_applicable=tuple(stored["not_applicable"]),
                not_looked_for=tuple(stored["not_looked_for"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"this is not a mapping of a visit sheet: {error!r}") from error


def _answer_from(entry: dict[str, Any]) -> AnswerColumn:
    if entry["scale"] not in {*map(str, Scale), *map(str, AnswerKind)} or entry["side"] not in ("", "on", "of"):
        raise ValueError(f"unknown scale {entry['scale']!r} or side {entry['side']!r}")
    words = tuple((str(word), str(choice)) for word, choice in entry["words"].items())
    return AnswerColumn(**{**entry, "words": words})


def unique_header(header: Sequence[str]) -> tuple[str, ...]:
    """Return the column names with a number behind the second and later of a name.

    Examples
    --------
    >>> unique_header(["Date", "Comments", "Comments"])
    ('Date', 'Comments', 'Comments (2)')
    """
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def propose_mapping(header: Sequence[str], protocol: ProtocolDocument) -> VisitMapping:
    """Guess which column is what. A person confirms it before anything is imported.

    A column is a look-for's when it carries its code or a label in any language; then when it is very similar to one
    label and no other column is more so. What is left is compared with usual words for date, school, observer.

    Parameters
    ----------
    header : sequence of str
        Column names as `read_table` gives them.
    protocol : ProtocolDocument
        The protocol that was used on the visits.

    Returns
    -------
    VisitMapping
        Each column stands in it once: in a field, as an answer, or passed over. A guess has `exact` False.
    """
    columns = unique_header(header)
    answers = _exact_answers(columns, protocol)
    taken = {answer.column for answer in answers}
    fields = _fields([column for column in columns if column not in taken])
    taken |= {column for _, column in fields}
    rest = [column for column in columns if column not in taken]
    answers += _similar_answers(rest, [q for q in protocol.look_fors if q.code not in {a.code for a in answers}])
    taken |= {answer.column for answer in answers}
    in_order = sorted(answers, key=lambda answer: columns.index(answer.column))
    passed_over = tuple(column for column in columns if column and column not in taken)
    return VisitMapping(protocol.form_id, protocol.version, tuple(fields), tuple(in_order), passed_over)


def _spellings(column: str) -> set[str]:
    """Return what a header may be compared as: whole, without number, the text in brackets, the end of a path."""
    bare = _LEAD.sub("", column)
    found = {plain(column), plain(bare)}
    if bracketed := _BRACKETS.search(column):
        found |= {plain(bracketed[1]), plain(_LEAD.sub("", bracketed[1]))}
    return found - {""}


def _exact_answers(columns: Sequence[str], protocol: ProtocolDocument) -> list[AnswerColumn]:
    known: dict[str, tuple[LookForDocument, str]] = {}
    doubtful: set[str] = set()
    for question in protocol.look_fors:
        if question.scale is AnswerKind.NOTE:
            continue
        names = {plain(question.code), *(plain(text) for _, text in question.texts)}
        for name in names - {""}:
            if known.setdefault(name, (question, ""))[0] is not question:
                doubtful.add(name)  # two look-fors with one wording: only their codes tell them apart
        for place, (part, _) in enumerate(question.parts):
            known[plain(part)] = (question, ("on", "of")[place % 2])
    answers: list[AnswerColumn] = []
    used: set[tuple[str, str]] = set()
    for column in columns:
        path_end = plain(_PATH.split(column)[-1]) if "/" in column or "-" in column else ""
        for name in (*sorted(_spellings(column)), path_end):
            if name in known and name not in doubtful:
                question, side = known[name]
                key = (question.code, name if side else "")
                if key not in used:
                    used.add(key)
                    answers.append(_answer(column, question, side=side, exact=True))
                    break
    return answers


def _answer(column: str, question: LookForDocument, *, side: str = "", exact: bool) -> AnswerColumn:
    words = {plain(text): choice.value for choice in question.choices for _, text in choice.texts}
    words |= {plain(choice.value): choice.value for choice in question.choices}
    words.pop("", None)
    return AnswerColumn(
        column,
        question.code,
        str(question.scale),
        tuple(words.items()),
        question.minimum,
        question.maximum,
        side,
        exact,
    )


def _fields(columns: list[str]) -> list[tuple[VisitField, str]]:
    """Give each field its best column: by the order of its usual words, then by a word in a short header."""
    fields: list[tuple[VisitField, str]] = []
    left = list(columns)
    for field, usual in _FIELD_WORDS.items():
        found = next((column for word in usual for column in left if word in _spellings(column)), None)
        if found is not None:
            fields.append((field, found))
            left.remove(found)
    for field, usual in _FIELD_WORDS.items():
        if field in dict(fields) or field in (VisitField.ROW_ID, VisitField.NOTE):
            continue
        singles = {word for word in usual if " " not in word}
        found = next((c for c in left if len(plain(c).split()) <= 4 and singles & set(plain(c).split())), None)
        if found is not None:
            fields.append((field, found))
            left.remove(found)
    return fields


def _similar_answers(columns: list[str], questions: list[LookForDocument]) -> list[AnswerColumn]:
    scored = []
    for column in columns:
        for question in questions:
            if question.scale is AnswerKind.NOTE or question.parts:
                continue
            labels = [plain(text) for _, text in question.texts]
            ratios = [SequenceMatcher(None, s, label).ratio() for s in _spellings(column) for label in labels]
            best = max(ratios, default=0.0)
            if best >= _SIMILAR:
                scored.append((-best, column, question.code, question))
    answers: list[AnswerColumn] = []
    for _, column, code, question in sorted(scored, key=lambda entry: entry[:3]):
        if all(answer.column != column and answer.code != code for answer in answers):
            answers.append(_answer(column, question, exact=False))
    return answers
