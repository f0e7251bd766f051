"""A received file on its way to an action: kept under its own name in a private folder, gone when the request ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.files.uploadedfile import UploadedFile

MOST_BYTES = 80 * 1024 * 1024
"""A district's complete roster is some 10 MB zipped; past this, use the command line."""


@contextmanager
def kept_for_now(upload: UploadedFile[bytes]) -> Iterator[Path]:
    """Yield the path of the upload, under its own last name part."""
    name = PurePosixPath((upload.name or "file").replace("\\", "/")).name or "file"
    with tempfile.TemporaryDirectory(prefix="midcourse-") as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        yield path
