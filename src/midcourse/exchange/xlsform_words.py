"""The words of the XLSForm subset (standards 6.1): types, columns, spellings that are accepted, languages.

Decides what a written word means. Plain spellings are the ones we write.
"""

from __future__ import annotations

import re

from midcourse.vocabulary import Missing

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
REFERENCE = re.compile(r"\$\{([^}]*)\}")
RATING_VALUES = frozenset({"1", "2", "3", "4"})
YES_NO_VALUES = frozenset({"yes", "no"})
MISSING_CHOICES = {"na": Missing.NOT_APPLICABLE, "nlf": Missing.NOT_LOOKED_FOR}
"""Names of the two choices that are no observation. `nlf` is ours; see docs/protocol-spreadsheets.md."""

METADATA = ("start", "end", "today", "username")
DROPPED_METADATA = frozenset({"deviceid", "phonenumber", "simserial", "subscriberid", "email", "audit"})
MEDIA = frozenset(
    {"image", "audio", "background-audio", "video", "file", "geopoint", "geotrace", "geoshape", "start-geopoint",
     "barcode"}
)  # fmt: skip
SNAPSHOT = "snapshot"
"""Appearance that turns a group into one look-for: pairs of counts <code>_on_1, <code>_of_1, …"""

CONTEXT_GROUPS = frozenset({"context", "visit"})
CONTEXT_NAMES = frozenset(
    {"school", "grade", "subject", "section", "course", "room", "teacher", "observer", "co_observers", "minutes",
     "visit_date", "date", "term"}
)  # fmt: skip

TRANSLATED = ("label", "hint", "constraint_message", "form_title")
_COLUMN_ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "value": "name", "caption": "label", "readonly": "read_only",
    "list": "list_name", "set_form_id": "form_id", "id_string": "form_id", "set_form_title": "form_title",
    "title": "form_title", "command": "type", "case": "case_item", "points": "score",
}  # fmt: skip
_TYPE_ALIASES = {
    "int": "integer", "string": "text", "add_text_prompt": "text", "add_note_prompt": "note", "photo": "image",
    "add_integer_prompt": "integer", "add_image_prompt": "image",
    "geo_point": "geopoint", "location": "geopoint", "device_id": "deviceid", "hidden": "calculate",
}  # fmt: skip
_SELECT_ONE = ("select_one_from", "select_one", "select1", "select_1", "add_select_one_prompt_using")
_SELECT_MULTIPLE = (
    "select_all_that_apply_from", "select_all_that_apply", "select_multiple_from", "select_multiple", "select_many",
    "add_select_multiple_prompt_using",
)  # fmt: skip
_LANGUAGE = re.compile(r"(.+?)\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)")
_KNOWN_LANGUAGES = {"english": "en", "español": "es", "espanol": "es", "spanish": "es", "português": "pt"}
_BOOLEAN = {"": False, **dict.fromkeys(("yes", "true", "true()", "1"), True)}
_BOOLEAN |= dict.fromkeys(("no", "false", "false()", "0"), False)
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")


def column_of(header: str) -> tuple[str, str]:
    """Return the plain name of a column and the language after it: ``label::Español (es)`` is (label, Español (es)).

    Examples
    --------
    >>> column_of("label::English (en)"), column_of("Relevance"), column_of("list name")
    (('label', 'English (en)'), ('relevant', ''), ('list_name', ''))
    """
    name, _, language = header.partition(":")
    plain = re.sub(r"[\s_]+", "_", name.strip().casefold())
    return _COLUMN_ALIASES.get(plain, plain), language.lstrip(":").strip()


def type_of(cell: str) -> tuple[str, str]:
    """Return the plain type and, for a choice, its list.

    Examples
    --------
    >>> type_of("select_one rating4"), type_of("select all that apply from evidence"), type_of("begin group")
    (('select_one', 'rating4'), ('select_multiple', 'evidence'), ('begin_group', ''))
    """
    words = cell.split()
    for spellings, plain in ((_SELECT_MULTIPLE, "select_multiple"), (_SELECT_ONE, "select_one")):
        for spelling in spellings:
            length = spelling.count("_") + 1
            for taken in {1, length}:
                if "_".join(words[:taken]).casefold() == spelling and len(words) > taken:
                    return plain, words[taken]
    plain = "_".join(words).casefold()
    return _TYPE_ALIASES.get(plain, plain), ""


def language_of(name: str) -> tuple[str, str]:
    """Return code and full name of a language as forms write it.

    Examples
    --------
    >>> language_of("Español (es)"), language_of("English"), language_of("en")
    (('es', 'Español (es)'), ('en', 'English (en)'), ('en', 'en'))
    """
    found = _LANGUAGE.fullmatch(name.strip())
    if found:
        return found[2].lower(), name.strip()
    plain = name.strip().casefold()
    if plain in _KNOWN_LANGUAGES:
        return _KNOWN_LANGUAGES[plain], f"{name.strip()} ({_KNOWN_LANGUAGES[plain]})"
    return plain, name.strip()


def boolean_of(cell: str) -> bool | None:
    """Return yes or no as sheets write it; None for anything else, such as an expression."""
    return _BOOLEAN.get(cell.strip().casefold())


def range_of(constraint: str, *, whole: bool) -> tuple[float | None, float | None] | None:
    """Return the inclusive limits a constraint states; None when it says more than a range.

    Parameters
    ----------
    constraint : str
        Such as ``. >= 3 and . <= 90``.
    whole : bool
        Whether answers are whole numbers, so that ``. > 2`` means at least 3.

    Examples
    --------
    >>> range_of(". >= 3 and . <= 90", whole=True), range_of(".>2", whole=True), range_of(". != 3", whole=True)
    ((3.0, 90.0), (3.0, None), None)
    """
    low: float | None = None
    high: float | None = None
    for part in re.split(r"\s+and\s+", constraint.strip()):
        found = _BOUND.fullmatch(part.strip().strip("()").strip())
        if found is None or (found[1] in "<>" and not (whole and float(found[2]).is_integer())):
            return None
        bound = float(found[2]) + {">": 1, "<": -1}.get(found[1], 0)
        if found[1].startswith(">"):
            low = bound if low is None else max(low, bound)
        else:
            high = bound if high is None else min(high, bound)
    return low, high
