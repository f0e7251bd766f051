"""Verdicts beside the snapshot that they were made from: one Parquet file, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from midcourse.facts import Snapshot, sync_folder, write_parquet
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.vocabulary import Level, Verdict

_FILE = "verdicts.parquet"
_KINDS = {
    **dict.fromkeys(("as_of", "since", "settle_on", "due_on"), pa.date32()),
    **dict.fromkeys(("p_improving", "p_worsening", "change", "lower", "upper"), pa.float64()),
    **dict.fromkeys(("needs_second_observer", "rubric_revised"), pa.bool_()),
    **dict.fromkeys(("definition_version", "units_moving", "units", "visits_needed", "new_observers_n"), pa.int32()),
    **dict.fromkeys(("n", "rooms_n", "observers_n"), pa.int32()),
}
SCHEMA = pa.schema([pa.field(f.name, _KINDS.get(f.name, pa.string())) for f in fields(IndicatorVerdict)])
"""One column per field of `IndicatorVerdict`, in its order."""


def write_signals(snapshot: Snapshot, verdicts: Sequence[IndicatorVerdict]) -> Path:
    """Write the verdicts made from a snapshot beside it, replacing those of an earlier run on the same facts.

    Raises
    ------
    ValueError
        When a verdict was made from another snapshot.
    """
    if any(verdict.snapshot_id != snapshot.id for verdict in verdicts):
        raise ValueError(f"a verdict was not made from snapshot {snapshot.id}")
    columns = [pa.array([getattr(verdict, field.name) for verdict in verdicts], type=field.type) for field in SCHEMA]
    path = snapshot.folder / _FILE
    waiting = snapshot.folder / f".{_FILE}-{os.getpid()}"
    write_parquet(pa.Table.from_arrays(columns, schema=SCHEMA), waiting)
    waiting.replace(path)
    sync_folder(snapshot.folder)
    return path


def read_signals(snapshot: Snapshot, *, district_id: str | None = None) -> tuple[IndicatorVerdict, ...]:
    """Read the verdicts made from a snapshot, of one district only where `district_id` is given.

    Raises
    ------
    FileNotFoundError
        When none were written: the snapshot was never published.
    """
    rows = pq.read_table(snapshot.folder / _FILE, partitioning=None).to_pylist()
    return tuple(
        IndicatorVerdict(**{**row, "level": Level(row["level"]), "verdict": Verdict(row["verdict"])})
        for row in rows
        if district_id in (None, row["district_id"])
    )
