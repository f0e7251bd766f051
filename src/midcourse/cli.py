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

    verbs.add_parser("migrate", help="bring the database to this version").set_defaults(run=_migrate)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the process's exit code."""
    args = build_parser().parse_args(argv)
    result: int = args.run(args)
    return result


if __name__ == "__main__":
    sys.exit(main())
