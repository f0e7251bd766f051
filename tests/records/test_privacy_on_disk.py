"""What lies on disk: for the owner's eyes alone, and gone when it is deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_WRITES = """
import sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
sys.path[:0] = sys.argv[1:]
from tests.district.cast import build_cast
from tests.pipeline.test_extraction import visit
from midcourse.pipeline import refresh
from midcourse.records.actions.hosts import confirm_feedback
from midcourse.records.models import VisitHost
cast = build_cast()
seen = visit(cast.north, 0, "coach", cast.today)
host = VisitHost.objects.get()
if "refresh" in sys.argv:
    refresh(as_of=cast.today)
def held():
    found = [p for p in settings.DATA_DIR.glob("midcourse.sqlite3*") if host.pk.hex.encode() in p.read_bytes()]
    return len(found)
print("before", held())
assert confirm_feedback(visit_id=seen.pk, by=cast.north.users["teacher"])
print("after", held())
"""


def _run(folder: Path, *more: str) -> str:
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {"MIDCOURSE_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "midcourse.settings"}
    command = [sys.executable, "-c", _WRITES, str(ROOT), str(ROOT / "tests"), *more]
    before = os.umask(0o022)
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    finally:
        os.umask(before)


@pytest.mark.slow  # a process of its own migrates a database file and refreshes
def test_nobody_else_reads_the_data_and_a_forgotten_host_is_in_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)  # as an earlier version left it
    assert _run(folder, "refresh").split() == ["before", "1", "after", "0"]
    assert folder.stat().st_mode & 0o777 == 0o700
    inside = list(folder.rglob("*"))
    assert any(path.suffix == ".parquet" for path in inside) and (folder / "midcourse.sqlite3").exists()
    assert [path for path in inside if path.stat().st_mode & 0o077] == []
