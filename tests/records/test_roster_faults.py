"""`kill -9` in the middle of apply or undo leaves all or nothing, and the next try works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.records.roster_packages import make_package

ROOT = Path(__file__).parents[2]

SCRIPT = """
import datetime as dt, json, os, signal, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from midcourse.records.actions.rosters import apply_roster, plan_roster, undo_roster
from midcourse.records.models import *

TABLES = (School, Term, Educator, Post, Course, Section, TeachingAssignment, StudentCount, AuditEntry)

def count_rows():
    found = {table.__name__: table.objects.count() for table in TABLES}
    found["links"] = Section.terms.through.objects.count()
    found["active"] = Educator.objects.filter(active=True).count()
    return found | {"state": RosterRun.objects.get().state}

def attempt(act, kill_at):
    # a child with a connection of its own, killed after that many writes (0: never)
    connection.close()
    child = os.fork()
    if child == 0:
        writes = 0

        def count_and_die(execute, sql, params, many, context):
            nonlocal writes
            result = execute(sql, params, many, context)
            if sql.lstrip().split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
                writes += 1
                if writes == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
            return result

        with connection.execute_wrapper(count_and_die):
            (apply_roster if act == "apply" else undo_roster)(run=RosterRun.objects.get(), by=None)
        os._exit(writes)
    status = os.waitpid(child, 0)[1]
    report.append({
        "act": act, "kill_at": kill_at, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "writes": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, "rows": count_rows(),
    })

report = []
call_command("migrate", verbosity=0)
district = District.objects.create(network=Network.objects.create(name="Invented"), name="Alder", slug="alder")
plan_roster(district=district, path=sys.argv[1], as_of=dt.date(2025, 9, 15), by=None)
report.append({"act": "plan", "rows": count_rows()})
for act in ("apply", "undo"):
    for kill_at in (1, 2, 4, 6, 8, 10, 0):
        attempt(act, kill_at)
print(json.dumps(report))
"""


@pytest.mark.fault
@pytest.mark.slow  # migrates a database file of its own, because a killed writer needs one
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_write_apply_and_undo_leave_all_or_nothing(tmp_path: Path) -> None:
    make_package().write(tmp_path / "roster")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"DJANGO_SETTINGS_MODULE": "midcourse.settings", "MIDCOURSE_DATA_DIR": str(tmp_path / "data")}
    words = [sys.executable, "-c", SCRIPT, str(tmp_path / "roster")]
    done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: list[dict[str, Any]] = json.loads(done.stdout)
    before = report[0]["rows"]
    assert before["Educator"] == 0 and before["state"] == "planned"
    for attempt in report[1:]:
        if attempt["kill_at"]:
            assert attempt["signal"] == 9, attempt
            assert attempt["rows"] == before, f"half of {attempt['act']} stayed behind"
        else:
            assert attempt["signal"] == 0 and attempt["writes"] >= 10, "the points above lie inside"
            before = attempt["rows"]
            applied = attempt["act"] == "apply"
            assert (before["Educator"], before["state"]) == ((15, "applied") if applied else (0, "undone"))
