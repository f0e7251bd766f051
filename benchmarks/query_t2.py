"""Time the compiled query of T2 against the same aggregate in hand-written DuckDB SQL, in paired runs.

Goal: within 1.5 times. Run: ``.venv/bin/python benchmarks/query_t2.py``. Two hand-written forms are timed, a window
and a join; the faster one is the reference. The compiled query is timed from definition to Arrow table, that is with
the compilation of the Ibis expression, and once more without it. Both must give the same rows.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent))
from invented_network import invented_tables

from midcourse.facts import Snapshot, write_snapshot
from midcourse.indicators import load_catalogue
from midcourse.indicators.compilation import Facts, compile_query
from midcourse.indicators.periods import Calendar, read_calendar

AS_OF = date(2026, 3, 1)
PAIRS = 9

_SHEETS = """
sheets AS (
    SELECT district_id, school_year, school_id, happened_on, room_key, visit_key, observer_key,
           count(*) FILTER (present) AS hits, count(*) AS answers, max(available_on) AS latest_on
    FROM visit_items
    WHERE available_on <= DATE '2026-03-01' AND role = 'priority_practice' AND present IS NOT NULL
    GROUP BY ALL
)"""
_CELLS = """
SELECT segment, school_id, room_key, observer_key,
       sum(hits / total) AS numerator, sum(answers / total) AS denominator, max(latest_on) AS latest_on
FROM weighed JOIN days ON days.district_id = weighed.district_id AND days.school_year = weighed.school_year
                      AND days.day = weighed.happened_on
GROUP BY ALL"""
WINDOW = (
    f"WITH {_SHEETS}, weighed AS (SELECT *, sum(answers) OVER (PARTITION BY visit_key) AS total FROM sheets){_CELLS}"
)
JOIN = f"""WITH {_SHEETS},
totals AS (SELECT visit_key, sum(answers) AS total FROM sheets GROUP BY visit_key),
weighed AS (SELECT sheets.*, total FROM sheets JOIN totals USING (visit_key)){_CELLS}"""


def by_hand(snapshot: Snapshot, calendar: Calendar, sql: str) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("days", calendar.days)
        paths = [str(entry.path) for entry in snapshot.files("visit_items")]
        connection.read_parquet(paths, hive_partitioning=False).create_view("visit_items")
        return connection.sql(sql).to_arrow_table()


def compiled(snapshot: Snapshot, calendar: Calendar) -> pa.Table:
    facts = Facts(snapshot, calendar, as_of=AS_OF)
    try:
        return facts.run(compile_query(load_catalogue()["T2"], facts))
    finally:
        facts.close()


def compiled_before(snapshot: Snapshot, calendar: Calendar) -> str:
    facts = Facts(snapshot, calendar, as_of=AS_OF)
    try:
        return facts.sql(compile_query(load_catalogue()["T2"], facts))
    finally:
        facts.close()


def seconds(call: Callable[[], pa.Table]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def same(one: pa.Table, two: pa.Table) -> bool:
    keys = ["segment", "school_id", "room_key", "observer_key"]
    rows = [
        t.select([*keys, "numerator", "denominator", "latest_on"]).sort_by([(k, "ascending") for k in keys]).to_pylist()
        for t in (one, two)
    ]
    return len(rows[0]) == len(rows[1]) and all(
        all(a[k] == b[k] for k in (*keys, "latest_on"))
        and abs(a["numerator"] - b["numerator"]) + abs(a["denominator"] - b["denominator"]) < 1e-9
        for a, b in zip(*rows, strict=True)
    )


def measure(root: Path, *, districts: int) -> None:
    snapshot = write_snapshot(root, invented_tables(districts=districts), as_of=AS_OF)
    calendar = read_calendar(snapshot, as_of=AS_OF)
    ready = compiled_before(snapshot, calendar)
    ways: dict[str, Callable[[], pa.Table]] = {
        "compiled": lambda: compiled(snapshot, calendar),
        "compiled before": lambda: by_hand(snapshot, calendar, ready),
        "hand, window": lambda: by_hand(snapshot, calendar, WINDOW),
        "hand, join": lambda: by_hand(snapshot, calendar, JOIN),
    }
    cells = ways["compiled"]()
    assert same(cells, ways["hand, window"]()) and same(cells, ways["hand, join"]()), "the queries disagree"
    times = {name: [] for name in ways}
    for _ in range(PAIRS):  # in turn, so that whatever else the machine does meets all of them
        for name, way in ways.items():
            times[name].append(seconds(way))
    reference = min(("hand, window", "hand, join"), key=lambda name: statistics.median(times[name]))
    print(f"{snapshot.row_counts['visit_items']:>9,} visit items, {cells.num_rows:,} cells")
    for name, some in times.items():
        ratio = statistics.median(a / b for a, b in zip(some, times[reference], strict=True))
        print(f"    {name:16} {statistics.median(some) * 1000:8.1f} ms   {ratio:5.2f} x")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for districts in (4, 35):
            measure(Path(folder) / str(districts), districts=districts)
