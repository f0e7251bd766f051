"""Follow references between files: found, stored elsewhere, missing, or gone with a refused row.

The root cause is reported once; whatever points to a refused row is counted under it (standards 1.5, 1.9, section 11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from midcourse.exchange.oneroster_layout import Column
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import Change, KnownIds, Mode


class Link(Enum):
    """What a reference leads to."""

    FOUND = auto()
    ELSEWHERE = auto()  # not in this package; taken on trust, or known to the store
    GONE = auto()  # its row was refused: this is a follower
    MISSING = auto()


@dataclass(slots=True)
class Shelf:
    """The rows of one file that others may point to.

    `accepted` gives each id's kind (an org's type, a session's type, else empty); `refused` gives the number of the
    finding at the root; `file_root` the number of the finding that refused the whole file.
    """

    mode: Mode = Mode.ABSENT
    accepted: dict[str, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    file_root: int | None = None
    known: frozenset[str] | None = None


@dataclass(slots=True)
class Tie:
    """The result of following one cell: targets to keep, and the finding under which the row falls (if it falls)."""

    kept: tuple[str, ...]
    root: int | None = None
    follows: bool = False


class References:
    """All shelves of a package, and the rules for following a reference into them."""

    def __init__(self, log: FindingLog, known: KnownIds | None) -> None:
        self._log = log
        self._shelves: dict[str, Shelf] = {}
        self._misplaced: set[str] = set()
        if known is not None:
            self.shelf("orgs").known = known.orgs
            self.shelf("academicSessions").known = known.terms
            self.shelf("users").known = known.people
            self.shelf("courses").known = known.courses
            self.shelf("classes").known = known.sections

    def shelf(self, name: str) -> Shelf:
        """Return the shelf of the file `name`, an absent one if nothing was said of it."""
        return self._shelves.setdefault(name, Shelf())

    def follow(self, file: str, line: int, column: Column, ids: tuple[str, ...], change: Change, mode: Mode) -> Tie:
        """Follow the references of one cell and report what is wrong with them.

        A reference that must be there and leads nowhere refuses the row; one that may be blank is read as blank.
        """
        shelf = self.shelf(column.target)
        kept: list[str] = []
        missing: list[str] = []
        root: int | None = None
        absent = external = False
        for target in ids:
            link = self._look_up(shelf, target, change, mode)
            if link is Link.MISSING:
                missing.append(target)
            elif link is Link.GONE:
                root = shelf.refused.get(target, shelf.file_root)
            else:
                kept.append(target)
                external = external or (link is Link.ELSEWHERE and shelf.mode is not Mode.ABSENT)
                absent = absent or (link is Link.ELSEWHERE and shelf.mode is Mode.ABSENT)
                self._check_kind(file, line, column, target, shelf)
        if absent:
            self._log.tally("W_REF_FILE_ABSENT", file, line, column.name, None, detail=column.target)
        if external:
            self._log.tally("W_REF_EXTERNAL", file, line, column.name, None)
        falls = column.required and not kept
        for target in missing:
            outcome = "The row was left out." if falls else "The row was kept without this reference."
            number = self._log.add("E_REF", file, line, column.name, target, detail=outcome)
            if falls:
                return Tie((), number)
        if root is None:
            return Tie(tuple(kept))
        if not falls:
            self._log.follow(root, file)
            return Tie(tuple(kept))
        return Tie((), root, follows=True)

    def _look_up(self, shelf: Shelf, target: str, change: Change, mode: Mode) -> Link:
        if target in shelf.accepted:
            return Link.FOUND
        if target in shelf.refused or shelf.file_root is not None:
            return Link.GONE
        if shelf.mode is Mode.BULK and not (change is Change.DELETE and mode is Mode.DELTA):
            return Link.MISSING
        # In a delta a store that holds things of this kind, but not this one, settles it. A bulk file whose target
        # was never sent (real files without courses.csv) is taken as it is.
        if shelf.known and target not in shelf.known and mode is Mode.DELTA and change is not Change.DELETE:
            return Link.MISSING
        return Link.ELSEWHERE

    def _check_kind(self, file: str, line: int, column: Column, target: str, shelf: Shelf) -> None:
        kind = shelf.accepted.get(target, "")
        is_own = kind.startswith("ext:")  # a district's own type may well be a school
        if column.target_kinds and kind and not is_own and kind not in column.target_kinds:
            if file == "classes.csv":
                self._misplaced.add(target)
            elif target in self._misplaced:
                return  # the enrollments of a class at a district are there because the class is
            due = " or ".join(column.target_kinds)
            self._log.add("W_REF_TYPE", file, line, column.name, target, detail=f"It is a {kind}, not a {due}.")

    def count_follower(self, root: int, file: str) -> None:
        """Count a row of `file` that falls only because of finding `root`."""
        self._log.follow(root, file)
