"""Keeps computed values beside their snapshot as Parquet, and reads them back.

Decides what a stored value looks like. A second computation of the same snapshot replaces the first in one step, so
that a published snapshot is never without values, whatever dies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from midcourse.facts import Snapshot, sync_folder, write_parquet
from midcourse.indicators.definition import Indicator
from midcourse.indicators.values import IndicatorValue
from midcourse.vocabulary import Level, Period

_FOLDER = "values"
_FILE = "part-0.parquet"
_ABOUT = b"midcourse"  # key of the file's own metadata: the definitions used
_KINDS: dict[str, pa.DataType] = {
    "str": pa.string(),
    "Level": pa.string(),
    "Period": pa.string(),
    "int": pa.int32(),
    "date": pa.date32(),
    "float": pa.float64(),
}


def _schema() -> pa.Schema:
    columns: list[pa.Field[Any]] = []
    for field in fields(IndicatorValue):
        kind, _, empty = str(field.type).partition(" | ")
        columns.append(pa.field(field.name, _KINDS[kind], nullable=bool(empty)))
    return pa.schema(columns)


SCHEMA = _schema()
"""One column per field of `IndicatorValue`, in its order."""


def write_values(
    snapshot: Snapshot, values: Iterable[IndicatorValue], indicators: Mapping[str, Indicator], *, as_of: date
) -> Path:
    """Store the values beside their snapshot and return their folder.

    Parameters
    ----------
    snapshot : Snapshot
        The snapshot that they were computed from.
    values : iterable of IndicatorValue
        Every value of one call of `compute_values`.
    indicators : mapping of str to Indicator
        The definitions used; their hashes are stored, so that a changed definition shows.
    as_of : date
        The date of the computation.

    Raises
    ------
    ValueError
        When a value belongs to another snapshot or date.
    """
    values = list(values)
    if any(value.snapshot_id != snapshot.id or value.as_of != as_of for value in values):
        raise ValueError("a value of another snapshot or date cannot be stored with this one")
    columns = [pa.array([getattr(v, f.name) for v in values], f.type) for f in SCHEMA]
    about = {
        "as_of": as_of.isoformat(),
        "definitions": {one.id: one.definition_hash for one in indicators.values()},
        "snapshot_id": snapshot.id,
    }
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about, sort_keys=True).encode()})
    folder = snapshot.folder / _FOLDER
    folder.mkdir(exist_ok=True)
    working = folder / f".{_FILE}-{os.getpid()}"
    write_parquet(table, working)
    os.replace(working, folder / _FILE)  # noqa: PTH105  # one step: readers see the old values or the new
    sync_folder(folder)
    sync_folder(snapshot.folder)
    return folder


def stored_definitions(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the definition hash of every indicator whose values are stored, to tell a definition that has changed.

    Raises
    ------
    FileNotFoundError
        When no values were stored with the snapshot.
    """
    metadata = pq.read_schema(snapshot.folder / _FOLDER / _FILE).metadata or {}
    definitions: dict[str, str] = json.loads(metadata[_ABOUT])["definitions"]
    return MappingProxyType(definitions)


def read_values(
    snapshot: Snapshot,
    *,
    level: Level | None = None,
    unit_ids: Collection[str] | None = None,
    indicator_ids: Collection[str] | None = None,
    district_id: str | None = None,
) -> tuple[IndicatorValue, ...]:
    """Read the values stored with a snapshot, in the order of `compute_values`.

    Parameters
    ----------
    snapshot : Snapshot
    level, unit_ids, indicator_ids, district_id
        Keep only these; None keeps all. `district_id` keeps the district's own rows and its schools'.

    Raises
    ------
    FileNotFoundError
        When no values were stored with the snapshot.
    """
    conditions = [
        (pc.field("level"), None if level is None else [level.value]),
        (pc.field("unit_id"), None if unit_ids is None else sorted(unit_ids)),
        (pc.field("indicator_id"), None if indicator_ids is None else sorted(indicator_ids)),
        (pc.field("district_id"), None if district_id is None else [district_id]),
    ]
    wanted: pc.Expression | None = None
    for column, allowed in conditions:
        if allowed is not None:
            one = column.isin(pa.array(allowed, pa.string()))
            wanted = one if wanted is None else wanted & one
    table = pq.read_table(snapshot.folder / _FOLDER / _FILE, filters=wanted, partitioning=None)
    columns: list[list[Any]] = [column.to_pylist() for column in table.columns]
    place = {name: i for i, name in enumerate(table.column_names)}
    columns[place["level"]] = [Level(word) for word in columns[place["level"]]]
    columns[place["period_kind"]] = [Period(word) for word in columns[place["period_kind"]]]
    return tuple(IndicatorValue(*row) for row in zip(*columns, strict=True))
