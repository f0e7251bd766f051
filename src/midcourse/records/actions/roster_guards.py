"""When a plan must wait for a person: too much would close, the same people come under new ids, a new school year.

Source: standards 1.9 and 11. A guard never forbids; a named person may override it with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from midcourse.exchange import Change, Finding, TermRow
from midcourse.records.actions.roster_counts import CountKey
from midcourse.records.actions.roster_drafts import Act, Draft
from midcourse.records.actions.roster_subjects import SUBJECTS, Stored, read_stored
from midcourse.records.models import District, Educator
from midcourse.vocabulary import Subgroup

DROP_SHARE = 0.10
"""Stop when more than this share of the active rows would close; products use 10-20 % (standards 11)."""

DROP_FLOOR = 3
"""Closing fewer than this never stops a run: one teacher of a staff of eight leaves every year."""

PUPILS_FLOOR = 10
"""The same for a school's number of pupils."""

_CLOSING = {
    "school": "schools",
    "educator": "members of staff",
    "section": "classes",
    "assignment": "teaching assignments",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """One reason to wait. `pairs` are proposals for G_IDS_CHANGED: [subject, object id, new source id]."""

    code: str
    sentence: str
    remedy: str
    count: int
    pairs: list[list[str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the guard as the run keeps it."""
        row: dict[str, Any] = {name: getattr(self, name) for name in ("code", "sentence", "remedy", "count")}
        return {**row, "pairs": self.pairs} if self.pairs else row


def stop_by_reader(findings: Iterable[Finding]) -> list[Guard]:
    """Return the reader's own reasons to wait (G_NOT_ONEROSTER, G_EMPTY)."""
    return [Guard(f.code, f.sentence, f.remedy, f.count) for f in findings if f.stops]


def guard_plan(
    district: District,
    source_system: str,
    drafts: Mapping[str, Sequence[Draft]],
    stored: Mapping[str, Mapping[str, Stored]],
    terms: Sequence[TermRow],
) -> list[Guard]:
    """Return every reason for which a plan over stored rows must wait."""
    rollover = _guard_rollover(drafts, stored, terms)
    guards = [rollover] if rollover else []
    guards += _guard_identities(district, source_system, drafts, stored)
    for subject in _CLOSING:
        guards += _guard_drop(subject, drafts, stored, is_rollover=rollover is not None)
    return guards


def _guard_rollover(
    drafts: Mapping[str, Sequence[Draft]], stored: Mapping[str, Mapping[str, Stored]], terms: Sequence[TermRow]
) -> Guard | None:
    known = max((row.values["school_year"] for row in stored["term"].values()), default=None)
    coming = max((term.school_year for term in terms if term.change is Change.UPSERT), default=None)
    if known is None or coming is None or coming <= known:
        return None
    closing = sum(draft.act is Act.DEACTIVATE for draft in drafts.get("section", ()))
    return Guard(
        "G_ROLLOVER",
        f"The files are of the school year {coming - 1}-{coming}; the newest stored is {known - 1}-{known}. "
        f"{closing:,} classes of the old year would be closed. They stay readable, and history keeps pointing to them.",
        "Apply when the new year's timetable is complete, and give that as the reason.",
        closing,
    )


def _guard_drop(
    subject: str,
    drafts: Mapping[str, Sequence[Draft]],
    stored: Mapping[str, Mapping[str, Stored]],
    *,
    is_rollover: bool,
) -> list[Guard]:
    """Compare what would close with what is active, in all and at each school.

    An assignment that is replaced is no loss (a new teacher takes over the classes), nor is a class at a rollover: for
    these, what comes is set against what goes.
    """
    at_schools = _schools_of(subject, drafts, stored)
    active: Counter[str] = Counter()
    for row in stored[subject].values():
        if row.active:
            active.update(at_schools(str(row.id), row.values))
    lost: Counter[str] = Counter()
    is_net = subject == "assignment" or (is_rollover and subject == "section")
    for draft in drafts.get(subject, ()):
        if draft.act is Act.DEACTIVATE:
            lost.update(at_schools(str(draft.object_id), stored[subject][draft.source_id].values))
        elif is_net and draft.act in (Act.CREATE, Act.REACTIVATE):
            before = stored[subject][draft.source_id].values if draft.source_id in stored[subject] else {}
            lost.subtract(at_schools(str(draft.object_id), {**before, **draft.after}))
    names = {str(row.id): row.values["name"] for row in stored["school"].values()}
    floor = 1 if subject == "school" else DROP_FLOOR  # a school that closes is never a small thing
    return _report_drop(_CLOSING[subject], lost, active, names, floor)


def _report_drop(
    what: str, lost: Mapping[str, int], active: Mapping[str, int], names: Mapping[str, str], floor: int
) -> list[Guard]:
    over = [place for place, n in lost.items() if n >= floor and n > DROP_SHARE * active[place]]
    if not over:
        return []
    places = sorted(place for place in over if place)
    where = [f"{names.get(place, 'one school')}: {lost[place]:,} of {active[place]:,}" for place in places]
    if "" in over:
        where.insert(0, f"in all {lost['']:,} of {active['']:,}")
    return [
        Guard(
            "G_DROP",
            f"More than {DROP_SHARE:.0%} of the active {what} would be closed ({'; '.join(where[:10])}).",
            "Look whether the export is complete. If so many really ended, apply with a reason.",
            max(lost[place] for place in over),
        )
    ]


def guard_pupils(
    drafts: Sequence[Draft], in_force: Mapping[CountKey, int], stored: Mapping[str, Mapping[str, Stored]]
) -> list[Guard]:
    """Return a guard when a school, or the district, would lose too large a share of its pupils overnight."""
    active: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for key, students in in_force.items():
        if key.section_id is None and key.subgroup_kind == Subgroup.ALL:
            active.update({"": students, key.school_id: students})
    for draft in drafts:
        if draft.after["section_id"] is None and draft.after["subgroup_kind"] == Subgroup.ALL:
            fewer = draft.before.get("students", 0) - draft.after["students"]
            lost.update({"": fewer, draft.after["school_id"]: fewer})
    names = {str(row.id): row.values["name"] for row in stored["school"].values()}
    return _report_drop("pupils", lost, active, names, PUPILS_FLOOR)


def _schools_of(
    subject: str, drafts: Mapping[str, Sequence[Draft]], stored: Mapping[str, Mapping[str, Stored]]
) -> Callable[[str, Mapping[str, Any]], set[str]]:
    """Return a function that tells under which places a row counts: "" is the whole district."""
    if subject == "section":
        return lambda _, values: {"", values["school_id"]}
    if subject == "assignment":
        school_of = {str(row.id): row.values["school_id"] for row in stored["section"].values()}
        school_of |= {
            str(d.object_id): d.after["school_id"] for d in drafts.get("section", ()) if "school_id" in d.after
        }
        return lambda _, values: {"", school_of.get(values["section_id"], "")}
    if subject == "educator":
        schools: dict[str, set[str]] = defaultdict(set)
        for row in stored["post"].values():
            if row.active and row.values["school_id"]:
                schools[row.values["educator_id"]].add(row.values["school_id"])
        return lambda object_id, _: {"", *schools.get(object_id, ())}
    return lambda _, __: {""}


def _guard_identities(
    district: District,
    source_system: str,
    drafts: Mapping[str, Sequence[Draft]],
    stored: Mapping[str, Mapping[str, Stored]],
) -> list[Guard]:
    """Propose a new id for stored people and schools that seem to come back as new ones: matched one to one by
    identifier and name, or by e-mail and name; never by one alone."""
    guards = []
    created = [draft for draft in drafts.get("educator", ()) if draft.act is Act.CREATE]
    if created:
        staying = {
            key for key, row in stored["educator"].items() if row.active and key not in _closing(drafts, "educator")
        }
        mine = [row for row in stored["educator"].values() if row.active and row.source_id not in staying]
        elsewhere = Educator.objects.filter(district=district, active=True).exclude(source_system=source_system)
        others = read_stored(SUBJECTS["educator"], elsewhere)
        pairs = _match_one_to_one([*mine, *others], created, ("identifier", "email"))
        guards += _propose("educator", pairs, "people", "their identifier and name, or their e-mail and name")
    created = [draft for draft in drafts.get("school", ()) if draft.act is Act.CREATE]
    if created:
        leaving = [stored["school"][key] for key in _closing(drafts, "school")]
        others = read_stored(
            SUBJECTS["school"],
            SUBJECTS["school"]
            .model._default_manager.filter(district=district, active=True)
            .exclude(source_system=source_system),
        )
        pairs = _match_one_to_one([*leaving, *others], created, ("state_id",))
        guards += _propose("school", pairs, "schools", "their state id and name")
    return guards


def _propose(subject: str, pairs: list[tuple[Stored, Draft]], what: str, why: str) -> list[Guard]:
    if not pairs:
        return []
    return [
        Guard(
            "G_IDS_CHANGED",
            f"{len(pairs):,} {what} seem to be stored already under other ids: {why} are the same. Applied as it is, "
            "they would be stored twice and lose their history.",
            "Look at the proposed pairs and re-key them, then plan again. Only if they are really different, "
            "apply with a reason.",
            len(pairs),
            [[subject, str(old.id), new.source_id] for old, new in pairs],
        )
    ]


def _closing(drafts: Mapping[str, Sequence[Draft]], subject: str) -> set[str]:
    return {draft.source_id for draft in drafts.get(subject, ()) if draft.act is Act.DEACTIVATE}


def _match_one_to_one(old: Sequence[Stored], new: Sequence[Draft], keys: Sequence[str]) -> list[tuple[Stored, Draft]]:
    pairs: list[tuple[Stored, Draft]] = []
    taken: set[object] = set()
    for key in keys:
        before, after = defaultdict(list), defaultdict(list)
        for row in old:
            if row.id not in taken and (mark := _mark(row.values, key)):
                before[mark].append(row)
        for draft in new:
            if draft.source_id not in taken and (mark := _mark(draft.after, key)):
                after[mark].append(draft)
        for mark, rows in before.items():
            drafts = after.get(mark, [])
            if len(rows) == 1 and len(drafts) == 1:
                pairs.append((rows[0], drafts[0]))
                taken |= {rows[0].id, drafts[0].source_id}
    return pairs


def _mark(values: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    name = values.get("name") or f"{values.get('given_name')} {values.get('family_name')}"
    return (values[key].casefold(), " ".join(name.casefold().split())) if values.get(key) else None
