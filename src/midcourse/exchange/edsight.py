"""The layout of a Connecticut EdSight download: title lines, group line over column line, five columns named `%`.

Decides which line is the header and which column is which; what the values mean is decided in `achievement`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from midcourse.exchange.achievement_mapping import AchievementMapping, SubgroupMapping, TestMapping, squeeze
from midcourse.exchange.findings import Finding
from midcourse.exchange.sheet_text import Record, unshell
from midcourse.vocabulary import Grade

_YEAR = re.compile(r"\b((?:19|20)\d\d)\s*[-–]\s*((?:19|20)?\d\d)\b")
_SCOPE_COMMA = re.compile(r",\s*(?![^()]*\))")
_GRADE_WORD = re.compile(r"grade\s*(\w+)", re.IGNORECASE)
_ORGANISATION = frozenset({"district_name", "school_name"})


@dataclass(slots=True)
class SheetLayout:
    """Where everything stands in one file. `columns` maps a role (``n_tested``, ``level2_pct``) to a column."""

    header: Record
    test: TestMapping
    preamble: tuple[str, ...]
    school_year: int | None = None
    subject: str | None = None
    grade: str | None = None
    subgroup: tuple[SubgroupMapping, int] | None = None
    columns: dict[str, int] = field(default_factory=dict)


def find_layout(
    records: list[Record], mapping: AchievementMapping, file: str
) -> tuple[SheetLayout | None, list[Finding]]:
    """Find the header, the test and the columns; None with the reason when the file is not of this publisher."""
    position = next((i for i, record in enumerate(records) if _is_header(record, mapping)), None)
    if position is None:
        return None, [_refused("E_LAYOUT", file, "No line names the columns of a known results file.", _CHOOSE)]
    header = records[position]
    group_line = records[position - 1] if position and _is_group_line(records[position - 1], header, mapping) else None
    above = records[: position - 1] if group_line else records[:position]
    preamble = tuple(", ".join(unshell(cell) for cell in record.cells if cell.strip()) for record in above)
    test = _find_test(preamble, mapping)
    if test is None:
        return None, [_refused("E_LAYOUT", file, "The title above the table is not one of a known test.", _CHOOSE)]
    layout = SheetLayout(header, test, preamble)
    findings = _place_columns(layout, group_line, mapping, file)
    if not any(finding.refuses for finding in findings):
        findings += _read_scope(layout, mapping, file)
    return (None if any(finding.refuses for finding in findings) else layout), findings


_CHOOSE = "Check that the file is a results download, or choose or edit the mapping."


def _refused(code: str, file: str, sentence: str, remedy: str, column: str | None = None) -> Finding:
    """A finding that refuses the file. Its count is set by the reader, which knows how many rows go with it."""
    return Finding(code, file, None, column, None, sentence, remedy, 0)


def _is_header(record: Record, mapping: AchievementMapping) -> bool:
    roles = {mapping.columns.get(squeeze(unshell(cell))) for cell in record.cells} - {None}
    return bool(roles & _ORGANISATION) and len(roles) >= 3


def _is_group_line(record: Record, header: Record, mapping: AchievementMapping) -> bool:
    names = {squeeze(unshell(cell)) for cell in record.cells if cell.strip()}
    known = {name for test in mapping.tests for level in test.levels for name in level.headers}
    known |= {name for test in mapping.tests for name in test.at_or_above_headers}
    return len(record.cells) <= len(header.cells) and bool(names & known)


def _find_test(preamble: tuple[str, ...], mapping: AchievementMapping) -> TestMapping | None:
    titles = [squeeze(line) for line in preamble]
    for test in mapping.tests:
        if any(title.startswith(known) for title in titles for known in test.titles):
            return test
    return None


def _place_columns(
    layout: SheetLayout, group_line: Record | None, mapping: AchievementMapping, file: str
) -> list[Finding]:
    """Give every column its role. `Count` and `%` are named by the group above them, else by the column before."""
    findings: list[Finding] = []
    groups = _groups(group_line, len(layout.header.cells))
    level: str | None = None
    for index, cell in enumerate(layout.header.cells):
        name = squeeze(unshell(cell))
        role, level = _role_of(name, groups[index], level, layout.test, mapping)
        if role == "subgroup":
            if layout.subgroup is not None:
                findings.append(
                    _refused("E_HEADER_DUP", file, "Two columns split pupils into groups.", _CHOOSE, unshell(cell))
                )
            layout.subgroup = (next(group for group in mapping.subgroups if name in group.headers), index)
        elif role == "conflict":
            findings.append(
                _refused(
                    "E_HEADER_GROUP",
                    file,
                    "The group line and the column line name different levels.",
                    "Export the file again; its columns have slipped.",
                    unshell(cell),
                )
            )
        elif role is None:
            if name:
                findings.append(
                    Finding(
                        "W_HEADER_UNKNOWN",
                        file,
                        layout.header.line,
                        unshell(cell),
                        None,
                        "The column is not in the mapping and was passed over.",
                        "Add it to the mapping if needed.",
                    )
                )
        elif role in layout.columns:
            findings.append(_refused("E_HEADER_DUP", file, f"Two columns are both {role}.", _CHOOSE, unshell(cell)))
        else:
            layout.columns[role] = index
    missing = [role for role in layout.test.required if role not in layout.columns]
    findings += [
        _refused("E_HEADER_MISSING", file, f"The column for {role} is missing.", _CHOOSE, role) for role in missing
    ]
    return findings


def _groups(group_line: Record | None, width: int) -> list[str]:
    """Spread each group name over the blank cells after it."""
    names = [squeeze(unshell(cell)) for cell in group_line.cells] if group_line else []
    spread, last = [], ""
    for name in names + [""] * (width - len(names)):
        last = name or last
        spread.append(last)
    return spread


def _role_of(
    name: str, group: str, level: str | None, test: TestMapping, mapping: AchievementMapping
) -> tuple[str | None, str | None]:
    """Return the role of a column and the level that a `%` directly after it belongs to."""
    if name in mapping.columns:
        return mapping.columns[name], None
    if any(name in subgroup.headers for subgroup in mapping.subgroups):
        return "subgroup", None
    above = _level_of(group, test)
    if name == "%":
        if level and above and level != above:
            return "conflict", None
        found = level or above
        return (f"{found}_pct" if found else None), None
    if name == "count":
        return (f"{above}_n" if above else None), above
    own = _level_of(name.removesuffix("count"), test)
    if own and above and own != above:
        return "conflict", None
    return (f"{own}_n" if own else None), own


def _level_of(name: str, test: TestMapping) -> str | None:
    if name in test.at_or_above_headers:
        return "at_or_above"
    return next((f"level{level.number}" for level in test.levels if name in level.headers), None)


def _read_scope(layout: SheetLayout, mapping: AchievementMapping, file: str) -> list[Finding]:
    """Take year, subject and grade from the lines above the table where no column carries them.

    A file filtered to one group without a column for it would pass for all pupils: words that are not known refuse it.
    """
    findings: list[Finding] = []
    years = [year for line in layout.preamble if (year := school_year_of(line))]
    layout.school_year = years[0] if years else None
    if layout.school_year is None and "school_year" not in layout.columns:
        findings.append(
            _refused(
                "E_YEAR",
                file,
                "Neither title nor column tells the school year.",
                "Export the file with its title lines.",
            )
        )
    layout.subject = layout.test.subject
    unknown = []
    for part in [part for line in layout.preamble[1:] for part in _SCOPE_COMMA.split(line)[1:]]:
        name = squeeze(part)
        grade = _GRADE_WORD.fullmatch(part.strip())
        if name in mapping.subjects:
            layout.subject = mapping.subjects[name]
        elif name in mapping.scope_passed_over or school_year_of(part):
            continue
        elif grade and (known := grade_of(grade[1])):
            layout.grade = known
        elif layout.subgroup is None or name not in layout.subgroup[0].headers:
            unknown.append(part)
    if "subject" not in layout.columns and layout.subject is None:
        layout.subject = _subject_in_name(file, mapping)
        if layout.subject is not None:
            findings.append(
                Finding(
                    "W_SUBJECT_FROM_NAME",
                    file,
                    None,
                    None,
                    layout.subject,
                    "Only the name of the file tells the subject.",
                    "Check it.",
                )
            )
    if "subject" not in layout.columns and layout.subject is None:
        findings.append(_refused("E_SUBJECT", file, "Neither title nor column tells the subject.", _CHOOSE))
    if unknown and layout.subgroup is None:
        findings.append(
            _refused(
                "E_SCOPE",
                file,
                f"The line above the table says {unknown[0]!r}, and no column carries it.",
                "Export the file with a column for the group, or add the words to the mapping.",
            )
        )
    elif unknown:
        findings.append(
            Finding(
                "W_SCOPE",
                file,
                None,
                None,
                unknown[0],
                "The line above the table has words not in the mapping.",
                "Check that the file holds what you think.",
            )
        )
    if layout.grade is None and "grade" not in layout.columns:
        layout.grade = "all"
    return findings


def _subject_in_name(file: str, mapping: AchievementMapping) -> str | None:
    """Return the subject if exactly one part of the file's name, between underscores, is one: growth files need it."""
    parts = re.split(r"_+", PurePosixPath(file).stem)
    found = {mapping.subjects[squeeze(part)] for part in parts if squeeze(part) in mapping.subjects}
    return found.pop() if len(found) == 1 else None


def school_year_of(text: str) -> int | None:
    """Return the ending year of a school year written like ``2014-15`` or ``2014-2015``; None if there is none.

    Examples
    --------
    >>> school_year_of("Smarter Balanced Assessments, 2014-15"), school_year_of("1999-00"), school_year_of("2014-17")
    (2015, 2000, None)
    """
    for found in _YEAR.finditer(text):
        end = int(found[1]) + 1
        if int(found[2]) % 100 == end % 100 and (len(found[2]) == 2 or int(found[2]) == end):
            return end
    return None


def grade_of(text: str) -> str | None:
    """Return a grade as two digits (``3``, ``03``, ``Grade 3`` alike), ``all`` for combined, None if it is no grade.

    Examples
    --------
    >>> grade_of("Grade 3"), grade_of("03"), grade_of("11"), grade_of("All Grades Combined"), grade_of("third")
    ('03', '03', '11', 'all', None)
    """
    word = squeeze(text).removeprefix("grade")
    if word in ("all", "allgrades", "allgradescombined", "combined"):
        return "all"
    if word in ("k", "kg", "kindergarten"):
        return Grade.KG.value
    if word.isascii() and word.isdigit() and 1 <= int(word) <= 13:
        return f"{int(word):02d}"
    return None
