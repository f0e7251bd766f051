"""Snapshots: the facts of one refresh as an immutable folder of Parquet files under a manifest.

Decides the layout on disk, the snapshot's id, and what "published" means. The same facts give the same bytes and so
the same id; a writer that dies leaves the last published snapshot as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from midcourse.facts.tables import SCHEMA_VERSION, TABLES, FactTable

MANIFEST = "manifest.json"
CURRENT = "current"
_FOLDER = "snapshots"
_TEMPORARY = ".writing-"
_ID_HEX = 16
_ROWS_PER_GROUP = 131_072  # fixed, so that the bytes do not follow a library's default


class SnapshotError(ValueError):
    """A table does not match its declaration, or a snapshot is not what its manifest says."""


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One Parquet file of a snapshot: whose rows it holds, and what it must hash to."""

    table: str
    path: Path
    district_id: str
    school_year: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable set of fact tables, named by the hash of its manifest.

    Parameters
    ----------
    id : str
        First 16 hex digits of the manifest's SHA-256.
    folder : Path
        Where the manifest and the tables lie.
    as_of : date
        Date up to which the facts were gathered.
    schema_version : int
        `SCHEMA_VERSION` of the code that wrote it.
    entries : tuple of SnapshotFile
        Every file, ordered by table, district and school year.
    """

    id: str
    folder: Path
    as_of: date
    schema_version: int
    entries: tuple[SnapshotFile, ...]

    @classmethod
    def open(cls, root: Path, snapshot_id: str) -> Snapshot:
        """Open the snapshot `snapshot_id` under `root`.

        Raises
        ------
        SnapshotError
            When there is none, its manifest does not hash to its id, or another schema version wrote it.
        """
        folder = root / _FOLDER / snapshot_id
        try:
            content = (folder / MANIFEST).read_bytes()
        except OSError:
            raise SnapshotError(f"there is no snapshot {snapshot_id!r} under {root}") from None
        if _digest(content)[:_ID_HEX] != snapshot_id:
            raise SnapshotError(f"the manifest of snapshot {snapshot_id} was changed after it was written")
        manifest = json.loads(content)
        if manifest["schema_version"] != SCHEMA_VERSION:
            raise SnapshotError(
                f"snapshot {snapshot_id} has schema version {manifest['schema_version']}, this program reads "
                f"{SCHEMA_VERSION}: refresh once to write a new one"
            )
        return cls(
            snapshot_id, folder, date.fromisoformat(manifest["as_of"]), SCHEMA_VERSION, _entries(folder, manifest)
        )

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows of every declared table, empty ones included."""
        counts = dict.fromkeys(TABLES, 0)
        for entry in self.entries:
            counts[entry.table] += entry.rows
        return counts

    def path(self, table: str) -> Path:
        """Return the folder of one table; it does not exist while the table is empty."""
        return self.folder / _declared(table).name

    def files(self, table: str, *, district_id: str | None = None) -> tuple[SnapshotFile, ...]:
        """Return the files of one table, of one district only where `district_id` is given."""
        _declared(table)
        return tuple(e for e in self.entries if e.table == table and district_id in (None, e.district_id))

    def read(self, table: str, *, district_id: str | None = None) -> pa.Table:
        """Read one table, sorted as declared; an empty table still has its schema."""
        schema = _declared(table).schema
        parts = [pq.read_table(e.path, partitioning=None) for e in self.files(table, district_id=district_id)]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def verify(self) -> tuple[str, ...]:
        """Hash every file again and return one sentence per file that is missing or changed; none when all is well."""
        faults = []
        for entry in self.entries:
            name = entry.path.relative_to(self.folder).as_posix()
            if not entry.path.is_file():
                faults.append(f"{name} is missing")
            elif _digest(entry.path.read_bytes()) != entry.sha256:
                faults.append(f"{name} was changed after it was written")
        return tuple(faults)


def write_snapshot(root: Path, tables: Mapping[str, pa.Table], *, as_of: date) -> Snapshot:
    """Write the fact tables as one immutable snapshot; it is not published yet.

    Parameters
    ----------
    root : Path
        Folder of the district network's snapshots; made when missing.
    tables : mapping of str to pyarrow.Table
        Tables by declared name, in any row order. A table left out is empty.
    as_of : date
        Date up to which the facts were gathered.

    Returns
    -------
    Snapshot
        The snapshot on disk, each file synced. The same tables and date give the same bytes, whatever the row order.

    Raises
    ------
    SnapshotError
        When a table is not declared, its columns differ from the declaration, or a required column holds an empty.

    Notes
    -----
    **Source**: the pattern of an immutable store switched live is OpenPrescribing's matrix store; sorting and
    partitioning by district was measured to matter more than the choice of engine.

    Examples
    --------
    >>> root = Path(tempfile.mkdtemp())
    >>> snapshot = write_snapshot(root, {}, as_of=date(2026, 1, 5))
    >>> publish(root, snapshot.id)
    >>> published(root) == snapshot, snapshot.verify()
    (True, ())
    """
    prepared = {name: _prepared(_declared(name), table) for name, table in sorted(tables.items())}
    home = root / _FOLDER
    home.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-", dir=home))
    try:
        files = {name: list(_write_table(working, name, table)) for name, table in prepared.items()}
        manifest = {
            "as_of": as_of.isoformat(),
            "schema_version": SCHEMA_VERSION,
            "tables": {
                name: {"rows": sum(int(f["rows"]) for f in files.get(name, ())), "files": files.get(name, [])}
                for name in TABLES
            },
        }
        content = json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"
        _write_synced(working / MANIFEST, content)
        for folder in [*(p for p in working.rglob("*") if p.is_dir()), working]:
            sync_folder(folder)
        snapshot_id = _digest(content)[:_ID_HEX]
        if not (home / snapshot_id / MANIFEST).exists():  # the same facts were written before: keep those bytes
            working.chmod(0o700)  # whose classroom was seen is in there, by key: for the owner's eyes
            os.rename(working, home / snapshot_id)  # noqa: PTH104  # one system call: all or nothing
            sync_folder(home)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return Snapshot.open(root, snapshot_id)


def publish(root: Path, snapshot_id: str) -> None:
    """Make `snapshot_id` the published snapshot, in one step that a crash cannot halve.

    Raises
    ------
    SnapshotError
        When there is no such snapshot, or one of its files is missing or changed.
    """
    faults = Snapshot.open(root, snapshot_id).verify()
    if faults:
        raise SnapshotError(f"snapshot {snapshot_id} is not published: {'; '.join(faults)}")
    waiting = root / f".{CURRENT}-{os.getpid()}"
    _write_synced(waiting, snapshot_id.encode() + b"\n")
    os.replace(waiting, root / CURRENT)  # noqa: PTH105  # replaces atomically
    sync_folder(root)


def published(root: Path) -> Snapshot | None:
    """Return the published snapshot, or None before the first one."""
    try:
        snapshot_id = (root / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None
    return Snapshot.open(root, snapshot_id)


def prune(root: Path, *, keep: int = 3) -> tuple[str, ...]:
    """Delete old unpublished snapshots and what dead writers left; return the ids deleted.

    Parameters
    ----------
    keep : int
        How many of the newest unpublished snapshots stay, for pages still reading them. The published one always
        stays.
    """
    home = root / _FOLDER
    if not home.is_dir():
        return ()
    for leftover in home.glob(f"{_TEMPORARY}*"):
        if not _alive(int(leftover.name.removeprefix(_TEMPORARY).split("-")[0])):
            shutil.rmtree(leftover, ignore_errors=True)
    current = published(root)
    others = [p for p in home.iterdir() if not p.name.startswith(".") and (current is None or p.name != current.id)]
    others.sort(key=lambda p: (p.stat().st_mtime_ns, p.name), reverse=True)
    for folder in others[keep:]:
        doomed = home / f"{_TEMPORARY}{os.getpid()}-{folder.name}"
        folder.rename(doomed)  # first out of sight: a half-deleted snapshot must not be openable
        shutil.rmtree(doomed)
    return tuple(folder.name for folder in others[keep:])


def write_parquet(table: pa.Table, path: Path) -> str:
    """Write one Parquet file with fixed settings, synced, and return the SHA-256 of its bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", version="2.6", row_group_size=_ROWS_PER_GROUP)
    content = sink.getvalue().to_pybytes()
    _write_synced(path, content)
    return _digest(content)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, so that a new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _declared(name: str) -> FactTable:
    try:
        return TABLES[name]
    except KeyError:
        raise SnapshotError(f"{name!r} is not a declared fact table (facts/tables.py)") from None


def _prepared(declared: FactTable, table: pa.Table) -> pa.Table:
    """Return the table checked against its declaration and sorted, ties broken by every other column."""
    if not table.schema.equals(declared.schema, check_metadata=False):
        raise SnapshotError(f"table {declared.name!r}: {_difference(declared.schema, table.schema)}")
    for field in declared.schema:
        if not field.nullable and table.column(field.name).null_count:
            raise SnapshotError(f"table {declared.name!r}: column {field.name!r} must not be empty anywhere")
    rest = [name for name in declared.schema.names if name not in declared.sort]
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in (*declared.sort, *rest)])
    # plain chunks under the declared schema: the bytes must not follow how the caller built the table
    ordered = table.take(order).combine_chunks()
    return pa.Table.from_arrays(ordered.columns, schema=declared.schema)


def _difference(declared: pa.Schema, given: pa.Schema) -> str:
    missing = [name for name in declared.names if name not in given.names]
    unknown = [name for name in given.names if name not in declared.names]
    if missing or unknown:
        return f"columns missing {missing}, columns not declared {unknown}"
    for want, got in zip(declared, given, strict=True):
        if want.name != got.name:
            return f"column {got.name!r} stands where {want.name!r} is declared"
        if want.type != got.type or want.nullable != got.nullable:
            return f"column {want.name!r} is {_kind(got)}, declared {_kind(want)}"
    return "differs from its declaration"


def _kind(field: pa.Field[Any]) -> str:
    return f"{field.type}{'' if field.nullable else ' not null'}"


def _write_table(folder: Path, name: str, table: pa.Table) -> Iterator[dict[str, str | int]]:
    """Write one file per district and school year; the rows are sorted, so each pair is one slice."""
    if not table.num_rows:
        return
    pairs = table.select(["district_id", "school_year"]).group_by(["district_id", "school_year"], use_threads=False)
    start = 0
    for pair in pairs.aggregate([([], "count_all")]).to_pylist():
        rows = int(pair["count_all"])
        place = f"{name}/district_id={quote(pair['district_id'], safe='')}/school_year={pair['school_year']}"
        (folder / place).mkdir(parents=True)
        # a slice of its own: dictionary pages must not depend on neighbours
        digest = write_parquet(table.slice(start, rows), folder / place / "part-0.parquet")
        start += rows
        yield {
            "district_id": pair["district_id"],
            "path": f"{place}/part-0.parquet",
            "rows": rows,
            "school_year": pair["school_year"],
            "sha256": digest,
        }


def _entries(folder: Path, manifest: dict[str, Any]) -> tuple[SnapshotFile, ...]:
    return tuple(
        SnapshotFile(name, folder / f["path"], f["district_id"], f["school_year"], f["rows"], f["sha256"])
        for name, table in sorted(manifest["tables"].items())
        for f in table["files"]
    )


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
