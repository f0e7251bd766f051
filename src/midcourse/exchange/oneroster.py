"""Read a OneRoster CSV package, 1.1 or 1.2, bulk or delta, zip or folder: the front door.

Decides the order of files and what happens to a row; single cells, headers and references are judged next door.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from midcourse.exchange.encodings import examine_text, report_encoding
from midcourse.exchange.oneroster_conflicts import Conflicts
from midcourse.exchange.oneroster_conversion import judge_kind
from midcourse.exchange.oneroster_header import match_header
from midcourse.exchange.oneroster_layout import LAYOUTS, NEEDED_FILES, FileLayout
from midcourse.exchange.oneroster_manifest import (
    MANIFEST,
    Manifest,
    assume_manifest,
    known_files,
    read_manifest,
    recognise_other_format,
)
from midcourse.exchange.oneroster_references import References
from midcourse.exchange.oneroster_rows import Lines, RowJudge
from midcourse.exchange.oneroster_taking import FIELDS, RowTaker
from midcourse.exchange.packages import UNREADABLE, Package, PackageRefusedError, open_package
from midcourse.exchange.roster_log import FindingLog
from midcourse.exchange.rosters import (
    Change,
    KnownIds,
    Mode,
    PersonRow,
    PostRow,
    RosterBundle,
    RosterFile,
    RosterReading,
    RosterRow,
)


def read_oneroster(
    path: Path | str, *, known: KnownIds | None = None, as_of: date | None = None, manifest_required: bool = True
) -> RosterReading:
    """Read and check a OneRoster CSV package without storing anything.

    Parameters
    ----------
    path : Path or str
        A zip or a folder.
    known : KnownIds, optional
        What the district's store holds. With it, a delta's reference to something neither in the package nor in the
        store is E_REF; without it, it is taken on trust and counted as W_REF_EXTERNAL.
    as_of : date, optional
        With it, classes whose terms are all over by that day are reported (W_SESSION_ENDED).
    manifest_required : bool
        False waives the manifest: every file present is then taken as complete.

    Returns
    -------
    RosterReading
        The rows taken, in our words; the findings; the rows received per file. A package that cannot be used gives
        an empty bundle and a finding (E_FILE_REFUSED, G_NOT_ONEROSTER, E_MANIFEST_…).

    Raises
    ------
    FileNotFoundError
        When there is nothing at `path`.

    Notes
    -----
    **Source**: 1EdTech OneRoster 1.1.1 and 1.2.1 CSV binding, as restated in standards sections 1 and 11.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reading = read_oneroster(folder)
    >>> [finding.code for finding in reading.findings]
    ['G_NOT_ONEROSTER']
    """
    path = Path(path)
    log = FindingLog()
    try:
        with open_package(path) as package:
            return _read_package(package, log, known, as_of, manifest_required)
    except PackageRefusedError as refusal:
        log.add("E_FILE_REFUSED", path.name, detail=str(refusal))
    except UNREADABLE as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        log.add("E_FILE_REFUSED", path.name, detail="The package is damaged.")
    return RosterReading(RosterBundle(version=""), log.close(()))


def _read_package(
    package: Package, log: FindingLog, known: KnownIds | None, as_of: date | None, manifest_required: bool
) -> RosterReading:
    if package.top_folder:
        log.add("W_ZIP_FOLDER", package.path.name, value=package.top_folder)
    variant = next((name for name in package.members if name.lower() == MANIFEST), None)
    if variant and MANIFEST not in package.members:
        package.members[MANIFEST] = package.members.pop(variant)
        log.add("W_FILE_UNKNOWN", variant, detail=f"It was read as {MANIFEST}.")
    manifest: Manifest | None
    if MANIFEST in package.members:
        manifest = read_manifest(package, log)
    elif other := recognise_other_format(package):
        log.add("G_NOT_ONEROSTER", package.path.name, detail=other)
        manifest = None
    elif manifest_required:
        log.add("E_MANIFEST_MISSING", MANIFEST)
        manifest = None
    else:
        manifest = assume_manifest(package)
    if manifest is None:
        return RosterReading(RosterBundle(version=""), log.close(()))
    _settle_names(package, manifest, log)
    return _PackageReader(package, manifest, log, known, as_of).read()


def _settle_names(package: Package, manifest: Manifest, log: FindingLog) -> None:
    """Report files nobody asked for; read one whose name differs only in case; hold the rest against the manifest."""
    expected = {f"{name}.csv".lower(): f"{name}.csv" for name in known_files(manifest.version)}
    for name in sorted({*package.members} - {*expected.values(), MANIFEST}):
        meant = expected.get(name.lower())
        if meant and meant not in package.members:
            package.members[meant] = package.members[name]
            log.add("W_FILE_UNKNOWN", name, detail=f"It was read as {meant}.")
        elif package.archive is not None or name.lower().endswith(".csv"):
            log.add("W_FILE_UNKNOWN", name, detail="It was passed over.")
    for name in package.litter:
        log.add("W_FILE_UNKNOWN", name, detail="It was passed over.")
    for name in known_files(manifest.version):
        mode = manifest.modes.get(name, Mode.ABSENT)
        is_there = f"{name}.csv" in package.members
        if mode is not Mode.ABSENT and not is_there:
            log.add("E_MANIFEST_MISMATCH", f"{name}.csv", value=mode.value)
            manifest.modes[name] = Mode.ABSENT
        elif mode is Mode.ABSENT and is_there and name not in manifest.broken:
            log.add("W_MANIFEST_MISMATCH", f"{name}.csv")


class _PackageReader:
    """Reads the files of one package in the order in which they point to each other."""

    def __init__(
        self, package: Package, manifest: Manifest, log: FindingLog, known: KnownIds | None, as_of: date | None
    ) -> None:
        self._package, self._manifest, self._log = package, manifest, log
        self._references = References(log, known)
        self._conflicts = Conflicts(log, as_of)
        self._rows: dict[str, list[RosterRow]] = {field: [] for field in FIELDS.values()}
        self._files: list[RosterFile] = []

    def read(self) -> RosterReading:
        version = self._manifest.version
        modes = self._manifest.modes
        for name, mode in modes.items():
            self._references.shelf(name).mode = mode
        for name, layout in LAYOUTS[version].items():
            if modes.get(name, Mode.ABSENT) is not Mode.ABSENT:
                self._read_file(layout, modes[name])
        for name in known_files(version)[len(LAYOUTS[version]) :]:
            if modes.get(name, Mode.ABSENT) is not Mode.ABSENT:
                self._count_file(name, modes[name])
        if version == "1.2":
            self._settle_kinds()
        bundle: dict[str, Any] = {field: tuple(rows) for field, rows in self._rows.items()}
        order = tuple(f"{name}.csv" for name in known_files(version))
        return RosterReading(
            RosterBundle(
                version=version,
                source_system_name=self._manifest.system_name,
                source_system_code=self._manifest.system_code,
                files=tuple(self._files),
                **bundle,
            ),
            self._log.close(order),
        )

    def _read_file(self, layout: FileLayout, mode: Mode) -> None:
        file, shelf = f"{layout.name}.csv", self._references.shelf(layout.name)
        with self._package.open(file) as stream:
            facts = examine_text(stream)
        numbers = [self._log.add(finding.code, file) for finding in report_encoding(file, facts)]
        rows = taken = 0
        is_complete = True
        if facts.encoding is None:
            shelf.file_root = numbers[-1]
        else:
            with self._package.open_text(file, facts.encoding) as text:
                source = Lines(text, file, self._log)
                lines = iter(source)
                header = next(lines, (1, []))[1]
                positions: dict[str, int] = {}
                if header:
                    positions, shelf.file_root = match_header(layout, header, mode, self._log)
                judge = RowJudge(layout, positions, len(header), mode, self._log, self._manifest.version)
                taker = RowTaker(layout, mode, judge, self._references, self._conflicts, self._rows)
                for line, cells in lines:
                    rows += 1
                    if shelf.file_root is None:
                        taker.take(line, cells, source.height)
                taken = taker.close(self._log)
                is_complete = not (source.swallowed or taker.swallowed)
        refused = frozenset(shelf.refused.keys() - shelf.accepted.keys())
        mode = mode if shelf.file_root is None else Mode.ABSENT
        self._files.append(RosterFile(file, mode, rows, facts.sha256, refused, is_complete))
        if shelf.file_root is None and not taken and not refused:
            shelf.file_root = self._report_empty(layout.name, mode, rows)
        self._close_people(layout.name)

    def _report_empty(self, name: str, mode: Mode, rows: int) -> int | None:
        """Report a file without one known id; what points into a needed one then follows from that.

        A file of refused rows is not empty: their ids are known, so nothing is closed down for them.
        """
        file, is_needed = f"{name}.csv", name in NEEDED_FILES and mode is Mode.BULK
        if is_needed:
            detail = f"None of its {rows:,} rows has an id." if rows else "The file has no rows."
            return self._log.add("G_EMPTY", file, detail=f"The file is declared complete (bulk). {detail}")
        if not rows:
            self._log.add("W_FILE_EMPTY", file)
        return None

    def _close_people(self, name: str) -> None:
        if name == "users":
            self._conflicts.close_users()
        elif name == "roles":
            users, roles = self._references.shelf("users"), self._references.shelf("roles")
            if users.mode is Mode.BULK and roles.mode is Mode.BULK and roles.file_root is None:
                self._conflicts.close_roles()

    def _count_file(self, name: str, mode: Mode) -> None:
        """Count the rows of a file we do not use; what is in it is not judged."""
        file = f"{name}.csv"
        with self._package.open(file) as stream:
            facts = examine_text(stream)
        for finding in report_encoding(file, facts):
            self._log.add(finding.code, file)
        rows = 0
        if facts.encoding is not None:
            with self._package.open_text(file, facts.encoding) as text:
                rows = max(sum(1 for _ in Lines(text, file, self._log)) - 1, 0)
        self._files.append(RosterFile(file, mode, rows, facts.sha256))

    def _settle_kinds(self) -> None:
        roles: dict[str, set[str]] = {}
        for post in self._rows["posts"]:
            assert isinstance(post, PostRow)
            if post.change is Change.UPSERT:
                roles.setdefault(post.person_source_id, set()).add(post.role)
        people = self._rows["people"]
        for index, person in enumerate(people):
            if isinstance(person, PersonRow) and person.source_id in roles:
                people[index] = replace(person, kind=judge_kind(roles[person.source_id]))
