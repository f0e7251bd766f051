"""Extraction: records and received files become the declared fact tables, one module per table.

Names of people stop here: what leaves carries keys, dates and counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa

from midcourse.pipeline.extraction.calendar import calendar_rows
from midcourse.pipeline.extraction.intervisitations import intervisitation_rows
from midcourse.pipeline.extraction.observers import observer_rows
from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.results import result_rows
from midcourse.pipeline.extraction.rows import Row, gather
from midcourse.pipeline.extraction.schools import school_rows
from midcourse.pipeline.extraction.sections import assignment_rows, section_rows, taught_sections
from midcourse.pipeline.extraction.visit_items import visit_item_rows
from midcourse.pipeline.extraction.visits import seen_visits, visit_rows
from midcourse.records.models import District

__all__ = ["extract_facts"]


def extract_facts(*, as_of: dt.date) -> Mapping[str, pa.Table]:
    """Return every fact table with the facts of all districts that were available on `as_of`."""
    tables: dict[str, list[pa.Table]] = {}
    for district in District.objects.order_by("pk"):
        for name, rows in _tables(Origin(district, as_of)).items():
            tables.setdefault(name, []).append(gather(name, rows()))
    return {name: pa.concat_tables(parts) for name, parts in tables.items()}


def _tables(origin: Origin) -> Mapping[str, Callable[[], Iterator[Row]]]:
    """Name the rows of one district; what two tables share is read once."""
    seen = seen_visits(origin)
    sections = taught_sections(origin)
    return {
        "schools": lambda: school_rows(origin),
        "visits": lambda: visit_rows(origin, seen),
        "visit_items": lambda: visit_item_rows(origin, seen),
        "observers": lambda: observer_rows(origin),
        "assignments": lambda: assignment_rows(origin, sections),
        "sections": lambda: section_rows(origin, sections),
        "intervisitations": lambda: intervisitation_rows(origin),
        "results": lambda: result_rows(origin),
        "calendar": lambda: calendar_rows(origin),
    }
