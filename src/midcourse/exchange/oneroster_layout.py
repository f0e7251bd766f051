"""The declared files and columns of OneRoster CSV 1.1 and 1.2, as data. Source: standards 1.2 to 1.7.

Only rostering files have columns here; resource and grade book files are known by name, counted and ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class CellKind(StrEnum):
    TEXT = "text"
    TEXTS = "texts"  # a list
    SECRET = "secret"  # noqa: S105 - a kind of cell; its content never leaves the cell
    GRADES = "grades"
    PAIRS = "pairs"  # a list of {type:id}
    WORD = "word"
    BOOLEAN = "boolean"
    DATE = "date"
    YEAR = "year"
    REFERENCE = "reference"
    REFERENCES = "references"  # a list
    ID = "id"
    STATUS = "status"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its cells are, whether they must be filled.

    `words` are the allowed values of a WORD; `target` is the file a reference points into, without ``.csv``;
    `target_kinds` the kinds allowed there (empty: any).
    """

    name: str
    kind: CellKind
    required: bool = False
    words: tuple[str, ...] = ()
    target: str = ""
    target_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileLayout:
    """Columns of one file in their order. `tolerated` columns may stand there but need not."""

    name: str
    columns: tuple[Column, ...]
    tolerated: tuple[str, ...] = ()


_SESSION_TYPES = ("gradingPeriod", "semester", "schoolYear", "term")
_ORG_TYPES = ("department", "school", "district", "local", "state", "national")
_FLAGS = (
    "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander", "white",
    "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
)  # fmt: skip
GROUP_FLAGS = _FLAGS
STAFF_ROLES_11 = ("administrator", "aide", "teacher")
ROLES_11 = ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
ROLES_12 = (
    "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
    "siteAdministrator", "student", "systemAdministrator", "teacher",
)  # fmt: skip
WORDS = {
    "session": _SESSION_TYPES,
    "org": _ORG_TYPES,
    "class": ("homeroom", "scheduled"),
    "role11": ROLES_11,
    "role12": ROLES_12,
    "ranking": ("primary", "secondary"),
    "enrollment": ("administrator", "proctor", "student", "teacher"),
    "sex11": ("male", "female"),
    "sex12": ("male", "female", "other", "unspecified"),
}

# One line per column: name (! = must be filled), kind, then words or the file it points into (and kinds there).
# A class "at a department" is common in real files and is let pass; one at a district is W_REF_TYPE.
_COMMON = """
    sourcedId!        id
    status            status
    dateLastModified  instant
"""
_ACADEMIC_SESSIONS = """
    title!            text
    type!             word session
    startDate!        date
    endDate!          date
    parentSourcedId   reference academicSessions
    schoolYear!       year
"""
_ORGS = """
    name!             text
    type!             word org
    identifier        text
    parentSourcedId   reference orgs
"""
_COURSES = """
    schoolYearSourcedId  reference academicSessions schoolYear
    title!            text
    courseCode        text
    grades            grades
    orgSourcedId!     reference orgs
    subjects          texts
    subjectCodes      texts
"""
_CLASSES = """
    title!            text
    grades            grades
    courseSourcedId!  reference courses
    classCode         text
    classType!        word class
    location          text
    schoolSourcedId!  reference orgs school|department
    termSourcedIds!   references academicSessions
    subjects          texts
    subjectCodes      texts
    periods           texts
"""
_USERS_11 = """
    enabledUser!      boolean
    orgSourcedIds!    references orgs
    role!             word role11
    username!         text
    userIds           pairs
    givenName!        text
    familyName!       text
    middleName        text
    identifier        text
    email             text
    sms               text
    phone             text
    agentSourcedIds   references users
    grades            grades
    password          secret
"""
_USERS_12 = """
    enabledUser!      boolean
    username!         text
    userIds           pairs
    givenName!        text
    familyName!       text
    middleName        text
    identifier        text
    email             text
    sms               text
    phone             text
    agentSourcedIds   references users
    grades            grades
    password          secret
    userMasterIdentifier  text
    preferredGivenName    text
    preferredMiddleName   text
    preferredFamilyName   text
    primaryOrgSourcedId   reference orgs
    pronouns          text
"""
_ROLES = """
    userSourcedId!    reference users
    roleType!         word ranking
    role!             word role12
    beginDate         date
    endDate           date
    orgSourcedId!     reference orgs
    userProfileSourcedId  reference userProfiles
"""
_USER_PROFILES = """
    userSourcedId!    reference users
    profileType!      text
    vendorId!         text
    applicationId     text
    description       text
    credentialType!   text
    username!         text
    password          secret
"""
_ENROLLMENTS = """
    classSourcedId!   reference classes
    schoolSourcedId!  reference orgs school|department
    userSourcedId!    reference users
    role!             word enrollment
    primary           boolean
    beginDate         date
    endDate           date
"""
_DEMOGRAPHICS = (
    """
    birthDate         date
    sex               word sex11
"""
    + "\n".join(f"    {flag}  boolean" for flag in _FLAGS)
    + """
    countryOfBirthCode         text
    stateOfBirthAbbreviation   text
    cityOfBirth                text
    publicSchoolResidenceStatus  text
"""
)


def _parse_columns(text: str) -> tuple[Column, ...]:
    columns = []
    for line in (_COMMON + text).strip().splitlines():
        if not (words := line.split()):
            continue
        name, kind = words[0], CellKind(words[1])
        column = Column(name.rstrip("!"), kind, required=name.endswith("!"))
        if kind is CellKind.WORD:
            column = replace(column, words=WORDS[words[2]])
        elif kind in (CellKind.REFERENCE, CellKind.REFERENCES):
            kinds = tuple(words[3].split("|")) if len(words) > 3 else ()
            column = replace(column, target=words[2], target_kinds=kinds)
        columns.append(column)
    return tuple(columns)


# Order of reading: whatever a row points to was read before it (standards 1.5), except rows of its own file.
_TEXTS_11 = {
    "academicSessions": _ACADEMIC_SESSIONS,
    "orgs": _ORGS,
    "courses": _COURSES,
    "users": _USERS_11,
    "classes": _CLASSES,
    "enrollments": _ENROLLMENTS,
    "demographics": _DEMOGRAPHICS,
}
_TEXTS_12 = {
    "academicSessions": _ACADEMIC_SESSIONS,
    "orgs": _ORGS,
    "courses": _COURSES,
    "users": _USERS_12,
    "userProfiles": _USER_PROFILES,
    "roles": _ROLES,
    "classes": _CLASSES,
    "enrollments": _ENROLLMENTS,
    "demographics": _DEMOGRAPHICS.replace("sex11", "sex12"),
}
_TOLERATED = {"1.2": {"users": ("resourceSourcedIds",)}}  # 1.2.0 had it, 1.2.1 dropped it

LAYOUTS: dict[str, dict[str, FileLayout]] = {
    version: {
        name: FileLayout(name, _parse_columns(text), _TOLERATED.get(version, {}).get(name, ()))
        for name, text in texts.items()
    }
    for version, texts in (("1.1", _TEXTS_11), ("1.2", _TEXTS_12))
}

_OTHER_11 = ("categories", "classResources", "courseResources", "lineItems", "resources", "results")
_OTHER_12 = (
    *_OTHER_11, "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds",
    "resultScoreScales", "scoreScales", "userResources",
)  # fmt: skip
OTHER_FILES: dict[str, tuple[str, ...]] = {"1.1": _OTHER_11, "1.2": _OTHER_12}

# A bulk set without rows in one of these would close down the district (G_EMPTY).
NEEDED_FILES = ("orgs", "academicSessions", "courses", "users", "roles", "classes", "enrollments")

POSITION_TITLE = "metadata.positionTitle"

# Standards 1.7; the key "" holds for every file. A name that differs only in case is read the same way.
ALIASES: dict[str, dict[str, str]] = {
    "": {"dataLastModified": "dateLastModified"},
    "users": {
        "grade": "grades",
        "userId": "userIds",
        "agents": "agentSourcedIds",
        "orgSourcedId": "orgSourcedIds",
        "prefferedGivenName": "preferredGivenName",
    },
    "courses": {"grade": "grades", "schoolYearId": "schoolYearSourcedId"},
    "classes": {"grade": "grades", "termSourcedId": "termSourcedIds"},
    "demographics": {
        "birthdate": "birthDate",
        "userSourcedId": "sourcedId",
        "stateofBirthAbbreviation": "stateOfBirthAbbreviation",
    },
}
