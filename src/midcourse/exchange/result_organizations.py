"""Find one organisation in results: by its whole code or its whole name, never by a part of a name.

Decides when two writings of a name are the same. Asked for Stonington it must never give North Stonington.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from midcourse.exchange.result_rows import ResultRow

_PUNCTUATION = re.compile(r"[^\w#&]+")
# What a district's name ends in beside the name itself; the longest first. A school's name has no such tail:
# "Lincoln School" and "Lincoln Middle School" are two schools.
_DISTRICT_TAILS = (" public school district", " school district", " public schools", " district")


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation as the files write it. One code may come with several writings of its name over the years."""

    org_level: str
    org_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganizationMatch:
    """Who answers to a name or code. `rows` is empty unless exactly one organisation does."""

    candidates: tuple[Organization, ...]
    rows: tuple[ResultRow, ...]

    @property
    def found(self) -> bool:
        """True when exactly one organisation answers."""
        return len(self.candidates) == 1


def match_organization(
    rows: Iterable[ResultRow], *, name: str | None = None, code: str | None = None, org_level: str | None = None
) -> OrganizationMatch:
    """Find the rows of one organisation.

    Parameters
    ----------
    rows : iterable of ResultRow
        Rows of any number of files; one code system.
    name : str, optional
        Its whole name. Case, accents, punctuation and spacing do not matter; for districts neither does a closing
        "School District" or "Public Schools". A part of a name never matches.
    code : str, optional
        The state's code, with or without its leading zeros.
    org_level : str, optional
        Only `state`, `district` or `school`.

    Returns
    -------
    OrganizationMatch
        All that answer; the rows only if it is exactly one, and then every row of its code, also those under an
        earlier name. With both name and code, both must hold.

    Raises
    ------
    ValueError
        Neither name nor code is given.

    Examples
    --------
    >>> from midcourse.exchange.achievement import read_achievement_bytes
    >>> content = b'''Smarter Balanced Growth Report, 2015-16
    ... District Code,District,Subject,Number ofMatched Students,Growth Rate,Average Percentageof Target Achieved
    ... 1020011,North Stonington School District,ELA,40,48.2%,71.7%
    ... 1370011,Stonington School District,ELA,90,50.1%,73.0%
    ... '''
    >>> match = match_organization(read_achievement_bytes(content, "growth.csv").rows, name="Stonington")
    >>> [row.org_id for row in match.rows]
    ['1370011']
    """
    if not (name or code):
        raise ValueError("give a name, a code or both")
    known = list(rows)
    by_code: dict[tuple[str, str], dict[str, None]] = {}
    for row in known:
        if org_level in (None, row.org_level) and (not code or row.org_id == code.strip().zfill(len(row.org_id))):
            by_code.setdefault((row.org_level, row.org_id), {})[row.org_name] = None
    candidates = tuple(
        Organization(level, org_id, tuple(names))
        for (level, org_id), names in by_code.items()
        if not name or _answers_to(name, names, level)
    )
    if len(candidates) != 1:
        return OrganizationMatch(candidates, ())
    one = (candidates[0].org_level, candidates[0].org_id)
    return OrganizationMatch(candidates, tuple(row for row in known if (row.org_level, row.org_id) == one))


def _answers_to(name: str, names: Iterable[str], org_level: str) -> bool:
    wanted = normalize_name(name, org_level=org_level)
    return bool(wanted) and any(normalize_name(written, org_level=org_level) == wanted for written in names)


def normalize_name(name: str, *, org_level: str) -> str:
    """Return a name as it is compared: no case, accents or punctuation; for districts without the closing words.

    Examples
    --------
    >>> normalize_name("  STONINGTON School District ", org_level="district")
    'stonington'
    >>> normalize_name("M. L. King, Jr. School", org_level="school")
    'm l king jr school'
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    words = _PUNCTUATION.sub(" ", plain.casefold().replace("'", "").replace("’", "")).strip()
    if org_level == "district":
        for tail in _DISTRICT_TAILS:
            if words.endswith(tail):
                return words.removesuffix(tail)
    return words
