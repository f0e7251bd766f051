"""`midcourse roster`: what it prints, its exit codes, and that `check` needs neither database nor Django."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midcourse.cli import main
from tests.records.roster_packages import make_package

KEYS = ["code", "file", "line", "column", "value", "count", "sentence", "remedy"]


@pytest.fixture
def district(db: None) -> None:
    from midcourse.records.actions.people import add_educator, add_post, create_login
    from midcourse.records.models import District, Network
    from midcourse.vocabulary import Role

    district = District.objects.create(
        network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder"
    )
    dana = add_educator(district=district, given_name="Dana", family_name="Applegarth", by=None)
    add_post(educator=dana, role=Role.SUPERINTENDENT, by=None)
    create_login(username="dana", password="a-long-invented-passphrase", educator=dana, by=None)


def test_check_prints_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = make_package()
    package.row("users", "t0")["enabledUser"] = "perhaps"
    assert main(["roster", "check", str(package.write(tmp_path)), "--json", "--csv", str(tmp_path / "all.csv")]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["rows", "findings"] and printed["rows"]["users.csv"] == 39
    assert all(list(found) == KEYS for found in printed["findings"])
    refused = next(found for found in printed["findings"] if found["code"] == "E_BOOL")
    assert (refused["file"], refused["line"], refused["column"], refused["value"]) == (
        "users.csv", 2, "enabledUser", "perhaps",
    )  # fmt: skip
    assert "E_BOOL" in (tmp_path / "all.csv").read_text()
    assert main(["roster", "check", str(tmp_path)]) == 1
    assert "perhaps" in capsys.readouterr().out


def test_check_of_something_else_is_for_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roster", "check", str(tmp_path)]) == 3
    assert "G_NOT_ONEROSTER" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="nothing at"):
        main(["roster", "check", str(tmp_path / "nowhere")])


def test_check_runs_where_django_is_not(tmp_path: Path) -> None:
    make_package().write(tmp_path)
    code = "import sys; sys.modules['django'] = None; from midcourse.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    done = subprocess.run(
        [sys.executable, "-c", code, "roster", "check", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"]["classes.csv"] == 12


@pytest.mark.usefixtures("district")
def test_plan_apply_status_undo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(make_package().write(tmp_path / "1"))
    assert main(["roster", "plan", "alder", folder, "--as-of", "2025-09-15"]) == 2
    first = capsys.readouterr().out
    run_id = first.split()[1]
    assert "create educator Ada Alder" in first
    assert main(["roster", "apply", run_id, "--by", "dana"]) == 0
    assert main(["roster", "plan", "alder", folder]) == 0
    assert "Nothing to change" in capsys.readouterr().out
    lost = make_package().without("users", "t0", "t1", "t2").without("enrollments", "e0", "e1", "e2")
    assert main(["roster", "plan", "alder", str(lost.write(tmp_path / "2"))]) == 3
    stopped = capsys.readouterr().out.split()[1]
    assert main(["roster", "apply", stopped]) == 3
    assert "G_DROP" in capsys.readouterr().err
    assert main(["roster", "apply", stopped, "--by", "dana", "--reason", "they left"]) == 0
    assert main(["roster", "undo", run_id]) == 1
    assert "ROSTER_BUILT_ON" in capsys.readouterr().err
    assert main(["roster", "undo", stopped]) == 0
    assert main(["roster", "status", "alder"]) == 0
    status = capsys.readouterr().out
    assert "16  active educator" in status and "they left" in status and "by dana" in status


@pytest.mark.usefixtures("district")
def test_rekey_and_drop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["roster", "plan", "alder", str(make_package().write(tmp_path / "1"))])
    main(["roster", "apply", capsys.readouterr().out.split()[1]])
    package = make_package().without("enrollments", "e0")
    package.row("users", "t0")["sourcedId"] = "new0"
    folder = str(package.write(tmp_path / "2"))
    assert main(["roster", "plan", "alder", folder]) == 3
    printed = capsys.readouterr().out
    assert "educator: Ada Alder is perhaps Ada Alder (new0)" in printed
    run_id = next(line.split()[1] for line in printed.splitlines() if line.startswith("run "))
    assert main(["roster", "rekey", run_id]) == 1
    assert main(["roster", "rekey", run_id, "--by", "dana"]) == 0
    assert main(["roster", "plan", "alder", folder]) == 2
    run_id = next(line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("run "))
    assert main(["roster", "drop", run_id]) == 0
    assert main(["roster", "apply", run_id]) == 1


@pytest.mark.usefixtures("district")
def test_words_that_mean_nothing(tmp_path: Path) -> None:
    for words, message in (
        (["roster", "plan", "nowhere", str(tmp_path)], "known: alder"),
        (["roster", "plan", "alder", str(tmp_path / "none")], "nothing at"),
        (["roster", "apply", "no-id"], "no such run"),
        (["roster", "plan", "alder", str(tmp_path), "--by", "nobody"], "no such sign-in"),
    ):
        with pytest.raises(SystemExit, match=message):
            main(words)


@pytest.mark.usefixtures("district")
def test_a_package_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    make_package().write(tmp_path)
    (tmp_path / "manifest.csv").unlink()
    assert main(["roster", "plan", "alder", str(tmp_path)]) == 1


@pytest.mark.usefixtures("district")
def test_a_staff_list_from_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("staff_id,given_name,family_name,title\n1,Petra,Plum,Director of Curriculum\n")
    assert main(["roster", "plan", "alder", str(path), "--staff-list"]) == 2
