"""Turn a judged OneRoster row into rows in our words. The foreign words end here.

Decides nothing about validity: a row that arrives here was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from midcourse.exchange.oneroster_layout import GROUP_FLAGS, POSITION_TITLE, ROLES_12, STAFF_ROLES_11
from midcourse.exchange.oneroster_rows import SourceRow
from midcourse.exchange.rosters import (
    CourseRow,
    DemographicsRow,
    EnrollmentRow,
    OrgRow,
    PersonKind,
    PersonRow,
    PostRow,
    RosterRow,
    SectionRow,
    TeachingRow,
    TermRow,
)
from midcourse.vocabulary import TermKind

_OUTSIDERS = ("guardian", "parent", "relative", "proctor")


def judge_kind(roles: set[str]) -> PersonKind:
    """Decide whether a person is staff, student or neither from all roles held; one staff role is enough."""
    staff = {*STAFF_ROLES_11, *ROLES_12} - {*_OUTSIDERS, "student"}
    if roles & staff:
        return PersonKind.STAFF
    if "student" in roles:
        return PersonKind.STUDENT
    return PersonKind.OTHER if roles & set(_OUTSIDERS) else PersonKind.STAFF  # only ext: roles, e.g. a coach


def convert_row(name: str, row: SourceRow) -> tuple[RosterRow, ...]:
    """Return what one row of the file `name` says; nothing for files we only check."""
    convert = _CONVERTERS.get(name)
    return convert(row) if convert else ()


def _stand(row: SourceRow, name: str) -> dict[str, Any]:
    return {
        "source_id": row.source_id,
        "change": row.change,
        "modified_at": row.modified_at,
        "file": f"{name}.csv",
        "line": row.line,
    }


def _convert_org(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    parents = get("parentSourcedId") or ()
    org = OrgRow(
        **_stand(row, "orgs"),
        name=get("name", ""),
        kind=get("type", ""),
        identifier=get("identifier", ""),
        parent_source_id=parents[0] if parents else None,
    )
    return (org,)


def _convert_session(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    parents = get("parentSourcedId") or ()
    term = TermRow(
        **_stand(row, "academicSessions"),
        title=row.values["title"],
        # 1.2 lets a district add its own types (ext:…); a span we have no word for is a term
        kind=TermKind(row.values["type"]) if row.values["type"] in tuple(TermKind) else TermKind.TERM,
        begins_on=row.values["startDate"],
        ends_on=row.values["endDate"],
        school_year=row.values["schoolYear"],
        parent_source_id=parents[0] if parents else None,
    )
    return (term,)


def _convert_course(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    years = get("schoolYearSourcedId") or ()
    course = CourseRow(
        **_stand(row, "courses"),
        title=row.values["title"],
        org_source_id=row.values["orgSourcedId"][0],
        code=get("courseCode", ""),
        school_year_source_id=years[0] if years else None,
        grades=get("grades") or (),
        subjects=get("subjects") or (),
        subject_codes=get("subjectCodes") or (),
    )
    return (course,)


def _convert_user(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    role: str | None = get("role")
    person = PersonRow(
        **_stand(row, "users"),
        given_name=row.values["givenName"],
        family_name=row.values["familyName"],
        preferred_given_name=get("preferredGivenName", ""),
        preferred_family_name=get("preferredFamilyName", ""),
        username=row.values["username"],
        enabled=row.values["enabledUser"],
        kind=judge_kind({role}) if role else None,
        email=get("email", ""),
        identifier=get("identifier", ""),
        other_ids=get("userIds") or (),
        grades=get("grades") or (),
        position_title=get(POSITION_TITLE, ""),
    )
    posts = (
        PostRow(
            **{**_stand(row, "users"), "source_id": f"{row.source_id}|{org}"},
            person_source_id=row.source_id,
            org_source_id=org,
            role=role or "",
        )
        for org in get("orgSourcedIds") or ()
    )
    return (person, *posts)


def _convert_role(row: SourceRow) -> tuple[RosterRow, ...]:
    post = PostRow(
        **_stand(row, "roles"),
        person_source_id=row.values["userSourcedId"][0],
        org_source_id=row.values["orgSourcedId"][0],
        role=row.values["role"],
        primary=row.values["roleType"] == "primary",
        begins_on=row.values.get("beginDate"),
        ends_on=row.values.get("endDate"),
    )
    return (post,)


def _convert_class(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    section = SectionRow(
        **_stand(row, "classes"),
        title=row.values["title"],
        course_source_id=row.values["courseSourcedId"][0],
        school_source_id=row.values["schoolSourcedId"][0],
        term_source_ids=row.values["termSourcedIds"],
        kind=row.values["classType"],
        code=get("classCode", ""),
        grades=get("grades") or (),
        subjects=get("subjects") or (),
        subject_codes=get("subjectCodes") or (),
    )
    return (section,)


def _convert_enrollment(row: SourceRow) -> tuple[RosterRow, ...]:
    values = row.values
    shared: dict[str, Any] = {
        **_stand(row, "enrollments"),
        "section_source_id": values["classSourcedId"][0],
        "person_source_id": values["userSourcedId"][0],
        "school_source_id": values["schoolSourcedId"][0],
        "begins_on": values.get("beginDate"),
        "ends_on": values.get("endDate"),
    }
    if values["role"] == "student":
        return (EnrollmentRow(**shared),)
    return (TeachingRow(**shared, role=values["role"], primary=values.get("primary")),)


def _convert_demographics(row: SourceRow) -> tuple[RosterRow, ...]:
    get = row.values.get
    facts = DemographicsRow(
        **_stand(row, "demographics"),
        born_on=get("birthDate"),
        sex=get("sex") or "",
        groups=tuple(flag for flag in GROUP_FLAGS if get(flag)),
        groups_known=any(get(flag) is not None for flag in GROUP_FLAGS),
    )
    return (facts,)


_CONVERTERS: dict[str, Callable[[SourceRow], tuple[RosterRow, ...]]] = {
    "orgs": _convert_org,
    "academicSessions": _convert_session,
    "courses": _convert_course,
    "users": _convert_user,
    "roles": _convert_role,
    "classes": _convert_class,
    "enrollments": _convert_enrollment,
    "demographics": _convert_demographics,
}
