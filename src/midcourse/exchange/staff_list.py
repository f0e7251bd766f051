"""Read the plain staff list: coaches, principals and central office, who are often missing from rosters.

The columns are our own (standards section 4). Which store id a school_id means is decided where schools are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from midcourse.exchange.findings import Finding
from midcourse.exchange.oneroster_cells import DATE_FORM, is_id, judge_date
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.spreadsheets import Table, read_table
from midcourse.vocabulary import Role

COLUMNS = (
    "staff_id", "given_name", "family_name", "email", "school_id", "title", "role", "begin_date", "end_date",
)  # fmt: skip
_NEEDED = ("staff_id", "given_name", "family_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """One post of one member of staff.

    Parameters
    ----------
    staff_id : str
        The district's own id; a person with several posts has several rows.
    school_id : str
        Id or number of the school or office; blank means the district.
    role : Role or None
        None when the row leaves it to the title.
    begins_on, ends_on : date or None
        First and last day, both inside.
    line : int
        Line of the row, counted from 1 with the header as line 1.
    """

    staff_id: str
    given_name: str
    family_name: str
    email: str
    school_id: str
    title: str
    role: Role | None
    begins_on: date | None
    ends_on: date | None
    line: int


@dataclass(frozen=True, slots=True)
class StaffListReading:
    """The rows taken, what is wrong with the others, and how many were received."""

    rows: tuple[StaffRow, ...]
    findings: tuple[Finding, ...]
    received: int


def read_staff_list(path: Path | str) -> StaffListReading:
    """Read a staff list from CSV or XLSX.

    Columns may stand in any order; only `staff_id`, `given_name` and `family_name` must be filled. A role is one of
    our own words (`vocabulary.Role`).

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    StaffListReading

    Raises
    ------
    FileNotFoundError
        When there is no file at `path`.

    Notes
    -----
    **Source**: standards section 4, plain staff list.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "staff.csv"
    ...     _ = file.write_text(",".join(COLUMNS) + "\\n7,Ana,Alder,,12,Math Coach,coach,2025-08-15,\\n")
    ...     read_staff_list(file).rows[0].role
    <Role.COACH: 'coach'>
    """
    path = Path(path)
    table = read_table(path)
    log = FindingLog()
    positions = _match_header(path.name, table, log)
    rows: list[StaffRow] = []
    if positions is not None:
        people: dict[str, tuple[str, str]] = {}
        seen: set[tuple[str, ...]] = set()
        emails: dict[str, str] = {}
        for line, cells in table.rows:
            row = _read_row(path.name, line, cells, table, positions, log)
            if row is not None and _is_new(path.name, row, people, seen, emails, log):
                rows.append(row)
    return StaffListReading(tuple(rows), (*table.findings, *log.close(())), len(table.rows))


def _match_header(file: str, table: Table, log: FindingLog) -> dict[str, int] | None:
    if not table.header:
        return None
    positions: dict[str, int] = {}
    is_refused = False
    for position, cell in enumerate(table.header):
        name = cell.casefold().replace(" ", "_")
        if name not in COLUMNS:
            log.add("W_HEADER_UNKNOWN", file, 1, cell)
        elif name in positions:
            log.add("E_HEADER_DUP", file, 1, name)
            is_refused = True
        else:
            positions[name] = position
            if name != cell:
                log.add("W_HEADER_ALIAS", file, 1, cell, detail=name)
    for name in COLUMNS:
        if name not in positions:
            log.add("E_HEADER_MISSING" if name in _NEEDED else "W_HEADER_MISSING", file, 1, name)
            is_refused = is_refused or name in _NEEDED
    return None if is_refused else positions


def _read_row(
    file: str, line: int, cells: tuple[str, ...], table: Table, positions: dict[str, int], log: FindingLog
) -> StaffRow | None:
    if len(cells) > len(table.header):
        detail = f"{len(cells)} cells where the header has {len(table.header)} columns"
        log.add("E_ROW_WIDTH", file, line, detail=detail)
        return None
    # A spreadsheet leaves out blank cells at the end of a row, so a short row is a row with blanks.
    padded = cells + ("",) * (len(table.header) - len(cells))
    text = {name: " ".join(padded[position].split()) for name, position in positions.items()}
    is_refused = False
    for name in _NEEDED:
        if not text[name]:
            log.add("E_ID_BLANK" if name == "staff_id" else "E_REQUIRED", file, line, name, "")
            is_refused = True
    if text["staff_id"] and not is_id(text["staff_id"]):
        log.add("E_ID_CHARS", file, line, "staff_id", text["staff_id"])
        is_refused = True
    role, role_fails = _read_role(file, line, text.get("role", ""), text.get("title", ""), log)
    begins_on, begin_fails = _read_day(file, line, "begin_date", text.get("begin_date", ""), log)
    ends_on, end_fails = _read_day(file, line, "end_date", text.get("end_date", ""), log)
    if is_refused or role_fails or begin_fails or end_fails:
        return None
    if begins_on and ends_on and ends_on < begins_on:
        log.add("W_DATE_RANGE", file, line, "end_date", text["end_date"])
    return StaffRow(
        staff_id=text["staff_id"],
        given_name=text["given_name"],
        family_name=text["family_name"],
        email=text.get("email", ""),
        school_id=text.get("school_id", ""),
        title=text.get("title", ""),
        role=role,
        begins_on=begins_on,
        ends_on=ends_on,
        line=line,
    )


def _read_role(file: str, line: int, text: str, title: str, log: FindingLog) -> tuple[Role | None, bool]:
    """Return the role, and whether the row must be refused for it."""
    if not text:
        if not title:
            log.add("W_TITLE", file, line, "role", "")
        return None, False
    word = text.casefold().replace(" ", "_").replace("-", "_")
    if word not in tuple(Role):
        log.add("E_ENUM", file, line, "role", text, detail=", ".join(Role))
        return None, True
    if word != text:
        log.add("W_ENUM_CASE", file, line, "role", text, detail=word)
    return Role(word), False


def _read_day(file: str, line: int, column: str, text: str, log: FindingLog) -> tuple[date | None, bool]:
    if not text:
        return None, False
    cell = judge_date(text)
    if cell.code:
        log.add(cell.code, file, line, column, text, detail=DATE_FORM)
    return cell.value, cell.value is None


def _is_new(
    file: str,
    row: StaffRow,
    people: dict[str, tuple[str, str]],
    seen: set[tuple[str, ...]],
    emails: dict[str, str],
    log: FindingLog,
) -> bool:
    """Tell whether the row is to be taken: not a repeat, and not one id for two people."""
    names = (row.given_name, row.family_name)
    if people.setdefault(row.staff_id, names) != names:
        log.add("E_ID_DUP", file, row.line, "staff_id", row.staff_id, detail="the names differ; the first was kept")
        return False
    post = (row.staff_id, row.school_id, row.title, str(row.role), str(row.begins_on), str(row.ends_on))
    if post in seen:
        log.add("W_ID_DUP_IDENTICAL", file, row.line, "staff_id", row.staff_id)
        return False
    seen.add(post)
    if row.email and emails.setdefault(row.email.casefold(), row.staff_id) != row.staff_id:
        log.add("W_EMAIL_SHARED", file, row.line, "email", row.email, detail="in an earlier row")
    return True
