"""Student counts from a complete file: per section, and per school, grade and (where the district asked) subgroup.

Pupils pass through the memory of one plan and are not stored. A count is planned only when it differs from the one in
force, so the same bundle twice plans none. Changes of single pupils (delta) cannot be counted and say so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from midcourse.exchange import Change, DemographicsRow, Mode, PersonKind
from midcourse.records.actions.roster_wishes import Drafting
from midcourse.records.models import District, StudentCount
from midcourse.vocabulary import Subgroup

_RACES = {
    "americanIndianOrAlaskaNative": "american_indian",
    "asian": "asian",
    "blackOrAfricanAmerican": "black",
    "nativeHawaiianOrOtherPacificIslander": "pacific_islander",
    "white": "white",
}
_HISPANIC = "hispanicOrLatinoEthnicity"
_SEVERAL = "demographicRaceTwoOrMoreRaces"


class CountKey(NamedTuple):
    """What one count is of; ids as text."""

    school_id: str
    section_id: str | None
    grade: str
    subgroup_kind: str
    subgroup: str


def count_students(
    draft: Drafting, district: District, in_force: Mapping[CountKey, int]
) -> Iterator[tuple[CountKey, int | None, int]]:
    """Yield each count that changes: what it is of, the number in force (None if none yet), the new number."""
    files = (*_people_files(draft), "classes.csv", "enrollments.csv")
    if not all(draft.bundle.get_file(file).complete for file in files):
        return  # rows were swallowed: pupils who are not named may be there all the same
    counted = {**_count_sections(draft), **_count_schools(draft, district)}
    spoken_of = _places_spoken_of(draft)
    for key in sorted({*counted, *in_force}, key=str):
        before, after = in_force.get(key), counted.get(key)
        asked = key.subgroup_kind == Subgroup.ALL or district.counts_subgroups
        if after is None and asked and (key.school_id, key.section_id) in spoken_of:
            after = 0  # the complete file names no pupil there any more
        if after is not None and after != (before or 0):
            yield key, before, after


def read_in_force(district: District, day: dt.date) -> dict[CountKey, int]:
    """Return the counts that hold on a day."""
    rows = StudentCount.objects.filter(district=district).in_force(day)
    columns = ("school_id", "section_id", "grade", "subgroup_kind", "subgroup", "students")
    return {
        CountKey(str(school), str(section) if section else None, grade, kind, subgroup): students
        for school, section, grade, kind, subgroup, students in rows.values_list(*columns)
    }


def _places_spoken_of(draft: Drafting) -> set[tuple[str, str | None]]:
    """Return the (school, None) and (school, section) of which a missing count means zero: their files are complete,
    they are of this source, and the section was not over before."""
    places: set[tuple[str, str | None]] = set()
    if _is_complete(draft, *_people_files(draft)):
        places |= {(str(row.id), None) for row in draft.stored["school"].values()}
    if _is_complete(draft, "enrollments.csv"):
        today = draft.as_of.isoformat()
        places |= {
            (row.values["school_id"], str(row.id))
            for row in draft.stored["section"].values()
            if row.active and (row.values["ends_on"] or today) >= today
        }
    return places


def _people_files(draft: Drafting) -> tuple[str, ...]:
    return ("users.csv", "roles.csv") if draft.bundle.version.startswith("1.2") else ("users.csv",)


def _is_complete(draft: Drafting, *files: str) -> bool:
    return all(draft.bundle.get_file(file).mode is Mode.BULK for file in files)


def _count_sections(draft: Drafting) -> dict[CountKey, int]:
    if not _is_complete(draft, "enrollments.csv"):
        _note_single_pupils(draft)
        return {}
    pupils: dict[str, set[str]] = {}
    for row in draft.bundle.enrollments:
        if row.change is Change.UPSERT and not (row.ends_on and row.ends_on < draft.as_of):
            pupils.setdefault(row.section_source_id, set()).add(row.person_source_id)
    counted = {}
    for section, members in pupils.items():
        section_id = draft.id_of("section", section)
        school_id = draft.value("section", section, "school_id")
        if section_id and school_id:
            counted[CountKey(school_id, section_id, "", Subgroup.ALL.value, "")] = len(members)
    return counted


def _note_single_pupils(draft: Drafting) -> None:
    for row in draft.bundle.enrollments:
        draft.notes.add("W_COUNTS_WAIT", row.file, row.line)


def _count_schools(draft: Drafting, district: District) -> dict[CountKey, int]:
    if not _is_complete(draft, *_people_files(draft)):
        return {}
    pupils = {
        person.source_id: str(person.grades[0]) if person.grades else ""
        for person in draft.bundle.people
        if person.kind is PersonKind.STUDENT and person.change is Change.UPSERT
    }
    groups = _read_groups(draft.bundle.demographics) if district.counts_subgroups else {}
    counted: Counter[CountKey] = Counter()
    seen: set[tuple[str, str]] = set()
    for post in draft.bundle.posts:
        school_id = draft.id_of("school", draft.places.get(post.org_source_id))
        person = post.person_source_id
        over = post.ends_on is not None and post.ends_on < draft.as_of
        if person not in pupils or school_id is None or over or post.role != "student":
            continue
        if post.change is Change.DELETE or (person, school_id) in seen:
            continue
        seen.add((person, school_id))
        counted[CountKey(school_id, None, pupils[person], Subgroup.ALL.value, "")] += 1
        for kind, group in groups.get(person, ()):
            counted[CountKey(school_id, None, pupils[person], kind.value, group)] += 1
    return dict(counted)


def _read_groups(rows: Iterable[DemographicsRow]) -> dict[str, list[tuple[Subgroup, str]]]:
    """Return each pupil's groups. Race follows the federal rule for reports: Hispanic of any race first, then two or
    more, then the one. Source: 72 Fed. Reg. 59266 (2007)."""
    groups: dict[str, list[tuple[Subgroup, str]]] = {}
    for row in rows:
        mine: list[tuple[Subgroup, str]] = []
        if row.sex:
            mine.append((Subgroup.GENDER, row.sex))
        races = [name for flag, name in _RACES.items() if flag in row.groups]
        if _HISPANIC in row.groups:
            mine.append((Subgroup.RACE, "hispanic"))
        elif _SEVERAL in row.groups or len(races) > 1:
            mine.append((Subgroup.RACE, "two_or_more"))
        elif races:
            mine.append((Subgroup.RACE, races[0]))
        groups[row.source_id] = mine
    return groups


def as_count(key: CountKey, students: int) -> dict[str, Any]:
    """Return a count as the plan holds it."""
    return {**key._asdict(), "students": students}
