"""docs/indicators.md is the catalogue, word for word."""

from __future__ import annotations

from pathlib import Path

from midcourse.indicators import catalogue_document, load_catalogue

DOCUMENT = Path(__file__).parents[2] / "docs" / "indicators.md"


def test_the_document_is_the_catalogue() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == catalogue_document(load_catalogue()), "write it again: see its head"


def test_every_indicator_has_its_section() -> None:
    text = catalogue_document(load_catalogue())
    for indicator in load_catalogue().values():
        assert f"## {indicator.id} {indicator.name.en}" in text and indicator.evidence.study in text
