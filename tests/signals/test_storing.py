"""Verdicts come back as they were written, and only with their own snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from midcourse.facts import write_snapshot
from midcourse.indicators import load_catalogue
from midcourse.signals import Adopted, judge, read_signals, write_signals
from midcourse.vocabulary import Verdict

AS_OF = date(2026, 1, 30)


def test_verdicts_come_back_as_they_were_written(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, {}, as_of=AS_OF)
    adopted = [Adopted(district, "T2", 1, date(2024, 9, 1)) for district in ("north", "south")]
    made = judge([], [], adopted, catalogue=load_catalogue(), as_of=AS_OF, snapshot_id=snapshot.id)
    full = replace(
        made[0], verdict=Verdict.IMPROVING, change=0.25, lower=0.1, upper=0.4, since=date(2025, 3, 2), visits_needed=12,
        settle_on=AS_OF, needs_second_observer=True, rubric_revised=True, n=300, p_improving=0.97,
    )  # fmt: skip
    write_signals(snapshot, [full, *made[1:]])
    assert read_signals(snapshot) == (full, *made[1:])
    assert read_signals(snapshot, district_id="south") == made[1:]
    write_signals(snapshot, [])
    assert read_signals(snapshot) == (), "a second run on the same facts replaces the first"


def test_verdicts_of_another_snapshot_are_refused(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, {}, as_of=AS_OF)
    other = judge(
        [], [], [Adopted("north", "T2", 1, AS_OF)], catalogue=load_catalogue(), as_of=AS_OF, snapshot_id="another"
    )
    with pytest.raises(ValueError, match="not made from snapshot"):
        write_signals(snapshot, other)
    with pytest.raises(FileNotFoundError):
        read_signals(snapshot)
