"""The shared benchmark's own check: the contract is kept, and nothing said depends on what came later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2].parent / "shared" / "bench" / "detection"


@pytest.mark.shared
@pytest.mark.slow  # four runs over a five-year district
@pytest.mark.skipif(not BENCH.is_dir(), reason="the detection benchmark is not beside the checkout (../shared)")
def test_contract_and_no_look_ahead() -> None:
    command = f"{sys.executable} -m midcourse detect"
    done = subprocess.run(
        [sys.executable, "run.py", "check", "--cmd", command, "--only", "P14_everything_ramp_some"],
        cwd=BENCH,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "P14_everything_ramp_some ok" in done.stdout
