"""The Spanish site is complete: every message has its words, and the compiled file holds them."""

from __future__ import annotations

import gettext
import re

import pytest

from tests.web.messages import MO, compiled, extracted, stored

_PLACE = re.compile(r"%\((\w+)\)[sdg]")


@pytest.fixture(scope="module")
def spanish():
    return stored()


def test_every_message_is_translated(spanish) -> None:
    missing = []
    for message in extracted():
        if not message.id:
            continue
        known = spanish.get(message.id, context=message.context)
        words = known.string if known else ""
        if not words or known.fuzzy or (isinstance(words, tuple) and not all(words)):
            missing.append((message.context, message.id, message.locations[:1]))
    assert not missing, "run `python -m tests.web.messages`, then translate:\n" + "\n".join(map(str, missing))


def test_nothing_is_kept_that_the_site_no_longer_says(spanish) -> None:
    said = {(m.context, m.id) for m in extracted()}
    assert not [m.id for m in spanish if m.id and (m.context, m.id) not in said]


def test_a_translation_names_the_same_places(spanish) -> None:
    wrong = []
    for message in spanish:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(_PLACE.findall(ids[-1]))
        if ids[0] and any(set(_PLACE.findall(text)) != wanted for text in strings):
            wrong.append(message.id)
    assert not wrong


def test_the_compiled_file_holds_the_same_words(spanish) -> None:
    assert MO.read_bytes() == compiled(spanish), "run `python -m tests.web.messages`"


def test_the_compiled_file_is_read_at_run_time() -> None:
    with MO.open("rb") as stream:
        words = gettext.GNUTranslations(stream)
    assert words.gettext("Are we improving?") == "¿Estamos mejorando?"
    assert words.ngettext("%(n)s visit", "%(n)s visits", 2) == "%(n)s visitas"


def test_the_extractor_reads_both_source_and_templates() -> None:
    places = {location[0].rsplit(".", 1)[-1] for message in extracted() for location in message.locations}
    assert places == {"py", "html"}
