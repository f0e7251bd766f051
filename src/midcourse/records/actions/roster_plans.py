"""Plan a roster run: read the files, compare them with the store, stop at the guards, keep every change.

Nothing of the roster itself is written. Apply takes exactly what is kept here (`roster_writes`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction

from midcourse.exchange import KnownIds, RosterBundle, RosterReading, read_oneroster
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.roster_counts import CountKey, as_count, count_students, read_in_force
from midcourse.records.actions.roster_drafts import Act, Draft, compare_subject
from midcourse.records.actions.roster_guards import Guard, guard_plan, guard_pupils, stop_by_reader
from midcourse.records.actions.roster_notes import NoteLog, keep_findings
from midcourse.records.actions.roster_subjects import BATCH, COUNT, SUBJECTS, Stored, chunks, load_stored
from midcourse.records.actions.roster_wishes import Drafting, wish_for_everything
from midcourse.records.models import District, RosterChange, RosterRun, User

State = RosterRun.State
Kind = RosterRun.Kind


def plan_roster(
    *, district: District, path: Path | str, source_system: str | None = None, as_of: dt.date, by: User | None
) -> RosterRun:
    """Read a OneRoster package and keep, as a planned run, exactly what applying it would change.

    `source_system` names whose ids these are; without it the manifest's code or name, else the system of the district's
    last roster. Earlier plans of the same kind that were never applied are dropped. Raises FileNotFoundError.
    """
    path = Path(path)
    reading = read_oneroster(path, as_of=as_of)
    system = source_system or _name_system(district, reading.bundle)
    stored = {name: load_stored(subject, district, system) for name, subject in SUBJECTS.items()}
    if any(stored.values()) and any(file.mode == "delta" for file in reading.bundle.files):
        reading = read_oneroster(path, known=_known_ids(stored, last_places(district, system)), as_of=as_of)
    drafting = Drafting(
        bundle=reading.bundle,
        as_of=as_of,
        stored=stored,
        places=last_places(district, system),
        had_roster=district_had_roster(district),
    )
    wish_for_everything(drafting)
    drafts, unchanged = compare_everything(drafting)
    guards = stop_by_reader(reading.findings)
    guards += guard_plan(district, system, drafts, stored, reading.bundle.terms)
    in_force = read_in_force(district, as_of)
    drafts[COUNT] = _draft_counts(drafting, district, in_force)
    guards += guard_pupils(drafts[COUNT], in_force, stored)
    return keep_plan(
        run=RosterRun(
            district=district,
            kind=Kind.ONEROSTER,
            source_system=system,
            file_name=path.name[:255],
            file_sha256=hash_package(path, reading),
            as_of=as_of,
            rows=dict(reading.rows),
            findings=keep_findings(reading.findings) + drafting.notes.as_json(),
            unchanged=unchanged,
            places=drafting.places,
        ),
        drafts=drafts,
        guards=guards,
        by=by,
    )


def compare_everything(drafting: Drafting) -> tuple[dict[str, list[Draft]], dict[str, int]]:
    """Return the drafts per subject in writing order, and how many rows need nothing."""
    drafts: dict[str, list[Draft]] = {}
    unchanged: dict[str, int] = {}
    for name, wishes in drafting.wishes.items():
        difference = compare_subject(
            name,
            wishes,
            drafting.stored[name],
            drafting.ids[name],
            as_of=drafting.as_of,
            notes=drafting.notes,
        )
        drafts[name], unchanged[name] = difference.drafts, difference.unchanged
    return drafts, unchanged


def _draft_counts(drafting: Drafting, district: District, in_force: Mapping[CountKey, int]) -> list[Draft]:
    """A new number is a new row, so its id is new even when an older count is replaced."""
    return [
        Draft(
            Act.CREATE if before is None else Act.UPDATE,
            COUNT,
            "",
            uuid4(),
            {} if before is None else {"students": before},
            as_count(key, after),
        )
        for key, before, after in count_students(drafting, district, in_force)
    ]


def keep_plan(
    *, run: RosterRun, drafts: Mapping[str, Sequence[Draft]], guards: Sequence[Guard], by: User | None
) -> RosterRun:
    """Store a planned run with its changes and drop older plans of its kind that were never applied."""
    run.guards = [guard.as_json() for guard in guards]
    run.planned_by = by
    with transaction.atomic():
        run.built_on = last_applied(run.district_id)
        for old in RosterRun.objects.filter(district=run.district, kind=run.kind, state=State.PLANNED):
            drop_plan(old)
        run.save(force_insert=True)
        rows = (
            RosterChange(
                district_id=run.district_id,
                run=run,
                order=order,
                act=draft.act,
                subject=draft.subject,
                source_id=draft.source_id,
                object_id=draft.object_id,
                before=draft.before,
                after=draft.after,
                file=draft.file[:80],
                line=draft.line,
            )
            for order, draft in enumerate(_in_writing_order(drafts))
        )
        for batch in chunks(rows):
            RosterChange.objects.bulk_create(batch, batch_size=BATCH)
        append_entry(
            act="plan_roster",
            subject="roster_run",
            object_id=run.id,
            district_id=run.district_id,
            details={"guards": [guard.code for guard in guards], "changes": sum(map(len, drafts.values()))},
            by=by,
        )
    return run


def _in_writing_order(drafts: Mapping[str, Sequence[Draft]]) -> Iterable[Draft]:
    for name in (*SUBJECTS, COUNT):
        yield from drafts.get(name, ())


def drop_plan(run: RosterRun) -> None:
    """Let go of a plan: the values it held are personal data and go at once."""
    RosterChange.objects.filter(run=run).delete()
    run.state = State.DROPPED
    run.save(update_fields=["state"])


def last_applied(district_id: Any) -> Any:
    """Return the id of the district's last applied run, or None."""
    rows = RosterRun.objects.filter(district_id=district_id, state=State.APPLIED)
    return rows.order_by("-applied_at").values_list("id", flat=True).first()


def last_places(district: District, system: str) -> dict[str, str]:
    """Return where the organizations of earlier packages of this system lie."""
    runs = RosterRun.objects.filter(district=district, source_system=system, state=State.APPLIED)
    return dict(runs.order_by("-applied_at").values_list("places", flat=True).first() or {})


def district_had_roster(district: District) -> bool:
    """Tell whether a roster was applied before: at the first, nobody is a new arrival."""
    return RosterRun.objects.filter(district=district, state=State.APPLIED, kind=Kind.ONEROSTER).exists()


def _name_system(district: District, bundle: RosterBundle) -> str:
    """Return whose ids the package carries; exports without a name are taken for the district's usual system."""
    for said in (bundle.source_system_code, bundle.source_system_name):
        if said and said != "absent":  # some exporters fill every cell of the manifest with it
            return said[:80]
    runs = RosterRun.objects.filter(district=district, state=State.APPLIED, kind=Kind.ONEROSTER)
    return runs.order_by("-applied_at").values_list("source_system", flat=True).first() or "oneroster"


def _known_ids(stored: Mapping[str, Mapping[str, Stored]], places: Mapping[str, str]) -> KnownIds:
    """Return what the store can vouch for. People are left open: pupils are not stored, so a missing one proves
    nothing."""
    return KnownIds(
        orgs=frozenset({*stored["school"], *places}),
        terms=frozenset(stored["term"]),
        courses=frozenset(stored["course"]),
        sections=frozenset(stored["section"]),
    )


def hash_package(path: Path, reading: RosterReading) -> str:
    """Return a hash of the zip, or of a folder's files by name."""
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    parts = sorted(f"{file.name} {file.sha256}" for file in reading.bundle.files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


__all__ = ["NoteLog", "keep_plan", "plan_roster"]
