"""The published snapshot as pages read it: every value and verdict once per snapshot, kept in process.

Pages take numbers from here and nowhere else. A new snapshot has a new id, so nothing is ever stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from midcourse.indicators import Indicator, IndicatorValue, load_catalogue
from midcourse.pipeline import Published, published
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Period


@dataclass(frozen=True)
class Readings:
    """Values and verdicts of one published snapshot, grouped the way pages ask for them."""

    snapshot_id: str
    as_of: date
    values: dict[tuple[str, str], tuple[IndicatorValue, ...]]
    verdicts: dict[tuple[str, str], IndicatorVerdict]

    def history(self, unit: UUID, indicator_id: str, period: Period | None = None) -> tuple[IndicatorValue, ...]:
        """Return one unit's values of one indicator in time order; of its shortest span when none is named."""
        found = tuple(v for v in self.values.get((str(unit), indicator_id), ()) if not v.cell)
        wanted = period or next((kind for kind in Period if any(v.period_kind is kind for v in found)), None)
        return tuple(v for v in found if v.period_kind is wanted)

    def cells(self, unit: UUID | str, indicator_id: str) -> dict[str, tuple[IndicatorValue, ...]]:
        """Return the histories of an indicator published cell by cell (test, subject, grade), in fixed order.

        A school's published results stand under the state's code of the school.
        """
        found: dict[str, list[IndicatorValue]] = {}
        for value in self.values.get((str(unit), indicator_id), ()):
            if value.cell:
                found.setdefault(value.cell, []).append(value)
        return {cell: tuple(found[cell]) for cell in sorted(found)}

    def verdict(self, unit: UUID, indicator_id: str) -> IndicatorVerdict | None:
        """Return the verdict on one indicator of one unit."""
        return self.verdicts.get((str(unit), indicator_id))


_kept: dict[str, Readings] = {}


def read_published() -> tuple[Published, Readings] | None:
    """Return the published snapshot and its readings, or None when nothing was ever published."""
    source = published()
    if source is None:
        return None
    readings = _kept.get(source.snapshot_id)
    if readings is None:
        readings = _group(source)
        _kept.clear()
        _kept[source.snapshot_id] = readings
    return source, readings


def _group(source: Published) -> Readings:
    values: dict[tuple[str, str], list[IndicatorValue]] = {}
    for value in source.values():
        values.setdefault((value.unit_id, value.indicator_id), []).append(value)
    return Readings(
        snapshot_id=source.snapshot_id,
        as_of=source.as_of,
        values={key: tuple(sorted(rows, key=lambda v: v.begins_on)) for key, rows in values.items()},
        verdicts={(verdict.unit_id, verdict.indicator_id): verdict for verdict in source.verdicts()},
    )


@cache
def catalogue() -> dict[str, Indicator]:
    """Return the delivered catalogue by id."""
    return dict(load_catalogue())
