"""What the store has to say about a roster beside the reader's findings, and how both are kept on the run: grouped by
code and file, with places but without values, because a run is kept for ever and names are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from midcourse.exchange import Finding, group_findings

PLACES_KEPT = 20

NOTES: dict[str, tuple[str, str]] = {
    "W_ORG_KIND": (
        "Departments and other units are not stored as schools; their people and classes go to the school above them.",
        "Nothing to do, unless one of them is a school: then export it with the type school.",
    ),
    "W_ORG_DISTRICTS": (
        "The files name more than one district. All of it would be stored in this one.",
        "Export one district at a time, unless these are parts of one.",
    ),
    "W_NO_SCHOOL": (
        "The row belongs to a place that lies under no school of this district, so it was left out.",
        "Give the class or the role a school.",
    ),
    "W_ROLE_NOTHING": (
        "A system administrator gets no post by that alone.",
        "If the person should see figures, add a row for them to the staff list.",
    ),
    "W_ROLE_PENDING": (
        "An administrator came without a title we know, so the post waits and gives no rights yet.",
        "Confirm the post under People and posts, or add a row for the person to the staff list.",
    ),
    "W_KIND_UNKNOWN": (
        "The files do not say whether this new person is staff, so the person was left out.",
        "Send roles.csv along.",
    ),
    "W_NOT_STORED": (
        "The row points to a class or a member of staff that is not stored, so it was left out.",
        "Send the complete files once.",
    ),
    "W_LATE": (
        "The row is older than what is stored, so it was passed over.",
        "Nothing to do: files that arrive late or twice never overwrite newer ones.",
    ),
    "W_UNKNOWN_LEAVER": ("The row asks to close something that was never stored.", "Nothing to do."),
    "W_ID_REUSED": (
        "The same id now carries another name and another identifier: perhaps another person. It will be overwritten.",
        "Look at the person before you apply. Ask the source system never to give an id twice.",
    ),
    "W_COUNTS_WAIT": (
        "Pupils are counted, not stored, so changes to single pupils cannot be counted. Counts stay as they are.",
        "Send a complete (bulk) users and enrollments file once in a while.",
    ),
    "W_STAFF_SCHOOL": (
        "The row names a school that is not stored, so it was left out.",
        "Use the school's id as in the roster or its state id; leave it empty for the district.",
    ),
    "W_STAFF_NAME": (
        "A person with this staff id is stored under another name, so the row was left out.",
        "Correct the id or the name. Nobody is merged by an id alone.",
    ),
}


@dataclass(slots=True)
class _Group:
    count: int = 0
    places: list[dict[str, Any]] = field(default_factory=list)


class NoteLog:
    """Counts notes by code and file while a plan is made."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, code: str, file: str = "", line: int | None = None) -> None:
        """Count one place."""
        group = self._groups.setdefault((code, file), _Group())
        group.count += 1
        if line is not None and len(group.places) < PLACES_KEPT:
            group.places.append({"line": line, "column": None})

    def as_json(self) -> list[dict[str, Any]]:
        """Return the notes in the form in which a run keeps them."""
        return [
            _as_row(code, file, group.count, *NOTES[code], group.places)
            for (code, file), group in sorted(self._groups.items())
        ]


def _as_row(
    code: str, file: str, count: int, sentence: str, remedy: str, places: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"code": code, "file": file, "count": count, "sentence": sentence, "remedy": remedy, "places": places}


def keep_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the reader's findings as a run keeps them."""
    return [
        _as_row(
            group.code,
            group.file,
            group.count,
            group.sentence,
            group.remedy,
            [{"line": place.line, "column": place.column} for place in group.first if place.line is not None],
        )
        for group in group_findings(findings)
    ]
