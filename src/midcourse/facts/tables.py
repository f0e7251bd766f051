"""The fact tables: event-level truth, keys instead of names, one declared schema each.

Decides which columns exist and what each means. Who fills them is `pipeline.extraction`; how they lie on disk is
`facts.snapshot`. Column endings: `_key` pseudonymous key, `_on` date, `_n` count, `_share` proportion,
`_missing` reason.

Two kinds of personal key never meet in one table: `room_key` (whose classroom was seen) and `educator_key` (who took
part). They are made from different purposes of the year's secret (`facts.keys`), so no join of facts can lead from an
observation to a participant (docs/decisions/0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class FactTable:
    """One declared fact table.

    Parameters
    ----------
    name : str
        Folder name inside a snapshot.
    row : str
        What one row means.
    schema : pyarrow.Schema
        Columns in order; each field's metadata holds its meaning under ``b"meaning"``.
    sort : tuple of str
        Columns by which rows are sorted before writing, so the same facts give the same bytes.
    """

    name: str
    row: str
    schema: pa.Schema
    sort: tuple[str, ...]

    def meaning(self, column: str) -> str:
        """Return the one-line meaning of a column."""
        metadata = self.schema.field(column).metadata or {}
        return metadata[b"meaning"].decode()


def _field(name: str, kind: pa.DataType, meaning: str, *, null: bool = False) -> pa.Field[Any]:
    return pa.field(name, kind, nullable=null, metadata={b"meaning": meaning.encode()})


def _table(name: str, row: str, fields: list[pa.Field[Any]], sort: tuple[str, ...]) -> FactTable:
    common = [
        _field("district_id", pa.string(), "district the row belongs to (partition)"),
        _field("school_year", pa.int16(), "year in which the school year ends (partition)"),
    ]
    return FactTable(name, row, pa.schema(common + fields), ("district_id", "school_year", *sort))


_WHEN = [
    _field("happened_on", pa.date32(), "date on which it happened"),
    _field("available_on", pa.date32(), "date from which a calculation may use it"),
]
_PLACE = [
    _field("school_id", pa.string(), "school"),
    _field("grade_band", pa.string(), "vocabulary.GradeBand"),
    _field("subject", pa.string(), "vocabulary.Subject"),
]

_ALL = (
    _table(
        "schools",
        "one school of the district, as of the snapshot",
        [
            _field("school_id", pa.string(), "school"),
            _field("opened_on", pa.date32(), "first day of membership", null=True),
            _field("closed_on", pa.date32(), "last day of membership; empty while open", null=True),
            *_WHEN,
        ],
        ("school_id",),
    ),
    _table(
        "visits",
        "one walkthrough visit to one classroom, done; never a planned one",
        [
            _field("visit_key", pa.string(), "visit"),
            *_PLACE,
            _field(
                "room_key",
                pa.string(),
                "HMAC of the visited teacher with the year's secret; only for clustering",
            ),
            _field("had_pd", pa.bool_(), "the visited teacher had had the initiative's PD", null=True),
            _field("new_arrival", pa.bool_(), "the visited teacher was new to the district", null=True),
            _field("protocol_key", pa.string(), "protocol version in force"),
            _field("minutes_n", pa.int16(), "minutes in the room", null=True),
            _field("observers_n", pa.int16(), "observers who filled a sheet"),
            _field("recorded_lag_days_n", pa.int32(), "days from visit to record; empty for an import", null=True),
            *_WHEN,
        ],
        ("school_id", "happened_on", "visit_key"),
    ),
    _table(
        "visit_items",
        "one observer's answer to one look-for in one visit",
        [
            _field("visit_key", pa.string(), "visit"),
            *_PLACE,
            _field("room_key", pa.string(), "as in visits"),
            _field("observer_key", pa.string(), "HMAC of the observer; for severity, never shown"),
            _field("had_pd", pa.bool_(), "as in visits", null=True),
            _field("protocol_key", pa.string(), "protocol version"),
            _field("look_for", pa.string(), "stable code of the look-for; the same wording keeps the same code"),
            _field("role", pa.string(), "what it stands for in the catalogue, e.g. priority_practice", null=True),
            _field("scale", pa.string(), "vocabulary.Scale"),
            _field("value", pa.float64(), "rating 1-4, yes=1 no=0, or a count; empty when missing", null=True),
            _field("scanned_n", pa.int16(), "pupils scanned, for snapshot scans", null=True),
            _field("present", pa.bool_(), "value at or above the look-for's threshold; empty when missing", null=True),
            _field("value_missing", pa.string(), "vocabulary.Missing: reason beside an empty value", null=True),
            *_WHEN,
        ],
        ("school_id", "happened_on", "visit_key", "observer_key", "look_for"),
    ),
    _table(
        "observers",
        "one observer in one school year",
        [
            _field("observer_key", pa.string(), "as in visit_items"),
            _field("home_school_id", pa.string(), "school of the observer's post; empty for district staff", null=True),
            _field("role", pa.string(), "vocabulary.Role of the post held"),
            _field("first_visit_on", pa.date32(), "first visit ever recorded by this observer"),
            *_WHEN,
        ],
        ("observer_key",),
    ),
    _table(
        "assignments",
        "one educator teaching at one school in one grade band and subject, with dates; no room key",
        [
            _field("educator_key", pa.string(), "HMAC of the educator with the year's secret, for participation"),
            *_PLACE,
            _field("begins_on", pa.date32(), "first day"),
            _field("ends_on", pa.date32(), "last day; empty while open", null=True),
            *_WHEN,
        ],
        ("school_id", "educator_key", "grade_band", "subject", "begins_on"),
    ),
    _table(
        "sections",
        "one section (class) with its classroom's room key",
        [
            _field("section_key", pa.string(), "section"),
            *_PLACE,
            _field("room_key", pa.string(), "room key of the teacher of record; empty when none", null=True),
            _field("begins_on", pa.date32(), "first day of its terms"),
            _field("ends_on", pa.date32(), "last day of its terms; empty while open", null=True),
            *_WHEN,
        ],
        ("school_id", "section_key"),
    ),
    _table(
        "intervisitations",
        "one educator's visit to a colleague's class; nobody rates",
        [
            _field("intervisitation_key", pa.string(), "intervisitation"),
            _field("visitor_key", pa.string(), "educator_key of the visitor"),
            _field("visitor_role", pa.string(), "vocabulary.Role"),
            _field("home_school_id", pa.string(), "visitor's school; empty for central staff", null=True),
            _field("host_school_id", pa.string(), "school visited"),
            _field("recorded_lag_days_n", pa.int32(), "days from the visit to its record"),
            *_WHEN,
        ],
        ("happened_on", "intervisitation_key"),
    ),
    _table(
        "results",
        "one published result of one unit, grade, subject and group in one school year",
        [
            _field(
                "unit_id", pa.string(), "our district or school that the row is about; empty for the state", null=True
            ),
            _field("org_level", pa.string(), "state, district or school"),
            _field("org_id", pa.string(), "state's code of the organisation, zero-padded text"),
            _field("test", pa.string(), "test, e.g. smarter_balanced"),
            _field("subject", pa.string(), "subject as the test names it"),
            _field("grade", pa.string(), "two digits, or all"),
            _field("subgroup_type", pa.string(), "vocabulary.Subgroup"),
            _field("subgroup", pa.string(), "group, in the file's words"),
            *(
                field
                for name, meaning in (
                    ("enrolled_n", "students enrolled"),
                    ("tested_n", "students tested"),
                    ("scored_n", "students with a scored test"),
                    ("mean_score", "mean scale score"),
                    *((f"level{i}_n", f"students at level {i}") for i in (1, 2, 3, 4)),
                    ("at_or_above_n", "students at or above the published cut"),
                    ("at_or_above_share", "share at or above the published cut"),
                )
                for field in (
                    _field(name, pa.float64(), f"{meaning}; empty unless reported", null=True),
                    _field(f"{name}_status", pa.string(), f"vocabulary.ResultStatus of {name}"),
                )
            ),
            _field("file_hash", pa.string(), "sha256 of the received file"),
            _field("file_line", pa.int32(), "line in the received file"),
            *_WHEN,
        ],
        ("org_level", "org_id", "test", "subject", "grade", "subgroup_type", "subgroup", "file_hash", "file_line"),
    ),
    _table(
        "calendar",
        "one school week of the district; summers and breaks left out; available from its first day",
        [
            _field("week_of", pa.date32(), "Monday of the week"),
            _field("school_week", pa.int16(), "1 = first school week of the year"),
            _field("cycle", pa.int16(), "six-school-week cycle within the year, from 1"),
            _field("term", pa.string(), "name of the term the week falls in"),
            _field("school_days_n", pa.int16(), "days of instruction in the week"),
            *_WHEN,
        ],
        ("week_of",),
    ),
)

TABLES: Mapping[str, FactTable] = MappingProxyType({table.name: table for table in _ALL})
"""Every fact table by name."""
