"""A folder in, a CSV of verdicts out, through the front door and through the command."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from midcourse.signals import VisitRecords, detect_folder
from tests.signals.invented_district import Recipe, invent


def write_folder(path: Path, r: VisitRecords) -> None:
    def table(name: str, header: str, rows: list[tuple[object, ...]]) -> None:
        with (path / name).open("w", newline="") as f:
            out = csv.writer(f)
            out.writerow(header.split(","))
            out.writerows(rows)

    meta = {
        "format": 1,
        "district": "Invented",
        "scale_min": 1,
        "scale_max": 4,
        "baseline_until": str(r.baseline_until),
    }
    (path / "district.json").write_text(json.dumps(meta))
    first = "2030-09-01"
    table(
        "calendar.csv", "as_of,school_year,school_week", list(zip(r.as_of, r.school_year, r.school_week, strict=True))
    )
    table("schools.csv", "school,teachers,available_on", [(s, 24, first) for s in r.schools])
    table("observers.csv", "observer,available_on", [(f"O{o}", first) for o in sorted(set(r.observer.tolist()))])
    table("items.csv", "item,rubric,available_on", [(f"L{i}", "founding", first) for i in sorted(set(r.item.tolist()))])
    visits = {
        v: (f"V{v}", r.schools[s], f"R{k}", d, a)
        for v, s, k, d, a in zip(r.visit.tolist(), r.school, r.room, r.date, r.available_on, strict=True)
    }
    table("visits.csv", "visit,school,room,date,available_on", list(visits.values()))
    scores = zip(r.visit, r.observer, r.item, r.score, r.available_on, strict=True)
    table(
        "scores.csv",
        "visit,observer,item,score,available_on",
        [(f"V{v}", f"O{o}", f"L{i}", int(x), a) for v, o, i, x, a in scores],
    )


@pytest.mark.slow  # a district is filtered twice, once in a fresh interpreter
def test_front_door_and_command_write_the_contract(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    write_folder(inside, invent(Recipe(seed=11, weeks=40, schools=3, visits=3.0)))
    detection = detect_folder(inside, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open() as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == (40 - 24) * 4 == len(detection.as_of) * len(detection.units)
    assert {r["unit"] for r in rows} == {"S1", "S2", "S3", "district"}
    assert {r["verdict"] for r in rows} <= {"improving", "no change", "worsening"}
    for r in rows:
        assert float(r["lower"]) <= float(r["estimate"]) <= float(r["upper"])
        assert 0 <= float(r["p_improving"]) + float(r["p_worsening"]) <= 1.001
    command = [sys.executable, "-m", "midcourse", "detect", str(inside), str(tmp_path / "again.csv")]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "out.csv").read_text()
