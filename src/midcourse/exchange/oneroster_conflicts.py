"""Find what is wrong between rows that are each right: shared logins, two primaries, nobody, ended classes, org rings.

Nothing here refuses a row; people are never merged (standards 1.9, section 11).
"""

from __future__ import annotations

from datetime import date

from midcourse.exchange.oneroster_layout import WORDS
from midcourse.exchange.oneroster_rows import SourceRow
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import Change

_SPAN = tuple[date, date, int]
_NAMED_LINES = 5


class Conflicts:
    """Remembers what rows of one package claim for themselves."""

    def __init__(self, log: FindingLog, as_of: date | None) -> None:
        self._log, self._as_of = log, as_of
        self._logins: dict[tuple[str, str], dict[str, tuple[int, str]]] = {}
        self._primaries: dict[tuple[str, str], list[_SPAN]] = {}
        self._term_ends: dict[str, date] = {}
        self._users: dict[str, int] = {}
        self._placed: set[str] = set()

    def note(self, name: str, row: SourceRow) -> None:
        """Look at a taken row of the file `name`."""
        if row.change is Change.DELETE:
            return
        if name == "users":
            self._users[row.source_id] = row.line
            for column in ("email", "username"):
                if text := row.values.get(column):
                    # by person: two versions of one person in a delta share nothing
                    self._logins.setdefault((column, text.casefold()), {})[row.source_id] = (row.line, text)
        elif name == "academicSessions":
            self._term_ends[row.source_id] = row.values["endDate"]
        elif name == "roles" and row.values["roleType"] == "primary":
            key = (row.values["userSourcedId"][0], row.values["orgSourcedId"][0])
            self._note_primary("roles.csv", key, "roleType", "primary", row)
        elif name == "enrollments" and row.values.get("primary") and row.values["role"] == "teacher":
            self._note_primary("enrollments.csv", (row.values["classSourcedId"][0], ""), "primary", "true", row)
        elif name == "classes" and self._as_of is not None:
            ends = [self._term_ends.get(term) for term in row.values["termSourcedIds"]]
            if all(end is not None and end < self._as_of for end in ends):
                self._log.add("W_SESSION_ENDED", "classes.csv", row.line, "termSourcedIds", None)

    def place(self, person: str) -> None:
        """Note that roles.csv names `person`, even in a row that was refused."""
        self._placed.add(person)

    def close_users(self) -> None:
        """Report shared e-mails and user names, each once, at the first person who has it."""
        for (column, _), owners in self._logins.items():
            if len(owners) < 2:
                continue
            people = sorted(owners.values())
            (line, text), others = people[0], [str(other) for other, _ in people[1:]]
            more = f" and {len(others) - _NAMED_LINES} more" if len(others) > _NAMED_LINES else ""
            detail = f"line {', '.join(others[:_NAMED_LINES])}{more}"
            code = "W_EMAIL_SHARED" if column == "email" else "W_USERNAME_DUP"
            self._log.add(code, "users.csv", line, column, text, detail=detail, count=len(others))
        self._logins.clear()

    def close_roles(self) -> None:
        """Report people whom a complete roles.csv does not name."""
        for person, line in self._users.items():
            if person not in self._placed:
                self._log.add("W_USER_NO_ROLE", "users.csv", line, "sourcedId", person)

    def _note_primary(self, file: str, key: tuple[str, str], column: str, value: str, row: SourceRow) -> None:
        """Two primaries after each other are a change of teacher; two at the same time are a conflict."""
        begins = row.values.get("beginDate") or date.min
        ends = row.values.get("endDate") or date.max
        spans = self._primaries.setdefault((file + key[0], key[1]), [])
        for other_begins, other_ends, line in spans:
            if begins <= other_ends and other_begins <= ends:
                self._log.add("W_PRIMARY_MULTI", file, row.line, column, value, detail=f"line {line}")
                break
        spans.append((begins, ends, row.line))


def _rank(org_type: str) -> int:
    """Return how wide an org is; a type of the district's own (ext:…) is the narrowest."""
    return WORDS["org"].index(org_type) if org_type in WORDS["org"] else -1


def cut_org_rings(rows: list[SourceRow], log: FindingLog) -> None:
    """Report each ring of parents once, at its widest org, and cut that org's link to its parent."""
    parents = {row.source_id: row.values["parentSourcedId"][0] for row in rows if row.values.get("parentSourcedId")}
    by_id = {row.source_id: row for row in rows}
    settled: set[str] = set()
    for start in by_id:
        path: dict[str, None] = {}
        here: str | None = start
        while here is not None and here in by_id and here not in settled and here not in path:
            path[here] = None
            here = parents.get(here)
        if here is not None and here in path:
            members = list(path)
            ring = [by_id[org] for org in members[members.index(here) :]]
            worst = min(ring, key=lambda row: (-_rank(row.values["type"]), row.line))
            log.add("E_ORG_CYCLE", "orgs.csv", worst.line, "parentSourcedId", worst.values["parentSourcedId"][0])
            worst.values["parentSourcedId"] = ()
        settled.update(path)
