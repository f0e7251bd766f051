"""Fact tables `sections` and `assignments`: the rosters against which coverage and participation are counted.

Decides from which roster dates a class and a teacher count. `sections` carry room keys, `assignments` educator keys:
the two never meet in one row. Nothing that tells classes apart stands beside a room key, their size least of all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Min

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import CHUNK, Row
from midcourse.records.models import Section, TeachingAssignment


@dataclass(frozen=True, slots=True)
class TaughtSection:
    """A section in one school year, with the dates between which it stands on the roster."""

    id: UUID
    school_year: int
    school_id: str
    grade_band: str
    subject: str
    begins_on: dt.date
    ends_on: dt.date | None


Taught = dict[UUID, list[TaughtSection]]


def taught_sections(origin: Origin) -> Taught:
    """Return the sections on the roster by the snapshot's day by the store's id, one entry per school year.

    A section that a later roster no longer holds ends on the day it went missing, or with its terms, whichever is
    first; it is history, not an error, and stays. One without terms stands on the roster of every school year that its
    dates, or those of its teachers, touch: each year has its own keys.
    """
    terms = {term.pk: term for term in origin.calendar.terms}
    spans: dict[UUID, list[UUID]] = {}
    through = Section.terms.through.objects.filter(section__district=origin.district)
    for section_id, term_id in through.values_list("section_id", "term_id"):
        spans.setdefault(section_id, []).append(term_id)
    assignments = TeachingAssignment.objects.filter(district=origin.district, begins_on__isnull=False).order_by()
    taught_from = dict(assignments.values_list("section_id").annotate(first=Min("begins_on")))
    columns = ("pk", "school_id", "grade_band", "subject", "begins_on", "ends_on", "deactivated_on")
    found: Taught = {}
    for pk, school, band, subject, begins_on, ends_on, gone_on in (
        Section.objects.filter(district=origin.district).order_by().values_list(*columns).iterator(CHUNK)
    ):
        own = [terms[t] for t in spans.get(pk, ()) if t in terms]
        begins = begins_on or min((t.begins_on for t in own), default=None) or taught_from.get(pk)
        ends = _first(ends_on or max((t.ends_on for t in own), default=None), _known(gone_on, origin))
        year = max((t.school_year for t in own), default=None)
        found[pk] = [
            TaughtSection(pk, of_year, str(school), band, subject, first, last)
            for of_year, first, last in _years(origin, year, begins, ends)
            # one that was withdrawn before it began was a roster's mistake
            if first <= origin.as_of and (last is None or last >= first)
        ]
    return found


def _years(
    origin: Origin, year: int | None, begins: dt.date | None, ends: dt.date | None
) -> list[tuple[int, dt.date, dt.date | None]]:
    """Return the school years of a section with its first and last day in each."""
    if begins is None:
        return []
    if year is not None:
        return [(year, begins, ends)]
    return [
        (of_year, max(begins, first), _first(ends, last))
        for of_year, (first, last) in origin.calendar.years.items()
        if begins <= last and (ends is None or ends >= first)
    ] or [(origin.school_year_of(begins), begins, ends)]


def section_rows(origin: Origin, sections: Taught) -> Iterator[Row]:
    """Yield the rows of `sections`, each with the room key of its teacher of record."""
    teachers = _teachers_of_record(origin)
    rooms: dict[tuple[UUID, int], str | None] = {}
    for section in (one for years in sections.values() for one in years):
        teacher = teachers.get(section.id)
        room = None
        if teacher is not None:
            at = (teacher, section.school_year)
            if at not in rooms:
                rooms[at] = origin.room_of_teacher(*at)
            room = rooms[at]
        yield (
            *(origin.id, section.school_year, origin.section(section.id, section.school_year)),
            *(section.school_id, section.grade_band, section.subject, room),
            *(section.begins_on, section.ends_on, section.begins_on, section.begins_on),
        )


def assignment_rows(origin: Origin, sections: Taught) -> Iterator[Row]:
    """Yield the rows of `assignments`: one per educator, school, grade band, subject and school year."""
    spans: dict[tuple[UUID, int, str, str, str], tuple[dt.date, dt.date | None]] = {}
    columns = ("section_id", "educator_id", "begins_on", "ends_on", "deactivated_on")
    assignments = TeachingAssignment.objects.filter(district=origin.district).order_by()
    for section_id, educator, begins_on, ends_on, gone_on in assignments.values_list(*columns).iterator(CHUNK):
        for section in sections.get(section_id, ()):
            begins = max(begins_on or section.begins_on, section.begins_on)
            ends = _first(_first(ends_on, _known(gone_on, origin)), section.ends_on)
            if begins > origin.as_of or (ends is not None and ends < begins):
                continue
            place = (educator, section.school_year, section.school_id, section.grade_band, section.subject)
            earlier, later = spans.get(place, (begins, ends))
            spans[place] = min(begins, earlier), None if ends is None or later is None else max(ends, later)
    for (educator, year, school, band, subject), (begins, ends) in spans.items():
        yield (
            *(origin.id, year, origin.educator(educator, year), school, band, subject),
            *(begins, ends, begins, begins),
        )


def _teachers_of_record(origin: Origin) -> dict[UUID, UUID]:
    """Return each section's teacher of record: the primary one, and of several the one who is there longest."""
    best: dict[UUID, tuple[tuple[bool, bool, dt.date, str], UUID]] = {}
    columns = ("section_id", "educator_id", "primary", "active", "begins_on")
    for section, educator, primary, active, begins_on in TeachingAssignment.objects.filter(
        district=origin.district
    ).values_list(*columns):
        rank = (not primary, not active, begins_on or dt.date.min, str(educator))
        if section not in best or rank < best[section][0]:
            best[section] = rank, educator
    return {section: educator for section, (_, educator) in best.items()}


def _first(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _known(gone_on: dt.date | None, origin: Origin) -> dt.date | None:
    """Return the day on which a roster lost a row, if it had by the snapshot's day: nobody looks ahead."""
    return gone_on if gone_on is not None and gone_on <= origin.as_of else None
