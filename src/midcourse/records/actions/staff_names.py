"""Finds names of a school's staff in free text, so that its writer can be warned before anything is saved.

Notes may be asked for as public records, and what the public must not read must not be stored (privacy 2.3, 2.7). This
is a warning and not a proof: a nickname passes, and a staff member called Long makes the word "Long" a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from midcourse.records.models import District, Educator, School

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_TITLES = {"mr", "mrs", "ms", "mx", "miss", "dr", "coach", "sr", "sra", "srta", "profe", "profesor", "profesora"}
_ENDS = frozenset(".!?:;")
_OPENERS = '"“(¿¡'
_SHORTEST_GIVEN = 3


def staff_names_in(text: str, school: School) -> tuple[str, ...]:
    """Return the words of a text that look like names of the school's staff, as they stand there, each once.

    A family name counts when capitalised or after a title, in any case and with or without accents; a given name when
    capitalised within a sentence (at its start it may be a verb: "Mark the page", "Will they explain?").
    """
    return find_names(text, names_of_staff(school)) if text.strip() else ()


def staff_names_in_district(text: str, district: District) -> tuple[str, ...]:
    """Return the words that look like names of anybody on the district's staff; what a school is called is none."""
    rows = Educator.objects.filter(district=district).order_by().values_list("given_name", "family_name")
    found = find_names(text, frozenset(rows)) if text.strip() else ()
    places = {_plain(w) for s in School.objects.filter(district=district) for w in _WORD.findall(s.name)}
    return tuple(word for word in found if _plain(word) not in places)


def names_of_staff(school: School) -> frozenset[tuple[str, str]]:
    """Return (given, family) of everyone with an active post at the school or an assignment there, past ones too."""
    rows = Educator.objects.filter(
        Q(posts__school_id=school.id) | Q(assignments__section__school_id=school.id), district_id=school.district_id
    )
    return frozenset(rows.order_by().values_list("given_name", "family_name"))


def find_names(text: str, staff: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """Return the words of a text that look like one of the names."""
    given, family = _plain_names(staff)
    found: dict[str, None] = {}
    before, after = "", 0
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        plain, capital = _plain(word), word[:1].isupper()
        opens = start == 0 or _opens_sentence(text[after:start])
        titled = before in _TITLES
        parts = {plain, *plain.split("-"), plain.removesuffix("'s")}
        known = bool(parts & family) and (capital or titled)
        called = bool(parts & given) and ((capital and not opens) or titled)
        if known or called:
            found[word] = None
        before, after = plain, match.end()
    return tuple(found)


def _opens_sentence(gap: str) -> bool:
    """Return whether a sentence begins after the signs between two words: cut from the end, never searched, so that
    the time grows with the length alone."""
    bare = gap.rstrip().rstrip(_OPENERS)
    kept = bare.rstrip()
    return kept[-1:] in _ENDS or "\n" in gap[len(kept) :]


@lru_cache(maxsize=256)
def _plain_names(staff: frozenset[tuple[str, str]]) -> tuple[frozenset[str], frozenset[str]]:
    given = {p for g, _ in staff for p in _parts(g) if len(p) >= _SHORTEST_GIVEN}
    family = {p for _, f in staff for p in _parts(f)}
    return frozenset(given), frozenset(family)


def _parts(name: str) -> Iterable[str]:
    """Yield the words of a name; the small ones ("de la") only together with nothing else would say nothing."""
    words = [_plain(w) for w in _WORD.findall(name)]
    for word in words:
        if len(word) > 2 or len(words) == 1:
            yield word
            yield from (p for p in word.split("-") if len(p) > 2)


def _plain(word: str) -> str:
    """Return a word without accents, capitals and typographic apostrophes."""
    spread = unicodedata.normalize("NFKD", word.replace("’", "'").casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))
