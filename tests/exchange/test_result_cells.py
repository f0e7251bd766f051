"""What the marks of standards 5.2 mean: suppressed is not missing is not zero."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange.result_cells import Measure, parse_cell
from midcourse.vocabulary import ResultStatus as S

COUNT, PERCENT, SCORE = Measure.COUNT, Measure.PERCENT, Measure.SCORE


@pytest.mark.parametrize(
    ("mark", "measure", "status", "value", "low", "high"),
    [
        ("0", COUNT, S.REPORTED, 0.0, None, None),
        ("0.0", PERCENT, S.REPORTED, 0.0, None, None),
        ("1,234", COUNT, S.REPORTED, 1234.0, None, None),
        ("48.2%", PERCENT, S.REPORTED, 48.2, None, None),
        ("2419", SCORE, S.REPORTED, 2419.0, None, None),
        ("", COUNT, S.MISSING, None, None, None),
        *((mark, COUNT, S.SUPPRESSED, None, None, None) for mark in ("*", "**", "***", "s", "S", "PS", "--", "†")),
        ("n<10", COUNT, S.SUPPRESSED, None, 0.0, 9.0),
        ("N<5", COUNT, S.SUPPRESSED, None, 0.0, 4.0),
        ("N<5", PERCENT, S.SUPPRESSED, None, None, None),
        ("<6", COUNT, S.SUPPRESSED, None, 0.0, 5.0),
        ("<5%", PERCENT, S.BOTTOM_CODED, None, 0.0, 5.0),
        ("LE5", PERCENT, S.BOTTOM_CODED, None, 0.0, 5.0),
        ("LT50", PERCENT, S.BOTTOM_CODED, None, 0.0, 50.0),
        (">95%", PERCENT, S.TOP_CODED, None, 95.0, 100.0),
        ("≥95", PERCENT, S.TOP_CODED, None, 95.0, 100.0),
        ("GE95", PERCENT, S.TOP_CODED, None, 95.0, 100.0),
        ("20-24", PERCENT, S.RANGE, None, 20.0, 24.0),
        ("21-39", COUNT, S.RANGE, None, 21.0, 39.0),
        ("N/A", COUNT, S.NOT_APPLICABLE, None, None, None),
    ],
)
def test_marks(
    mark: str, measure: Measure, status: S, value: float | None, low: float | None, high: float | None
) -> None:
    cell = parse_cell(mark, measure, {"n/a": S.NOT_APPLICABLE})
    assert cell is not None
    assert (cell.status, cell.value, cell.low, cell.high, cell.mark) == (status, value, low, high, mark)


@pytest.mark.parametrize(
    ("mark", "measure"),
    [
        ("N/A", COUNT),  # only the source can tell what it means
        (".", COUNT),
        ("12.5", COUNT),
        ("-1", COUNT),
        ("50%", COUNT),
        ("100.1", PERCENT),
        ("-0.1", PERCENT),
        ("GE101", PERCENT),
        ("24-20", PERCENT),
        ("<0", COUNT),
        ("nan", SCORE),
        ("inf", SCORE),
        ("1e3", COUNT),
        ("12 pupils", COUNT),
        ("1,23", COUNT),
    ],
)
def test_what_cannot_be_read_is_not_guessed(mark: str, measure: Measure) -> None:
    assert parse_cell(mark, measure) is None


@settings(max_examples=40)
@given(st.text(max_size=12), st.sampled_from(list(Measure)))
def test_any_text_gives_a_consistent_cell_or_none(mark: str, measure: Measure) -> None:
    cell = parse_cell(mark, measure)
    if cell is not None:
        assert (cell.value is not None) == (cell.status is S.REPORTED)
        assert cell.mark == mark
        assert cell.low is None or cell.high is None or cell.low <= cell.high
        assert cell.value is None or cell.value >= 0


@given(st.integers(min_value=0, max_value=10**7))
def test_every_count_comes_back(count: int) -> None:
    for written in (str(count), f"{count:,}", f" {count} "):
        cell = parse_cell(written, COUNT)
        assert cell is not None and cell.value == count
