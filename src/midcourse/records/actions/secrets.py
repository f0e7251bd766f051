"""The secrets from which keys are made: one for each school year, and one of the district for its observers.

A year's secret makes the stamp of the visited classroom. Once it is destroyed no stamp of that year can be made again,
so nobody, the district included, can lead a visit back to a teacher (privacy 2.2).
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.erasure import empty_log_on_commit
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, KeySecret, Term, User
from midcourse.vocabulary import TermKind

SECRET_BYTES = 32  # the block of SHA-256's output: longer adds nothing (RFC 2104, section 3)
STAMP_HEX = 32  # 128 bits, the width of Visit.room_key
GRACE = dt.timedelta(days=60)
"""How long after its last day a school year stays open: sheets of its last weeks are still handed in until the summer
is over, and nobody can add them once the secret is gone. Our choice; privacy 2.2 sets no number of days."""


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
    require(by, Act.MANAGE_ROSTER, district_id=district.id)
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
            empty_log_on_commit()
    return row


def close_years(*, today: dt.date, by: User | None) -> tuple[KeySecret, ...]:
    """Destroy the secrets of every district's school years that ended more than `GRACE` ago. Run after publishing.

    A day that has not come yet closes nothing: to look ahead must not destroy what cannot be made again.
    """
    before = min(today, timezone.localdate()) - GRACE
    kept = KeySecret.objects.filter(purpose=KeySecret.Purpose.YEAR, destroyed_at=None).select_related("district")
    due = [row for row in kept.order_by("district_id", "school_year") if _last_day(row) < before]
    return tuple(destroy_year_secret(district=row.district, school_year=row.school_year, by=by) for row in due)


def close_year(*, district: District, school_year: int, by: User | None) -> KeySecret:
    """Destroy one year's secret before its time, on somebody's word. Refused while the year lasts."""
    row = KeySecret(district=district, purpose=KeySecret.Purpose.YEAR, school_year=school_year)
    if _last_day(row) >= timezone.localdate():
        raise Refused(
            "year_open",
            _("The school year %(year)d has not ended.") % {"year": school_year},
            _("Close it after its last day."),
        )
    return destroy_year_secret(district=district, school_year=school_year, by=by)


def _last_day(row: KeySecret) -> dt.date:
    """Return the last day of a secret's school year: the year's own term, or else its latest part, or else 30 June.

    A term that a later roster no longer holds counts as long as it had begun by then.
    """
    terms = Term.objects.filter(
        Q(active=True) | Q(deactivated_on__gt=F("begins_on")), district_id=row.district_id, school_year=row.school_year
    )
    whole = terms.filter(kind=TermKind.SCHOOL_YEAR)
    last: dt.date | None = (
        (whole if whole.exists() else terms).order_by("-ends_on").values_list("ends_on", flat=True).first()
    )
    return last or dt.date(row.school_year, 6, 30)


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
