"""Measure plan, apply, plan again and undo of an invented district of 50,000 students in a database of its own.

Goal: plan and apply 3,500 teachers, 20,000 sections, 400,000 enrollments in under 60 seconds on SQLite.
Run: ``.venv/bin/python benchmarks/roster_apply.py`` (set DATABASE_URL to measure PostgreSQL).
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import tempfile
import time
from pathlib import Path

from roster_check import District as Invented  # the folder of a script is on its path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MIDCOURSE_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midcourse.settings")
        files = Path(folder) / "roster"
        files.mkdir()
        Invented(files, is_faulty=False).write()

        import django

        django.setup()
        from django.core.management import call_command

        from midcourse.records.actions.rosters import apply_roster, plan_roster, undo_roster
        from midcourse.records.models import District, Network

        call_command("migrate", verbosity=0)
        network = Network.objects.create(name="Invented network", invented=True)
        district = District.objects.create(network=network, name="Large District", slug="large")
        day = dt.date(2025, 9, 15)
        begun = time.perf_counter()
        run = plan_roster(district=district, path=files, as_of=day, by=None)
        begun = tell("plan", begun, run.changes.count())
        apply_roster(run=run, by=None)
        begun = tell("apply", begun, run.changes.count())
        again = plan_roster(district=district, path=files, as_of=day, by=None)
        begun = tell("plan again", begun, again.changes.count())
        undo_roster(run=run, by=None)
        tell("undo", begun, run.changes.count())
        print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def tell(act: str, begun: float, changes: int) -> float:
    """Print what one act took and return when the next begins."""
    print(f"{act:<12}{time.perf_counter() - begun:6.1f} s  {changes:,} changes", flush=True)
    return time.perf_counter()


if __name__ == "__main__":
    main()
