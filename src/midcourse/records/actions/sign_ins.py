"""Slowing down who guesses passwords: by account, and (much more generously) by address.

A whole school is one address behind its router, so the limit by address must not lock out a staff meeting.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import unicodedata

from django.conf import settings
from django.utils import timezone

from midcourse.records.models import SignInFailure

WINDOW = dt.timedelta(minutes=15)
MOST_BY_ACCOUNT = 8
"""Failures by account within the window; NIST SP 800-63B 5.2.2 allows up to 100 in a row."""
MOST_BY_ADDRESS = 100


def must_wait(*, username: str, address: str) -> bool:
    """Return whether too many sign-ins have failed for this account, or from this address, just now."""
    since = timezone.now() - WINDOW
    recent = SignInFailure.objects.filter(at__gte=since)
    if recent.filter(account=_mark("account", username)).count() >= MOST_BY_ACCOUNT:
        return True
    return recent.filter(address=_mark("address", address)).count() >= MOST_BY_ADDRESS


def note_failure(*, username: str, address: str) -> None:
    """Remember a failed sign-in, and forget those that no longer count."""
    now = timezone.now()
    SignInFailure.objects.filter(at__lt=now - WINDOW).delete()
    SignInFailure.objects.create(at=now, account=_mark("account", username), address=_mark("address", address))


def forget_failures(*, username: str) -> None:
    """Forget an account's failures: its owner has signed in."""
    SignInFailure.objects.filter(account=_mark("account", username)).delete()


def _mark(purpose: str, text: str) -> str:
    # as the sign-in form reads a name: full-width letters are the same account
    words = f"{purpose}:{unicodedata.normalize('NFKC', text).strip().lower()}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()[:32]
