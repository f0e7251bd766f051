"""A refresh gives the same bytes for the same records, runs alone, and leaves what was published when it dies."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midcourse import facts
from midcourse.indicators import IndicatorValue
from midcourse.pipeline import RefreshRunningError, published, refresh
from midcourse.pipeline import refreshing as module
from midcourse.records.actions.adoptions import adopt_indicator
from midcourse.records.models import Educator, KeySecret, Section, TeachingAssignment, VisitHost
from midcourse.vocabulary import Level, Verdict
from tests.district.cast import Cast
from tests.pipeline.test_extraction import visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def adopt(cast: Cast, *indicator_ids: str) -> None:
    for indicator_id in indicator_ids:
        adopt_indicator(
            district=cast.north.district,
            indicator_id=indicator_id,
            definition_version=1,
            adopted_on=cast.today - dt.timedelta(days=500),
            counts_from=cast.today - dt.timedelta(days=500),
            by=None,
        )


@pytest.mark.slow  # three refreshes, and the first loads the query engine
def test_the_same_records_and_day_give_the_same_snapshot(cast: Cast) -> None:
    for days in (3, 40, 400):
        visit(cast.north, 0, "coach", cast.today - dt.timedelta(days=days))
    adopt(cast, "T2")
    refresh(as_of=cast.today)  # closes the years that are over; from here on nothing changes
    first, second = refresh(as_of=cast.today), refresh(as_of=cast.today)
    assert first.snapshot_id == second.snapshot_id
    assert {one.table: one.rows for one in first.rows}["visits"] == 3
    visit(cast.north, 1, "coach", cast.today)
    assert refresh(as_of=cast.today).snapshot_id != first.snapshot_id


@pytest.mark.slow  # three refreshes
def test_a_closed_years_coverage_is_right_in_its_last_refresh_and_withheld_afterwards(cast: Cast) -> None:
    """Never a wrong share: without the key the roster's rooms are unknown, and none is not the same as not visited."""
    day, north = cast.today - dt.timedelta(days=500), cast.north
    TeachingAssignment.objects.filter(district=north.district).update(begins_on=day - dt.timedelta(days=30))
    for number in range(9):  # ten classrooms at the first school, the least that coverage is shown for
        section = Section.objects.create(
            district=north.district, school=north.schools[0], title=f"More {number}", grade_band="middle", subject="ela"
        )
        teacher = Educator.objects.create(district=north.district, given_name="Ode", family_name=f"Quarl {number}")
        TeachingAssignment.objects.create(
            district=north.district, section=section, educator=teacher, begins_on=day - dt.timedelta(days=30)
        )
    seen = visit(north, 0, "coach", day)

    def coverage() -> list[IndicatorValue]:
        now = published()
        assert now is not None
        found = now.values(district_id=str(north.district.pk), level=Level.DISTRICT, indicator_ids=["T1"])
        return [value for value in found if value.begins_on <= day <= value.ends_on]

    refresh(as_of=cast.today)
    last = coverage()
    assert last and {(v.n, round(v.estimate or 0, 2)) for v in last} == {(12, 0.08)}, "one of twelve"
    assert KeySecret.objects.get(district=north.district, school_year=seen.school_year).secret is None
    refresh(as_of=cast.today)
    assert {(value.estimate, value.reason) for value in coverage()} == {(None, "no_facts")}
    third = refresh(as_of=cast.today)
    assert third.snapshot_id == refresh(as_of=cast.today).snapshot_id


@pytest.mark.slow  # six refreshes
def test_old_snapshots_go_with_the_next_refreshes(cast: Cast, data_dir: Path) -> None:
    ids = [refresh(as_of=cast.today - dt.timedelta(days=back)).snapshot_id for back in range(6)]
    left = {folder.name for folder in (data_dir / "snapshots").iterdir()}
    assert left == set(ids[2:]), "the published one and the three before it"


def test_a_refresh_reports_each_step_and_every_table(cast: Cast) -> None:
    report = refresh(as_of=cast.today)
    assert [step.name for step in report.seconds][:5] == ["purge", "extract", "write", "compute", "judge"]
    assert {one.table for one in report.rows} == set(facts.TABLES)
    assert report.values > 0


def test_the_published_values_count_the_visits(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today)
    visit(cast.north, 1, "principal", cast.today)
    refresh(as_of=cast.today)
    now = published()
    assert now is not None
    values = now.values(district_id=str(cast.north.district.pk), level=Level.DISTRICT, indicator_ids=["T2"])
    assert max(value.n for value in values) == 2
    assert all(value.estimate is None and value.reason for value in values), "two visits are too few to show"


@pytest.mark.slow  # two refreshes
def test_a_process_sees_a_new_snapshot_at_once_and_keeps_reading_the_one_it_holds(cast: Cast) -> None:
    assert published() is None
    refresh(as_of=cast.today)
    held = published()
    assert held is not None and published() is held, "cached while nothing changes"
    before = len(held.values())
    visit(cast.north, 0, "coach", cast.today)
    refresh(as_of=cast.today)
    now = published()
    assert now is not None and now.snapshot_id != held.snapshot_id
    assert len(held.values()) == before


@pytest.mark.slow  # two refreshes
def test_a_value_of_another_snapshot_is_not_opened(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today)
    refresh(as_of=cast.today - dt.timedelta(days=1))
    old = published()
    assert old is not None
    value = old.values(indicator_ids=["T2"])[0]
    assert old.facts_behind(value).value == value
    refresh(as_of=cast.today)
    now = published()
    assert now is not None
    with pytest.raises(ValueError, match="another snapshot"):
        now.facts_behind(value)


def test_only_one_refresh_runs(cast: Cast, data_dir: Path) -> None:
    handle = os.open(data_dir / module._LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(RefreshRunningError):
            refresh(as_of=cast.today)
    finally:
        os.close(handle)
    assert refresh(as_of=cast.today).snapshot_id


@pytest.mark.slow  # four refreshes
def test_a_refresh_that_fails_leaves_what_was_published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = refresh(as_of=cast.today)
    visit(cast.north, 0, "coach", cast.today)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise MemoryError

    for broken in ("write_signals", "judge"):
        with monkeypatch.context() as patch, pytest.raises(MemoryError):
            patch.setattr(module.signals, broken, fail)
            refresh(as_of=cast.today)
        now = published()
        assert now is not None and now.snapshot_id == first.snapshot_id
    assert refresh(as_of=cast.today).snapshot_id != first.snapshot_id, "the lock was let go"


def test_whom_a_visit_concerned_is_forgotten_when_its_time_is_over(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today)
    assert VisitHost.objects.count() == 1
    refresh(as_of=cast.today + dt.timedelta(weeks=9))
    assert VisitHost.objects.count() == 0


def test_every_adopted_indicator_has_a_verdict_for_its_district(cast: Cast) -> None:
    visit(cast.north, 0, "coach", cast.today)
    adopted = ("I1", "M2", "T1", "T2", "T7")
    adopt(cast, *adopted)
    refresh(as_of=cast.today)
    now = published()
    assert now is not None
    found = now.verdicts(district_id=str(cast.north.district.pk), level=Level.DISTRICT)
    assert tuple(verdict.indicator_id for verdict in found) == adopted
    assert {verdict.verdict for verdict in found} == {Verdict.TOO_FEW}
    assert now.verdicts(district_id=str(cast.south.district.pk)) == ()


_DIES = """
import os, signal, sys, datetime as dt
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
sys.path[:0] = sys.argv[2:]
from tests.district.cast import build_cast
from tests.pipeline.test_extraction import visit
from midcourse.pipeline import published, refresh, refreshing
from midcourse.records.models import Network
today = dt.date.fromisoformat(sys.argv[1])
if not Network.objects.exists():
    cast = build_cast()
    first = refresh(as_of=cast.today)
    print(first.snapshot_id, flush=True)
    visit(cast.north, 0, "coach", cast.today)
    refreshing.signals.write_signals = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
    refresh(as_of=cast.today)
print(published().snapshot_id, flush=True)
print(refresh(as_of=today).snapshot_id, flush=True)
"""


@pytest.mark.fault
@pytest.mark.slow
def test_kill_9_in_the_middle_leaves_the_last_snapshot_published_and_the_next_refresh_goes_on(tmp_path: Path) -> None:
    """Slow: starts two processes, each of which loads everything."""
    root = Path(__file__).parents[2]
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {"MIDCOURSE_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "midcourse.settings"}
    today = dt.datetime.now(dt.UTC).date().isoformat()
    command = [sys.executable, "-c", _DIES, today, str(root), str(root / "tests")]
    killed = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    again = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert again.stdout.split()[0] == killed.stdout.split()[0]
    assert again.stdout.split()[1] != killed.stdout.split()[0]
