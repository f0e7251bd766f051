"""Received files: kept under their hash, counted, and told apart from a file that came before.

Results stay on disk and are read at each refresh. A visits spreadsheet may hold names of teachers; it is erased as soon
as its rows are stored (`visit_imports`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.exchange import Finding, ResultRow, group_findings, read_achievement_bytes
from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, ReceivedFile, School, User

RESULTS_MAPPING = "ct-edsight"


@dataclass(frozen=True, slots=True)
class Registered:
    """The row of a received file, whether it is new, and a sentence for whoever sent it."""

    file: ReceivedFile
    created: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Data rows of a file: received, stored, and reported instead of stored."""

    rows_in: int
    rows_stored: int
    rows_reported: int


def received_path(file: ReceivedFile) -> Path:
    """Return where a received file lies on disk."""
    return Path(settings.DATA_DIR) / "received" / str(file.district_id) / file.sha256


def register_results(
    *,
    district: District,
    name: str,
    content: bytes,
    mapping: str = RESULTS_MAPPING,
    available_on: dt.date | None = None,
    by: User | None,
) -> Registered:
    """Read a results file, keep it with its counts and findings, and say what became of its rows.

    A file that is not understood at all is refused and not kept. Raises `ValueError` for an unknown mapping.
    """
    require(by, Act.IMPORT_FILES, district_id=district.id)
    reading = read_achievement_bytes(content, name, mapping=mapping)
    if not reading.rows:
        worst = next(iter(group_findings(reading.findings)), None)
        raise Refused(
            "nothing_read",
            worst.sentence if worst else _("The file holds no results."),
            worst.remedy if worst else _("Check that it is the file you meant."),
        )
    return register_file(
        district=district,
        kind=ReceivedFile.Kind.RESULTS,
        name=name,
        content=content,
        mapping={"name": reading.mapping},
        counts=RowCounts(reading.rows_in, reading.rows_stored, reading.rows_reported),
        findings=(*reading.findings, *_about_nobody_here(district, name, reading.rows)),
        available_on=available_on,
        by=by,
    )


def _about_nobody_here(district: District, name: str, rows: Iterable[ResultRow]) -> Iterable[Finding]:
    """Yield a finding when no row of a file is about the district: the right kind of file, of somebody else."""
    schools = School.objects.filter(district=district).exclude(state_id="").values_list("state_id", flat=True)
    codes = {code.lstrip("0") for code in (district.state_id, *schools) if code}
    if codes and not any(code and code.lstrip("0") in codes for r in rows for code in (r.org_id, r.district_id)):
        yield Finding(
            code="W_DISTRICT_ABSENT",
            file=name,
            line=None,
            column=None,
            value=None,
            sentence="No row of this file is about your district or one of its schools.",
            remedy="Check that it is the file you meant, and that the state's codes of district and schools are right.",
        )


def register_file(
    *,
    district: District,
    kind: ReceivedFile.Kind,
    name: str,
    content: bytes,
    mapping: Mapping[str, object],
    counts: RowCounts,
    findings: Iterable[Finding],
    available_on: dt.date | None = None,
    keep: bool = True,
    key: bytes | None = None,
    by: User | None,
) -> Registered:
    """Keep a file under its hash with its counts and findings. The same file again is the same row, and says so; one
    that was withdrawn counts again.

    With `keep=False` only the row is kept, never the bytes; the hash of a file that may hold names is then made with a
    `key`, or a short file could be guessed from it.
    """
    require(by, Act.IMPORT_FILES, district_id=district.id)
    today = timezone.localdate()
    sha256 = hmac.new(key, content, hashlib.sha256).hexdigest() if key else hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        known: ReceivedFile | None = (
            ReceivedFile.objects.select_for_update().filter(district=district, kind=kind, sha256=sha256).first()
        )
        if known is not None and known.withdrawn_on is None:
            received = _("This file was received before, on %(day)s. Nothing was added.")
            return Registered(known, False, received % {"day": known.received_on.isoformat()})
        if known is not None:
            known.withdrawn_on = None
            known.save(update_fields=["withdrawn_on"])
            _log("restore", known, by)
            return Registered(known, False, _("This file had been withdrawn. It counts again."))
        file = ReceivedFile.objects.create(
            district=district,
            kind=kind.value,
            name=Path(name).name[:255],
            sha256=sha256,
            size=len(content),
            mapping=dict(mapping),
            rows_in=counts.rows_in,
            rows_stored=counts.rows_stored,
            rows_reported=counts.rows_reported,
            findings=kept_findings(findings),
            received_on=today,
            available_on=available_on or today,
            erased_at=None if keep else timezone.now(),
        )
        if keep:
            _write(received_path(file), content)
        _log("receive", file, by, rows_in=counts.rows_in, rows_stored=counts.rows_stored)
    return Registered(file, True, _("Received: %(n)d rows read.") % {"n": counts.rows_stored})


def withdraw_file(*, file: ReceivedFile, by: User | None) -> ReceivedFile:
    """Take a results file out of every later calculation; snapshots already published keep what they used."""
    require(by, Act.IMPORT_FILES, district_id=file.district_id)
    if file.kind == ReceivedFile.Kind.VISITS:
        raise Refused(
            "visits_stay", _("Visits that were imported are records now."), _("Correct the visits themselves.")
        )
    with transaction.atomic():
        file.withdrawn_on = timezone.localdate()
        file.save(update_fields=["withdrawn_on"])
        _log("withdraw", file, by)
    return file


def kept_findings(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return findings grouped by code and file, with the first lines but never a value: it may be a name."""
    return [
        {
            "code": group.code,
            "file": group.file,
            "count": group.count,
            "sentence": group.sentence,
            "remedy": group.remedy,
            "lines": [{"line": f.line, "column": f.column} for f in group.first if f.line is not None],
        }
        for group in group_findings(findings)
    ]


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for the site's own eyes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _log(act: str, file: ReceivedFile, by: User | None, **details: object) -> None:
    append_entry(
        act=act,
        subject="received_file",
        object_id=file.id,
        district_id=file.district_id,
        details={"kind": file.kind, **details},
        by=by,
    )
