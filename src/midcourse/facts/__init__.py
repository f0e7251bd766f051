"""Facts: event-level columnar truth, as immutable snapshots. Keys, never names."""

from midcourse.facts.describing import tables_document
from midcourse.facts.keys import educator_key, make_secret, observer_key, record_key, room_key
from midcourse.facts.snapshot import (
    CURRENT,
    Snapshot,
    SnapshotError,
    SnapshotFile,
    prune,
    publish,
    published,
    sync_folder,
    write_parquet,
    write_snapshot,
)
from midcourse.facts.tables import SCHEMA_VERSION, TABLES, FactTable

__all__ = [
    "CURRENT",
    "SCHEMA_VERSION",
    "TABLES",
    "FactTable",
    "Snapshot",
    "SnapshotError",
    "SnapshotFile",
    "educator_key",
    "make_secret",
    "observer_key",
    "prune",
    "publish",
    "published",
    "record_key",
    "room_key",
    "sync_folder",
    "tables_document",
    "write_parquet",
    "write_snapshot",
]
