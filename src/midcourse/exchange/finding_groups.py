"""Gather findings for people: one line per code and file, worst first, and the full list as CSV (standards 1.9)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from midcourse.exchange.findings import Finding

FIRST_ROWS = 10
_SEVERITY = {"G": 0, "E": 1, "W": 2}
_COLUMNS = ("code", "file", "line", "column", "value", "count", "sentence", "remedy")


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of one code in one file.

    Parameters
    ----------
    code, file, sentence, remedy : str
        The sentence and remedy are those of the first place.
    count : int
        Rows (columns, for header codes) the group stands for.
    first : tuple of Finding
        The first places, by line.
    """

    code: str
    file: str
    count: int
    sentence: str
    remedy: str
    first: tuple[Finding, ...]


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Gather findings by code and file: what stops the run first, then what was refused, then what was accepted.

    Examples
    --------
    >>> shared = ("users.csv", 3, "role", "Coach", "Not allowed.", "Use another word.")
    >>> [(group.code, group.count) for group in group_findings([Finding("W_BOM", *shared), Finding("E_ENUM", *shared)])]
    [('E_ENUM', 1), ('W_BOM', 1)]
    """
    gathered: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        gathered.setdefault((finding.code, finding.file), []).append(finding)
    groups = [
        FindingGroup(
            code,
            file,
            sum(finding.count for finding in places),
            places[0].sentence,
            places[0].remedy,
            tuple(sorted(places, key=lambda finding: finding.line or 0)[:FIRST_ROWS]),
        )
        for (code, file), places in gathered.items()
    ]
    return tuple(sorted(groups, key=lambda group: (_SEVERITY.get(group.code[0], 3), -group.count, group.code)))


def write_findings_csv(findings: Iterable[Finding], text: IO[str]) -> None:
    """Write every finding as one CSV row; open `text` with ``newline=""``.

    A cell that a spreadsheet would run as a formula is written behind an apostrophe.
    """
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for finding in findings:
        row = finding.as_json()
        writer.writerow([_defuse(row[name]) for name in _COLUMNS])


def _defuse(cell: object) -> object:
    # Source: OWASP, CSV injection: = + - @ tab and carriage return start a formula in common spreadsheets.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
