"""The secrets from which keys are made: one for each school year, and one of the district for its observers.

A year's secret makes the stamp of the visited classroom. Once it is destroyed no stamp of that year can be made again,
so nobody, the district included, can lead a visit back to a teacher (privacy 2.2).
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, KeySecret, User

SECRET_BYTES = 32  # the block of SHA-256's output: longer adds nothing (RFC 2104, section 3)
STAMP_HEX = 32  # 128 bits, the width of Visit.room_key


class SecretDestroyedError(Refused):
    """The school year's secret is gone: its visits can neither be stamped nor linked any more."""


def year_secret(district: District, school_year: int) -> bytes:
    """Return the secret of one school year, made on first demand."""
    return _secret(district, KeySecret.Purpose.YEAR, school_year)


def observer_secret(district: District) -> bytes:
    """Return the secret behind observers' keys, which outlives the years: their severity is followed across them."""
    return _secret(district, KeySecret.Purpose.OBSERVERS, 0)


def room_stamp(secret: bytes, educator_id: str) -> str:
    """Return the stamp of a visited classroom: HMAC-SHA256 of its teacher, 32 hex digits. Only for clustering."""
    return hmac.new(secret, b"room\x00" + educator_id.encode(), sha256).hexdigest()[:STAMP_HEX]


def destroy_year_secret(*, district: District, school_year: int, by: User | None) -> KeySecret:
    """Destroy a year's secret after the year's last refresh. It cannot be undone, and it is refused to come back."""
    with transaction.atomic():
        row: KeySecret
        row, _made = KeySecret.objects.select_for_update().get_or_create(
            district=district, purpose=KeySecret.Purpose.YEAR, school_year=school_year
        )
        if row.destroyed_at is None:
            row.secret, row.destroyed_at = None, timezone.now()
            row.save(update_fields=["secret", "destroyed_at"])
            append_entry(
                act="destroy_secret",
                subject="key_secret",
                object_id=row.id,
                district_id=district.id,
                details={"school_year": school_year},
                by=by,
            )
    return row


def _secret(district: District, purpose: KeySecret.Purpose, school_year: int) -> bytes:
    with transaction.atomic():
        row, made = KeySecret.objects.get_or_create(
            district=district,
            purpose=purpose,
            school_year=school_year,
            defaults={"secret": secrets.token_bytes(SECRET_BYTES)},
        )
        if made:
            append_entry(
                act="make_secret",
                subject="key_secret",
                object_id=row.id,
                district_id=district.id,
                details={"purpose": purpose.value, "school_year": school_year},
                by=None,
            )
    if row.secret is None:
        raise SecretDestroyedError(
            "year_closed",
            _("The school year %(year)d is closed: its classroom keys were destroyed.") % {"year": school_year},
            _("Nothing can be added to it or changed in it. Check the date."),
        )
    return bytes(row.secret)
