"""Write a roster bundle as a OneRoster 1.1 bulk folder: what our own generated districts are imported from.

Decides how our words become foreign ones. Only what 1.1 can say is written: no dates of posts, no preferred names.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from midcourse.exchange.oneroster_layout import GROUP_FLAGS, LAYOUTS, OTHER_FILES, POSITION_TITLE, ROLES_11
from midcourse.exchange.rosters import (
    Change,
    CourseRow,
    DemographicsRow,
    EnrollmentRow,
    OrgRow,
    PersonRow,
    PostRow,
    RosterBundle,
    SectionRow,
    TeachingRow,
    TermRow,
)

VERSION = "1.1"
# 1.2 parts administrators; 1.1 has one word for them (standards 1.6). The job title keeps the difference.
_ROLES_OF_12 = dict.fromkeys(
    ("principal", "districtAdministrator", "siteAdministrator", "systemAdministrator"), "administrator"
)

_Cells = dict[str, str]


def write_oneroster(bundle: RosterBundle, folder: Path | str) -> None:
    """Write `bundle` into `folder` as OneRoster 1.1 bulk files with their manifest.

    A kind without rows is declared absent. Rows to be deleted are left out: a bulk set lists what is current. Texts
    must be trimmed and without line breaks to come back unchanged through `read_oneroster`.

    Parameters
    ----------
    bundle : RosterBundle
        Its `version`, `files`, and the places and times of its rows are not written.
    folder : Path or str
        Made if it is not there; files of the same names are overwritten.

    Raises
    ------
    ValueError
        When a person has no post, posts with several roles, or a role 1.1 has no word for.

    Notes
    -----
    **Source**: standards 1.1 to 1.3.

    Examples
    --------
    >>> import tempfile
    >>> org = OrgRow(source_id="d1", name="Alder Falls", kind="district")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_oneroster(RosterBundle(version="1.1", orgs=(org,)), folder)
    ...     (Path(folder) / "orgs.csv").read_text().splitlines()[1]
    'd1,,,Alder Falls,district,,'
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    posts = _gather_posts(bundle.posts)
    files: dict[str, list[_Cells]] = {
        "academicSessions": _tell(bundle.terms, _tell_term),
        "orgs": _tell(bundle.orgs, _tell_org),
        "courses": _tell(bundle.courses, _tell_course),
        "users": _tell(bundle.people, lambda person: _tell_person(person, posts)),
        "classes": _tell(bundle.sections, _tell_section),
        "enrollments": [*_tell(bundle.teaching, _tell_teaching), *_tell(bundle.enrollments, _tell_enrollment)],
        "demographics": _tell(bundle.demographics, _tell_demographics),
    }
    for name, layout in LAYOUTS[VERSION].items():
        columns = [column.name for column in layout.columns]
        if name == "users" and any(cells.get(POSITION_TITLE) for cells in files[name]):
            columns.append(POSITION_TITLE)
        if files[name]:
            _write_csv(folder / f"{name}.csv", columns, ([c.get(n, "") for n in columns] for c in files[name]))
    _write_csv(folder / "manifest.csv", ["propertyName", "value"], _tell_manifest(bundle, files))


def _write_csv(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)  # RFC 4180: CRLF, quotes only where needed
        writer.writerow(header)
        writer.writerows(rows)


def _tell_manifest(bundle: RosterBundle, files: dict[str, list[_Cells]]) -> Iterable[list[str]]:
    yield ["manifest.version", "1.0"]
    yield ["oneroster.version", VERSION]
    for name in sorted((*LAYOUTS[VERSION], *OTHER_FILES[VERSION])):
        yield [f"file.{name}", "bulk" if files.get(name) else "absent"]
    yield ["source.systemName", bundle.source_system_name]
    yield ["source.systemCode", bundle.source_system_code]


def _tell(rows: Iterable[Any], tell: Callable[[Any], _Cells]) -> list[_Cells]:
    return [{"sourcedId": row.source_id, **tell(row)} for row in rows if row.change is Change.UPSERT]


def _gather_posts(posts: Iterable[PostRow]) -> dict[str, list[PostRow]]:
    gathered: dict[str, list[PostRow]] = {}
    for post in posts:
        if post.change is Change.UPSERT:
            gathered.setdefault(post.person_source_id, []).append(post)
    return gathered


def _write_list(items: Iterable[object]) -> str:
    return ",".join(map(str, items))


def _write_date(day: date | None) -> str:
    return day.isoformat() if day else ""


def _write_boolean(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _tell_term(term: TermRow) -> _Cells:
    return {
        "title": term.title,
        "type": term.kind.value,
        "startDate": term.begins_on.isoformat(),
        "endDate": term.ends_on.isoformat(),
        "parentSourcedId": term.parent_source_id or "",
        "schoolYear": str(term.school_year),
    }


def _tell_org(org: OrgRow) -> _Cells:
    return {
        "name": org.name,
        "type": org.kind,
        "identifier": org.identifier,
        "parentSourcedId": org.parent_source_id or "",
    }


def _tell_course(course: CourseRow) -> _Cells:
    return {
        "schoolYearSourcedId": course.school_year_source_id or "",
        "title": course.title,
        "courseCode": course.code,
        "grades": _write_list(course.grades),
        "orgSourcedId": course.org_source_id,
        "subjects": _write_list(course.subjects),
        "subjectCodes": _write_list(course.subject_codes),
    }


def _tell_person(person: PersonRow, posts: dict[str, list[PostRow]]) -> _Cells:
    held = posts.get(person.source_id, [])
    roles = {_ROLES_OF_12.get(post.role, post.role) for post in held}
    if len(roles) != 1 or not roles <= set(ROLES_11):
        raise ValueError("OneRoster 1.1 needs exactly one role, of its own words, for every person")
    return {
        "enabledUser": _write_boolean(person.enabled),
        "orgSourcedIds": _write_list(dict.fromkeys(post.org_source_id for post in held)),
        "role": roles.pop(),
        "username": person.username,
        "userIds": _write_list(f"{{{kind}:{value}}}" for kind, value in person.other_ids),
        "givenName": person.given_name,
        "familyName": person.family_name,
        "identifier": person.identifier,
        "email": person.email,
        "grades": _write_list(person.grades),
        POSITION_TITLE: person.position_title,
    }


def _tell_section(section: SectionRow) -> _Cells:
    return {
        "title": section.title,
        "grades": _write_list(section.grades),
        "courseSourcedId": section.course_source_id,
        "classCode": section.code,
        "classType": section.kind,
        "schoolSourcedId": section.school_source_id,
        "termSourcedIds": _write_list(section.term_source_ids),
        "subjects": _write_list(section.subjects),
        "subjectCodes": _write_list(section.subject_codes),
    }


def _tell_tie(row: TeachingRow | EnrollmentRow) -> _Cells:
    return {
        "classSourcedId": row.section_source_id,
        "schoolSourcedId": row.school_source_id,
        "userSourcedId": row.person_source_id,
        "beginDate": _write_date(row.begins_on),
        "endDate": _write_date(row.ends_on),
    }


def _tell_teaching(row: TeachingRow) -> _Cells:
    return {**_tell_tie(row), "role": row.role, "primary": _write_boolean(row.primary)}


def _tell_enrollment(row: EnrollmentRow) -> _Cells:
    return {**_tell_tie(row), "role": "student"}


def _tell_demographics(row: DemographicsRow) -> _Cells:
    flags = {flag: _write_boolean(flag in row.groups) for flag in GROUP_FLAGS} if row.groups_known else {}
    return {"birthDate": _write_date(row.born_on), "sex": row.sex, **flags}
