"""The published snapshot as pages read it: values, verdicts and the facts behind a value, all of one moment.

Decides when a process looks again: as soon as another snapshot is published. Whoever holds a `Published` goes on
reading the same one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from midcourse import facts, indicators, signals
from midcourse.indicators import FactsBehind, Indicator, IndicatorValue
from midcourse.pipeline.refreshing import snapshots_root
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Level, Period


@dataclass(frozen=True)
class Published:
    """One published snapshot with its values and verdicts, read once for the process."""

    snapshot: facts.Snapshot

    @property
    def snapshot_id(self) -> str:
        """Return the snapshot's id, for every figure to name."""
        return self.snapshot.id

    @property
    def as_of(self) -> dt.date:
        """Return the day up to which facts were gathered."""
        return self.snapshot.as_of

    @cached_property
    def catalogue(self) -> Mapping[str, Indicator]:
        """Return the definitions that made the values."""
        return indicators.load_catalogue()

    def values(
        self,
        *,
        district_id: str | None = None,
        level: Level | None = None,
        unit_ids: Collection[str] | None = None,
        indicator_ids: Collection[str] | None = None,
        period_kind: Period | None = None,
    ) -> tuple[IndicatorValue, ...]:
        """Return the values asked for, in order of indicator, level, unit and time; None asks for all.

        Values of the network belong to no district and are left out when a district is named.
        """
        shelf = self._values if district_id is None else self._values_of.get(district_id, ())
        return tuple(
            value
            for value in shelf
            if level in (None, value.level)
            and (unit_ids is None or value.unit_id in unit_ids)
            and (indicator_ids is None or value.indicator_id in indicator_ids)
            and period_kind in (None, value.period_kind)
        )

    def verdicts(
        self,
        *,
        district_id: str | None = None,
        level: Level | None = None,
        unit_ids: Collection[str] | None = None,
        indicator_ids: Collection[str] | None = None,
    ) -> tuple[IndicatorVerdict, ...]:
        """Return the verdicts asked for, in order of district, indicator, level and unit; None asks for all."""
        return tuple(
            verdict
            for verdict in self._verdicts
            if district_id in (None, verdict.district_id)
            and level in (None, verdict.level)
            and (unit_ids is None or verdict.unit_id in unit_ids)
            and (indicator_ids is None or verdict.indicator_id in indicator_ids)
        )

    def facts_behind(self, value: IndicatorValue) -> FactsBehind:
        """Open a value to the counts behind it; never to one teacher.

        Raises
        ------
        ValueError
            When the value is of another snapshot.
        """
        if value.snapshot_id != self.snapshot_id:
            raise ValueError("the value was computed from another snapshot")
        return indicators.facts_behind(self.snapshot, value, self.catalogue)

    @cached_property
    def _values(self) -> tuple[IndicatorValue, ...]:
        return indicators.read_values(self.snapshot)

    @cached_property
    def _values_of(self) -> Mapping[str, tuple[IndicatorValue, ...]]:
        shelves: dict[str, list[IndicatorValue]] = {}
        for value in self._values:
            shelves.setdefault(value.district_id, []).append(value)
        return {district_id: tuple(shelf) for district_id, shelf in shelves.items()}

    @cached_property
    def _verdicts(self) -> tuple[IndicatorVerdict, ...]:
        return signals.read_signals(self.snapshot)


def published() -> Published | None:
    """Return the published snapshot, or None before the first refresh. Costs one look at a small file."""
    root = snapshots_root()
    try:
        stamp = (root / facts.CURRENT).stat()
    except FileNotFoundError:
        return None
    return _open(str(root), stamp.st_mtime_ns, stamp.st_ino)


@lru_cache(maxsize=2)
def _open(root: str, changed: int, inode: int) -> Published | None:
    """Open what is published; the pointer's time and inode are part of the key, so a new one is seen at once."""
    snapshot = facts.published(snapshots_root())
    return Published(snapshot) if snapshot is not None else None
