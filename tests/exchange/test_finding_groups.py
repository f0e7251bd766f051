"""Findings for people: worst first, counted, and a list no spreadsheet can be tricked by."""

from __future__ import annotations

import csv
import io

from midcourse.exchange import Finding, group_findings, write_findings_csv


def find(code: str, line: int, file: str = "users.csv", value: str | None = "x", count: int = 1) -> Finding:
    return Finding(code, file, line, "role", value, "What is wrong.", "What to do.", count)


def test_groups_are_counted_and_worst_first() -> None:
    findings = [find("W_BOM", 1), *(find("E_ENUM", n) for n in range(30, 2, -1)), find("E_REF", 4, count=40)]
    findings += [find("G_EMPTY", 0), find("E_ENUM", 9, file="roles.csv")]
    groups = group_findings(findings)
    assert [(group.code, group.file, group.count) for group in groups] == [
        ("G_EMPTY", "users.csv", 1),
        ("E_REF", "users.csv", 40),
        ("E_ENUM", "users.csv", 28),
        ("E_ENUM", "roles.csv", 1),
        ("W_BOM", "users.csv", 1),
    ]
    assert [finding.line for finding in groups[2].first] == list(range(3, 13))


def test_csv_holds_every_finding_and_no_formula() -> None:
    text = io.StringIO()
    write_findings_csv([find("E_ENUM", 3, value='=HYPERLINK("x")'), find("E_REF", 4, value=None)], text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [(row["code"], row["line"], row["value"]) for row in rows] == [
        ("E_ENUM", "3", '\'=HYPERLINK("x")'),
        ("E_REF", "4", ""),
    ]
    assert list(rows[0]) == ["code", "file", "line", "column", "value", "count", "sentence", "remedy"]
