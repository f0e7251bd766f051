"""The catalogue of codes is whole: every code raised has words, every code has a line in the documents."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

from midcourse.exchange.roster_codes import CODES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for path in sorted((ROOT / "src/midcourse/exchange").glob("*.py"))
    if path.stem.startswith(("oneroster", "roster_log", "staff_list", "packages", "encodings", "spreadsheets"))
]
STANDARDS = ROOT.parent / "shared" / "standards.md"
FROM_THE_STORE = {"G_DROP", "G_IDS_CHANGED", "G_ROLLOVER"}


def find_codes(text: str) -> set[str]:
    return set(re.findall(r'"([EWG]_[A-Z_0-9]+)"', text))


def test_codes_raised_and_codes_with_words_are_the_same() -> None:
    elsewhere = {"E_SHEET_MISSING"}  # only where a format asks for a sheet by name
    assert find_codes("".join(path.read_text() for path in SOURCES)) - elsewhere == set(CODES)


def test_every_code_is_documented_with_its_remedy() -> None:
    lines = (ROOT / "docs/roster-findings.md").read_text().splitlines()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", "\n".join(lines), re.MULTILINE))
    assert set(rows) == set(CODES)
    for code, message in CODES.items():
        assert rows[code].endswith(message.remedy.replace("{detail}", "what the finding says"))


def test_sentences_are_sentences() -> None:
    for code, message in CODES.items():
        filled = (message.sentence + " " + message.remedy).format(column="email", detail="Something.")
        assert not re.search(r"[{}]|\bNone\b", filled), code
        assert message.remedy.endswith("."), code
        assert message.sentence.rstrip("}").endswith((".", "{detail")), code


@pytest.mark.shared
@pytest.mark.skipif(not STANDARDS.exists(), reason="the standards page is not beside the checkout")
def test_every_code_of_the_standard_is_here() -> None:
    section = STANDARDS.read_text().split("### 1.9")[1].split("## 2.")[0]
    named = set(re.findall(r"\b[EWG]_[A-Z_]+[A-Z]\b", section))
    assert named - set(CODES) == FROM_THE_STORE
    assert set(CODES) - named == {"E_FILE_REFUSED", "W_GRADE", "W_TITLE"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_examples_run(path: Path) -> None:
    assert doctest.testmod(importlib.import_module(f"midcourse.exchange.{path.stem}")).failed == 0
