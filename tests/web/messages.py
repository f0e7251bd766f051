"""Reads every message of the site from source and templates, and keeps the catalogue: with Babel alone, no GNU gettext.

``python -m tests.web.messages`` brings django.po up to date (new messages empty) and compiles django.mo.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

_CHANGING = (b'"POT-Creation', b'"PO-Revision', b'"Last-Trans', b'"Language-Team', b'"Report-Msgid', b'"Generated')
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # the compiled file holds words, not the day it was made
SOURCE = Path(__file__).parents[2] / "src" / "midcourse"
PO = SOURCE / "web" / "locale" / "es" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def _texts() -> Iterator[tuple[Path, bytes]]:
    from django.utils.translation.template import templatize

    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_bytes()
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()


def extracted() -> Catalog:
    """Return every message of source and templates."""
    catalog = Catalog(locale="es", project="midcourse", version="1", charset="utf-8", fuzzy=False)
    for path, text in _texts():
        for line, message, _comments, context in extract("python", io.BytesIO(text), keywords=KEYWORDS):
            place = (str(path.relative_to(SOURCE)), line)
            catalog.add(message, locations=[place], context=context)
    return catalog


def stored() -> Catalog:
    """Return the Spanish catalogue as it is kept."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="es", domain="django")


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it at run time."""
    catalog.creation_date = catalog.revision_date = _NO_DAY
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def bring_up_to_date() -> None:
    """Add new messages with empty translations, drop old ones, compile."""
    found = extracted()
    catalog = Catalog(locale="es", domain="django", project="midcourse", version="1", charset="utf-8", fuzzy=False)
    before = stored() if PO.exists() else catalog
    for message in found:
        if message.id:
            known = before.get(message.id, context=message.context)
            string = known.string if known else None
            catalog.add(message.id, string=string, context=message.context, flags=message.flags - {"fuzzy"})
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write(catalog, stream)
    MO.write_bytes(compiled(catalog))


def write(catalog: Catalog, stream: BinaryIO) -> None:
    """Write a catalogue in a fixed order under a header without dates or names, so that a diff shows words only."""
    catalog.header_comment = "# The site in Spanish, as a school in the United States would say it (docs/glossary.md)."
    catalog.mime_headers = [
        ("Language", "es"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    text = io.BytesIO()
    write_po(text, catalog, sort_output=True, no_location=True, width=120, include_previous=False)
    kept = [line for line in text.getvalue().splitlines(keepends=True) if not line.startswith(_CHANGING)]
    stream.write(b"".join(kept))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midcourse.settings")
    import django

    django.setup()
    bring_up_to_date()
