"""Read one plain table from CSV or XLSX, behind a gate that looks at the file before any parser does.

Decides what is safe to open and how a cell becomes text. What the columns mean is left to each format.
"""

from __future__ import annotations

import csv
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO

from openpyxl import load_workbook

from midcourse.exchange.encodings import CHUNK, examine_text, report_encoding
from midcourse.exchange.findings import Finding

# Source: standards section 11 (zip limits); the byte and row limits are ours: two years of visits fit 100 times over.
MAX_FILE_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_ENTRIES = 1000
MAX_RATIO = 200
RATIO_FLOOR = 2**20  # below 1 MB unpacked a high ratio harms nobody
MAX_ROWS = 500_000
MAX_COLUMNS = 500
MAX_CELLS = (
    2_000_000  # ours: each is a Python text of some 60 bytes or more, so about 200 MB; 40 columns x 50,000 visits
)
_TOO_MANY_CELLS = f"The table has more than {MAX_CELLS:,} cells, so it was not read."

_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    NotImplementedError, RuntimeError, SyntaxError, OverflowError, LookupError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One table as text.

    Parameters
    ----------
    header : tuple of str
        Column names, outer spaces cut; empty when nothing could be read.
    rows : tuple of (int, tuple of str)
        Line of the row's first character (XLSX: row of the sheet), counted from 1, and its cells as written. Blank
        rows are left out. A row may be shorter or longer than the header: judging that is the caller's.
    findings : tuple of Finding
        What the gate and the decoder have to say. An `E_` code means `header` and `rows` are empty.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    findings: tuple[Finding, ...]


class _RefusedError(Exception):
    """The gate stays shut; the message is the sentence to show."""


def read_table(path: Path | str, *, sheet: str | None = None) -> Table:
    """Read the table of a CSV file, or of one sheet of an XLSX workbook.

    CSV may be separated by comma, semicolon or tab. Formulas give the value last computed. Dates become
    ``YYYY-MM-DD``, true and false become ``true`` and ``false``, whole numbers lose ``.0``.

    Parameters
    ----------
    path : Path or str
        The file. Its content, not its name, decides whether it is a workbook.
    sheet : str, optional
        Name of the sheet, in any case; the first sheet when not given. A CSV file has no sheets and is read whole.

    Returns
    -------
    Table
        With findings `E_FILE_REFUSED`, `E_SHEET_MISSING`, `E_ENCODING`, `W_ENCODING`, `W_BOM` or `W_FILE_EMPTY` where
        they apply.

    Raises
    ------
    FileNotFoundError
        When there is no file at `path`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "staff.csv"
    ...     _ = file.write_text("staff_id,title\\n7,Coach\\n")
    ...     read_table(file).rows
    ((2, ('7', 'Coach')),)
    """
    path = Path(path)
    with path.open("rb") as stream:
        opening = stream.read(4)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _RefusedError(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB, so it was not opened.")
        if opening == b"PK\x03\x04":
            lines = _read_workbook(path, sheet)
            return _no_sheet(path.name, sheet) if lines is None else _tabulate(path.name, lines, ())
        if opening.startswith(b"\xd0\xcf\x11\xe0"):
            raise _RefusedError("This is an old Excel workbook (.xls), or one locked by a password.")
        return _read_csv(path)
    except _RefusedError as refusal:
        return _refused(path.name, str(refusal))


def _read_csv(path: Path) -> Table:
    with path.open("rb") as stream:
        facts = examine_text(stream)
    findings = report_encoding(path.name, facts)
    if facts.encoding is None:
        return Table((), (), findings)
    with path.open(encoding=facts.encoding, newline="") as text:
        delimiter = _choose_delimiter(text.readline())
        text.seek(0)
        try:
            return _tabulate(path.name, _read_lines(text, delimiter), findings)
        except csv.Error as error:
            raise _RefusedError("A cell is longer than any text should be: a quotation mark is not closed.") from error


def _choose_delimiter(first_line: str) -> str:
    # Excel writes semicolons where the comma is the decimal sign. A tie goes to the comma.
    return max(",;\t", key=lambda sign: (first_line.count(sign), sign == ","))


def _read_lines(text: IO[str], delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    for cells in reader:
        yield line, tuple(cells)
        line = reader.line_num + 1


def _tabulate(file: str, lines: Iterable[tuple[int, tuple[str, ...]]], findings: tuple[Finding, ...]) -> Table:
    filled = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    header = tuple(cell.strip() for cell in next(filled, (0, ()))[1])
    while header and not header[-1]:
        header = header[:-1]
    rows: list[tuple[int, tuple[str, ...]]] = []
    held = len(header)
    for line, cells in filled:
        if len(rows) == MAX_ROWS:
            raise _RefusedError(f"The table has more than {MAX_ROWS:,} rows, so it was not read.")
        surplus = len(cells)
        while surplus > len(header) and not cells[surplus - 1].strip():
            surplus -= 1  # blank cells to the right of the table are the spreadsheet's, not the author's
        if (held := held + surplus) > MAX_CELLS:
            raise _RefusedError(_TOO_MANY_CELLS)
        rows.append((line, cells[:surplus]))
    if not rows:
        empty = Finding(
            "W_FILE_EMPTY", file, None, None, None, "The file has no rows below its header.", "Check the export."
        )
        findings = (*findings, empty)
    return Table(header, tuple(rows), findings)


def _read_workbook(path: Path, sheet_name: str | None) -> list[tuple[int, tuple[str, ...]]] | None:
    """Return the filled part of a sheet; None when the workbook has no sheet of that name."""
    _check_workbook(path)
    lines, held = [], 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of formatting it drops; we want the cells only
            workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                sheets = {sheet.title.strip().casefold(): sheet for sheet in reversed(workbook.worksheets)}
                sheet = workbook.worksheets[0] if sheet_name is None else sheets.get(sheet_name.casefold())
                if sheet is None:
                    return None
                sheet.reset_dimensions()  # a sheet may claim any size; count what is there
                for line, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
                    if line > MAX_ROWS + 1000:
                        raise _RefusedError(f"The sheet has more than {MAX_ROWS:,} rows, so it was not read.")
                    written = _cut_blank_end(tuple(_write_cell(cell) for cell in cells))
                    if (held := held + len(written)) > MAX_CELLS:
                        raise _RefusedError(_TOO_MANY_CELLS)
                    lines.append((line, written))
            finally:
                workbook.close()
    except _UNREADABLE as error:
        raise _RefusedError("The workbook is damaged and could not be opened.") from error
    return lines


def _cut_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _write_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _check_workbook(path: Path) -> None:
    """Look at the zip before a parser does: entries, names, size, ratio, document type declarations."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _RefusedError(f"The workbook holds more than {MAX_ENTRIES} parts, so it was not opened.")
            if any(".." in entry.filename.split("/") or entry.filename.startswith(("/", "\\")) for entry in entries):
                raise _RefusedError("The workbook names a part outside itself, so it was not opened.")
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise _RefusedError("The workbook is locked by a password.")
            room = MAX_UNPACKED_BYTES
            for entry in entries:
                room -= _scan_entry(archive, entry, room)
    except _UNREADABLE as error:
        raise _RefusedError("The file is not a workbook we can open.") from error


def _scan_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    """Unpack one part without keeping it; return its true size, which the directory may lie about."""
    size, tail = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room or (size > RATIO_FLOOR and size > MAX_RATIO * max(entry.compress_size, 1)):
                raise _RefusedError("The workbook unpacks to far more than its own size, so it was not opened.")
            window = (tail + chunk).replace(b"\0", b"")  # UTF-16 hides the words between zero bytes
            is_picture = entry.filename.startswith("xl/media/")  # an SVG may declare its type; it is never parsed
            if not is_picture and (b"<!DOCTYPE" in window or b"<!ENTITY" in window):
                raise _RefusedError("The workbook carries a document type declaration, which no spreadsheet needs.")
            tail = chunk[-32:]
    return size


def _refused(file: str, sentence: str) -> Table:
    remedy = "Open it in your spreadsheet program, save it as .xlsx or “CSV UTF-8”, and send that."
    return Table((), (), (Finding("E_FILE_REFUSED", file, None, None, None, sentence, remedy),))


def _no_sheet(file: str, sheet: str | None) -> Table:
    sentence = f"The workbook has no sheet called {sheet}."
    return Table((), (), (Finding("E_SHEET_MISSING", file, None, sheet, None, sentence, "Add or rename the sheet."),))
