"""Snapshots are immutable, the same each time, checked, and never half published."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from midcourse.facts import TABLES, Snapshot, SnapshotError, prune, publish, published, write_snapshot

DAY = date(2026, 1, 5)


def calendar(*rows: tuple[str, int, int]) -> pa.Table:
    """Rows of (district, school year, school week)."""
    return pa.Table.from_pylist(
        [
            {
                "district_id": district,
                "school_year": year,
                "week_of": date(year - 1, 9, week),
                "school_week": week,
                "cycle": 1,
                "term": "T1",
                "school_days_n": 5,
                "happened_on": DAY,
                "available_on": DAY,
            }
            for district, year, week in rows
        ],
        schema=TABLES["calendar"].schema,
    )


ROWS = [("north", 2026, 1), ("north", 2026, 8), ("north", 2025, 1), ("a/b", 2026, 1)]


def digests(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.*")}


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    one = write_snapshot(tmp_path / "one", {"calendar": calendar(*ROWS)}, as_of=DAY)
    turned = pa.concat_tables([calendar(row) for row in reversed(ROWS)])
    two = write_snapshot(
        tmp_path / "two", {"calendar": turned, "visits": TABLES["visits"].schema.empty_table()}, as_of=DAY
    )
    assert one.id == two.id and len(one.id) == 16
    assert digests(one.folder) == digests(two.folder) and len(digests(one.folder)) == 4
    assert write_snapshot(tmp_path / "one", {"calendar": turned}, as_of=DAY) == one


def test_other_facts_or_another_date_give_another_id(tmp_path: Path) -> None:
    ids = {
        write_snapshot(tmp_path, {"calendar": calendar(*ROWS)}, as_of=DAY).id,
        write_snapshot(tmp_path, {"calendar": calendar(*ROWS[1:])}, as_of=DAY).id,
        write_snapshot(tmp_path, {"calendar": calendar(*ROWS)}, as_of=date(2026, 1, 6)).id,
    }
    assert len(ids) == 3


def test_it_lies_sorted_and_partitioned(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, {"calendar": calendar(*reversed(ROWS))}, as_of=DAY)
    path = snapshot.path("calendar") / "district_id=north" / "school_year=2026" / "part-0.parquet"
    assert pq.read_table(path, partitioning=None).column("school_week").to_pylist() == [1, 8]
    assert (snapshot.path("calendar") / "district_id=a%2Fb").is_dir()
    assert [entry.rows for entry in snapshot.files("calendar", district_id="north")] == [1, 2]
    assert snapshot.read("calendar", district_id="north").num_rows == 3
    assert snapshot.row_counts["calendar"] == 4 and snapshot.row_counts["visits"] == 0


def test_an_empty_table_is_read_with_its_schema(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, {}, as_of=DAY)
    assert not snapshot.path("visit_items").exists()
    assert snapshot.read("visit_items").schema.equals(TABLES["visit_items"].schema)
    assert sum(snapshot.row_counts.values()) == 0 and not snapshot.verify()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop_columns(["term"]), "missing .'term'."),
        (lambda t: t.append_column("name", pa.array(["x"] * t.num_rows)), "not declared .'name'."),
        (lambda t: t.set_column(3, "school_week", pa.array([1] * t.num_rows)), "'school_week' is int64"),
        (lambda t: t.select([*t.column_names[1:], "district_id"]), "stands where"),
        (
            lambda t: pa.Table.from_arrays(
                [*t.columns[:5], pa.array([None] * t.num_rows, pa.string()), *t.columns[6:]], schema=t.schema
            ),
            "'term' must not be empty",
        ),
    ],
)
def test_a_table_unlike_its_declaration_is_refused(tmp_path: Path, change, words: str) -> None:
    with pytest.raises(SnapshotError, match=words):
        write_snapshot(tmp_path, {"calendar": change(calendar(*ROWS))}, as_of=DAY)
    with pytest.raises(SnapshotError, match="not a declared"):
        write_snapshot(tmp_path, {"people": calendar()}, as_of=DAY)
    assert not list(tmp_path.rglob("*.parquet")) and published(tmp_path) is None


def test_a_changed_or_missing_file_is_found_and_not_published(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, {"calendar": calendar(*ROWS)}, as_of=DAY)
    first, second = snapshot.entries[0].path, snapshot.entries[1].path
    first.write_bytes(first.read_bytes()[:-1] + b"?")
    second.unlink()
    faults = snapshot.verify()
    assert len(faults) == 2 and "changed" in faults[0] and "missing" in faults[1]
    with pytest.raises(SnapshotError, match="not published"):
        publish(tmp_path, snapshot.id)
    manifest = snapshot.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("2026-01-05", "2026-01-06"))
    with pytest.raises(SnapshotError, match="changed after"):
        Snapshot.open(tmp_path, snapshot.id)
    with pytest.raises(SnapshotError, match="no snapshot"):
        Snapshot.open(tmp_path, "0" * 16)


def test_pruning_keeps_the_published_and_the_newest(tmp_path: Path) -> None:
    snapshots = [write_snapshot(tmp_path, {"calendar": calendar(row)}, as_of=DAY) for row in ROWS]
    for age, snapshot in enumerate(snapshots):
        os.utime(snapshot.folder, (1_000_000 + age, 1_000_000 + age))
    publish(tmp_path, snapshots[0].id)
    dead = tmp_path / "snapshots" / ".writing-999999999-x"
    mine = tmp_path / "snapshots" / f".writing-{os.getpid()}-x"
    dead.mkdir()
    mine.mkdir()
    assert set(prune(tmp_path, keep=1)) == {snapshots[1].id, snapshots[2].id}
    assert published(tmp_path) == snapshots[0] and Snapshot.open(tmp_path, snapshots[3].id) == snapshots[3]
    assert not dead.exists() and mine.exists()
    assert prune(tmp_path / "nothing") == ()


# One process forks a writer for each point and kills it there: every sync, rename and replace is a point. The process
# that forks never runs Arrow itself, so that its writers start without Arrow's threads.
_KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.facts.test_snapshot import DAY, ROWS, calendar
from midcourse.facts import publish, published, write_snapshot

calendar(*ROWS)  # loads what building a table loads, once for all writers
root, left = Path(sys.argv[2]), 0

def counted(call):
    def wrapped(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)
    return wrapped

def refresh(rows, day, point):
    global left
    child = os.fork()
    if not child:
        left = point
        publish(root, write_snapshot(root, {"calendar": calendar(*rows)}, as_of=day).id)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

for name in ("fsync", "rename", "replace"):
    setattr(os, name, counted(getattr(os, name)))
assert refresh(ROWS[:1], DAY, -1) == 0
before = published(root)
for point in range(1, 60):
    code = refresh((ROWS[0], ("north", 2026, 15)), date(2026, 1, 6), point)
    now = published(root)
    assert now is not None and not now.verify()
    if code == 0:
        break
    assert code == -signal.SIGKILL, code
    # before the pointer is replaced the old snapshot stands; after it, the complete new one
    assert now == before or now.row_counts["calendar"] == 2
    if now != before:
        publish(root, before.id)
print(point - 1, now.id, now.row_counts["calendar"])
"""


@pytest.mark.fault
@pytest.mark.slow  # kills a writer at each of its points
def test_a_refresh_that_dies_anywhere_leaves_the_last_snapshot_published(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(Path(__file__).parents[2]), str(tmp_path)]
    killed, now, rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(killed) >= 9 and rows == "2"
    prune(tmp_path, keep=0)
    assert [p.name for p in (tmp_path / "snapshots").iterdir()] == [now]
