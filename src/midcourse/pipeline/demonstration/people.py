"""Invented staff: teachers who come and go, principals, coaches, the central office, and what each class is.

Decides who is there in which school year and what they teach. Every name is made of two lists; nobody is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midcourse.pipeline.demonstration.network import DistrictPlan, Phase, SchoolPlan, Story
from midcourse.vocabulary import Grade, Role

PUPILS_PER_TEACHER = 13
_TURNOVER = 0.10  # share of the teachers who leave between two school years
_SECTIONS = 4  # classes of a subject teacher

_GIVEN = (  # noqa: SIM905  # a list to be read, not one word a line
    "Ada Amara Anton Asha Beatriz Bruno Calla Carmen Cyrus Dalia Dario Delphine Edwin Elena Elio Esther Fabian Farah "
    "Felix Fiona Gael Gwen Hana Hector Ida Imran Ines Ivo Jamila Jonas Joy Juno Kai Kira Lars Leila Lena Luca Mabel "
    "Malik Mara Mateo Mina Nadia Nico Nora Omar Opal Otto Pablo Petra Quinn Rafael Rhea Rosa Ruben Sana Silas Sofia "
    "Tamar Theo Tilda Ugo Uma Vera Victor Wanda Wes Xenia Yara Yusuf Zadie Zoran"
).split()
_FAMILY = (  # noqa: SIM905
    "Abbotsvale Alderfen Amberly Ashgrove Barrowick Bellweather Birchall Bramblett Brightwater Calderwood Carvallis "
    "Cloverdale Coppersmyth Cordero-Vane Dunmarrow Eastlake Elderfield Fairbourne Farrowmere Fenwickson Fernhollow "
    "Galloway-Reed Glenmoor Goldfinch Greystoke Hallowell Hartsease Hawkesmoor Hazelrigg Hollinshed Ironbridge "
    "Juniper Kestrelman Kingsmere Larkspur Lightfoote Lindenthal Longacre Marchbanks Merriweather Millstone Moorcroft "
    "Nightingale Northbrook Oakhurst Overbrook Pemberwick Pendragon Quillfeather Ravensworth Redfern Rivermont "
    "Rosemarin Rowanoak Sandoval-Ives Silverbrook Somerfell Stillwater Summerlin Swansdown Tallgrass Thistlewood "
    "Thornbury Underhay Valderrama Vanterpool Waverly Westerling Whitlock Wildermuth Winterbourne Wrenfield Yarrow"
).split()

_ELEMENTARY = (Grade.KG, Grade.G01, Grade.G02, Grade.G03, Grade.G04, Grade.G05)
_MIDDLE = (Grade.G06, Grade.G07, Grade.G08)
_HIGH = (Grade.G09, Grade.G10, Grade.G11, Grade.G12)
GRADES = {Phase.ELEMENTARY: _ELEMENTARY, Phase.MIDDLE: _MIDDLE, Phase.HIGH: _HIGH}
SUBJECTS = (("English Language Arts", "01"), ("Mathematics", "02"), ("Science", "03"), ("Social Studies", "04"))
"""Course titles with their SCED area."""


@dataclass(frozen=True, slots=True)
class Person:
    """One invented member of staff; `school` is an index, None for the central office. Years are inclusive."""

    source_id: str
    given_name: str
    family_name: str
    email: str
    role: Role
    title: str
    school: int | None
    first_year: int
    last_year: int | None = None

    def works_in(self, school_year: int) -> bool:
        """Tell whether the person is on the staff in a school year."""
        return self.first_year <= school_year and (self.last_year is None or school_year <= self.last_year)


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """One class of one school year."""

    source_id: str
    teacher: str
    school: int
    grade: Grade
    subject: int


@dataclass(frozen=True)
class Cast:
    """Everybody of one district, and the classes of every school year."""

    plan: DistrictPlan
    teachers: tuple[Person, ...]
    leaders: tuple[Person, ...]
    classes: dict[int, tuple[ClassPlan, ...]]

    def school_id(self, school: int) -> str:
        """Return a school's id in the roster."""
        return f"{self.plan.slug}-s{school + 1:02d}"


class _Names:
    """Hands out names, no two the same in a district."""

    def __init__(self, rng: np.random.Generator) -> None:
        pairs = rng.permutation(len(_GIVEN) * len(_FAMILY))
        self._next = iter((_GIVEN[i % len(_GIVEN)], _FAMILY[i // len(_GIVEN)]) for i in pairs.tolist())

    def take(self) -> tuple[str, str]:
        return next(self._next)


def invent_cast(plan: DistrictPlan, years: tuple[int, ...], rng: np.random.Generator) -> Cast:
    """Invent the staff of a district and its classes in each school year."""
    names = _Names(rng)
    teachers = _teachers(plan, years, names, rng)
    return Cast(plan, teachers, _leaders(plan, years, names), {year: _classes(plan, teachers, year) for year in years})


def _teachers(
    plan: DistrictPlan, years: tuple[int, ...], names: _Names, rng: np.random.Generator
) -> tuple[Person, ...]:
    people: list[Person] = []
    for school, place in enumerate(plan.schools):
        for _ in range(round(place.pupils / PUPILS_PER_TEACHER)):
            first = years[0]
            for year in years:
                leaves = year == years[-1] or rng.random() < _TURNOVER
                if leaves:
                    last = None if year == years[-1] else year
                    number = len(people) + 1
                    people.append(_person(plan, f"t{number:04d}", names, Role.TEACHER, "Teacher", school, first, last))
                    first = year + 1
    return tuple(people)


def _leaders(plan: DistrictPlan, years: tuple[int, ...], names: _Names) -> tuple[Person, ...]:
    """Invent principals, coaches and the central office; they come by staff list, not by roster."""
    posts: list[tuple[Role, str, int | None]] = [
        (Role.SUPERINTENDENT, "Superintendent", None),
        (Role.ASSISTANT_SUPERINTENDENT, "Assistant Superintendent", None),
        (Role.CURRICULUM_DIRECTOR, "Director of Curriculum", None),
        (Role.DATA_MANAGER, "Data Manager", None),
    ]
    posts += [(Role.COACH, "District Coach", None)] * max(0, plan.floaters - 1)
    for school in range(len(plan.schools)):
        posts += [(Role.PRINCIPAL, "Principal", school), (Role.COACH, "Instructional Coach", school)]
    people = [
        _person(plan, f"l{n:03d}", names, role, title, school, years[0], None)
        for n, (role, title, school) in enumerate(posts, start=1)
    ]
    if plan.story is Story.LENIENT:
        newcomer = _person(plan, "l900", names, Role.COACH, "District Coach", None, years[-2], None)
        people.append(newcomer)
    return tuple(people)


def _person(
    plan: DistrictPlan,
    number: str,
    names: _Names,
    role: Role,
    title: str,
    school: int | None,
    first_year: int,
    last_year: int | None,
) -> Person:
    given, family = names.take()
    email = f"{given}.{family}@{plan.slug}.example".lower()
    return Person(f"{plan.slug}-{number}", given, family, email, role, title, school, first_year, last_year)


def _classes(plan: DistrictPlan, teachers: tuple[Person, ...], year: int) -> tuple[ClassPlan, ...]:
    """Give every teacher classes: an elementary teacher one grade in two subjects, the others one subject."""
    classes: list[ClassPlan] = []
    for school, place in enumerate(plan.schools):
        here = [t for t in teachers if t.school == school and t.works_in(year)]
        for n, teacher in enumerate(here):
            for number, (grade, subject) in enumerate(_taught(place, n)):
                source_id = f"{teacher.source_id}-{year}-{number + 1}"
                classes.append(ClassPlan(source_id, teacher.source_id, school, grade, subject))
    return tuple(classes)


def _taught(place: SchoolPlan, n: int) -> list[tuple[Grade, int]]:
    grades = GRADES[place.phase]
    if place.phase is Phase.ELEMENTARY:
        return [(grades[n % len(grades)], subject) for subject in (0, 1)]
    subject = n % len(SUBJECTS)
    return [(grades[(n // len(SUBJECTS) + k) % len(grades)], subject) for k in range(_SECTIONS)]
