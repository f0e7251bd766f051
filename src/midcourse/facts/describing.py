"""Writes `docs/tables.md` from the declared tables, so that the document cannot say something else."""

from __future__ import annotations

from midcourse.facts.tables import SCHEMA_VERSION, TABLES, FactTable

_HEAD = f"""# The fact tables

Generated from `src/midcourse/facts/tables.py`, schema version {SCHEMA_VERSION}; a test fails when they
differ. To write it again:

```
.venv/bin/python -c "from midcourse.facts import tables_document; print(tables_document(), end='')" > docs/tables.md
```

Facts lie as Parquet in `snapshots/<id>/<table>/district_id=…/school_year=…/part-0.parquet`, sorted, under a
`manifest.json` whose hash is the snapshot's id. Facts hold keys, never names. Column endings: `_key` pseudonymous key,
`_on` date, `_n` count, `_share` proportion 0-1, `_missing` the reason beside an empty value. `happened_on` is when it
happened; a calculation as of a date reads only rows whose `available_on` is not later.
"""


def tables_document() -> str:
    """Return the text of `docs/tables.md`.

    >>> "## visits" in tables_document()
    True
    """
    return "\n".join([_HEAD, *(_section(table) for table in TABLES.values())])


def _section(table: FactTable) -> str:
    lines = [
        f"## {table.name}",
        "",
        f"One row: {table.row}. Sorted by {', '.join(f'`{column}`' for column in table.sort)}.",
        "",
        "| column | type | may be empty | meaning |",
        "|---|---|---|---|",
    ]
    for field in table.schema:
        kind = str(field.type).removesuffix("[day]")
        lines.append(f"| `{field.name}` | {kind} | {'yes' if field.nullable else ''} | {table.meaning(field.name)} |")
    return "\n".join([*lines, ""])
