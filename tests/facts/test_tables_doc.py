"""docs/tables.md is the declared tables, word for word."""

from __future__ import annotations

from pathlib import Path

from midcourse.facts import TABLES, tables_document

DOCUMENT = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_document_is_the_declaration() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == tables_document(), "write it again as its first lines say"


def test_every_column_is_there_with_its_meaning() -> None:
    text = tables_document()
    for table in TABLES.values():
        for column in table.schema.names:
            assert f"| `{column}` |" in text and table.meaning(column) in text


def test_no_room_key_stands_beside_a_number_of_students() -> None:
    """A class of 27 is one class, and its room key would be its teacher's."""
    for table in TABLES.values():
        counts = [name for name in table.schema.names if "student" in name or "pupil" in name]
        assert not ("room_key" in table.schema.names and counts), table.name


def test_no_table_holds_both_personal_keys() -> None:
    """No join inside one table leads from an observation to a participant (docs/decisions/0002)."""
    for table in TABLES.values():
        keys = {name for name in table.schema.names if name in ("room_key", "educator_key", "visitor_key")}
        assert not ("room_key" in keys and len(keys) > 1), table.name
        assert not [name for name in table.schema.names if "name" in name or "email" in name]
