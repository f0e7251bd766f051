"""Single cells: the typed value and the code."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midcourse.exchange.oneroster_cells import is_id, judge_cell, judge_date, judge_instant
from midcourse.exchange.oneroster_layout import CellKind, Column


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("2025-09-01", date(2025, 9, 1), ""),
        ("9/1/2025", date(2025, 9, 1), "W_DATE_FORMAT"),
        ("20250901", date(2025, 9, 1), "W_DATE_FORMAT"),
        ("2025-09-01T06:00:00Z", date(2025, 9, 1), "W_DATE_FORMAT"),
        ("9/1/25", None, "E_DATE"),
        ("13/1/2025", None, "E_DATE"),
        ("2025-02-29", None, "E_DATE"),
        ("2025-9-1", None, "E_DATE"),
        ("45901", None, "E_DATE"),
    ],
)
def test_dates(text: str, value: date | None, code: str) -> None:
    assert (judge_date(text).value, judge_date(text).code) == (value, code)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("2025-09-01T06:00:00.000Z", datetime(2025, 9, 1, 6, tzinfo=UTC), ""),
        ("2025-09-01T06:00:00Z", datetime(2025, 9, 1, 6, tzinfo=UTC), ""),
        ("2025-09-01T06:00:00-04:00", datetime(2025, 9, 1, 10, tzinfo=UTC), "W_DATE_FORMAT"),
        ("2025-09-01 06:00:00", datetime(2025, 9, 1, 6, tzinfo=UTC), "W_DATE_FORMAT"),
        ("2025-09-01", datetime(2025, 9, 1, tzinfo=UTC), "W_DATE_FORMAT"),
        ("9/1/2025", datetime(2025, 9, 1, tzinfo=UTC), "W_DATE_FORMAT"),
        ("2025-09-01T25:00:00.000Z", None, "E_DATE"),
        ("9/1/2025 6:00:00 PM", datetime(2025, 9, 1, 18, tzinfo=UTC), "W_DATE_FORMAT"),
        ("9/1/2025 18:00", datetime(2025, 9, 1, 18, tzinfo=UTC), "W_DATE_FORMAT"),
        ("9/1/2025 soon", None, "E_DATE"),
        ("yesterday", None, "E_DATE"),
    ],
)
def test_instants(text: str, value: datetime | None, code: str) -> None:
    assert (judge_instant(text).value, judge_instant(text).code) == (value, code)


@pytest.mark.parametrize(
    ("kind", "text", "value", "code"),
    [
        (CellKind.YEAR, "2026", 2026, ""),
        (CellKind.YEAR, "2025-2026", 2026, "W_YEAR_RANGE"),
        (CellKind.YEAR, "2025/26", 2026, "W_YEAR_RANGE"),
        (CellKind.YEAR, "1999-00", 2000, "W_YEAR_RANGE"),
        (CellKind.YEAR, "2025-2027", None, "E_YEAR"),
        (CellKind.YEAR, "26", None, "E_YEAR"),
        (CellKind.GRADES, "KG,01,Other", ("KG", "01", "Other"), ""),
        (CellKind.GRADES, "Kindergarten, 1, Grade 12", ("KG", "01", "12"), "W_GRADE"),
        (CellKind.GRADES, "freshman", ("Other",), "W_GRADE"),
        (CellKind.PAIRS, "{state:7},{a:b:c}", (("state", "7"), ("a", "b:c")), ""),
        (CellKind.BOOLEAN, "0", None, "E_BOOL"),
        (CellKind.TEXTS, "", (), ""),
    ],
)
def test_kinds(kind: CellKind, text: str, value: object, code: str) -> None:
    cell = judge_cell(Column("x", kind), text, extensible=False)
    assert (cell.value, cell.code) == (value, code)


def test_words_may_be_extended_in_12_only() -> None:
    column = Column("role", CellKind.WORD, words=("teacher",))
    assert judge_cell(column, "ext:coach", extensible=True).code == ""
    assert judge_cell(column, "ext:", extensible=True).code == "E_ENUM"
    assert judge_cell(column, "ext:coach", extensible=False).code == "E_ENUM"


@given(st.text(max_size=30), st.sampled_from(list(CellKind)), st.booleans())
def test_any_text_is_judged(text: str, kind: CellKind, required: bool) -> None:
    cell = judge_cell(Column("x", kind, required, words=("a",)), text.strip(), extensible=True)
    assert cell.code == "" or cell.code[:2] in ("E_", "W_")


@pytest.mark.parametrize(
    ("text", "good"), [("a-B_9./@", True), ("a b", False), ("é", False), ("", False), ("a\n", False)]
)
def test_ids(text: str, good: bool) -> None:
    assert is_id(text) is good
