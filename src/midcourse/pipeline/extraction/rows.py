"""From rows of records to a declared Arrow table. Decides only how rows become columns, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pyarrow as pa

from midcourse.facts import TABLES

CHUNK = 20_000
"""Rows per Arrow batch and per database fetch: memory stays flat, and the cost per row is at its floor (stack.md)."""

Row = tuple[object, ...]


def gather(name: str, rows: Iterable[Row]) -> pa.Table:
    """Return the fact table `name` from rows whose values stand in the declared order.

    Raises
    ------
    pyarrow.ArrowInvalid
        When a value does not fit its declared column.
    """
    schema = TABLES[name].schema
    batches = []
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        columns = zip(*chunk, strict=True)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)
