"""Findings as one table draws them, whether they were just read or kept with a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from midcourse.exchange import Finding, group_findings


@dataclass(frozen=True)
class FindingLine:
    """One code in one file: how many rows, what is wrong, what to do, and the first places as (line, column)."""

    code: str
    file: str
    count: int
    sentence: str
    remedy: str
    places: tuple[tuple[int | None, str | None], ...]


def read_now(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    """Group what a reader just reported."""
    return tuple(
        FindingLine(g.code, g.file, g.count, g.sentence, g.remedy, tuple((f.line, f.column) for f in g.first))
        for g in group_findings(findings)
    )


def kept(rows: Iterable[Mapping[str, Any]]) -> tuple[FindingLine, ...]:
    """Return what a received file keeps of its findings."""
    return tuple(
        FindingLine(
            row["code"],
            row["file"],
            row["count"],
            row["sentence"],
            row["remedy"],
            tuple((place["line"], place["column"]) for place in row.get("lines", ())),
        )
        for row in rows
    )
