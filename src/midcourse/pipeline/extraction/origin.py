"""One district as the extraction sees it: its school years, its keys, and the day up to which facts are gathered.

Decides which secret makes which key. Rooms and sections: the school year's own secret, so that nobody can lead them
back to a person once it is destroyed. Observers and the store's ids of visits: the secret that the district keeps;
neither names the visited teacher.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import F, Q

from midcourse.facts import educator_key, observer_key, record_key, room_key
from midcourse.records.actions.calendars import SchoolCalendar
from midcourse.records.actions.secrets import observer_secret, room_stamp, year_secret
from midcourse.records.models import Closure, District, KeySecret, Term


@dataclass(frozen=True)
class Origin:
    """A district's records up to `as_of`, with what every table's extraction needs of them."""

    district: District
    as_of: dt.date

    @property
    def id(self) -> str:
        """Return the district's id as facts carry it."""
        return str(self.district.pk)

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """Return terms and closures. A term that a later roster no longer holds had begun by then: it is history."""
        terms = Term.objects.filter(
            Q(active=True) | Q(deactivated_on__gt=F("begins_on")), district=self.district
        ).order_by("begins_on", "ends_on", "title")
        closures = Closure.objects.filter(district=self.district).order_by("begins_on")
        return SchoolCalendar(tuple(terms), tuple(closures))

    def school_year_of(self, day: dt.date) -> int:
        """Return the school year (the year in which it ends) of a day."""
        return self.calendar.school_year(day)

    @cached_property
    def _lasting(self) -> bytes:
        return observer_secret(self.district)

    @cached_property
    def _destroyed(self) -> frozenset[int]:
        gone = KeySecret.objects.filter(
            district=self.district, purpose=KeySecret.Purpose.YEAR, destroyed_at__isnull=False
        )
        return frozenset(gone.values_list("school_year", flat=True))

    @cached_property
    def _years(self) -> dict[int, bytes]:
        return {}

    def _secret(self, school_year: int) -> bytes | None:
        """Return the year's secret, or None once it is destroyed."""
        if school_year in self._destroyed:
            return None
        if school_year not in self._years:
            self._years[school_year] = year_secret(self.district, school_year)
        return self._years[school_year]

    def room_of_visit(self, stamp: str, school_year: int) -> str:
        """Return the room key of a visit from the stamp it carries.

        Once the year's secret is destroyed the stamp itself is the key: it was made with that secret, so nobody can
        lead it back any more, and it still tells rooms apart. An old visit without a stamp has no room.
        """
        secret = self._secret(school_year)
        return room_key(secret, stamp) if secret is not None and stamp else stamp

    def room_of_teacher(self, educator_id: UUID, school_year: int) -> str | None:
        """Return the room key of a teacher of record, the same as on the visits; None once the secret is destroyed."""
        secret = self._secret(school_year)
        return room_key(secret, room_stamp(secret, str(educator_id))) if secret is not None else None

    def section(self, section_id: UUID, school_year: int) -> str:
        """Return a section's key. It stands beside a room key, so it must not outlive the year's secret."""
        return record_key(self._secret(school_year) or self._lasting, "section", str(section_id))

    def educator(self, educator_id: UUID, school_year: int) -> str:
        """Return the key of a participant. Participation is not secret from the district, so it may outlive a year."""
        return educator_key(self._secret(school_year) or self._lasting, str(educator_id))

    def observer(self, educator_id: UUID) -> str:
        """Return the key of an observer, the same in every school year."""
        return observer_key(self._lasting, str(educator_id))

    def record(self, kind: str, record_id: UUID) -> str:
        """Return the key of a record that names no visited teacher (a visit, a protocol version)."""
        return record_key(self._lasting, kind, str(record_id))
