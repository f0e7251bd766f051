"""The invented rosters: written as OneRoster bundles and staff lists, and applied through the real importer.

Decides what each school year's files say. The first bundle founds the district; each later one is a new school year
that waits at the rollover guard until a named person gives a reason.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from midcourse.exchange import (
    CourseRow,
    EnrollmentRow,
    OrgRow,
    PersonKind,
    PersonRow,
    PostRow,
    RosterBundle,
    SectionRow,
    TeachingRow,
    TermRow,
    write_oneroster,
)
from midcourse.pipeline.demonstration.network import YearPlan
from midcourse.pipeline.demonstration.people import GRADES, SUBJECTS, Cast, ClassPlan, Person
from midcourse.records.actions.rosters import apply_roster, plan_roster, plan_staff_list
from midcourse.records.models import District, RosterRun, User
from midcourse.vocabulary import Grade, TermKind

SYSTEM = "Five Rivers student information system (invented)"
_STAFF_COLUMNS = (
    "staff_id",
    "given_name",
    "family_name",
    "email",
    "school_id",
    "title",
    "role",
    "begin_date",
    "end_date",
)


def import_roster(
    *, district: District, cast: Cast, years: Sequence[YearPlan], pupils: bool, folder: Path, by: User | None
) -> RosterRun:
    """Write the bundle of the last of `years`, plan it, and apply it; a guard is overridden with a reason."""
    current = years[-1]
    bundle_folder = folder / f"{cast.plan.slug}-{current.school_year}"
    write_oneroster(_bundle(cast, years, pupils=pupils), bundle_folder)
    run = plan_roster(district=district, path=bundle_folder, source_system=SYSTEM, as_of=current.begins_on, by=by)
    reason = "The new school year's timetable is complete (invented data)." if run.guards else ""
    return apply_roster(run=run, override_reason=reason, by=by)


def import_staff_list(*, district: District, cast: Cast, years: Sequence[YearPlan], folder: Path) -> RosterRun:
    """Write the staff list of principals, coaches and central office, plan it, and apply it."""
    path = folder / f"{cast.plan.slug}-staff.csv"
    begins = {year.school_year: year.begins_on for year in years}
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(_STAFF_COLUMNS)
        for person in cast.leaders:
            school = cast.school_id(person.school) if person.school is not None else ""
            begin = begins[person.first_year].isoformat()
            who = [person.source_id, person.given_name, person.family_name, person.email]
            writer.writerow([*who, school, person.title, person.role.value, begin, ""])
    run = plan_staff_list(district=district, path=path, as_of=years[-1].begins_on, by=None)
    return apply_roster(run=run, override_reason="", by=None)


def _bundle(cast: Cast, years: Sequence[YearPlan], *, pupils: bool) -> RosterBundle:
    plan, current = cast.plan, years[-1]
    teachers = [teacher for teacher in cast.teachers if teacher.works_in(current.school_year)]
    classes = cast.classes[current.school_year]
    orgs = [OrgRow(source_id=plan.slug, name=f"{plan.name} School District", kind="district", identifier=plan.state_id)]
    orgs += [
        OrgRow(
            source_id=cast.school_id(n),
            name=school.name,
            kind="school",
            identifier=school_code(plan.state_id, n),
            parent_source_id=plan.slug,
        )
        for n, school in enumerate(plan.schools)
    ]
    people, posts = [_teacher(teacher) for teacher in teachers], [_post(cast, teacher) for teacher in teachers]
    enrollments: list[EnrollmentRow] = []
    if pupils:
        pupil_people, pupil_posts, enrollments = _pupils(cast, classes)
        people, posts = people + pupil_people, posts + pupil_posts
    return RosterBundle(
        version="1.1",
        source_system_name=SYSTEM,
        source_system_code="five-rivers",
        orgs=tuple(orgs),
        terms=tuple(term for year in years for term in _terms(plan.slug, year)),
        people=tuple(people),
        posts=tuple(posts),
        courses=_courses(plan.slug),
        sections=tuple(_section(cast, one, current.school_year) for one in classes),
        teaching=tuple(
            TeachingRow(
                source_id=f"{one.source_id}-lead",
                section_source_id=one.source_id,
                person_source_id=one.teacher,
                school_source_id=cast.school_id(one.school),
                primary=True,
            )
            for one in classes
        ),
        enrollments=tuple(enrollments),
    )


def school_code(state_id: str, school: int) -> str:
    """Return an invented state code of a school: district part, then its number."""
    return f"{state_id[:3]}{school + 1:02d}11"


def _terms(slug: str, year: YearPlan) -> list[TermRow]:
    whole = f"{slug}-y{year.school_year}"
    rows = [
        TermRow(
            source_id=whole,
            title=f"{year.school_year - 1}-{year.school_year}",
            kind=TermKind.SCHOOL_YEAR,
            begins_on=year.begins_on,
            ends_on=year.ends_on,
            school_year=year.school_year,
        )
    ]
    return rows + [
        TermRow(
            source_id=f"{whole}-t{n}",
            title=f"Term {n}",
            kind=TermKind.TERM,
            begins_on=begins,
            ends_on=ends,
            school_year=year.school_year,
            parent_source_id=whole,
        )
        for n, (begins, ends) in enumerate(year.terms, start=1)
    ]


def _teacher(teacher: Person) -> PersonRow:
    return PersonRow(
        source_id=teacher.source_id,
        given_name=teacher.given_name,
        family_name=teacher.family_name,
        username=teacher.email.partition("@")[0],
        enabled=True,
        kind=PersonKind.STAFF,
        email=teacher.email,
        identifier=teacher.source_id.rpartition("-")[2],
    )


def _post(cast: Cast, teacher: Person) -> PostRow:
    school = cast.school_id(teacher.school or 0)
    return PostRow(
        source_id=f"{teacher.source_id}|{school}",
        person_source_id=teacher.source_id,
        org_source_id=school,
        role="teacher",
        primary=True,
    )


def _courses(slug: str) -> tuple[CourseRow, ...]:
    return tuple(
        CourseRow(
            source_id=_course(slug, grade, subject),
            title=f"{title}, Grade {grade.value}",
            org_source_id=slug,
            code=f"{code}{grade.value}",
            grades=(grade,),
            subjects=(title,),
            subject_codes=(f"{code}001",),
        )
        for grades in GRADES.values()
        for grade in grades
        for subject, (title, code) in enumerate(SUBJECTS)
    )


def _course(slug: str, grade: Grade, subject: int) -> str:
    return f"{slug}-c{grade.value}-{SUBJECTS[subject][1]}"


def _section(cast: Cast, one: ClassPlan, school_year: int) -> SectionRow:
    title, _ = SUBJECTS[one.subject]
    teacher, _, number = one.source_id.rpartition("-")
    return SectionRow(
        source_id=one.source_id,
        title=f"{title} {one.grade.value}-{teacher.split('-')[-2].lstrip('t0')}{'abcd'[int(number) - 1]}",
        course_source_id=_course(cast.plan.slug, one.grade, one.subject),
        school_source_id=cast.school_id(one.school),
        term_source_ids=(f"{cast.plan.slug}-y{school_year}",),
        kind="scheduled",
        grades=(one.grade,),
    )


def _pupils(cast: Cast, classes: Sequence[ClassPlan]) -> tuple[list[PersonRow], list[PostRow], list[EnrollmentRow]]:
    """Invent pupils without names and put each into classes of a grade; they are counted and then forgotten."""
    people: list[PersonRow] = []
    posts: list[PostRow] = []
    enrollments: list[EnrollmentRow] = []
    for school, place in enumerate(cast.plan.schools):
        grades = GRADES[place.phase]
        offered = {
            (grade, subject): [c for c in classes if (c.school, c.grade, c.subject) == (school, grade, subject)]
            for grade in grades
            for subject in range(len(SUBJECTS))
        }
        for n in range(place.pupils):
            grade = grades[n % len(grades)]
            pupil, where = f"{cast.school_id(school)}-p{n + 1:04d}", cast.school_id(school)
            people.append(
                PersonRow(
                    source_id=pupil,
                    given_name="Pupil",
                    family_name=f"{n + 1:04d}",
                    username=pupil,
                    enabled=True,
                    kind=PersonKind.STUDENT,
                    grades=(grade,),
                )
            )
            posts.append(
                PostRow(source_id=f"{pupil}|{where}", person_source_id=pupil, org_source_id=where, role="student")
            )
            open_classes = [offered[grade, subject] for subject in range(len(SUBJECTS)) if offered[grade, subject]]
            for choice in open_classes:
                one = choice[(n // len(grades)) % len(choice)]
                enrollments.append(
                    EnrollmentRow(
                        source_id=f"{one.source_id}-{pupil}",
                        section_source_id=one.source_id,
                        person_source_id=pupil,
                        school_source_id=where,
                    )
                )
    return people, posts, enrollments
