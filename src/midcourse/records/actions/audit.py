"""Appending to the audit chain, and checking that nobody broke it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from midcourse.records.models import AuditEntry, User

GENESIS = "0" * 64

_CHAIN_LOCK = 0x6D6964  # any number that no other advisory lock of ours uses ("mid")


def _digest(entry: AuditEntry) -> str:
    content = [
        entry.number,
        entry.at.astimezone(dt.UTC).isoformat(),
        str(entry.by),
        str(entry.district_id),
        entry.act,
        entry.subject,
        str(entry.object_id),
        entry.details,
        entry.previous_sha256,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def append_entry(
    *,
    act: str,
    subject: str,
    object_id: UUID,
    district_id: UUID | None,
    details: Mapping[str, object] | None = None,
    by: User | None,
) -> AuditEntry:
    """Add one entry to the chain, inside the transaction of the act that it records.

    Writers queue for the end of the chain: on PostgreSQL by a lock that the transaction holds until it ends (locking
    the last row is not enough, since whoever waited for it is then given that same row and not its successor); SQLite
    takes the write lock for the whole transaction (settings: IMMEDIATE).
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry belongs inside the transaction of its act")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = AuditEntry.objects.order_by("-number").first()
    number, previous = (last.number + 1, last.sha256) if last else (1, GENESIS)
    entry = AuditEntry(
        number=number,
        at=timezone.now(),
        by=by.pk if by else None,
        district_id=district_id,
        act=act,
        subject=subject,
        object_id=object_id,
        details=dict(details or {}),
        previous_sha256=previous,
    )
    entry.sha256 = _digest(entry)
    entry.save(force_insert=True)
    return entry


def first_broken_entry() -> int | None:
    """Return the number of the first entry whose hash does not follow from its content and the one before, or None."""
    previous = GENESIS
    for expected, entry in enumerate(AuditEntry.objects.order_by("number").iterator(), start=1):
        if entry.number != expected or entry.previous_sha256 != previous or entry.sha256 != _digest(entry):
            return expected
        previous = entry.sha256
    return None
