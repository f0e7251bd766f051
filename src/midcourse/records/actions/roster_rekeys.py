"""Give stored people and schools the ids under which the source now sends them, so that their history stays one.

A person proposes nothing and the machine merges nothing: the pairs come from a plan's G_IDS_CHANGED guard, and a named
person accepts them. A re-keying is a run of its own, so it can be undone like one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.roster_plans import Kind, State, drop_plan, last_applied, last_places
from midcourse.records.actions.roster_subjects import BATCH, SUBJECTS
from midcourse.records.actions.roster_wishes import SOURCE_ID_LIMIT
from midcourse.records.actions.roster_writes import one_run_at_a_time
from midcourse.records.models import Post, RosterChange, RosterRun, SourcedRow, User


@dataclass(frozen=True, slots=True)
class RekeyPair:
    """A stored row and the id under which it comes now; `subject` is educator or school."""

    subject: str
    object_id: UUID
    source_id: str


def proposed_pairs(run: RosterRun) -> tuple[RekeyPair, ...]:
    """Return the pairs that a plan proposes."""
    return tuple(
        RekeyPair(subject, UUID(object_id), source_id)
        for guard in run.guards
        for subject, object_id, source_id in guard.get("pairs", ())
    )


def rekey(*, run: RosterRun, pairs: Sequence[RekeyPair] | None = None, by: User | None) -> RosterRun:
    """Give each stored row of `pairs` (default: all that the plan proposes) its new id, and drop the plan.

    Returns the run that records it; plan the files again afterwards. Raises `Refused` (ROSTER_STATE, ROSTER_PERSON,
    ROSTER_PAIRS, ROSTER_BUSY).
    """
    if by is None:
        raise Refused("ROSTER_PERSON", "Only a person may say that two ids are one.", "Sign in, or name who decides.")
    with one_run_at_a_time(run.district_id):
        plan = RosterRun.objects.select_for_update().get(pk=run.pk)
        if plan.state != State.PLANNED:
            raise Refused("ROSTER_STATE", f"This run is {plan.state}, not planned.", "Plan the files again.")
        proposed = proposed_pairs(plan)
        chosen = tuple(proposed if pairs is None else pairs)
        if not chosen or not set(chosen) <= set(proposed):
            raise Refused("ROSTER_PAIRS", "These pairs are not what the plan proposes.", "Choose among its pairs.")
        made = _begin_run(plan, by)
        changes = _change_rows(plan, made, chosen)
        RosterChange.objects.bulk_create(changes, batch_size=BATCH)
        drop_plan(plan)
        append_entry(
            act="rekey_roster",
            subject="roster_run",
            object_id=made.id,
            district_id=made.district_id,
            details={"changes": len(changes)},
            by=by,
        )
    return made


def _begin_run(plan: RosterRun, by: User) -> RosterRun:
    return RosterRun.objects.create(
        district_id=plan.district_id,
        kind=Kind.REKEY,
        state=State.APPLIED,
        source_system=plan.source_system,
        file_name=plan.file_name,
        file_sha256=plan.file_sha256,
        planned_by=by,
        applied_by=by,
        applied_at=timezone.now(),
        as_of=plan.as_of,
        built_on=last_applied(plan.district_id),
        places=last_places(plan.district, plan.source_system),
    )


def _change_rows(plan: RosterRun, made: RosterRun, pairs: Sequence[RekeyPair]) -> list[RosterChange]:
    changes: list[RosterChange] = []
    renamed: dict[str, dict[tuple[str, str], str]] = {"educator": {}, "school": {}}
    for pair in pairs:
        model: Any = SUBJECTS[pair.subject].model
        row = model.objects.get(pk=pair.object_id, district_id=plan.district_id)
        if model.objects.filter(
            district_id=plan.district_id, source_system=plan.source_system, source_id=pair.source_id
        ).exists():
            raise Refused("ROSTER_PAIRS", "One of the new ids is taken already.", "Plan the files again.")
        if row.source_id:
            renamed[pair.subject][row.source_system, row.source_id] = pair.source_id
        changes.append(_change_row(pair.subject, row, made, pair.source_id, len(changes)))
    made.places = _move_places(made.places, {old: new for (_, old), new in renamed["school"].items()})
    made.save(update_fields=["places"])
    for post, key in _rename_posts(plan, renamed):
        changes.append(_change_row("post", post, made, key, len(changes)))
    return changes


def _move_places(places: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    moved = {renamed.get(org, org): renamed.get(school, school) for org, school in places.items()}
    return {**moved, **{new: new for new in renamed.values()}}


def _rename_posts(plan: RosterRun, renamed: Mapping[str, Mapping[tuple[str, str], str]]) -> list[tuple[Post, str]]:
    """A post of 1.1 has no id of its own but is called person|organization, so it is renamed with either."""
    found = []
    people = renamed["educator"]
    systems = {system for system, _ in (*people, *renamed["school"])}
    schools = {**renamed["school"], **_rename_district(plan, systems)}
    taken = set(
        Post.objects.filter(district_id=plan.district_id, source_system=plan.source_system).values_list(
            "source_id", flat=True
        )
    )
    rows = Post.objects.filter(district_id=plan.district_id, source_system__in=systems, source_id__contains="|")
    for post in rows:
        person, _, place = post.source_id.partition("|")
        system = post.source_system
        key = f"{people.get((system, person), person)}|{schools.get((system, place), place)}"
        if key != post.source_id and key not in taken and len(key) <= SOURCE_ID_LIMIT:
            taken.add(key)
            found.append((post, key))
    return found


def _rename_district(plan: RosterRun, systems: set[str]) -> dict[tuple[str, str], str]:
    """The district is no row of ours, but posts are called after it too: one id before and one now are the same."""
    found = {}
    for system in systems:
        before = {org for org, school in last_places(plan.district, system).items() if not school}
        now = {org for org, school in plan.places.items() if not school} - before
        if len(before) == 1 and len(now) == 1:
            found[system, before.pop()] = now.pop()
    return found


def _change_row(subject: str, row: SourcedRow, made: RosterRun, source_id: str, order: int) -> RosterChange:
    before = {
        "source_id": row.source_id,
        "source_system": row.source_system,
        "last_run_id": str(row.last_run_id) if row.last_run_id else None,
    }
    row.source_id, row.source_system, row.last_run = source_id, made.source_system, made
    row.save(update_fields=["source_id", "source_system", "last_run"])
    return RosterChange(
        district_id=made.district_id,
        run=made,
        order=order,
        act=RosterChange.Act.UPDATE,
        subject=subject,
        source_id=source_id,
        object_id=row.pk,
        before=before,
        after={"source_id": source_id, "source_system": made.source_system},
    )


__all__ = ["RekeyPair", "proposed_pairs", "rekey"]
