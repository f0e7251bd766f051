"""Text of published sheets: formula shells, names cut by a bare comma, stray quotes."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange.sheet_text import mend_row, read_text, unshell

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


# A comma as the last sign makes the closing quote open a new cell: such a row is refused, not mended (next test).
PLAIN = st.text(st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs")), max_size=20)


@settings(max_examples=80)
@given(PLAIN.filter(lambda text: not text.endswith(",")))
def test_both_formula_writings_give_the_same_text(text: str) -> None:
    quoted, bare = next(csv.reader(['"=""' + text + '"""'])), next(csv.reader(['="' + text + '"']))
    assert unshell(quoted[0]) == text.strip()
    mended = bare if len(bare) == 1 else mend_row(bare, 1)
    assert mended is not None and unshell(mended[0]) == text.strip()


def test_two_cut_names_in_one_row_are_mended_only_to_the_right_width() -> None:
    cells = ['="A', ' B"', "1", '="C', ' D"']
    assert mend_row(cells, 3) == ['="A, B"', "1", '="C, D"']
    assert mend_row(cells, 4) is None
    assert mend_row(['="A', "B"], 1) is None
    assert mend_row(next(csv.reader(['="A,",03,5'])), 3) is None


def test_below_the_header_a_line_is_a_row() -> None:
    text = read_text(b'a,b\n"x\ny",1\n"open,2\n3,4\n', "any.csv")
    assert [(record.line, record.cells) for record in text.below(1)] == [
        (2, ["x"]),
        (3, ['y"', "1"]),
        (4, ["open,2"]),
        (5, ["3", "4"]),
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files beside the checkout are absent")
def test_the_real_rows_with_one_column_too_many_are_mended() -> None:
    mended = {}
    with zipfile.ZipFile(SHARED / "ct-edsight" / "educator-demographics-school.zip") as package:
        for name in package.namelist():
            if "2002-03" in name or "2003-04" in name:
                text = read_text(package.read(name), name)
                width = next(len(record.cells) for record in text.top() if record.cells[0] == "District")
                for record in text.below(3):
                    if len(record.cells) != width:
                        row = mend_row(record.cells, width)
                        assert row is not None, (name, record.line)
                        mended[name, record.line] = unshell(row[1])
    assert len(mended) > 1 and "M. L. King, Jr. School" in mended.values()
