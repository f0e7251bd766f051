"""The three sheets of an XLSForm, from a workbook or from a folder of CSV files, and back.

Decides where the sheets are and how a cell is kept from turning into a formula; what they say is read elsewhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from midcourse.exchange.findings import Finding
from midcourse.exchange.spreadsheets import read_table
from midcourse.exchange.xlsform_words import TRANSLATED, column_of, language_of

SHEETS = ("survey", "choices", "settings")
# A CSV cell that opens like this is run by a spreadsheet program (privacy 7); an apostrophe keeps it text.
_RUNS = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class FormLine:
    """One row of a sheet: plain column names to cells; translated columns by (name, language code)."""

    line: int
    cells: dict[str, str]
    texts: dict[tuple[str, str], str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet. `languages` pairs codes with names in the order of the columns; "" is the column without one."""

    file: str
    columns: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    lines: tuple[FormLine, ...]


def read_sheets(path: Path, findings: list[Finding]) -> dict[str, FormSheet]:
    """Return the sheets that are there; `survey` is missing when nothing can be read."""
    found = {}
    for name in SHEETS:
        file = path / f"{name}.csv" if path.is_dir() else path
        if not file.exists():
            if name == "survey":
                sentence = "There is no survey.csv in the folder."
                findings.append(Finding("E_SHEET_MISSING", path.name, None, name, None, sentence, "Add the sheet."))
            continue
        table = read_table(file, sheet=name)
        for finding in table.findings:
            refused_before = finding.code == "E_FILE_REFUSED" and any(f.code == "E_FILE_REFUSED" for f in findings)
            # a form that only asks for text and numbers needs no choices
            is_optional = finding.code in ("E_SHEET_MISSING", "W_FILE_EMPTY") and name != "survey"
            if not refused_before and not is_optional:
                findings.append(finding)
        if table.header:
            label = f"{name}.csv" if path.is_dir() else name
            found[name] = _sheet(label, table.header, table.rows, findings, is_csv=path.is_dir())
    return found


def _sheet(
    file: str,
    header: Sequence[str],
    rows: Sequence[tuple[int, tuple[str, ...]]],
    findings: list[Finding],
    *,
    is_csv: bool,
) -> FormSheet:
    places: list[tuple[str, str | None]] = []
    languages: dict[str, str] = {}
    for written in header:
        column, language = column_of(written)
        if column in TRANSLATED:
            spoken, full = language_of(language) if language else ("", "")
            languages.setdefault(spoken, full)
            places.append((column, spoken))
        else:
            places.append((column, None))
    for place in {place for place in places if place[0] and places.count(place) > 1}:
        sentence = "The column stands twice; the last one that is filled was read."
        findings.append(Finding("W_HEADER_DUP", file, 1, place[0], None, sentence, "Remove one of them."))
    lines = []
    for line, row in rows:
        cells: dict[str, str] = {}
        texts: dict[tuple[str, str], str] = {}
        for (name, code), raw in zip(places, row, strict=False):
            cell = (raw[1:] if is_csv and raw.startswith("'") and _RUNS.match(raw) else raw).strip()
            if cell and code is not None:
                texts[name, code] = cell
            elif cell:
                cells[name] = cell
        lines.append(FormLine(line, cells, texts))
    return FormSheet(file, tuple(name for name, _ in places), tuple(languages.items()), tuple(lines))


def write_sheets(sheets: dict[str, list[list[str]]], path: Path) -> None:
    """Write the sheets as a workbook when `path` ends in .xlsx, else as three CSV files into the folder `path`.

    Raises
    ------
    ValueError
        A text holds a control character that a workbook cannot carry.
    """
    if path.suffix.lower() == ".xlsx":
        _write_workbook(sheets, path)
        return
    path.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([f"'{cell}" if _RUNS.match(cell) else cell for cell in row] for row in rows)


def _write_workbook(sheets: dict[str, list[list[str]]], path: Path) -> None:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, text in enumerate(row, 1):
                if ILLEGAL_CHARACTERS_RE.search(text):
                    raise ValueError(f"a text in {name}, row {number}, holds a control character")
                if text:
                    cell = sheet.cell(number, column, text)
                    cell.data_type = "s"  # text, also where it begins with `=`
                    cell.quotePrefix = text[0] in "=+-@"
        sheet.freeze_panes = "A2"
    workbook.save(path)
