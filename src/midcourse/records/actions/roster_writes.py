"""Apply, undo and drop roster runs: exactly the plan, all or nothing, one run per district at a time.

Apply recomputes nothing. It checks that every row it touches is still as it was when planned, and refuses otherwise.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from midcourse.records.access import exceeds
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.roster_plans import Kind, State, drop_plan, last_applied
from midcourse.records.actions.roster_subjects import (
    BATCH,
    COUNT,
    SUBJECTS,
    RosterSubject,
    Stored,
    chunks,
    make_plain,
    read_stored,
    to_python,
)
from midcourse.records.models import District, Post, RosterChange, RosterRun, StudentCount, User
from midcourse.vocabulary import Role

Act = RosterChange.Act


@contextmanager
def one_run_at_a_time(district_id: UUID) -> Iterator[None]:
    """Open the transaction of a run and hold the district, so that no second run writes at the same time."""
    is_open = False
    try:
        with transaction.atomic():
            District.objects.select_for_update(nowait=connection.features.has_select_for_update_nowait).get(
                pk=district_id
            )
            is_open = True
            yield
    except OperationalError as error:
        if is_open:
            raise
        raise Refused(
            "ROSTER_BUSY", "Another roster run of this district is being written.", "Wait a minute and try again."
        ) from error


def apply_roster(*, run: RosterRun, override_reason: str = "", by: User | None) -> RosterRun:
    """Write exactly the plan in one transaction.

    A guarded run needs `override_reason` and a named person. Raises `Refused` (ROSTER_STATE, ROSTER_GUARD,
    ROSTER_MOVED, ROSTER_BUSY, higher_role); then nothing was written.
    """
    with one_run_at_a_time(run.district_id):
        run = RosterRun.objects.select_for_update().get(pk=run.pk)
        _check_may_apply(run, override_reason.strip(), by)
        changes = list(run.changes.all())
        _check_store(run, changes)
        _refuse_wider_posts(changes, run, by)
        _write_changes(run, changes)
        run.state = State.APPLIED
        run.applied_at, run.applied_by = timezone.now(), by
        run.override_reason = override_reason.strip()[:500]
        run.save(update_fields=["state", "applied_at", "applied_by", "override_reason"])
        details: dict[str, object] = {"changes": len(changes)}
        if run.guards:
            details["overridden"] = [guard["code"] for guard in run.guards]
        append_entry(
            act="apply_roster",
            subject="roster_run",
            object_id=run.id,
            district_id=run.district_id,
            details=details,
            by=by,
        )
    return run


def _refuse_wider_posts(changes: Sequence[RosterChange], run: RosterRun, by: User | None) -> None:
    """Refuse a plan that gives anybody a post of the whole district with wider rights than the doer's own (as
    `people.add_post` does): else a staff list would make its sender a superintendent."""
    if by is None:
        return
    posts = [c for c in changes if c.subject == "post" and c.act != RosterChange.Act.DEACTIVATE]
    stored = Post.objects.in_bulk([c.object_id for c in posts])
    for change in posts:
        before = stored.get(change.object_id)
        role = change.after.get("role") or (before.role if before else "")
        school = change.after.get("school_id", before and before.school_id)
        if role and not school and exceeds(by, Role(role), district_id=run.district_id):
            raise Refused(
                "higher_role",
                f"The plan gives a post as {role.replace('_', ' ')}, which may do more in the district than you.",
                "Have somebody with that role, or whoever runs the site, apply it.",
            )


def _check_may_apply(run: RosterRun, reason: str, by: User | None) -> None:
    if run.state != State.PLANNED:
        raise Refused("ROSTER_STATE", f"This run is {run.state}, not planned.", "Plan the files again.")
    if run.guards:
        codes = ", ".join(sorted({guard["code"] for guard in run.guards}))
        if "G_NOT_ONEROSTER" in codes:
            raise Refused("ROSTER_GUARD", "These files are not a OneRoster export.", run.guards[0]["remedy"])
        if not reason or by is None:
            raise Refused(
                "ROSTER_GUARD",
                f"The plan waits for a decision: {codes}.",
                "Read the guards. To apply anyway, a signed-in person gives a reason.",
            )
    if run.built_on != last_applied(run.district_id):
        raise Refused(
            "ROSTER_MOVED", "Another run was applied or undone since this one was planned.", "Plan the files again."
        )


def _check_store(run: RosterRun, changes: Sequence[RosterChange]) -> None:
    """Refuse when a row that the plan touches is no longer as planned, or a row that it creates is there already."""
    for name, subject in SUBJECTS.items():
        mine = [change for change in changes if change.subject == name]
        for batch in chunks(change for change in mine if change.act == Act.CREATE):
            keys = [change.source_id for change in batch]
            if subject.model._default_manager.filter(
                district_id=run.district_id, source_system=run.source_system, source_id__in=keys
            ).exists():
                raise _moved()
        touched = [change for change in mine if change.act != Act.CREATE]
        rows = _read_touched(subject, run.district_id, touched)
        for change in touched:
            row = rows.get(change.object_id)
            if row is None or any(_read_value(row, key) != value for key, value in change.before.items()):
                raise _moved()


def _moved() -> Refused:
    return Refused(
        "ROSTER_MOVED", "Rows that this plan would change were changed since it was made.", "Plan the files again."
    )


def _read_touched(subject: RosterSubject, district_id: UUID, changes: Sequence[RosterChange]) -> dict[UUID, Stored]:
    found: dict[UUID, Stored] = {}
    for batch in chunks(change.object_id for change in changes):
        rows = subject.model._default_manager.filter(district_id=district_id, pk__in=batch)
        found |= {row.id: row for row in read_stored(subject, rows)}
    return found


def _read_value(row: Stored, name: str) -> Any:
    if name == "last_run_id":
        return row.last_run
    if name == "source_modified_at":
        return make_plain(row.modified_at)
    if name in ("active", "deactivated_on", "source_id", "source_system"):
        return getattr(row, name)
    return row.values.get(name)


def _write_changes(run: RosterRun, changes: Sequence[RosterChange]) -> None:
    for name, subject in SUBJECTS.items():
        mine = [change for change in changes if change.subject == name]
        _create_rows(subject, run, [change for change in mine if change.act == Act.CREATE])
        _set_values(
            subject,
            [(c.object_id, {**c.after, "last_run_id": str(run.id)}) for c in mine if c.act != Act.CREATE],
        )
    counts = [change for change in changes if change.subject == COUNT]
    for batch in chunks(counts):
        StudentCount.objects.bulk_create(
            [
                StudentCount(
                    id=change.object_id,
                    district_id=run.district_id,
                    run=run,
                    counted_on=run.as_of,
                    **{key: to_python(StudentCount, key, value) for key, value in change.after.items()},
                )
                for change in batch
            ]
        )


def _create_rows(subject: RosterSubject, run: RosterRun, changes: Sequence[RosterChange]) -> None:
    for batch in chunks(changes):
        subject.model._default_manager.bulk_create(
            [
                subject.model(
                    id=change.object_id,
                    district_id=run.district_id,
                    source_system=run.source_system,
                    source_id=change.source_id,
                    last_run=run,
                    **{
                        key: to_python(subject.model, key, value)
                        for key, value in change.after.items()
                        if key != subject.many
                    },
                )
                for change in batch
            ]
        )
    if subject.many:
        _set_links(subject, [(change.object_id, change.after[subject.many]) for change in changes])


def _set_values(subject: RosterSubject, settings: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """Write fields of many rows; rows that get the same values share a statement."""
    alike: dict[str, list[UUID]] = defaultdict(list)
    links: list[tuple[UUID, list[str]]] = []
    for object_id, values in settings:
        own = {key: value for key, value in values.items() if key != subject.many}
        if subject.many and subject.many in values:
            links.append((object_id, values[subject.many]))
        alike[json.dumps(own, sort_keys=True)].append(object_id)
    for text, ids in alike.items():
        typed = {key: to_python(subject.model, key, value) for key, value in json.loads(text).items()}
        for batch in chunks(ids):
            subject.model._default_manager.filter(pk__in=batch).update(**typed)
    if links:
        through = _through(subject)
        for batch in chunks(object_id for object_id, _ in links):
            through.objects.filter(**{f"{subject.name}_id__in": batch}).delete()
        _set_links(subject, links)


def _through(subject: RosterSubject) -> Any:
    return getattr(subject.model, subject.many).through


def _set_links(subject: RosterSubject, links: Sequence[tuple[UUID, list[str]]]) -> None:
    through = _through(subject)
    rows = [
        through(**{f"{subject.name}_id": object_id, "term_id": UUID(target)})
        for object_id, targets in links
        for target in targets
    ]
    for batch in chunks(rows):
        through.objects.bulk_create(batch, batch_size=BATCH)


def undo_roster(*, run: RosterRun, by: User | None) -> RosterRun:
    """Restore the state before an applied run, newest run first.

    A row that the run created goes again, unless visits or other records point to it by now: then it is deactivated and
    its history stays. Raises `Refused` (ROSTER_STATE, ROSTER_BUILT_ON, ROSTER_MOVED, ROSTER_BUSY).
    """
    with one_run_at_a_time(run.district_id):
        run = RosterRun.objects.select_for_update().get(pk=run.pk)
        if run.state != State.APPLIED:
            raise Refused(
                "ROSTER_STATE", f"This run is {run.state}, not applied.", "Only an applied run can be undone."
            )
        _check_newest(run)
        changes = list(run.changes.all())
        kept = _unwrite_changes(run, changes)
        run.state, run.undone_at = State.UNDONE, timezone.now()
        run.save(update_fields=["state", "undone_at"])
        append_entry(
            act="undo_roster",
            subject="roster_run",
            object_id=run.id,
            district_id=run.district_id,
            details={"changes": len(changes), "kept": kept},
            by=by,
        )
    return run


def _check_newest(run: RosterRun) -> None:
    later = RosterRun.objects.filter(
        district_id=run.district_id, state=State.APPLIED, applied_at__gt=run.applied_at, changes__isnull=False
    )
    blocking = later.order_by("-applied_at").first()
    if blocking:
        raise Refused(
            "ROSTER_BUILT_ON",
            f"The later run {blocking.id} of {blocking.as_of} was built on this one.",
            "Undo that run first: runs are undone from the newest back.",
        )


def _unwrite_changes(run: RosterRun, changes: Sequence[RosterChange]) -> int:
    StudentCount.objects.filter(run=run).delete()
    kept = 0
    for name, subject in reversed(tuple(SUBJECTS.items())):
        mine = [change for change in changes if change.subject == name]
        touched = [change for change in mine if change.act != Act.CREATE]
        rows = _read_touched(subject, run.district_id, touched)
        for change in touched:
            row = rows.get(change.object_id)
            if row is None or any(_read_value(row, key) != value for key, value in change.after.items()):
                raise Refused(
                    "ROSTER_MOVED",
                    "Rows that this run wrote were changed by hand since, so it cannot be undone as a whole.",
                    "Correct the single rows, or plan and apply a corrected export.",
                )
        _set_values(subject, [(change.object_id, change.before) for change in touched])
        kept += _remove_created(subject, run, [c.object_id for c in mine if c.act == Act.CREATE])
    return kept


def _remove_created(subject: RosterSubject, run: RosterRun, created: Sequence[UUID]) -> int:
    """Delete what the run created and nothing points to; deactivate the rest and return how many that were."""
    if not created:
        return 0
    used = _find_used(subject, set(created))
    for batch in chunks(object_id for object_id in created if object_id not in used):
        rows = subject.model._default_manager.filter(district_id=run.district_id, pk__in=batch)
        if subject.many:
            _through(subject).objects.filter(**{f"{subject.name}_id__in": batch}).delete()
        rows._raw_delete(rows.db)  # nothing points to them: asking every table again for each row would take minutes
    for batch in chunks(used):
        subject.model._default_manager.filter(pk__in=batch).update(active=False, deactivated_on=run.as_of)
    return len(used)


def _find_used(subject: RosterSubject, created: set[UUID]) -> set[UUID]:
    """Return which created rows others point to, hidden relations included. A term's parts, created with it, count only
    when they stay themselves."""
    used: set[UUID] = set()
    parts: list[tuple[UUID, UUID]] = []
    for relation in subject.model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model is _own_links(subject):
            continue
        column = relation.field.attname
        for batch in chunks(created):
            pointing = relation.related_model._base_manager.filter(**{f"{column}__in": batch})
            if relation.related_model is subject.model:
                parts += pointing.values_list("pk", column)
            else:
                used |= set(pointing.values_list(column, flat=True))
    while more := {whole for part, whole in parts if part not in created or part in used} - used:
        used |= more
    return used


def _own_links(subject: RosterSubject) -> Any:
    return _through(subject) if subject.many else None


def drop_roster(*, run: RosterRun, by: User | None) -> RosterRun:
    """Let go of a plan that shall not be applied; the values it held are erased."""
    with one_run_at_a_time(run.district_id):
        run = RosterRun.objects.select_for_update().get(pk=run.pk)
        if run.state != State.PLANNED:
            raise Refused("ROSTER_STATE", f"This run is {run.state}, not planned.", "An applied run can be undone.")
        drop_plan(run)
        append_entry(act="drop_roster", subject="roster_run", object_id=run.id, district_id=run.district_id, by=by)
    return run


__all__ = ["Kind", "apply_roster", "drop_roster", "one_run_at_a_time", "undo_roster"]
