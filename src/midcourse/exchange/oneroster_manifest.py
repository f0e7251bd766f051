"""Read the manifest: which version, how each file speaks, who wrote it; and recognise packages that are not OneRoster.

Source: standards 1.2 and section 4.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from midcourse.exchange.encodings import examine_text, report_encoding
from midcourse.exchange.oneroster_layout import LAYOUTS, OTHER_FILES
from midcourse.exchange.packages import UNREADABLE, Package
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import Mode

MANIFEST = "manifest.csv"
MAX_LINES = 1000


@dataclass(slots=True)
class Manifest:
    """What the manifest declares. `lines` gives the line of each file's property, `broken` the files it garbles."""

    version: str
    modes: dict[str, Mode] = field(default_factory=dict)
    system_name: str = ""
    system_code: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def known_files(version: str) -> tuple[str, ...]:
    """Return the data files of `version`, without ``.csv``."""
    return (*LAYOUTS[version], *OTHER_FILES[version])


def read_manifest(package: Package, log: FindingLog) -> Manifest | None:
    """Read ``manifest.csv``; None, with a finding, when it cannot be read."""
    try:
        with package.open(MANIFEST) as stream:
            facts = examine_text(stream)
        for finding in report_encoding(MANIFEST, facts):
            log.add(finding.code, MANIFEST)
        if facts.encoding is None:
            return None
        with package.open_text(MANIFEST, facts.encoding) as text:
            pairs = [(line, row) for line, row in zip(range(1, MAX_LINES), csv.reader(text), strict=False) if row]
    except (csv.Error, *UNREADABLE):
        log.add("E_ENCODING", MANIFEST)
        return None
    return _declare(pairs, log)


def _declare(pairs: list[tuple[int, list[str]]], log: FindingLog) -> Manifest | None:
    if not pairs or [cell.strip() for cell in pairs[0][1][:2]] != ["propertyName", "value"]:
        log.add("E_HEADER_MISSING", MANIFEST, 1, "propertyName")
        return None
    manifest = Manifest(version="")
    values = {row[0].strip(): (line, row[1].strip() if len(row) > 1 else "") for line, row in pairs[1:]}
    line, version = values.get("oneroster.version", (None, ""))
    if version not in LAYOUTS:
        log.add("E_MANIFEST_VALUE", MANIFEST, line, "value", version, detail="We read OneRoster 1.1 and 1.2.")
        return None
    manifest.version = version
    manifest.system_name = values.get("source.systemName", (0, ""))[1]
    manifest.system_code = values.get("source.systemCode", (0, ""))[1]
    for name in known_files(version):
        if f"file.{name}" not in values:
            continue
        line, value = values[f"file.{name}"]
        manifest.lines[name] = line
        if value.lower() not in tuple(Mode):
            detail = f"{name}.csv was passed over."
            log.add("E_MANIFEST_VALUE", MANIFEST, line, "value", value, detail=detail)
            manifest.broken.add(name)
            continue
        if value != value.lower():
            log.add("W_ENUM_CASE", MANIFEST, line, "value", value, detail=value.lower())
        manifest.modes[name] = Mode(value.lower())
    return manifest


def assume_manifest(package: Package) -> Manifest:
    """Stand in for a waived manifest: every file complete, 1.2 when there is a roles.csv."""
    version = "1.2" if "roles.csv" in package.members else "1.1"
    present = {name: Mode.BULK for name in known_files(version) if f"{name}.csv" in package.members}
    return Manifest(version=version, modes=present)


def recognise_other_format(package: Package) -> str:
    """Name the format a package without manifest most likely is; empty when it may be OneRoster.

    Clever-style: the file names. School Data Sync: users without enabledUser, or enrollments without sourcedId.
    """
    names = {name.lower() for name in package.members}
    if {"teachers.csv", "sections.csv"} <= names and "users.csv" not in names:
        return "These are files in the style of Clever (schools, students, teachers, sections), not OneRoster."
    if "users.csv" in names and ("classes.csv" in names or "roles.csv" in names):
        users, enrollments = _read_header(package, "users.csv"), _read_header(package, "enrollments.csv")
        if "enabledUser" not in users or (enrollments and "sourcedId" not in enrollments):
            return "These are files of Microsoft School Data Sync, which resemble OneRoster but are not."
    if not any(f"{name.lower()}.csv" in names for name in known_files("1.2")):
        return "None of the files is a OneRoster file."
    return ""


def _read_header(package: Package, name: str) -> list[str]:
    member = next((item for item in package.members if item.lower() == name), None)
    if member is None:
        return []
    try:
        with package.open(member) as stream:
            first = stream.readline(65536).decode("utf-8-sig", errors="replace")
    except UNREADABLE:
        return []
    return [cell.strip() for cell in next(csv.reader([first]), [])]
