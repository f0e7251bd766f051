"""Compare wishes with what is stored: create, update field by field, reactivate, deactivate, unchanged.

Absent rows of a complete file are deactivated, never deleted; an older row never overwrites a newer one; rows of other
source systems, manual ones among them, are never looked at. Source: standards 1.5 and 11.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from midcourse.records.actions.roster_notes import NoteLog
from midcourse.records.actions.roster_subjects import Stored, make_plain
from midcourse.records.actions.roster_wishes import Wish, Wishes
from midcourse.records.models import RosterChange

Act = RosterChange.Act


@dataclass(slots=True)
class Draft:
    """One change before it is stored as a `RosterChange`."""

    act: RosterChange.Act
    subject: str
    source_id: str
    object_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]
    file: str = ""
    line: int | None = None


@dataclass(slots=True)
class Difference:
    """What one subject needs, and how many rows are already as they should be."""

    drafts: list[Draft] = field(default_factory=list)
    unchanged: int = 0


def compare_subject(
    subject: str,
    wishes: Wishes,
    stored: dict[str, Stored],
    ids: dict[str, UUID],
    *,
    as_of: dt.date,
    notes: NoteLog,
) -> Difference:
    """Return what has to be done so that the stored rows of one subject are as wished for."""
    difference = Difference()
    wished: set[str] = set()
    for wish in wishes.rows:
        wished.add(wish.source_id)
        row = stored.get(wish.source_id)
        if reason := _pass_over(wish, row):
            notes.add(reason, wish.file, wish.line)
            continue
        draft = _compare(subject, wish, row, ids, wishes.delta, as_of, notes)
        if draft is None:
            difference.unchanged += 1
        else:
            difference.drafts.append(draft)
    for source_id, row in stored.items():
        left_out = wishes.complete and source_id not in wished and source_id not in wishes.spared
        if row.active and (left_out or source_id in wishes.gone):
            difference.drafts.append(_deactivate(subject, row, as_of))
    return difference


def _pass_over(wish: Wish, row: Stored | None) -> str:
    if row is None:
        return "W_UNKNOWN_LEAVER" if wish.deleted else ""
    is_late = wish.modified_at and row.modified_at and wish.modified_at < row.modified_at
    return "W_LATE" if is_late else ""


def _compare(
    subject: str,
    wish: Wish,
    row: Stored | None,
    ids: dict[str, UUID],
    is_delta: bool,
    as_of: dt.date,
    notes: NoteLog,
) -> Draft | None:
    if row is None:
        after = {**wish.values, **wish.at_birth, "source_modified_at": make_plain(wish.modified_at)}
        object_id = ids.get(wish.source_id) or uuid4()
        return Draft(Act.CREATE, subject, wish.source_id, object_id, {}, after, wish.file, wish.line)
    if wish.deleted:
        return _deactivate(subject, row, as_of, wish) if row.active else None
    changed = {name: value for name, value in wish.values.items() if row.values.get(name) != value}
    if subject == "educator" and _is_somebody_else(changed, row):
        notes.add("W_ID_REUSED", wish.file, wish.line)
    # In a delta the date itself is news: it must stop an older row that arrives later. Bulk exports stamp every row
    # anew each night, which is no change.
    is_newer = is_delta and wish.modified_at is not None and wish.modified_at != row.modified_at
    if row.active and not changed and not is_newer:
        return None
    before = {name: row.values.get(name) for name in changed}
    if wish.modified_at:
        before["source_modified_at"], changed["source_modified_at"] = (
            make_plain(row.modified_at),
            make_plain(wish.modified_at),
        )
    act = Act.UPDATE
    if not row.active:
        act = Act.REACTIVATE
        before |= {"active": False, "deactivated_on": row.deactivated_on}
        changed |= {"active": True, "deactivated_on": None}
    before["last_run_id"] = row.last_run
    return Draft(act, subject, wish.source_id, row.id, before, changed, wish.file, wish.line)


def _is_somebody_else(changed: dict[str, Any], row: Stored) -> bool:
    renamed = "given_name" in changed and "family_name" in changed
    return renamed and "identifier" in changed and bool(row.values["identifier"] and changed["identifier"])


def _deactivate(subject: str, row: Stored, as_of: dt.date, wish: Wish | None = None) -> Draft:
    before: dict[str, Any] = {"active": True, "deactivated_on": row.deactivated_on, "last_run_id": row.last_run}
    after: dict[str, Any] = {"active": False, "deactivated_on": make_plain(as_of)}
    if wish and wish.modified_at:
        before["source_modified_at"] = make_plain(row.modified_at)
        after["source_modified_at"] = make_plain(wish.modified_at)
    file, line = (wish.file, wish.line) if wish else ("", None)
    return Draft(Act.DEACTIVATE, subject, row.source_id, row.id, before, after, file, line)
