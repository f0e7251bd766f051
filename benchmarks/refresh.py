"""Time a refresh of the demonstration's network and of one with ten times its visits, step by step, in one run.

Run: ``.venv/bin/python benchmarks/refresh.py``. Each network is built and refreshed in a process of its own, with a
data folder of its own; only the refresh is timed. CPU seconds are printed beside the wall's, for a shared machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile

AS_OF = dt.date(2026, 1, 30)


def measure(times: float) -> None:
    """Build and refresh in this process, and print one line per step."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # sign-ins are not what is timed
    from midcourse.pipeline import refresh
    from midcourse.pipeline.demonstration import build_network

    built = build_network(as_of=AS_OF, seed=1, visits_times=times, pupils=False)
    report = refresh(as_of=AS_OF)
    rows = {one.table: one.rows for one in report.rows}
    print(f"\n{times:g} x the demonstration: {built.visits:,} visits, {rows['visit_items']:,} answers")
    print(f"{'step':<16}{'wall s':>9}{'CPU s':>9}")
    for step in report.seconds:
        print(f"{step.name:<16}{step.seconds:>9.2f}{step.cpu_seconds:>9.2f}")
    wall, cpu = (sum(getattr(step, name) for step in report.seconds) for name in ("seconds", "cpu_seconds"))
    print(f"{'all':<16}{wall:>9.2f}{cpu:>9.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=float, nargs="*", default=[1.0, 10.0], help="multiples of the visits")
    parser.add_argument("--here", type=float, help="measure one multiple in this process")
    args = parser.parse_args()
    if args.here is not None:
        measure(args.here)
        return
    for times in args.times:
        with tempfile.TemporaryDirectory(prefix="midcourse-bench-") as folder:
            env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
            env |= {
                "MIDCOURSE_DATA_DIR": folder,
                "MIDCOURSE_LOCAL": "1",
                "DJANGO_SETTINGS_MODULE": "midcourse.settings",
            }
            subprocess.run([sys.executable, __file__, "--here", str(times)], env=env, check=True)


if __name__ == "__main__":
    main()
