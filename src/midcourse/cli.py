"""The same verbs from a terminal: each parses its words and calls one front door.

Heavy rooms and Django are imported inside the verb, so that `midcourse --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from midcourse.records.actions.rosters import PlanSummary
    from midcourse.records.models import District, User


def _start_site() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midcourse.settings")
    import django

    django.setup()


def _detect(args: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only cost
    from midcourse.signals import detect_folder

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


def _achievement_add(args: argparse.Namespace) -> int:
    _start_site()
    from midcourse.records.actions import imports
    from midcourse.records.actions.refusals import Refused

    district, by, refused = _find_district(args.district), _find_user(args.by), 0
    for path in args.files:
        try:
            kept = imports.register_results(
                district=district,
                name=path.name,
                content=path.read_bytes(),
                mapping=args.mapping,
                available_on=args.available_on,
                by=by,
            )
        except Refused as refusal:
            refused += 1
            print(f"{path.name}: {refusal.sentence} {refusal.remedy}", file=sys.stderr)
            continue
        file = kept.file
        print(f"{path.name}: {file.rows_in:,} rows in, {file.rows_stored:,} stored, {file.rows_reported:,} reported")
        print(f"{'':>4}{kept.sentence}")
    return 1 if refused else 0


def _migrate(args: argparse.Namespace) -> int:
    _start_site()
    from django.core.management import call_command

    call_command("migrate", verbosity=1)
    return 0


def _begin(args: argparse.Namespace) -> int:
    """Found the network (once) and a district with its first login, who then lets the others in."""
    import getpass

    _start_site()
    from django.core.management import call_command
    from django.db import transaction

    from midcourse.records.actions import organizations, people
    from midcourse.records.actions.refusals import Refused
    from midcourse.records.models import Network
    from midcourse.vocabulary import Role

    call_command("migrate", verbosity=0)
    password = os.environ.get("MIDCOURSE_FIRST_PASSWORD") or getpass.getpass(f"Password for {args.username}: ")
    try:
        with transaction.atomic():
            network = Network.objects.first() or organizations.create_network(name=args.network, by=None)
            district = organizations.create_district(
                network=network, name=args.district, slug=args.slug, state_id=args.state_id, by=None
            )
            educator = people.add_educator(
                district=district, given_name=args.given_name, family_name=args.family_name, by=None
            )
            people.add_post(educator=educator, role=Role(args.role), by=None)
            people.create_login(username=args.username, password=password, educator=educator, by=None)
    except Refused as refusal:
        print(f"{refusal.sentence} {refusal.remedy}", file=sys.stderr)
        return 1
    print(f"{district.name} is there. Next: midcourse roster plan {district.slug} PATH")
    return 0


# --- rosters ---------------------------------------------------------------------------------------------------------


def _roster_check(args: argparse.Namespace) -> int:
    import json

    from midcourse.exchange import group_findings, read_oneroster, write_findings_csv

    if not args.path.exists():
        raise SystemExit(f"There is nothing at {args.path}.")
    reading = read_oneroster(args.path)
    if args.csv:
        with args.csv.open("w", encoding="utf-8", newline="") as text:
            write_findings_csv(reading.findings, text)
    if args.json:
        print(json.dumps(reading.as_json(), ensure_ascii=False, indent=1))
    else:
        for file, rows in reading.rows.items():
            print(f"{rows:>9,}  {file}")
        for group in group_findings(reading.findings):
            _print_finding(group.code, group.file, group.count, group.sentence, group.remedy)
            for found in group.first:
                print(f"{'':>11}line {found.line or '-'} {found.column or ''} {found.value or ''}".rstrip())
    if any(found.stops for found in reading.findings):
        return 3
    return 1 if any(found.refuses for found in reading.findings) else 0


def _print_finding(code: str, file: str, count: int, sentence: str, remedy: str) -> None:
    print(f"{count:>9,}  {code} {file}\n{'':>11}{sentence} {remedy}")


def _roster_plan(args: argparse.Namespace) -> int:
    _start_site()
    from django.utils import timezone

    from midcourse.records.actions import rosters

    if not args.path.exists():
        raise SystemExit(f"There is nothing at {args.path}.")
    district, by, as_of = _find_district(args.district), _find_user(args.by), args.as_of or timezone.localdate()
    if args.staff_list:
        run = rosters.plan_staff_list(district=district, path=args.path, as_of=as_of, by=by)
    else:
        run = rosters.plan_roster(
            district=district, path=args.path, source_system=args.source_system, as_of=as_of, by=by
        )
    summary = rosters.roster_plan_summary(run)
    _print_plan(summary, examples=args.examples)
    if summary.guards:
        return 3
    if summary.changes:
        return 2
    return 0 if any(rows for _, rows in summary.rows) or not summary.has_refusals else 1


def _print_plan(summary: PlanSummary, *, examples: int) -> None:
    print(f"run {summary.run_id}\n{'':>14}{'create':>9}{'update':>9}{'reopen':>9}{'close':>9}{'same':>9}")
    for row in summary.counts:
        numbers = (row.create, row.update, row.reactivate, row.deactivate, row.unchanged)
        print(f"{row.subject:<14}" + "".join(f"{number:>9,}" for number in numbers))
    for group in summary.groups:
        for example in group.examples[:examples]:
            print(f"{group.act} {group.subject} {example.label} ({example.source_id})")
            for field in example.fields:
                print(f"{'':>11}{field.name}: {field.before} -> {field.after}")
    for found in summary.findings:
        _print_finding(found.code, found.file, found.count, found.sentence, found.remedy)
    for guard in summary.guards:
        print(f"STOP       {guard.code}: {guard.sentence} {guard.remedy}")
        for pair in guard.pairs:
            print(f"{'':>11}{pair.subject}: {pair.stored} is perhaps {pair.coming} ({pair.source_id})")
    if not summary.changes:
        print("Nothing to change: the store is already as these files say.")


def _roster_act(args: argparse.Namespace) -> int:
    """Apply, undo, drop or re-key one run."""
    _start_site()
    from django.core.exceptions import ValidationError

    from midcourse.records.actions import rosters
    from midcourse.records.models import RosterRun

    try:
        run = RosterRun.objects.filter(pk=args.run_id).first()
    except ValidationError:
        run = None
    if run is None:
        raise SystemExit("There is no such run; `midcourse roster status DISTRICT` lists them.")
    by = _find_user(args.by)
    acts = {"undo": rosters.undo_roster, "drop": rosters.drop_roster, "rekey": rosters.rekey}
    try:
        if args.act == "apply":
            run = rosters.apply_roster(run=run, override_reason=args.reason, by=by)
        else:
            run = acts[args.act](run=run, by=by)
    except rosters.Refused as refusal:
        print(f"{refusal.code}: {refusal.sentence} {refusal.remedy}", file=sys.stderr)
        return 3 if refusal.code == "ROSTER_GUARD" else 1
    print(f"{run.state}: run {run.id}, {run.changes.count():,} changes")
    return 0


def _roster_status(args: argparse.Namespace) -> int:
    _start_site()
    from midcourse.records.actions.rosters import roster_status

    status = roster_status(_find_district(args.district))
    for subject, count in status.active:
        print(f"{count:>9,}  active {subject}")
    for line in status.log:
        who = line.applied_by or line.planned_by or "the machine"
        why = f" {', '.join(line.guards)} {line.override_reason}".rstrip()
        print(f"{line.as_of}  {line.state:<8} {line.kind:<10} {line.run_id} {line.file_name} by {who}{why}")
    return 0


def _day(text: str) -> dt.date:
    import datetime as dt

    return dt.date.fromisoformat(text)


def _find_district(slug: str) -> District:
    from midcourse.records.models import District

    district = District.objects.filter(slug=slug).first()
    if district is None:
        raise SystemExit(
            f"There is no district {slug}; known: {', '.join(District.objects.values_list('slug', flat=True))}."
        )
    return district


def _find_user(username: str) -> User | None:
    from midcourse.records.models import User

    if not username:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise SystemExit("There is no such sign-in.")
    return user


def _add_roster_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    roster = verbs.add_parser("roster", help="rosters: check, plan, apply, undo").add_subparsers(
        dest="act", required=True, metavar="ACT"
    )
    check = roster.add_parser("check", help="what is wrong with a OneRoster package; no database")
    check.add_argument("path", type=Path)
    check.add_argument("--json", action="store_true", help="rows per file and every finding")
    check.add_argument("--csv", type=Path, help="write every finding to this CSV file")
    check.set_defaults(run=_roster_check)

    plan = roster.add_parser("plan", help="what applying it would change: 0 nothing, 2 changes, 3 guard, 1 errors")
    plan.add_argument("district", help="the district's short name")
    plan.add_argument("path", type=Path)
    plan.add_argument("--staff-list", action="store_true", help="PATH is a staff list (CSV or XLSX)")
    plan.add_argument("--source-system", help="whose ids these are; default: as the manifest says")
    plan.add_argument("--as-of", type=_day, help="the day the files describe; default: today")
    plan.add_argument("--examples", type=int, default=3, help="changes of each kind to print (0 to 20)")
    plan.add_argument("--by", default="", help="sign-in of whoever does it")
    plan.set_defaults(run=_roster_plan)

    for act, words in (
        ("apply", "write exactly the plan"),
        ("undo", "restore the state before a run"),
        ("rekey", "give stored people the ids that the plan proposes"),
        ("drop", "let go of a plan"),
    ):
        verb = roster.add_parser(act, help=words)
        verb.add_argument("run_id", metavar="run", help="the run's id, as plan and status print it")
        verb.add_argument("--by", default="", help="sign-in of whoever does it")
        if act == "apply":
            verb.add_argument("--reason", default="", help="why to apply although a guard stopped the plan")
        verb.set_defaults(run=_roster_act)

    status = roster.add_parser("status", help="what is active, and every run")
    status.add_argument("district", help="the district's short name")
    status.set_defaults(run=_roster_status)


# --- end of rosters --------------------------------------------------------------------------------------------------


# --- refresh and demonstration ---------------------------------------------------------------------------------------


def _refresh(args: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _start_site()
    from django.utils import timezone

    from midcourse import pipeline

    try:
        report = pipeline.refresh(as_of=args.as_of or timezone.localdate())
    except pipeline.RefreshRunningError as running:
        print(running, file=sys.stderr)
        return 4
    for step in report.seconds:
        print(f"{step.seconds:>9.2f} s  {step.name}")
    for table in report.rows:
        print(f"{table.rows:>11,}  {table.table}")
    print(
        f"published {report.snapshot_id} as of {report.as_of}: {report.values:,} values, {report.verdicts:,} verdicts"
    )
    return 0


def _secrets_close(args: argparse.Namespace) -> int:
    _start_site()
    from midcourse.records.actions import secrets
    from midcourse.records.actions.refusals import Refused

    try:
        row = secrets.close_year(district=_find_district(args.district), school_year=args.year, by=_find_user(args.by))
    except Refused as refusal:
        print(f"{refusal.sentence} {refusal.remedy}", file=sys.stderr)
        return 1
    print(f"the classroom key of {args.year} is gone since {row.destroyed_at:%Y-%m-%d}; it cannot be made again")
    return 0


def _serve(args: argparse.Namespace) -> int:
    _start_site()
    from midcourse import pipeline

    return pipeline.serve_site(port=args.port, answers=lambda: print(f"http://127.0.0.1:{args.port}/", flush=True))


def _demo(args: argparse.Namespace) -> int:
    import shutil

    folder = args.data_dir.resolve()
    if args.fresh and folder.exists():
        if not (folder / "INVENTED.txt").exists():
            raise SystemExit(f"{folder} was not made by the demonstration; it is left alone.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"MIDCOURSE_DATA_DIR": str(folder), "MIDCOURSE_LOCAL": "1"}
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _start_site()
    from django.core.management import call_command
    from django.utils import timezone

    from midcourse import pipeline

    print("Writing the invented network; the first time takes about a minute.", flush=True)
    call_command("migrate", verbosity=0)
    try:
        report = pipeline.build_demonstration(as_of=args.as_of or timezone.localdate(), seed=args.seed)
    except pipeline.RealDataError as refusal:
        raise SystemExit(str(refusal)) from None
    done = f"built in {report.seconds:.0f} s" if report.built else "reused"
    print(f"{report.visits:,} invented visits ({done}), snapshot {report.snapshot_id}", flush=True)

    def tell() -> None:
        print(f"\nmidcourse answers at http://127.0.0.1:{args.port}/  (everything in it is invented)\n")
        for one in report.sign_ins:
            print(f"  {one.username:<28} {one.role.value.replace('_', ' '):<26} {one.place}")
        print(f"\n  password for all: {report.password}\n", flush=True)

    if args.no_serve:
        return 0
    return pipeline.serve_site(port=args.port, answers=tell)


def _add_pipeline_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    refresh = verbs.add_parser("refresh", help="gather, compute, judge and publish; for cron")
    refresh.add_argument("--as-of", type=_day, help="use only what was available on this day; default: today")
    refresh.set_defaults(run=_refresh)

    keys = verbs.add_parser("secrets", help="the keys of closed school years").add_subparsers(
        dest="act", required=True, metavar="ACT"
    )
    close = keys.add_parser("close", help="destroy a past year's classroom key now; every refresh does after 60 days")
    close.add_argument("district", help="the district's short name")
    close.add_argument("year", type=int, help="the year in which the school year ended")
    close.add_argument("--by", default="", help="sign-in of whoever does it")
    close.set_defaults(run=_secrets_close)

    serve = verbs.add_parser("serve", help="serve the site on this machine, for a proxy that speaks TLS")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    demo = verbs.add_parser("demo", help="build the invented network and serve it on localhost")
    demo.add_argument("--data-dir", type=Path, default=Path("data/demo"), help="folder of its data; default: data/demo")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--as-of", type=_day, help="last day of the data; default: today")
    demo.add_argument("--seed", type=int, default=1, help="another seed, another network")
    demo.add_argument("--fresh", action="store_true", help="clear the folder first; only one that the demo made")
    demo.add_argument("--no-serve", action="store_true", help="build and refresh only")
    demo.set_defaults(run=_demo)


# --- end of refresh and demonstration --------------------------------------------------------------------------------


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

    add = achievement.add_parser(
        "add", help="keep results files of the state for a district; the next refresh uses them"
    )
    add.add_argument("district", help="the district's short name")
    add.add_argument("files", type=Path, nargs="+", metavar="file")
    add.add_argument("--mapping", default="ct-edsight")
    add.add_argument("--available-on", type=_day, help="from when calculations may use them; default: today")
    add.add_argument("--by", default="", help="sign-in of whoever does it")
    add.set_defaults(run=_achievement_add)

    _add_roster_verbs(verbs)
    _add_pipeline_verbs(verbs)

    begin = verbs.add_parser("begin", help="found a district with its first login (asks for a password)")
    begin.add_argument("--network", default="Our network", help="name of the network, the first time")
    for name, words in (
        ("district", "name of the district"),
        ("slug", "its short name, as in addresses"),
        ("username", "first sign-in"),
        ("given-name", "first person's given name"),
        ("family-name", "first person's family name"),
    ):
        begin.add_argument(f"--{name}", required=True, help=words)
    begin.add_argument("--state-id", default="", help="the state's code of the district, leading zeros kept")
    begin.add_argument(
        "--role", default="assistant_superintendent", choices=("assistant_superintendent", "data_manager")
    )
    begin.set_defaults(run=_begin)

    verbs.add_parser("migrate", help="bring the database to this version").set_defaults(run=_migrate)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the process's exit code."""
    args = build_parser().parse_args(argv)
    result: int = args.run(args)
    return result


if __name__ == "__main__":
    sys.exit(main())
