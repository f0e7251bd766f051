"""A spreadsheet between two steps of an import: in a private folder of the server, for hours at most.

It may hold names of teachers, so it goes as soon as it was imported or put aside, and whatever was forgotten goes with
the next visit to these pages. What a person decided about its columns stays in their session.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

_KEY = "visit_import"
_HOURS = 4


@dataclass(frozen=True)
class Waiting:
    """One spreadsheet that waits: where it lies, its own name, and for which district and protocol version."""

    token: UUID
    name: str
    district: UUID
    version: UUID
    mapping: dict[str, Any]

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return _folder() / f"{self.token}{Path(self.name).suffix.lower()[:6]}"

    def content(self) -> bytes:
        """Return its bytes."""
        return self.path.read_bytes()


def keep(request: HttpRequest, upload: UploadedFile[bytes], *, district: UUID, version: UUID) -> Waiting:
    """Keep an upload for the next steps; an earlier one of this session goes."""
    forget(request)
    sweep()
    waiting = Waiting(uuid4(), Path(upload.name or "visits.csv").name[:200], district, version, {})
    waiting.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(waiting.path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    remember(request, waiting, {})
    return waiting


def remember(request: HttpRequest, waiting: Waiting, mapping: dict[str, Any]) -> None:
    """Note in the session what waits and how its columns are read."""
    request.session[_KEY] = {
        "token": str(waiting.token),
        "name": waiting.name,
        "district": str(waiting.district),
        "version": str(waiting.version),
        "mapping": mapping,
    }


def find(request: HttpRequest, district: UUID) -> Waiting | None:
    """Return what waits for a district in this session, if it is still there."""
    kept = request.session.get(_KEY)
    if not kept or kept["district"] != str(district):
        return None
    waiting = Waiting(UUID(kept["token"]), kept["name"], district, UUID(kept["version"]), kept["mapping"])
    return waiting if waiting.path.exists() else None


def forget(request: HttpRequest) -> None:
    """Erase what waits in this session."""
    kept = request.session.pop(_KEY, None)
    if kept:
        for path in _folder().glob(f"{UUID(kept['token'])}*"):
            path.unlink(missing_ok=True)


def sweep() -> None:
    """Erase whatever was left behind for hours."""
    for path in _folder().glob("*"):
        if path.stat().st_mtime < time.time() - _HOURS * 3600:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "waiting"
