"""The field's fixed words, each with its source. Nothing here computes.

A word of a foreign format that we do not use ourselves stays in `exchange`.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Who a figure describes. There is no teacher level (docs/decisions/0002)."""

    NETWORK = "network"
    DISTRICT = "district"
    SCHOOL = "school"
    TEAM = "team"


class Role(StrEnum):
    """What a post allows (shared role table of the product description; standards 7.1)."""

    TEACHER = "teacher"
    COACH = "coach"
    PRINCIPAL = "principal"
    CURRICULUM_DIRECTOR = "curriculum_director"
    ASSISTANT_SUPERINTENDENT = "assistant_superintendent"
    SUPERINTENDENT = "superintendent"
    DATA_MANAGER = "data_manager"
    SUPPORT_STAFF = "support_staff"
    PARTNER = "partner"
    EVALUATOR = "evaluator"
    BOARD = "board"
    PENDING = "pending"  # an administrator without a title rule waits for a person to confirm


class Grade(StrEnum):
    """CEDS Entry Grade Level, as OneRoster uses it (standards 1.3)."""

    IT = "IT"
    PR = "PR"
    PK = "PK"
    TK = "TK"
    KG = "KG"
    G01 = "01"
    G02 = "02"
    G03 = "03"
    G04 = "04"
    G05 = "05"
    G06 = "06"
    G07 = "07"
    G08 = "08"
    G09 = "09"
    G10 = "10"
    G11 = "11"
    G12 = "12"
    G13 = "13"
    PS = "PS"
    UG = "UG"
    OTHER = "Other"


class GradeBand(StrEnum):
    """The coarsest useful split of grades; finer than this is never stamped on a visit (privacy 2.2)."""

    EARLY = "PK-2"
    ELEMENTARY = "3-5"
    MIDDLE = "6-8"
    HIGH = "9-12"
    MIXED = "mixed"


GRADE_BANDS: dict[Grade, GradeBand] = {
    **dict.fromkeys((Grade.IT, Grade.PR, Grade.PK, Grade.TK, Grade.KG, Grade.G01, Grade.G02), GradeBand.EARLY),
    **dict.fromkeys((Grade.G03, Grade.G04, Grade.G05), GradeBand.ELEMENTARY),
    **dict.fromkeys((Grade.G06, Grade.G07, Grade.G08), GradeBand.MIDDLE),
    **dict.fromkeys((Grade.G09, Grade.G10, Grade.G11, Grade.G12, Grade.G13), GradeBand.HIGH),
    **dict.fromkeys((Grade.PS, Grade.UG, Grade.OTHER), GradeBand.MIXED),
}


class Subject(StrEnum):
    """Subject areas, from the two-digit SCED area codes (standards 5.1)."""

    ELA = "ela"
    MATHEMATICS = "math"
    SCIENCE = "science"
    SOCIAL_STUDIES = "social_studies"
    ARTS = "arts"
    PHYSICAL_EDUCATION = "physical_education"
    WORLD_LANGUAGE = "world_language"
    OTHER = "other"


class TermKind(StrEnum):
    """OneRoster academicSession types (standards 1.3), our word first."""

    SCHOOL_YEAR = "schoolYear"
    SEMESTER = "semester"
    TERM = "term"
    GRADING_PERIOD = "gradingPeriod"


class Scale(StrEnum):
    """How a look-for is answered."""

    RATING_1_4 = "rating_1_4"
    YES_NO = "yes_no"
    COUNT = "count"
    SNAPSHOT = "snapshot"  # pupils on learning, out of pupils scanned, at one moment


class Missing(StrEnum):
    """Why a value is empty. The reason stands beside the value and never enters a mean."""

    NOT_APPLICABLE = "not_applicable"  # it could not have been seen in this lesson
    NOT_LOOKED_FOR = "not_looked_for"  # the observer did not look
    NOT_ASKED = "not_asked"
    SUPPRESSED = "suppressed"
    ERROR = "error"


class VisitStatus(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class Period(StrEnum):
    """The spans over which an indicator is computed (catalogue column `per`)."""

    CYCLE = "cycle"  # six school weeks
    TERM = "term"
    YEAR = "year"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    CEILING = "ceiling"  # up to a ceiling, then no reward for more


class Verdict(StrEnum):
    IMPROVING = "improving"
    NO_CHANGE = "no change"
    WORSENING = "worsening"
    TOO_FEW = "too few to tell"
    NOT_DUE = "not due yet"


class ResultStatus(StrEnum):
    """What stands behind a published number (standards 5.2). Suppressed is not missing is not zero."""

    REPORTED = "reported"
    SUPPRESSED = "suppressed"
    RANGE = "range"
    TOP_CODED = "top_coded"
    BOTTOM_CODED = "bottom_coded"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"


class Subgroup(StrEnum):
    """Pupil groups of the accountability files."""

    ALL = "all"
    RACE = "race"
    GENDER = "gender"
    ENGLISH_LEARNER = "english_learner"
    DISABILITY = "disability"
    MEALS = "meals"
    HIGH_NEEDS = "high_needs"
