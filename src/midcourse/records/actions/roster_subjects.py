"""The subjects that a roster owns, and a stored row in the same plain form as a planned one, so that the two compare.

Plain means what JSON holds: dates as ISO text, ids as text, a section's terms as a sorted list. What a row *should*
be is decided in `roster_wishes` and `staff_lists`; what to do about a difference in `roster_plans`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models

from midcourse.records.models import (
    Course,
    District,
    Educator,
    Post,
    School,
    Section,
    SourcedRow,
    TeachingAssignment,
    Term,
)


@dataclass(frozen=True, slots=True)
class RosterSubject:
    """One kind of row: our word, its table, the fields that a roster decides, and of which school a row counts."""

    name: str
    model: type[SourcedRow]
    fields: tuple[str, ...]
    many: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Fields that stand in the row itself."""
        return tuple(name for name in self.fields if name != self.many)


SUBJECTS: Mapping[str, RosterSubject] = {
    subject.name: subject
    for subject in (
        RosterSubject("school", School, ("name", "state_id")),
        RosterSubject("term", Term, ("kind", "title", "begins_on", "ends_on", "school_year", "parent_id")),
        RosterSubject("educator", Educator, ("given_name", "family_name", "email", "identifier", "username")),
        RosterSubject("post", Post, ("educator_id", "school_id", "role", "title", "begins_on", "ends_on")),
        RosterSubject("course", Course, ("title", "code", "subject", "grades")),
        RosterSubject(
            "section",
            Section,
            ("school_id", "course_id", "terms", "title", "code", "grades", "grade_band", "subject", "begins_on",
             "ends_on"),
            many="terms",
        ),
        RosterSubject(
            "assignment", TeachingAssignment, ("section_id", "educator_id", "primary", "begins_on", "ends_on")
        ),
    )
}  # fmt: skip
"""In the order in which they are written: whatever points at a row comes after it."""

COUNT = "student_count"
"""A count is no `SourcedRow`: a new number is a new dated row, and nothing is overwritten."""

BATCH = 500
"""Rows per statement; SQLite allows 32,766 parameters, and our widest row has about 20."""


@dataclass(slots=True)
class Stored:
    """One stored row in plain form."""

    id: UUID
    source_id: str
    source_system: str
    active: bool
    modified_at: dt.datetime | None
    last_run: str | None
    deactivated_on: str | None
    values: dict[str, Any] = field(default_factory=dict)


def make_plain(value: Any) -> Any:
    """Return a field's value as JSON holds it.

    >>> make_plain(dt.date(2025, 9, 1))
    '2025-09-01'
    """
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def clip(model: type[models.Model], name: str, text: str) -> str:
    """Return text as the column takes it: PostgreSQL refuses what is too long, and a NUL."""
    limit = model._meta.get_field(name).max_length  # type: ignore[union-attr]
    return text.replace("\x00", "")[:limit]


def to_python(model: type[models.Model], name: str, value: Any) -> Any:
    """Return a plain value in the type of the model's field; `name` may be a foreign key's column."""
    return model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut into lists of at most `BATCH`."""
    rows = list(items)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def read_stored(subject: RosterSubject, rows: models.QuerySet[Any]) -> list[Stored]:
    """Return rows of one subject in plain form, with two queries at most."""
    head = ("id", "source_id", "source_system", "active", "source_modified_at", "last_run_id", "deactivated_on")
    found = []
    for line in rows.order_by().values_list(*head, *subject.columns).iterator(chunk_size=2000):
        values = dict(zip(subject.columns, map(make_plain, line[len(head) :]), strict=True))
        row_id, source_id, system, active, modified_at, last_run, deactivated_on = line[: len(head)]
        found.append(
            Stored(
                row_id, source_id, system, active, modified_at, make_plain(last_run), make_plain(deactivated_on), values
            )
        )
    if subject.many:
        by_row: dict[UUID, list[str]] = defaultdict(list)
        through = getattr(subject.model, subject.many).through
        target = SUBJECTS["term"].model._meta.model_name
        pairs = through.objects.filter(**{f"{subject.name}__in": rows.order_by().values("id")})
        for row_id, target_id in pairs.values_list(f"{subject.name}_id", f"{target}_id"):
            by_row[row_id].append(str(target_id))
        for stored in found:
            stored.values[subject.many] = sorted(by_row.get(stored.id, []))
    return found


def load_stored(subject: RosterSubject, district: District, source_system: str) -> dict[str, Stored]:
    """Return a district's rows of one source system by their source id."""
    rows = subject.model._default_manager.filter(district=district, source_system=source_system).exclude(source_id="")
    return {stored.source_id: stored for stored in read_stored(subject, rows)}
