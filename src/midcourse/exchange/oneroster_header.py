"""Match a file's header with its declared columns: aliases, order, missing, unknown, doubled (standards 1.1, 1.7)."""

from __future__ import annotations

from itertools import pairwise

from midcourse.exchange.oneroster_layout import ALIASES, POSITION_TITLE, FileLayout
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import Mode


def match_header(
    layout: FileLayout, header: list[str], mode: Mode, log: FindingLog
) -> tuple[dict[str, int], int | None]:
    """Find each column's position.

    Returns
    -------
    tuple
        Column name → position, and the number of the finding that refuses the whole file (None: it may be read).
    """
    file = f"{layout.name}.csv"
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        detail = "The header is one single cell: the file seems not to be separated by commas."
        return {}, log.add("E_HEADER_MISSING", file, 1, layout.columns[0].name, detail=detail)
    names = [column.name for column in layout.columns]
    positions, doubled = _place(layout, [cell.strip() for cell in header], log)
    refusal: int | None = None
    for name in doubled:
        refusal = log.add("E_HEADER_DUP", file, 1, name)
    for column in layout.columns:
        if column.name in positions:
            continue
        is_needed = column.required or (mode is Mode.DELTA and column.name in ("status", "dateLastModified"))
        number = log.add("E_HEADER_MISSING" if is_needed else "W_HEADER_MISSING", file, 1, column.name)
        refusal = number if is_needed else refusal
    placed = [(positions[name], name) for name in names if name in positions]
    for (before, _), (after, name) in pairwise(placed):
        if after < before:
            log.add("W_HEADER_ORDER", file, 1, name)
            break
    return positions, refusal


def _place(layout: FileLayout, header: list[str], log: FindingLog) -> tuple[dict[str, int], list[str]]:
    file = f"{layout.name}.csv"
    names = [column.name for column in layout.columns]
    aliases = {**ALIASES[""], **ALIASES.get(layout.name, {})}
    folded = {name.casefold(): name for name in (*names, *aliases)}
    positions: dict[str, int] = {}
    doubled: list[str] = []
    strangers: list[tuple[int, str]] = []
    for position, cell in enumerate(header):
        if cell not in names:
            strangers.append((position, cell))
        elif cell in positions:
            doubled.append(cell)
        else:
            positions[cell] = position
    last = max((positions[name] for name in positions), default=0)
    for position, cell in strangers:
        spelled = folded.get(cell.casefold(), cell)
        meant = aliases.get(cell) or aliases.get(spelled, spelled)
        if meant in names and meant not in positions:
            positions[meant] = position
            log.add("W_HEADER_ALIAS", file, 1, cell, detail=meant)
        elif cell.startswith("metadata.") and position > last:
            if cell == POSITION_TITLE:
                positions[cell] = position
        elif cell not in layout.tolerated:
            log.add("W_HEADER_UNKNOWN", file, 1, cell)
            if cell == POSITION_TITLE:
                positions[cell] = position  # in the wrong place, but we know what it means
    return positions, doubled
