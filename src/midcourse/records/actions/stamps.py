"""What the server stamps on a visit when it arrives, so that later analysis never needs to know the teacher.

School, grade band, subject, whether the visited teacher had had the PD, whether new, and the room key. Nothing finer
(privacy 2.2). A teacher is looked up here to be stamped and is returned only to be the visit's short-lived host.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from midcourse.records.actions.calendars import SchoolCalendar, load_calendar
from midcourse.records.actions.secrets import room_stamp, year_secret
from midcourse.records.models import District, Educator, Section, TeachingAssignment, Walkthrough

HOST_WEEKS = 8
"""The longest that the site knows whom a visit concerns (privacy 2.1)."""
FEWEST_ALIKE = 5
"""Teachers of one school and grade band who must share what is stamped of one of them (privacy 2.4)."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps of one visit, and (for the host row only) whom it concerns and until when that is known."""

    school_year: int
    had_pd: bool | None
    new_arrival: bool | None
    room_key: str
    teacher: Educator | None
    teachers: frozenset[UUID]
    delete_after: dt.date


@dataclass
class StampBook:
    """Makes the stamps of many visits of one district, asking the store once for each thing."""

    district: District
    _assignments: dict[UUID, list[TeachingAssignment]] = field(default_factory=dict)
    _secrets: dict[int, bytes] = field(default_factory=dict)
    _calendar: SchoolCalendar | None = None
    _taught_in: dict[tuple[UUID, str], list[TeachingAssignment]] = field(default_factory=dict)
    _peers: dict[tuple[UUID, str, dt.date], tuple[Educator, ...]] = field(default_factory=dict)

    @property
    def calendar(self) -> SchoolCalendar:
        """The district's calendar, read on first use."""
        if self._calendar is None:
            self._calendar = load_calendar(self.district)
        return self._calendar

    def secret(self, school_year: int) -> bytes:
        """The year's secret, read on first use."""
        if school_year not in self._secrets:
            self._secrets[school_year] = year_secret(self.district, school_year)
        return self._secrets[school_year]

    def stamp(
        self,
        *,
        visited_on: dt.date,
        section: Section | None,
        teacher: Educator | None = None,
        place: str,
        walkthrough: Walkthrough | None,
    ) -> Stamps:
        """Return the stamps of one visit. `place` stands in for the classroom where no teacher of record is known."""
        taught = self._taught(section, visited_on) if section else []
        teacher = teacher or (taught[0].educator if taught else None)
        year = self.calendar.school_year(visited_on)
        # Nobody of record: all such visits to one place are one cluster, the cautious reading.
        key = room_stamp(self.secret(year), str(teacher.id) if teacher else f"place:{place}")
        peers = self._teachers_beside(section, visited_on) if section and teacher else ()

        def had_pd(one: Educator) -> bool:
            return one.had_pd_on is not None and one.had_pd_on <= visited_on

        def is_new(one: Educator) -> bool | None:
            return self.calendar.school_year(one.arrived_on) == year if one.arrived_on else None

        return Stamps(
            school_year=year,
            had_pd=_shared(teacher, peers, had_pd),
            new_arrival=_shared(teacher, peers, is_new),
            room_key=key,
            teacher=teacher,
            teachers=frozenset(a.educator_id for a in taught) | ({teacher.id} if teacher else frozenset()),
            delete_after=self._delete_after(visited_on, walkthrough),
        )

    def _teachers_beside(self, section: Section, day: dt.date) -> tuple[Educator, ...]:
        """Return everyone who taught the section's grade band at its school on the day."""
        group = (section.school_id, section.grade_band)
        if group not in self._taught_in:
            rows = TeachingAssignment.objects.filter(section__school_id=group[0], section__grade_band=group[1])
            self._taught_in[group] = list(rows.select_related("educator"))
        if (*group, day) not in self._peers:
            found = {a.educator_id: a.educator for a in self._taught_in[group] if in_force(a, day)}
            self._peers[*group, day] = tuple(found.values())
        return self._peers[*group, day]

    def learn(self, sections: Iterable[Section]) -> None:
        """Read who teaches many sections at once: an import of visits would otherwise ask for each."""
        wanted = {section.id for section in sections} - set(self._assignments)
        found: dict[UUID, list[TeachingAssignment]] = {section_id: [] for section_id in wanted}
        for row in TeachingAssignment.objects.filter(section__district=self.district).select_related("educator"):
            if row.section_id in found:
                found[row.section_id].append(row)
        for section_id, rows in found.items():
            self._assignments[section_id] = _of_record_first(rows)

    def _delete_after(self, visited_on: dt.date, walkthrough: Walkthrough | None) -> dt.date:
        """The end of the cycle (the walkthrough's, or else the calendar's), at the latest eight weeks after."""
        latest = visited_on + dt.timedelta(weeks=HOST_WEEKS)
        closes = walkthrough.ends_on if walkthrough else self.calendar.cycle_end(visited_on)
        return min(closes, latest) if closes else latest

    def _taught(self, section: Section, day: dt.date) -> list[TeachingAssignment]:
        """Return who taught the section on the day, the teacher of record first."""
        if section.id not in self._assignments:
            rows = TeachingAssignment.objects.filter(section=section).select_related("educator")
            self._assignments[section.id] = sorted(rows, key=_record_order)
        return [a for a in self._assignments[section.id] if in_force(a, day)]


def _shared(
    teacher: Educator | None, peers: Iterable[Educator], trait: Callable[[Educator], bool | None]
) -> bool | None:
    """Return a trait of the visited teacher where enough of the teachers beside them share it, and None otherwise: of
    one newcomer among four veterans it would say whose classroom it was."""
    own = trait(teacher) if teacher is not None else None
    alike = sum(trait(one) == own for one in peers)
    return own if alike >= FEWEST_ALIKE else None


def _record_order(assignment: TeachingAssignment) -> tuple[bool, dt.date, str]:
    """The teacher of record comes first: the primary one, and of several the one who is there longest."""
    return (not assignment.primary, assignment.begins_on or dt.date.min, str(assignment.educator_id))


def _of_record_first(rows: Iterable[TeachingAssignment]) -> list[TeachingAssignment]:
    return sorted(rows, key=lambda a: (not a.primary, str(a.id)))


def in_force(assignment: TeachingAssignment, day: dt.date) -> bool:
    """Return whether an assignment held on a day; the same rule as `TeachingAssignment.objects.on`."""
    return (
        (assignment.begins_on is None or assignment.begins_on <= day)
        and (assignment.ends_on is None or assignment.ends_on >= day)
        and (assignment.active or (assignment.deactivated_on is not None and assignment.deactivated_on > day))
    )
