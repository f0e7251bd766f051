"""What "deleted" means on disk: once a sensitive row is gone, no copy of it stays behind in the database's log.

SQLite appends every change to a write-ahead log and leaves old pages there until they are written over, so a deleted
row could be read from the file for weeks (privacy 2.1). PostgreSQL recycles its log by itself (docs/settings.md).
"""

from __future__ import annotations

import logging

from django.db import OperationalError, connection, transaction

_log = logging.getLogger(__name__)


def empty_log_on_commit() -> None:
    """Empty SQLite's write-ahead log as soon as the surrounding transaction is committed."""
    transaction.on_commit(_empty_log)


def _empty_log() -> None:
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _pages, _moved = cursor.fetchone()
    except OperationalError:
        busy = 1
    if busy:  # somebody reads: what they see is still needed, and the next deletion or refresh empties it
        _log.info("the write-ahead log is in use and was not emptied")
