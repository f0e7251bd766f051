"""Open a package of CSV files safely: a zip or a folder, one top folder entered, litter passed over.

Decides what may be opened and under which name. What the files mean is left to the format's own reader.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

# Source: standards section 11.
MAX_ENTRIES = 100
MAX_UNPACKED_BYTES = 2 * 2**30
MAX_RATIO = 200
RATIO_FLOOR = 64 * 2**10  # a file smaller than this may be as repetitive as it likes

# What a damaged zip raises while it is read. Kept narrow, so that a mistake of ours is never told as theirs.
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


class PackageRefusedError(Exception):
    """The package cannot be opened or must not be; the message is a sentence for a data manager."""


@dataclass(slots=True)
class Package:
    """The files of a package by their name at its root.

    Parameters
    ----------
    path : Path
        The zip or folder.
    members : dict of str to str
        File name at the root of the package → its full name inside the zip or folder.
    top_folder : str
        The single folder that was entered; empty when the files lie at the root.
    litter : tuple of str
        What lies in a zip beside the files at its root. A folder on a disk may hold anything, so only its CSV files
        are looked at.
    """

    path: Path
    members: dict[str, str] = field(default_factory=dict)
    top_folder: str = ""
    litter: tuple[str, ...] = ()
    archive: zipfile.ZipFile | None = None

    def open(self, name: str) -> IO[bytes]:
        """Open the member `name` for reading its bytes from the start."""
        if self.archive is not None:
            return self.archive.open(self.members[name])
        return (self.path / self.members[name]).open("rb")

    def open_text(self, name: str, encoding: str) -> io.TextIOWrapper:
        """Open the member `name` as text with its line ends untouched."""
        return io.TextIOWrapper(self.open(name), encoding=encoding, newline="")


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open the zip or folder at `path`.

    Raises
    ------
    FileNotFoundError
        When there is nothing at `path`.
    PackageRefusedError
        When it is neither zip nor folder, is damaged or encrypted, or breaks a limit of standards section 11.
    """
    if path.is_dir():
        yield _list_folder(path)
        return
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        archive = zipfile.ZipFile(path)
    except (*UNREADABLE, ValueError) as error:
        raise PackageRefusedError("This is neither a folder nor a zip we can read.") from error
    with archive:
        _check_archive(archive)
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        yield _settle(Package(path, archive=archive), names)


def _list_folder(path: Path) -> Package:
    names = [item.name for item in path.iterdir() if item.is_file() and item.suffix.lower() == ".csv"]
    folders = [item for item in path.iterdir() if item.is_dir() and not _is_litter(item.name)]
    if not names and len(folders) == 1:
        inner = folders[0]
        names = [f"{inner.name}/{item.name}" for item in inner.iterdir() if item.suffix.lower() == ".csv"]
    if len(names) > MAX_ENTRIES:
        raise PackageRefusedError(f"The folder holds more than {MAX_ENTRIES} files.")
    return _settle(Package(path), sorted(names))


def _check_archive(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise PackageRefusedError(f"The zip holds more than {MAX_ENTRIES} entries.")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise PackageRefusedError("The zip names a file outside itself.")
        if entry.flag_bits & 0x1:
            raise PackageRefusedError("The zip is locked by a password.")
        if entry.file_size > RATIO_FLOOR and entry.file_size > MAX_RATIO * entry.compress_size:
            raise PackageRefusedError("A file in the zip unpacks to far more than its packed size.")
    # zipfile never hands out more bytes than an entry declares, so the declared sizes bound the real ones.
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise PackageRefusedError("The zip unpacks to more than 2 GB.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise PackageRefusedError("The zip holds two files of the same name.")


def _is_litter(name: str) -> bool:
    return name == "__MACOSX" or name.startswith(("__MACOSX/", "."))


def _settle(package: Package, names: list[str]) -> Package:
    """Enter a single top folder and part the files at the root from the rest."""
    proper = [name for name in names if not _is_litter(name)]
    tops = {PurePosixPath(name).parts[0] for name in proper if "/" in name}
    if len(tops) == 1 and all("/" in name for name in proper):
        package.top_folder = tops.pop()
    prefix = f"{package.top_folder}/" if package.top_folder else ""
    litter = [name for name in names if _is_litter(name)]
    for name in proper:
        root_name = name.removeprefix(prefix)
        if "/" in root_name or _is_litter(root_name):
            litter.append(name)
        else:
            package.members[root_name] = name
    package.litter = tuple(litter)
    return package
