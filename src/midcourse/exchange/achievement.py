"""Read state results files row by row and account for every line (standards 5).

Decides what is stored, what is refused and why. Words come from a mapping, the file's shape from `edsight`.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from midcourse.exchange.achievement_mapping import AchievementMapping, load_mapping
from midcourse.exchange.edsight import find_layout
from midcourse.exchange.findings import Finding
from midcourse.exchange.result_lines import ResultLines
from midcourse.exchange.result_rows import AchievementReading
from midcourse.exchange.sheet_text import Record, read_text

DEFAULT_MAPPING = "ct-edsight"
# The largest download seen unpacks to 78 MB in 190 files; standards section 11 gives ratio and size for rosters.
_MOST_ENTRIES, _MOST_BYTES, _MOST_RATIO = 1_000, 2_000_000_000, 200


@dataclass(frozen=True, slots=True)
class FileAccount:
    """What became of one file: rows in = rows stored + rows reported."""

    file: str
    layout: str
    school_year: int | None
    org_level: str
    rows_in: int
    rows_stored: int
    rows_reported: int
    accounted: bool
    findings: tuple[Finding, ...]


def read_achievement(path: Path | str, *, mapping: str | Path = DEFAULT_MAPPING) -> AchievementReading:
    """Read one results file.

    Parameters
    ----------
    path : path
        A CSV file.
    mapping : str or Path
        Name of a shipped mapping, or a TOML file of the same form.

    Returns
    -------
    AchievementReading
        Rows, findings and the account of every line. A file that is not understood gives no rows and a finding
        that stands for all its lines.

    Raises
    ------
    OSError
        The file cannot be opened.
    ValueError
        The mapping is unknown or malformed.

    Notes
    -----
    **Source**: standards sections 5.2 and 5.3. A hidden number is never rebuilt from others.
    """
    path = Path(path)
    return read_achievement_bytes(path.read_bytes(), path.name, mapping=mapping)


def read_achievement_package(
    path: Path | str, *, mapping: str | Path = DEFAULT_MAPPING
) -> Iterator[AchievementReading]:
    """Read every CSV of a zip or a folder, one at a time, in the order of their names.

    Raises
    ------
    ValueError
        The zip is unsafe (paths that leave it, too many entries, too large or too tightly packed) or unreadable.
    """
    known = load_mapping(mapping)
    for name, content in _csv_files(Path(path)):
        yield _read(content, name, known)


def read_achievement_bytes(content: bytes, file: str, *, mapping: str | Path = DEFAULT_MAPPING) -> AchievementReading:
    """Read one results file that is already in memory, e.g. an upload; otherwise as `read_achievement`.

    Examples
    --------
    >>> reading = read_achievement_bytes(b"nothing of the kind", "notes.csv")
    >>> reading.rows_in, reading.rows_reported, reading.findings[0].code
    (1, 1, 'E_LAYOUT')
    """
    return _read(content, file, load_mapping(mapping))


def account_package(path: Path | str, *, mapping: str | Path = DEFAULT_MAPPING) -> tuple[FileAccount, ...]:
    """Tell, file by file, what a zip, a folder or a single CSV holds and what became of every row.

    Raises
    ------
    OSError, ValueError
        As `read_achievement_package`.
    """
    path = Path(path)
    if path.is_file() and path.suffix.lower() == ".csv":
        return (_account(read_achievement(path, mapping=mapping)),)
    return tuple(_account(reading) for reading in read_achievement_package(path, mapping=mapping))


def _account(reading: AchievementReading) -> FileAccount:
    years = {row.school_year for row in reading.rows}
    levels = sorted({row.org_level for row in reading.rows})
    return FileAccount(
        file=reading.file,
        layout=reading.test or "not recognised",
        school_year=years.pop() if len(years) == 1 else None,
        org_level=" and ".join(levels),
        rows_in=reading.rows_in,
        rows_stored=reading.rows_stored,
        rows_reported=reading.rows_reported,
        accounted=reading.accounts(),
        findings=reading.findings,
    )


def _csv_files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.csv")):
            yield file.relative_to(path).as_posix(), file.read_bytes()
        return
    try:
        package = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path.name} is neither a folder nor a zip") from error
    with package:
        entries = package.infolist()
        _refuse_unsafe(entries, path.name)
        wanted = [entry for entry in entries if entry.filename.lower().endswith(".csv") and not _litter(entry.filename)]
        for entry in sorted(wanted, key=lambda entry: entry.filename):
            try:
                content = package.read(entry)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
                raise ValueError(f"{entry.filename} in {path.name} cannot be unpacked") from error
            yield entry.filename, content


def _litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _refuse_unsafe(entries: list[zipfile.ZipInfo], name: str) -> None:
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or size > _MOST_BYTES or size > _MOST_RATIO * max(packed, 1):
        raise ValueError(f"{name} holds too many files or unpacks to too much")
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise ValueError(f"{name} holds a path that leaves the package")


def _read(content: bytes, file: str, mapping: AchievementMapping) -> AchievementReading:
    sha256 = hashlib.sha256(content).hexdigest()
    text = read_text(content, file)
    findings = list(text.findings)
    top = text.top()
    layout, found = find_layout(top, mapping, file)
    findings += found if text.lines or not findings else []
    if layout is None:
        rows_in = len(text.below(0))
        return AchievementReading(
            file, sha256, mapping.name, "", rows_in, (), _stand_for(findings, rows_in), _titles(top)
        )
    body = text.below(layout.header.line + layout.header.n_lines - 1)
    if not body:
        findings.append(
            Finding("W_FILE_EMPTY", file, None, None, None, "The file has a header and no rows.", "Check the export.")
        )
    reader = ResultLines(layout, mapping, file, sha256)
    rows = [row for record in body if (row := reader.read(record)) is not None]
    findings += reader.findings
    return AchievementReading(
        file, sha256, mapping.name, layout.test.test, len(body), tuple(rows), tuple(findings), layout.preamble
    )


def _stand_for(findings: list[Finding], rows: int) -> tuple[Finding, ...]:
    """Let the first refusal stand for every row of a refused file; the others explain and count none."""
    first = next(i for i, finding in enumerate(findings) if finding.refuses)
    return tuple(replace(finding, count=rows) if i == first else finding for i, finding in enumerate(findings))


def _titles(records: list[Record]) -> tuple[str, ...]:
    return tuple(", ".join(cell for cell in record.cells if cell) for record in records[:3])
