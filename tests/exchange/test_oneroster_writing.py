"""What is written comes back through the real reader, unchanged and without a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange import (
    Change,
    CourseRow,
    DemographicsRow,
    EnrollmentRow,
    OrgRow,
    PersonKind,
    PersonRow,
    PostRow,
    RosterBundle,
    SectionRow,
    TeachingRow,
    TermRow,
    read_oneroster,
    write_oneroster,
)
from midcourse.vocabulary import Grade, TermKind

KINDS = ("orgs", "terms", "people", "posts", "courses", "sections", "teaching", "enrollments", "demographics")

text = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=12)
    .map(lambda value: " ".join(value.split()))
    .filter(bool)
)
optional_text = text | st.just("")
grades = st.lists(st.sampled_from(list(Grade)), max_size=3, unique=True).map(tuple)
words = st.lists(st.sampled_from(["Math", "Art", "Band"]), max_size=2).map(tuple)
days = st.dates(date(2025, 8, 1), date(2026, 6, 30))
optional_days = st.tuples(days, st.integers(0, 90)).map(lambda p: (p[0], p[0] + timedelta(p[1]))) | st.just(
    (None, None)
)


@st.composite
def bundles(draw: st.DrawFn) -> RosterBundle:
    numbers = draw(
        st.fixed_dictionaries({name: st.integers(1, 4) for name in ("schools", "staff", "pupils", "sections")})
    )
    orgs = [OrgRow(source_id="d", name=draw(text), kind="district", identifier=draw(optional_text))]
    for n in range(numbers["schools"]):
        orgs.append(OrgRow(source_id=f"s{n}", name=draw(text), kind="school", parent_source_id="d"))
    begins = draw(days)
    year = TermRow(
        source_id="y",
        title=draw(text),
        kind=TermKind.SCHOOL_YEAR,
        begins_on=begins,
        ends_on=begins + timedelta(300),
        school_year=2026,
    )
    term = replace(year, source_id="t", kind=draw(st.sampled_from(list(TermKind))), parent_source_id="y")
    course = CourseRow(
        source_id="c",
        title=draw(text),
        org_source_id="d",
        code=draw(optional_text),
        school_year_source_id="y",
        grades=draw(grades),
        subjects=draw(words),
        subject_codes=draw(words),
    )
    schools = st.sampled_from([org.source_id for org in orgs[1:]])
    people: list[PersonRow] = []
    posts: list[PostRow] = []
    for n in range(numbers["staff"] + numbers["pupils"]):
        role = draw(st.sampled_from(["teacher", "aide", "administrator"])) if n < numbers["staff"] else "student"
        person = PersonRow(
            source_id=f"p{n}",
            given_name=draw(text),
            family_name=draw(text),
            username=f"user{n}",
            enabled=draw(st.booleans()),
            kind=PersonKind.STUDENT if role == "student" else PersonKind.STAFF,
            email=draw(st.sampled_from(["", f"p{n}@example.org"])),
            identifier=draw(optional_text),
            other_ids=draw(st.sampled_from([(), (("state", "7"),), (("state", "7"), ("badge", "8"))])),
            grades=draw(grades),
            position_title=draw(optional_text) if role != "student" else "",
        )
        people.append(person)
        for org in sorted(draw(st.sets(schools, min_size=1, max_size=2))):
            posts.append(PostRow(source_id=f"p{n}|{org}", person_source_id=f"p{n}", org_source_id=org, role=role))
    sections, teaching, enrollments = [], [], []
    for n in range(numbers["sections"]):
        school = draw(schools)
        section = SectionRow(
            source_id=f"k{n}",
            title=draw(text),
            course_source_id="c",
            school_source_id=school,
            term_source_ids=draw(st.sampled_from([("t",), ("y", "t")])),
            kind=draw(st.sampled_from(["homeroom", "scheduled"])),
            code=draw(optional_text),
            grades=draw(grades),
            subjects=draw(words),
        )
        sections.append(section)
        tie: dict[str, Any] = {"section_source_id": section.source_id, "school_source_id": school}
        begins_on, ends_on = draw(optional_days)
        tie |= {"begins_on": begins_on, "ends_on": ends_on}
        teaching.append(
            TeachingRow(
                source_id=f"a{n}", person_source_id="p0", primary=draw(st.sampled_from([None, True, False])), **tie
            )
        )
        pupil = f"p{numbers['staff'] + n % numbers['pupils']}"
        enrollments.append(EnrollmentRow(source_id=f"e{n}", person_source_id=pupil, **tie))
    facts = DemographicsRow(
        source_id=f"p{numbers['staff']}",
        born_on=date(2015, 5, 5),
        sex=draw(st.sampled_from(["", "male", "female"])),
        groups=draw(st.sampled_from([(), ("asian", "white")])),
        groups_known=True,
    )
    return RosterBundle(
        version="1.1",
        source_system_name=draw(optional_text),
        source_system_code=draw(optional_text),
        orgs=tuple(orgs),
        terms=(year, term),
        people=tuple(people),
        posts=tuple(posts),
        courses=(course,),
        sections=tuple(sections),
        teaching=tuple(teaching),
        enrollments=tuple(enrollments),
        demographics=(facts,),
    )


@settings(max_examples=60, deadline=None)
@given(bundle=bundles())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, bundle: RosterBundle) -> None:
    folder = tmp_path_factory.mktemp("round")
    write_oneroster(bundle, folder)
    reading = read_oneroster(folder)
    assert reading.findings == ()
    assert reading.bundle.source_system_name == bundle.source_system_name
    for kind in KINDS:
        came_back = tuple(replace(row, file="", line=0) for row in getattr(reading.bundle, kind))
        assert came_back == getattr(bundle, kind)


def person_with(*roles: str) -> RosterBundle:
    person = PersonRow(
        source_id="p", given_name="Ann", family_name="Reed", username="ann", enabled=True, kind=PersonKind.STAFF
    )
    posts = tuple(
        PostRow(source_id=f"p{n}", person_source_id="p", org_source_id="s", role=role) for n, role in enumerate(roles)
    )
    school = OrgRow(source_id="s", name="Birch School", kind="school")
    return RosterBundle(version="1.2", orgs=(school,), people=(person,), posts=posts)


@pytest.mark.parametrize("roles", [(), ("teacher", "aide"), ("ext:coach",), ("counselor",)])
def test_what_11_cannot_say_is_a_bad_call(tmp_path: Path, roles: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="exactly one role"):
        write_oneroster(person_with(*roles), tmp_path)


def test_administrators_of_12_become_one_word(tmp_path: Path) -> None:
    write_oneroster(person_with("principal", "siteAdministrator"), tmp_path)
    assert [post.role for post in read_oneroster(tmp_path).bundle.posts] == ["administrator"]


def test_rows_to_be_deleted_are_left_out(tmp_path: Path) -> None:
    bundle = person_with("teacher")
    gone = replace(bundle.orgs[0], source_id="x", change=Change.DELETE)
    write_oneroster(replace(bundle, orgs=(*bundle.orgs, gone)), tmp_path)
    assert [org.source_id for org in read_oneroster(tmp_path).bundle.orgs] == ["s"]
