"""Serves the site on this machine, and says so once it really answers."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

_HOST = "127.0.0.1"
_PATIENCE = 60.0  # seconds; a loaded machine starts slowly


def serve_site(*, port: int, answers: Callable[[], None]) -> int:
    """Run the site in a server of its own until it is stopped; call `answers` when it first answers.

    Returns the server's exit code. It ends with this process: a signal to stop is passed on.
    """
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", _HOST, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--backpressure", "64", "--no-ws"]
    command += ["--log-level", "warning", "midcourse.wsgi:application"]
    server = subprocess.Popen(command)  # noqa: S603  # our own interpreter and module

    def stop(number: int, _frame: FrameType | None) -> None:
        server.send_signal(number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if wait_for_answer(port, server):
            answers()
        code = server.wait()
    finally:
        if server.poll() is None:
            server.kill()
        for number, handler in previous.items():
            signal.signal(number, handler)
    # Stopped from outside is how it is meant to end.
    return 0 if code in (0, -signal.SIGINT, -signal.SIGTERM) else code


def wait_for_answer(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Ask until the site answers; False when the server died (the port is taken) or took too long."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection(_HOST, port, timeout=10)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status < 500:
                return True
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()
    return False
