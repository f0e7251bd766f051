"""One refresh: records become facts, facts values, values verdicts; then all of it is published in one step.

Decides the order and what a death in the middle leaves behind: the snapshot that was published before, untouched. Only
one refresh runs at a time on a machine.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from midcourse import facts, indicators, signals
from midcourse.pipeline.extraction import extract_facts
from midcourse.records.actions.hosts import purge_hosts
from midcourse.records.actions.secrets import close_years
from midcourse.records.models import Adoption, User

_LOCK = ".refreshing"
_Made = TypeVar("_Made")


class RefreshRunningError(RuntimeError):
    """Another refresh is running; it will publish what this one would have."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a refresh and the seconds it took, by the wall and of this process's CPU."""

    name: str
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class TableRows:
    """How many rows a fact table has."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh published.

    Parameters
    ----------
    snapshot_id : str
    as_of : date
    seconds : tuple of Step
        In the order they ran.
    rows : tuple of TableRows
        Of every fact table.
    values, verdicts : int
        How many were computed.
    """

    snapshot_id: str
    as_of: dt.date
    seconds: tuple[Step, ...]
    rows: tuple[TableRows, ...]
    values: int
    verdicts: int


def snapshots_root() -> Path:
    """Return the folder under which `snapshots/` and the pointer to the published one lie."""
    return Path(settings.DATA_DIR)


def refresh(*, as_of: dt.date, by: User | None = None) -> RefreshReport:
    """Gather, compute, judge and publish everything that was available on `as_of`.

    The same records and date give the same snapshot, byte for byte. Rows of `VisitHost` whose time is over are deleted
    first, whatever happens later; secrets of school years that are over go last, when their last facts are published.
    From then on those years' sections have no room, and their coverage is withheld: nobody can tell any more whose
    classroom it was.

    Raises
    ------
    RefreshRunningError
        When another refresh holds the lock.
    """
    root = snapshots_root()
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        clock = _Clock()
        clock.run("purge", lambda: purge_hosts(today=as_of, by=by))
        tables = clock.run("extract", lambda: extract_facts(as_of=as_of))
        snapshot = clock.run("write", lambda: facts.write_snapshot(root, tables, as_of=as_of))
        catalogue = indicators.load_catalogue()
        values = clock.run("compute", lambda: indicators.compute_values(snapshot, catalogue, as_of=as_of))
        verdicts = clock.run("judge", lambda: _judge(snapshot, values, as_of))
        clock.run("store", lambda: indicators.write_values(snapshot, values, catalogue, as_of=as_of))
        clock.run("store verdicts", lambda: signals.write_signals(snapshot, verdicts))
        clock.run("publish", lambda: facts.publish(root, snapshot.id))
        clock.run("prune", lambda: facts.prune(root))
        clock.run("close years", lambda: close_years(today=as_of, by=None))
    return RefreshReport(
        snapshot_id=snapshot.id,
        as_of=as_of,
        seconds=tuple(clock.steps),
        rows=tuple(TableRows(name, n) for name, n in snapshot.row_counts.items()),
        values=len(values),
        verdicts=len(verdicts),
    )


def _judge(
    snapshot: facts.Snapshot, values: tuple[indicators.IndicatorValue, ...], as_of: dt.date
) -> tuple[signals.IndicatorVerdict, ...]:
    """Run the detector on every district's visits, for each role that an adopted indicator asks for, and judge."""
    catalogue = indicators.load_catalogue()
    adopted = [
        signals.Adopted(str(one.district_id), one.indicator_id, one.definition_version, one.counts_from)
        for one in Adoption.objects.on(as_of).order_by("district_id", "indicator_id")
    ]
    roles: dict[str, set[str]] = {}
    for one in adopted:
        role = signals.watched_role(catalogue[one.indicator_id]) if one.indicator_id in catalogue else None
        if role is not None:
            roles.setdefault(one.district_id, set()).add(role)
    watched = []
    for district_id, asked in sorted(roles.items()):
        rule = signals.page_rule(len(asked))
        for role in sorted(asked):
            seen = signals.visit_records(snapshot, district_id, role, as_of=as_of)
            if seen is not None:
                watched.append(signals.Watched(seen, signals.detect_changes(seen.records, rule)))
    return signals.judge(values, watched, adopted, catalogue=catalogue, as_of=as_of, snapshot_id=snapshot.id)


class _Clock:
    """Runs steps and notes how long each took."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def run(self, name: str, step: Callable[[], _Made]) -> _Made:
        wall, cpu = time.perf_counter(), time.process_time()
        made = step()
        self.steps.append(Step(name, time.perf_counter() - wall, time.process_time() - cpu))
        return made


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the refresh lock; the system lets go of it when the process dies, however it dies."""
    handle = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefreshRunningError("a refresh is running; wait for it to publish") from None
        yield
    finally:
        os.close(handle)
