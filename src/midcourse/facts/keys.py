"""Pseudonymous keys: who may be clustered on without being named.

Decides how a key is made. The secrets are the district's and are passed in: this module stores nothing. One secret
per school year makes room, educator and record keys, and is destroyed after the year's last refresh (privacy 2.2):
from then on nobody, the district included, can lead a key back to a person. Observers are users whose severity must
be followed across years, so their keys come from a second secret that the district keeps.

Every purpose is hashed into the key, so a room key and an educator key of the same person have nothing in common and
no join of facts leads from an observation to a participant (docs/decisions/0002).
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

SECRET_BYTES = 32  # the block of SHA-256's output: longer adds nothing (RFC 2104, section 3)
KEY_HEX = 20  # 80 bits: two of a million people collide with probability 4e-13; short keys keep the facts small


def make_secret() -> bytes:
    """Return a new secret of 32 random bytes from the operating system.

    >>> len(make_secret())
    32
    """
    return secrets.token_bytes(SECRET_BYTES)


def room_key(year_secret: bytes, educator_id: str) -> str:
    """Return the key of a classroom in one school year, by the teacher who teaches there. Only for clustering.

    >>> this_year, next_year = make_secret(), make_secret()
    >>> room_key(this_year, "t-1") == room_key(next_year, "t-1")
    False
    """
    return _key(year_secret, "room", educator_id)


def educator_key(year_secret: bytes, educator_id: str) -> str:
    """Return the key of an educator as participant (assignments, intervisitations) in one school year.

    >>> secret = make_secret()
    >>> educator_key(secret, "t-1") == room_key(secret, "t-1")
    False
    """
    return _key(year_secret, "educator", educator_id)


def observer_key(observer_secret: bytes, observer_id: str) -> str:
    """Return the key of an observer, the same in every school year while the district keeps the secret.

    >>> len(observer_key(make_secret(), "u-1"))
    20
    """
    return _key(observer_secret, "observer", observer_id)


def record_key(year_secret: bytes, kind: str, record_id: str) -> str:
    """Return the key of a record (a visit, a section) so that facts do not carry the store's ids.

    >>> secret = make_secret()
    >>> record_key(secret, "visit", "7") == record_key(secret, "section", "7")
    False
    """
    return _key(year_secret, f"record:{kind}", record_id)


def _key(secret: bytes, purpose: str, subject: str) -> str:
    """Return HMAC-SHA256 over purpose and subject, cut to `KEY_HEX` digits.

    **Source**: RFC 2104; truncation to no less than 80 bits and half the output is its section 5's advice for
    authentication. A key here is a name, not a proof, so only collisions matter, and 80 bits rule them out.

    Raises
    ------
    ValueError
        For a secret shorter than 32 bytes (guessable) or an empty subject (all nobodies would share one key).
    """
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"a key secret has at least {SECRET_BYTES} bytes; make one with make_secret()")
    if not subject:
        raise ValueError("a key needs a subject")
    return hmac.new(secret, purpose.encode() + b"\x00" + subject.encode(), sha256).hexdigest()[:KEY_HEX]
