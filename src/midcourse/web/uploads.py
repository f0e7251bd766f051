"""A received file on its way to an action: kept under its own name in a private folder, gone when the request ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.files.uploadedfile import UploadedFile

MOST_BYTES = 80 * 1024 * 1024
"""A district's complete roster is some 10 MB zipped; past this, use the command line."""

_MOST_NAME = 200  # bytes; ext4, APFS and NTFS take 255
_MOST_ENDING = 16


@contextmanager
def kept_for_now(upload: UploadedFile[bytes]) -> Iterator[Path]:
    """Yield the path of the upload, under its own last name part."""
    name = _short(PurePosixPath((upload.name or "file").replace("\\", "/")).name or "file")
    with tempfile.TemporaryDirectory(prefix="midcourse-") as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        yield path


def _short(name: str) -> str:
    """Cut a name to what every file system takes, counted in bytes, and keep its ending."""
    ending = PurePosixPath(name).suffix.encode("utf-8", "ignore")[-_MOST_ENDING:]
    stem = name.encode("utf-8", "ignore").removesuffix(ending)[: _MOST_NAME - len(ending)]
    return (stem + ending).decode("utf-8", "ignore").replace("\0", "") or "file"
