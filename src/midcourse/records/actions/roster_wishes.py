"""What each row of a bundle should be in our store: foreign organizations placed, roles mapped, references resolved.

Only staff become rows; pupils are counted (`roster_counts`), families are passed over. Nothing is compared here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from midcourse.exchange import Change, Mode, PersonKind, PersonRow, RosterBundle, RosterRow
from midcourse.records.actions.roster_courses import read_band, read_subject
from midcourse.records.actions.roster_notes import NoteLog
from midcourse.records.actions.roster_roles import NO_POST, map_role
from midcourse.records.actions.roster_subjects import SUBJECTS, Stored, clip, make_plain
from midcourse.records.models import Course, Educator, Post, School, Section, Term
from midcourse.vocabulary import Grade, Role, Subject

SOURCE_ID_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Wish:
    """One row as the source wants it; `at_birth` is written only when the row is created."""

    source_id: str
    values: dict[str, Any]
    deleted: bool = False
    modified_at: dt.datetime | None = None
    file: str = ""
    line: int | None = None
    at_birth: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Wishes:
    """All wishes for one subject. With `complete`, stored rows neither wished for nor `spared` are no longer current;
    `gone` are so in any case."""

    rows: list[Wish] = field(default_factory=list)
    complete: bool = False
    delta: bool = False
    spared: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Drafting:
    """What one plan knows while it is made."""

    bundle: RosterBundle
    as_of: dt.date
    stored: dict[str, dict[str, Stored]]
    places: dict[str, str]
    had_roster: bool
    notes: NoteLog = field(default_factory=NoteLog)
    ids: dict[str, dict[str, UUID]] = field(default_factory=dict)
    wishes: dict[str, Wishes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = {name: {key: row.id for key, row in self.stored[name].items()} for name in SUBJECTS}

    def id_of(self, subject: str, source_id: str | None) -> str | None:
        """Return the id, stored or decided in this plan, of a row by its source id."""
        found = self.ids[subject].get(source_id) if source_id else None
        return str(found) if found else None

    def claim(self, subject: str, source_id: str) -> None:
        """Decide the id of a row that this plan creates."""
        self.ids[subject].setdefault(source_id, uuid4())

    def begin(self, subject: str, file: str) -> Wishes:
        """Open the wishes of a subject that speaks through one file, with the file's mode and refused rows."""
        read = self.bundle.get_file(file)
        # An open quotation mark may have swallowed rows: nothing then follows from a row's absence.
        complete = read.mode is Mode.BULK and read.complete
        wishes = Wishes(complete=complete, delta=read.mode is Mode.DELTA, spared=set(read.refused_ids))
        self.wishes[subject] = wishes
        return wishes

    def value(self, subject: str, source_id: str, name: str) -> Any:
        """Return a field as wished for, else as stored."""
        wished = next((w for w in self._by_id(subject).get(source_id, ())), None)
        if wished and not wished.deleted:
            return wished.values.get(name)
        stored = self.stored[subject].get(source_id)
        return stored.values.get(name) if stored else None

    _index: dict[str, dict[str, list[Wish]]] = field(default_factory=dict)

    def _by_id(self, subject: str) -> dict[str, list[Wish]]:
        if subject not in self._index:
            index: dict[str, list[Wish]] = defaultdict(list)
            for wish in self.wishes[subject].rows if subject in self.wishes else ():
                index[wish.source_id].append(wish)
            self._index[subject] = index
        return self._index[subject]


def _wish(row: RosterRow, values: dict[str, Any], **more: Any) -> Wish:
    plain = {name: make_plain(value) for name, value in values.items()}
    deleted = row.change is Change.DELETE
    return Wish(row.source_id, plain, deleted, row.modified_at, row.file, row.line or None, **more)


def wish_for_everything(draft: Drafting) -> None:
    """Fill `draft.wishes` for every subject, in the order in which rows point at each other."""
    _place_organizations(draft)
    _wish_schools(draft)
    _wish_terms(draft)
    _wish_educators(draft)
    _wish_posts(draft)
    _wish_courses(draft)
    _wish_sections(draft)
    _wish_assignments(draft)


def _place_organizations(draft: Drafting) -> None:
    """Find for each organization the school it is or lies in; empty for the district. Earlier places still hold."""
    orgs = {org.source_id: org for org in draft.bundle.orgs}
    if sum(org.kind == "district" and org.change is Change.UPSERT for org in orgs.values()) > 1:
        draft.notes.add("W_ORG_DISTRICTS", "orgs.csv")
    for source_id, org in orgs.items():
        here, seen = org, set()
        while here.kind not in ("school", "district") and here.parent_source_id not in seen:
            seen.add(here.source_id)
            parent = orgs.get(here.parent_source_id or "")
            if parent is None:
                break
            here = parent
        if org.kind not in ("school", "district"):
            draft.notes.add("W_ORG_KIND", org.file, org.line)
        if here.kind == "school":
            draft.places[source_id] = here.source_id
        elif here.kind == "district":
            draft.places[source_id] = ""
        elif here.parent_source_id in draft.places:
            draft.places[source_id] = draft.places[here.parent_source_id]


def _wish_schools(draft: Drafting) -> None:
    wishes = draft.begin("school", "orgs.csv")
    for org in draft.bundle.orgs:
        if org.kind != "school":
            continue
        if org.change is Change.UPSERT:
            draft.claim("school", org.source_id)
        values = {"name": clip(School, "name", org.name), "state_id": clip(School, "state_id", org.identifier)}
        wishes.rows.append(_wish(org, values))


def _wish_terms(draft: Drafting) -> None:
    wishes = draft.begin("term", "academicSessions.csv")
    for term in draft.bundle.terms:
        if term.change is Change.UPSERT:
            draft.claim("term", term.source_id)
    for term in draft.bundle.terms:
        # a term that ends before it begins was reported by the reader; the store holds spans, so the days change places
        begins_on, ends_on = sorted((term.begins_on, term.ends_on))
        values = {
            "kind": term.kind.value,
            "title": clip(Term, "title", term.title),
            "begins_on": begins_on,
            "ends_on": ends_on,
            "school_year": term.school_year,
            "parent_id": draft.id_of("term", term.parent_source_id),
        }
        wishes.rows.append(_wish(term, values))


def _staff_ids(draft: Drafting) -> set[str]:
    """Return the people of the bundle who are staff. A delta of 1.2 may not say: then the store or a role tells."""
    by_role = {post.person_source_id for post in draft.bundle.posts if post.role not in NO_POST}
    return {
        person.source_id
        for person in draft.bundle.people
        if person.kind is PersonKind.STAFF
        or (person.kind is None and (person.source_id in draft.stored["educator"] or person.source_id in by_role))
    }


def _wish_educators(draft: Drafting) -> None:
    wishes = draft.begin("educator", "users.csv")
    staff = _staff_ids(draft)
    arrival = {"arrived_on": make_plain(draft.as_of)} if draft.had_roster else {}
    for person in draft.bundle.people:
        if person.source_id not in staff:
            if person.kind is None and person.change is Change.UPSERT:
                draft.notes.add("W_KIND_UNKNOWN", person.file, person.line)
            elif wishes.delta and person.source_id in draft.stored["educator"]:
                wishes.gone.add(person.source_id)  # no longer staff
            continue
        if person.change is Change.UPSERT:
            draft.claim("educator", person.source_id)
        wishes.rows.append(_wish(person, _describe_person(person), at_birth=arrival))


def _describe_person(person: PersonRow) -> dict[str, Any]:
    """Return the fields of a member of staff, under the name the person goes by."""
    said = {
        "given_name": person.preferred_given_name or person.given_name,
        "family_name": person.preferred_family_name or person.family_name,
        "email": person.email,
        "identifier": person.identifier,
        "username": person.username,
    }
    return {name: clip(Educator, name, text) for name, text in said.items()}


def post_key(source_id: str) -> str:
    """Shorten an id made of two ids to what the column holds, without two becoming one."""
    if len(source_id) <= SOURCE_ID_LIMIT:
        return source_id
    digest = hashlib.sha256(source_id.encode()).hexdigest()[:40]
    return f"{source_id[: SOURCE_ID_LIMIT - 41]}#{digest}"


def _wish_posts(draft: Drafting) -> None:
    by_roles_file = draft.bundle.version.startswith("1.2")
    wishes = draft.begin("post", "roles.csv" if by_roles_file else "users.csv")
    titles = {person.source_id: person.position_title for person in draft.bundle.people}
    for post in draft.bundle.posts:
        key = post_key(post.source_id)
        educator = draft.id_of("educator", post.person_source_id)
        place = draft.places.get(post.org_source_id)
        if educator is None:
            continue  # a pupil's or a family's role
        if place is None:
            draft.notes.add("W_NO_SCHOOL", post.file, post.line)
            wishes.spared.add(key)
            continue
        title = titles.get(post.person_source_id, "")
        if not title and (stored := draft.stored["post"].get(key)):
            title = stored.values["title"]  # roles.csv carries no title; what a delta does not say still holds
        role = map_role(post.role, title, at_school=bool(place))
        if role is None:
            if post.role == "systemAdministrator":
                draft.notes.add("W_ROLE_NOTHING", post.file, post.line)
            continue
        role = keep_confirmed(draft.stored["post"].get(key), role, title)
        if role is Role.PENDING and post.change is Change.UPSERT:
            draft.notes.add("W_ROLE_PENDING", post.file, post.line)
        values = {
            "educator_id": educator,
            "school_id": draft.id_of("school", place),
            "role": role.value,
            "title": clip(Post, "title", title),
            "begins_on": post.begins_on,
            "ends_on": post.ends_on,
        }
        wish = _wish(post, values)
        wishes.rows.append(Wish(key, wish.values, wish.deleted, wish.modified_at, wish.file, wish.line))
        if not wish.deleted:
            draft.claim("post", key)
    if not by_roles_file:
        _close_posts_of_listed_people(draft, wishes)


def keep_confirmed(stored: Stored | None, role: Role, title: str) -> Role:
    """Keep the role that a person confirmed, as long as the source still says no more than it did then."""
    if role is Role.PENDING and stored and stored.values["title"] == title:
        return Role(stored.values["role"])
    return role


def _close_posts_of_listed_people(draft: Drafting, wishes: Wishes) -> None:
    """1.1 lists a person's organizations in the person's row, so whatever it does not list is over; and a refused
    person's posts are spared with the person."""
    refused = draft.bundle.get_file("users.csv").refused_ids
    listed = {person.source_id for person in draft.bundle.people}
    wished = {wish.source_id for wish in wishes.rows}
    for key in draft.stored["post"]:
        person = key.split("|", 1)[0]
        if person in refused:
            wishes.spared.add(key)
        elif person in listed and key not in wished and key not in wishes.spared:
            wishes.gone.add(key)


def _wish_courses(draft: Drafting) -> None:
    wishes = draft.begin("course", "courses.csv")
    for course in draft.bundle.courses:
        if course.change is Change.UPSERT:
            draft.claim("course", course.source_id)
        values = {
            "title": clip(Course, "title", course.title),
            "code": clip(Course, "code", course.code),
            "subject": read_subject(course.subject_codes, course.subjects, course.title) or Subject.OTHER,
            "grades": clip(Course, "grades", ",".join(course.grades)),
        }
        wishes.rows.append(_wish(course, values))


def _wish_sections(draft: Drafting) -> None:
    wishes = draft.begin("section", "classes.csv")
    for section in draft.bundle.sections:
        school = draft.id_of("school", draft.places.get(section.school_source_id))
        if school is None:
            draft.notes.add("W_NO_SCHOOL", section.file, section.line)
            wishes.spared.add(section.source_id)
            continue
        if section.change is Change.UPSERT:
            draft.claim("section", section.source_id)
        course = section.course_source_id
        course_grades = (draft.value("course", course, "grades") or "").split(",")
        course_subject = draft.value("course", course, "subject") or Subject.OTHER
        by_course = Subject(course_subject) if course_subject != Subject.OTHER else None
        said = read_subject(section.subject_codes, section.subjects)
        spans = [
            (draft.value("term", term, "begins_on"), draft.value("term", term, "ends_on"))
            for term in section.term_source_ids
            if draft.id_of("term", term)
        ]
        values = {
            "school_id": school,
            "course_id": draft.id_of("course", course),
            "terms": sorted(filter(None, (draft.id_of("term", term) for term in section.term_source_ids))),
            "title": clip(Section, "title", section.title),
            "code": clip(Section, "code", section.code),
            "grades": clip(Section, "grades", ",".join(section.grades)),
            "grade_band": read_band(section.grades, _grades(course_grades)).value,
            "subject": (said or by_course or read_subject((), (), section.title) or Subject.OTHER).value,
            "begins_on": min((begin for begin, _ in spans), default=None),
            "ends_on": max((end for _, end in spans), default=None),
        }
        wishes.rows.append(_wish(section, values))


def _grades(codes: Iterable[str]) -> tuple[Grade, ...]:
    known = {grade.value: grade for grade in Grade}
    return tuple(known[code] for code in codes if code in known)


def _wish_assignments(draft: Drafting) -> None:
    wishes = draft.begin("assignment", "enrollments.csv")
    for row in draft.bundle.teaching:
        if row.role != "teacher":
            continue  # an administrator or a proctor of a class does not teach it
        section, educator = draft.id_of("section", row.section_source_id), draft.id_of("educator", row.person_source_id)
        if section is None or educator is None:
            if row.change is Change.UPSERT:
                draft.notes.add("W_NOT_STORED", row.file, row.line)
            wishes.spared.add(row.source_id)
            continue
        if row.change is Change.UPSERT:
            draft.claim("assignment", row.source_id)
        values = {
            "section_id": section,
            "educator_id": educator,
            "primary": bool(row.primary),
            "begins_on": row.begins_on,
            "ends_on": row.ends_on,
        }
        wishes.rows.append(_wish(row, values))
