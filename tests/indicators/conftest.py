"""One fixture: a snapshot from the rows that a test writes out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.indicators.fact_rows import MakeSnapshot, make_snapshot


@pytest.fixture
def snapshot_of(tmp_path: Path) -> MakeSnapshot:
    return partial(make_snapshot, tmp_path)
