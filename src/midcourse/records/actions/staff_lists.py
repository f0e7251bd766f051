"""The plain staff list: coaches, principals and central office, who are often missing from rosters.

It adds and updates; it closes nobody who is not on it, since lists of coaches alone are common. Whoever is on it has
exactly the posts that it gives. A person already stored is recognised by identifier *and* name, never by e-mail alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Any

from midcourse.exchange import RosterBundle, StaffRow, read_staff_list
from midcourse.records.actions.roster_guards import Guard
from midcourse.records.actions.roster_notes import keep_findings
from midcourse.records.actions.roster_plans import Kind, compare_everything, district_had_roster, keep_plan
from midcourse.records.actions.roster_roles import fits, read_title
from midcourse.records.actions.roster_subjects import SUBJECTS, clip, load_stored, make_plain
from midcourse.records.actions.roster_wishes import Drafting, Wish, Wishes, keep_confirmed, post_key
from midcourse.records.models import OUTSIDE_ROLES, District, Educator, Post, RosterRun, School, User
from midcourse.vocabulary import Role

STAFF_LIST = "staff_list"
"""The source system of people whom only a staff list knows."""


def plan_staff_list(*, district: District, path: Path | str, as_of: dt.date, by: User | None) -> RosterRun:
    """Read a staff list (CSV or XLSX) and keep, as a planned run, what applying it would change.

    Apply, undo and drop it like a roster. Raises FileNotFoundError.
    """
    path = Path(path)
    reading = read_staff_list(path)
    draft = Drafting(
        bundle=RosterBundle(version=""),
        as_of=as_of,
        stored={name: load_stored(subject, district, STAFF_LIST) for name, subject in SUBJECTS.items()},
        places={},
        had_roster=district_had_roster(district),
    )
    draft.wishes = {"educator": Wishes(), "post": Wishes()}
    people = _KnownPeople(district)
    schools = _index_schools(district)
    for row in reading.rows:
        _wish_row(draft, path.name, row, people, schools)
    _close_other_posts(draft, {row.staff_id for row in reading.rows})
    drafts, unchanged = compare_everything(draft)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return keep_plan(
        run=RosterRun(
            district=district,
            kind=Kind.STAFF_LIST,
            source_system=STAFF_LIST,
            file_name=path.name[:255],
            file_sha256=sha256,
            as_of=as_of,
            rows={path.name: reading.received},
            findings=keep_findings(reading.findings) + draft.notes.as_json(),
            unchanged=unchanged,
        ),
        drafts=drafts,
        guards=_guard_namesakes(people.namesakes),
        by=by,
    )


class _KnownPeople:
    """The district's active people by identifier, and by e-mail and name; and who was met only by the latter."""

    def __init__(self, district: District) -> None:
        self.by_identifier: dict[str, list[Educator]] = defaultdict(list)
        self.by_email: dict[tuple[str, str], list[Educator]] = defaultdict(list)
        self.namesakes: set[str] = set()
        for person in Educator.objects.filter(district=district, active=True).exclude(source_system=STAFF_LIST):
            name = _fold(person.given_name, person.family_name)
            if person.identifier:
                self.by_identifier[person.identifier].append(person)
            if person.email:
                self.by_email[person.email.casefold(), name].append(person)


def _fold(*names: str) -> str:
    return " ".join(" ".join(names).casefold().split())


def _index_schools(district: District) -> dict[str, set[str]]:
    """Return school ids by what a list may call them: source id, state id with or without zeros in front, name."""
    index: dict[str, set[str]] = defaultdict(set)
    for school in School.objects.filter(district=district, active=True):
        for word in (school.source_id, school.state_id, school.state_id.lstrip("0"), school.name.casefold()):
            if word:
                index[word].add(str(school.id))
    return index


def _wish_row(draft: Drafting, file: str, row: StaffRow, people: _KnownPeople, schools: dict[str, set[str]]) -> None:
    school: str | None = None
    if row.school_id:
        found = schools.get(row.school_id) or schools.get(row.school_id.casefold()) or set()
        if len(found) != 1:
            draft.notes.add("W_STAFF_SCHOOL", file, row.line)
            _spare(draft, row.staff_id)
            return
        school = next(iter(found))
    educator = _find_or_wish_person(draft, file, row, people)
    if educator is None:
        draft.notes.add("W_STAFF_NAME", file, row.line)
        _spare(draft, row.staff_id)
        return
    posts = draft.wishes["post"].rows
    key = _post_key_of(row, {wish.source_id for wish in posts})
    role = keep_confirmed(draft.stored["post"].get(key), _read_role(row, school), row.title)
    if role is Role.PENDING:
        draft.notes.add("W_ROLE_PENDING", file, row.line)
    values = {
        "educator_id": educator,
        "school_id": school,
        "role": role.value,
        "title": clip(Post, "title", row.title),
        "begins_on": make_plain(row.begins_on),
        "ends_on": make_plain(row.ends_on),
    }
    draft.claim("post", key)
    posts.append(Wish(key, values, file=file, line=row.line))


def _find_or_wish_person(draft: Drafting, file: str, row: StaffRow, people: _KnownPeople) -> str | None:
    """Return the id of the person whom a row means; None when the staff id is stored under another name."""
    name = _fold(row.given_name, row.family_name)
    if row.staff_id not in draft.stored["educator"]:
        same_id = people.by_identifier.get(row.staff_id, [])
        if same_id:
            is_same = len(same_id) == 1 and _fold(same_id[0].given_name, same_id[0].family_name) == name
            return str(same_id[0].id) if is_same else None
        if row.email and people.by_email.get((row.email.casefold(), name)):
            people.namesakes.add(row.staff_id)
    draft.claim("educator", row.staff_id)
    wished = draft.wishes["educator"].rows
    if all(wish.source_id != row.staff_id for wish in wished):
        said = {
            "given_name": row.given_name,
            "family_name": row.family_name,
            "email": row.email,
            "identifier": row.staff_id,
            "username": "",
        }
        values: dict[str, Any] = {key: clip(Educator, key, text) for key, text in said.items()}
        arrival = row.begins_on or draft.as_of
        at_birth = {"arrived_on": make_plain(arrival)} if draft.had_roster else {}
        wished.append(Wish(row.staff_id, values, file=file, line=row.line, at_birth=at_birth))
    return draft.id_of("educator", row.staff_id)


def _post_key_of(row: StaffRow, taken: set[str]) -> str:
    """Name a post after person and place; a second post at the same place gets a number."""
    key = first = f"{row.staff_id}|{row.school_id}"
    number = 1
    while post_key(key) in taken:
        number += 1
        key = f"{first}|{number}"
    return post_key(key)


def _read_role(row: StaffRow, school: str | None) -> Role:
    role = row.role or read_title(row.title) or Role.PENDING
    return role if fits(role, at_school=school is not None) and role not in OUTSIDE_ROLES else Role.PENDING


def _spare(draft: Drafting, staff_id: str) -> None:
    """A row that could not be taken closes nothing: the person's stored posts stay as they are."""
    draft.wishes["post"].spared |= {key for key in draft.stored["post"] if key.startswith(f"{staff_id}|")}


def _close_other_posts(draft: Drafting, listed: set[str]) -> None:
    posts = draft.wishes["post"]
    wished = {wish.source_id for wish in posts.rows}
    for key in draft.stored["post"]:
        if key.split("|", 1)[0] in listed and key not in wished and key not in posts.spared:
            posts.gone.add(key)


def _guard_namesakes(staff_ids: set[str]) -> list[Guard]:
    if not staff_ids:
        return []
    return [
        Guard(
            "G_IDS_CHANGED",
            f"{len(staff_ids):,} people of the list have the name and e-mail of somebody stored under another id. "
            "Applied as it is, they would be stored twice.",
            "Write the identifier that the roster gives them as staff_id and plan again. Only if they are really "
            "different people, apply with a reason.",
            len(staff_ids),
        )
    ]
