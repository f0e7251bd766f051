"""What a roster says, in our own words, whatever format it came in: frozen rows and the bundle that holds them.

Foreign words (org, academicSession, class, user) end at the readers. Nothing here reads or checks anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from midcourse.exchange.findings import Finding
from midcourse.vocabulary import Grade, TermKind


class Change(StrEnum):
    """What a row asks for. What to do with rows that are *not* there is the file's `Mode`."""

    UPSERT = "upsert"  # create it, or bring it up to this state; a returning id becomes active again
    DELETE = "delete"  # it is no longer current: deactivate, never erase


class Mode(StrEnum):
    """How a file speaks (standards 1.5)."""

    ABSENT = "absent"  # not sent, or refused as a whole: nothing may be concluded from it
    BULK = "bulk"  # the complete present set: what is not in it is no longer current
    DELTA = "delta"  # changes only


class PersonKind(StrEnum):
    STAFF = "staff"
    STUDENT = "student"
    OTHER = "other"  # guardians, relatives, proctors


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """What every row carries: its foreign id, what it asks for, and where it stood.

    Parameters
    ----------
    source_id : str
        Id in the source system, case-sensitive.
    change : Change
    modified_at : datetime or None
        UTC; when the source last changed it. Decides between two versions of one row.
    file, line : str, int
        Where the row began, counted from 1 with the header as line 1.
    """

    source_id: str
    change: Change = Change.UPSERT
    modified_at: datetime | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgRow(RosterRow):
    """A network, district, school or department; `kind` is the source's word (school, district, …)."""

    name: str
    kind: str
    identifier: str = ""
    parent_source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow(RosterRow):
    """A span of the school calendar. `school_year` is the year in which the school year ends."""

    title: str
    kind: TermKind
    begins_on: date
    ends_on: date
    school_year: int
    parent_source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(RosterRow):
    """A person. `kind` is None when the package gives the person no role; `other_ids` are (type, id) pairs.

    `given_name` and `family_name` are the legal names; preferred names are blank where the source has none.
    """

    given_name: str
    family_name: str
    username: str
    enabled: bool
    kind: PersonKind | None
    email: str = ""
    identifier: str = ""
    other_ids: tuple[tuple[str, str], ...] = ()
    grades: tuple[Grade, ...] = ()
    position_title: str = ""
    preferred_given_name: str = ""
    preferred_family_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow(RosterRow):
    """A person's role in an org. `role` is the source's word; `primary` None means the source does not say.

    OneRoster 1.1 has no id for it: `source_id` is then ``person|org``, and the posts of a listed person are complete.
    """

    person_source_id: str
    org_source_id: str
    role: str
    primary: bool | None = None
    begins_on: date | None = None
    ends_on: date | None = None  # the last day, still inside


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow(RosterRow):
    title: str
    org_source_id: str
    code: str = ""
    school_year_source_id: str | None = None
    grades: tuple[Grade, ...] = ()
    subjects: tuple[str, ...] = ()
    subject_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow(RosterRow):
    """One class of a course; `kind` is homeroom or scheduled."""

    title: str
    course_source_id: str
    school_source_id: str
    term_source_ids: tuple[str, ...]
    kind: str
    code: str = ""
    grades: tuple[Grade, ...] = ()
    subjects: tuple[str, ...] = ()
    subject_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingRow(RosterRow):
    """An adult tied to a section; `role` is teacher, administrator or proctor."""

    section_source_id: str
    person_source_id: str
    school_source_id: str
    role: str = "teacher"
    primary: bool | None = None
    begins_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentRow(RosterRow):
    """A student tied to a section. Students are counted; keeping them needs the district's opt-in (standards 1.8)."""

    section_source_id: str
    person_source_id: str
    school_source_id: str
    begins_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemographicsRow(RosterRow):
    """Birth date, sex and group flags of one person (`source_id`), for districts that turned them on."""

    born_on: date | None = None
    sex: str = ""
    groups: tuple[str, ...] = ()  # the foreign flag names that are true, e.g. hispanicOrLatinoEthnicity
    groups_known: bool = False  # False when every flag was blank


@dataclass(frozen=True, slots=True)
class RosterFile:
    """One file of the package as it was read.

    Parameters
    ----------
    name : str
        E.g. ``users.csv``.
    mode : Mode
        `ABSENT` also for a file refused as a whole.
    rows : int
        Data rows as received, refused ones included.
    sha256 : str
        Of its bytes; empty when absent.
    refused_ids : frozenset of str
        Ids that stand in the file but were refused. They are *not* missing from a bulk file: do not deactivate them.
    complete : bool
        False when an open quotation mark swallowed rows: then nothing may be concluded from what is missing.
    """

    name: str
    mode: Mode
    rows: int = 0
    sha256: str = ""
    refused_ids: frozenset[str] = frozenset()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterBundle:
    """Everything one package says. Rows keep the order of their file; in a delta, the order of `modified_at`."""

    version: str
    source_system_name: str = ""
    source_system_code: str = ""
    files: tuple[RosterFile, ...] = ()
    orgs: tuple[OrgRow, ...] = ()
    terms: tuple[TermRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    posts: tuple[PostRow, ...] = ()
    courses: tuple[CourseRow, ...] = ()
    sections: tuple[SectionRow, ...] = ()
    teaching: tuple[TeachingRow, ...] = ()
    enrollments: tuple[EnrollmentRow, ...] = ()
    demographics: tuple[DemographicsRow, ...] = ()

    def get_file(self, name: str) -> RosterFile:
        """Return how `name` (e.g. ``users.csv``) was read; a file never seen is absent."""
        return next((file for file in self.files if file.name == name), RosterFile(name, Mode.ABSENT))


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Ids the district's store already holds, by kind. An empty kind means: none was ever delivered."""

    orgs: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A bundle, what is wrong with it, and data rows per file as received."""

    bundle: RosterBundle
    findings: tuple[Finding, ...]

    @property
    def rows(self) -> Mapping[str, int]:
        """Data rows per file that was opened, refused rows included; the manifest is not counted."""
        opened = (file for file in self.bundle.files if file.sha256)
        return MappingProxyType({file.name: file.rows for file in opened})

    def as_json(self) -> dict[str, Any]:
        """Return the contract of ``midcourse roster check PATH --json``."""
        return {"rows": dict(self.rows), "findings": [finding.as_json() for finding in self.findings]}
