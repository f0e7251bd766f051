"""The same verbs from a terminal: each parses its words and calls one front door.

Heavy rooms and Django are imported inside the verb, so that `midcourse --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def _start_site() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midcourse.settings")
    import django

    django.setup()


def _detect(args: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only cost
    from midcourse.signals import detect_folder  # type: ignore[attr-defined]

    detect_folder(args.folder, args.out)
    return 0


def _achievement_check(args: argparse.Namespace) -> int:
    from midcourse.exchange import account_package

    files = account_package(args.path, mapping=args.mapping)
    print(f"{'rows in':>9} {'stored':>9} {'reported':>9}  file")
    for file in files:
        print(f"{file.rows_in:>9,} {file.rows_stored:>9,} {file.rows_reported:>9,}  {file.file} ({file.layout})")
        for found in file.findings:
            place = f"line {found.line}" if found.line else "whole file"
            print(f"{'':>30} {found.code} {place}: {found.sentence} {found.remedy}")
    rows_in, stored, reported = (
        sum(getattr(file, name) for file in files) for name in ("rows_in", "rows_stored", "rows_reported")
    )
    print(f"{rows_in:>9,} {stored:>9,} {reported:>9,}  {len(files)} files")
    lost = [file.file for file in files if not file.accounted]
    if lost:
        print(f"rows lost without an explanation in: {', '.join(lost)}", file=sys.stderr)
    return 1 if lost else 0


def _migrate(args: argparse.Namespace) -> int:
    _start_site()
    from django.core.management import call_command

    call_command("migrate", verbosity=1)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every verb; docs/commands.md lists them, and a test compares."""
    parser = argparse.ArgumentParser(prog="midcourse", description="Is teaching improving, while there is still time?")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    detect = verbs.add_parser("detect", help="verdicts for one district's folder of visits, week by week")
    detect.add_argument("folder", type=Path, help="folder with district.json, calendar.csv, visits.csv, scores.csv, …")
    detect.add_argument("out", type=Path, help="CSV file to write")
    detect.set_defaults(run=_detect)

    achievement = verbs.add_parser("achievement", help="results files of the state").add_subparsers(
        dest="act", required=True, metavar="ACT"
    )
    check = achievement.add_parser("check", help="what became of every row of a CSV, a zip or a folder; no database")
    check.add_argument("path", type=Path)
    check.add_argument("--mapping", default="ct-edsight", help="a shipped mapping, or a TOML file of the same form")
    check.set_defaults(run=_achievement_check)

    verbs.add_parser("migrate", help="bring the database to this version").set_defaults(run=_migrate)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the process's exit code."""
    args = build_parser().parse_args(argv)
    result: int = args.run(args)
    return result


if __name__ == "__main__":
    sys.exit(main())
