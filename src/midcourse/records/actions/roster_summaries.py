"""What a plan holds, in a form to read before one applies it, and how a district's rosters stand. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from midcourse.records.actions.roster_plans import State
from midcourse.records.actions.roster_rekeys import proposed_pairs
from midcourse.records.actions.roster_subjects import COUNT, SUBJECTS
from midcourse.records.models import District, Post, RosterChange, RosterRun, TeachingAssignment

EXAMPLES = 20
_UNSHOWN = {"last_run_id", "source_modified_at", "active", "deactivated_on"}
_NAMES = ("name", "title", "given_name")
_LINKS = {"parent_id", "educator_id", "school_id", "course_id", "section_id"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as text; ids of rows are shown by name."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeExample:
    """One change: what it is about, where it stood, field by field."""

    label: str
    source_id: str
    file: str
    line: int | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """All changes of one subject and act; the first `EXAMPLES` of them."""

    subject: str
    act: str
    count: int
    examples: tuple[ChangeExample, ...]


@dataclass(frozen=True, slots=True)
class SubjectCounts:
    """How many rows of one subject a run touches, by act, and how many it leaves as they are."""

    subject: str
    create: int
    update: int
    reactivate: int
    deactivate: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class ProposedPair:
    """A stored row and the id under which it seems to come now; labels for the person who decides."""

    subject: str
    object_id: UUID
    source_id: str
    stored: str
    coming: str


@dataclass(frozen=True, slots=True)
class GuardNote:
    """Why the plan waits."""

    code: str
    sentence: str
    remedy: str
    count: int
    pairs: tuple[ProposedPair, ...]


@dataclass(frozen=True, slots=True)
class FindingNote:
    """One code in one file, with the first places as (line, column)."""

    code: str
    file: str
    count: int
    sentence: str
    remedy: str
    places: tuple[tuple[int | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A run as a data manager reads it."""

    run_id: UUID
    kind: str
    state: str
    file_name: str
    source_system: str
    as_of: dt.date
    rows: tuple[tuple[str, int], ...]
    counts: tuple[SubjectCounts, ...]
    groups: tuple[ChangeGroup, ...]
    guards: tuple[GuardNote, ...]
    findings: tuple[FindingNote, ...]

    @property
    def changes(self) -> int:
        """How many rows it changes."""
        return sum(group.count for group in self.groups)

    @property
    def has_refusals(self) -> bool:
        """Tell whether a row or a whole file was refused."""
        return any(found.code.startswith("E_") for found in self.findings)


def roster_plan_summary(run: RosterRun) -> PlanSummary:
    """Return what a run changes or has changed: counts per subject and act, examples field by field, guards, findings.

    Holds names: show it only to those who may manage rosters. One query per subject and act for the examples.
    """
    found = Counter(run.changes.order_by().values_list("subject", "act"))
    chosen = {
        (subject, act): list(run.changes.filter(subject=subject, act=act)[:EXAMPLES])
        for subject in (*SUBJECTS, COUNT)
        for act in RosterChange.Act.values
        if found[subject, act]
    }
    labels = _label_rows(run, [change for changes in chosen.values() for change in changes])
    return PlanSummary(
        run_id=run.id,
        kind=run.kind,
        state=run.state,
        file_name=run.file_name,
        source_system=run.source_system,
        as_of=run.as_of,
        rows=tuple(run.rows.items()),
        counts=tuple(
            SubjectCounts(
                subject=name,
                create=found[name, "create"],
                update=found[name, "update"],
                reactivate=found[name, "reactivate"],
                deactivate=found[name, "deactivate"],
                unchanged=run.unchanged.get(name, 0),
            )
            for name in (*SUBJECTS, COUNT)
        ),
        groups=tuple(
            ChangeGroup(subject, act, found[subject, act], tuple(_describe(change, labels) for change in changes))
            for (subject, act), changes in chosen.items()
        ),
        guards=_describe_guards(run),
        findings=tuple(
            FindingNote(
                row["code"],
                row["file"],
                row["count"],
                row["sentence"],
                row["remedy"],
                tuple((place["line"], place["column"]) for place in row["places"]),
            )
            for row in run.findings
        ),
    )


def _describe(change: RosterChange, labels: Mapping[str, str]) -> ChangeExample:
    names = [name for name in {**change.before, **change.after} if name not in _UNSHOWN]
    fields = tuple(
        FieldChange(
            name.removesuffix("_id") if name in _LINKS else name,
            _show(change.before.get(name), labels),
            _show(change.after.get(name), labels),
        )
        for name in names
    )
    about: Any = change.object_id
    if change.subject == COUNT:
        about = change.after.get("section_id") or change.after["school_id"]
    elif "educator_id" in change.after:
        about = change.after["educator_id"]
    label = labels.get(str(about), "")
    return ChangeExample(label, change.source_id, change.file, change.line, fields)


def _show(value: Any, labels: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_show(item, labels) for item in value)
    return "" if value is None else labels.get(str(value), str(value))


def _label_rows(run: RosterRun, changes: Iterable[RosterChange]) -> dict[str, str]:
    """Return a name for every row that the examples mention, stored or only planned."""
    wanted: set[str] = set()
    for change in changes:
        wanted.add(str(change.object_id))
        for value in (*change.before.values(), *change.after.values()):
            wanted |= {item for item in (value if isinstance(value, list) else [value]) if _is_uuid(item)}
    return _name_rows(run, wanted)


def _name_rows(run: RosterRun, wanted: set[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for change in run.changes.filter(object_id__in=wanted, act=RosterChange.Act.CREATE):
        labels[str(change.object_id)] = _name(change.after)
    for name in ("school", "term", "educator", "course", "section"):
        rows = SUBJECTS[name].model._default_manager.filter(district_id=run.district_id, pk__in=wanted)
        labels |= {str(row.pk): str(row) for row in rows}
    for model in (Post, TeachingAssignment):  # these have no name of their own: they are their person's
        held = model.objects.filter(district_id=run.district_id, pk__in=wanted).select_related("educator")
        labels |= {str(row.pk): str(row.educator) for row in held}
    return labels


def _name(values: Mapping[str, Any]) -> str:
    first = next((values[name] for name in _NAMES if values.get(name)), "")
    return f"{first} {values['family_name']}" if "family_name" in values else str(first)


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4


def _describe_guards(run: RosterRun) -> tuple[GuardNote, ...]:
    pairs = proposed_pairs(run)
    stored = _name_rows(run, {str(pair.object_id) for pair in pairs})
    creates = run.changes.filter(act=RosterChange.Act.CREATE, source_id__in=[pair.source_id for pair in pairs])
    coming = {(change.subject, change.source_id): _name(change.after) for change in creates}
    described = {
        (pair.subject, str(pair.object_id)): ProposedPair(
            pair.subject,
            pair.object_id,
            pair.source_id,
            stored.get(str(pair.object_id), ""),
            coming.get((pair.subject, pair.source_id), ""),
        )
        for pair in pairs
    }
    return tuple(
        GuardNote(
            guard["code"],
            guard["sentence"],
            guard["remedy"],
            guard["count"],
            tuple(described[subject, object_id] for subject, object_id, _ in guard.get("pairs", ())),
        )
        for guard in run.guards
    )


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a district's log."""

    run_id: UUID
    kind: str
    state: str
    file_name: str
    source_system: str
    as_of: dt.date
    planned_at: dt.datetime
    applied_at: dt.datetime | None
    undone_at: dt.datetime | None
    planned_by: str
    applied_by: str
    guards: tuple[str, ...]
    override_reason: str


@dataclass(frozen=True, slots=True)
class RosterStatus:
    """How a district's rosters stand: what waits, what holds, active rows per subject, the log (newest first)."""

    planned: tuple[RunLine, ...]
    last_applied: RunLine | None
    active: tuple[tuple[str, int], ...]
    log: tuple[RunLine, ...]


def roster_status(district: District, *, lines: int = 50) -> RosterStatus:
    """Return how a district's rosters stand."""
    runs = RosterRun.objects.filter(district=district).select_related("planned_by", "applied_by")
    log = tuple(_line(run) for run in runs.order_by("-planned_at")[:lines])
    applied = runs.filter(state=State.APPLIED).order_by("-applied_at").first()
    return RosterStatus(
        planned=tuple(_line(run) for run in runs.filter(state=State.PLANNED)),
        last_applied=_line(applied) if applied else None,
        active=tuple(
            (name, subject.model._default_manager.filter(district=district, active=True).count())
            for name, subject in SUBJECTS.items()
        ),
        log=log,
    )


def _line(run: RosterRun) -> RunLine:
    return RunLine(
        run_id=run.id,
        kind=run.kind,
        state=run.state,
        file_name=run.file_name,
        source_system=run.source_system,
        as_of=run.as_of,
        planned_at=run.planned_at,
        applied_at=run.applied_at,
        undone_at=run.undone_at,
        planned_by=str(run.planned_by or ""),
        applied_by=str(run.applied_by or ""),
        guards=tuple(guard["code"] for guard in run.guards),
        override_reason=run.override_reason,
    )
