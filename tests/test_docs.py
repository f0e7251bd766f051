"""The documents keep up: settings, verbs, tables, indicators of the code appear in them, and links lead somewhere."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])


def verbs(parser: argparse.ArgumentParser, prefix: str = "midcourse") -> set[str]:
    found = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, sub in action.choices.items():
                found |= verbs(sub, f"{prefix} {word}") or {f"{prefix} {word}"}
    return found


def test_every_setting_is_documented() -> None:
    used = set(re.findall(r'environ\.get\(\s*"(\w+)"', (ROOT / "src/midcourse/settings.py").read_text()))
    text = (DOCS / "settings.md").read_text()
    assert used and not {name for name in used if f"`{name}`" not in text}


def test_every_verb_is_documented() -> None:
    from midcourse.cli import build_parser

    text = (DOCS / "commands.md").read_text()
    missing = {verb for verb in verbs(build_parser()) if f"`{verb}" not in text}
    assert not missing


def test_every_table_and_indicator_is_documented() -> None:
    from midcourse.facts import TABLES
    from midcourse.indicators import load_catalogue

    tables, indicators = (DOCS / "tables.md").read_text(), (DOCS / "indicators.md").read_text()
    assert not {name for name in TABLES if name not in tables}
    assert not {name for name in load_catalogue() if not re.search(rf"\b{name}\b", indicators)}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not re.match(r"https?:|mailto:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_make_targets_named_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"`make ([\w-]+)", page.read_text()))
        assert not named - targets, f"{page.name}: {named - targets}"


def test_no_file_names_a_registry() -> None:
    hosts = re.compile("|".join(("pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "npm" + r"js\.com")))
    files = [p for p in ROOT.iterdir() if p.is_file()] + [
        p for d in ("src", "tests", "docs") for p in (ROOT / d).rglob("*")
    ]
    for path in files:
        if path.is_file() and path.suffix in {".md", ".py", ".toml", ".lock", ".txt", ".json", ".html", ".js", ""}:
            assert not hosts.search(path.read_text(errors="ignore")), path
