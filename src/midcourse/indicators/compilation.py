"""Turns a definition into one columnar query: an Ibis expression, run on DuckDB over the snapshot's Parquet.

Decides how facts are summed: always to the finest grain that intervals need (segment x school x classroom x observer),
never to a unit. Rolling up to units is `indicators.calculation`. Ibis is imported where it is used: it costs 0.7 s.
Shares are written ``count(where=…) / count()``: casting a yes/no to a number counts a missing mark as no.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

import pyarrow as pa

from midcourse.facts import TABLES, Snapshot
from midcourse.indicators.definition import Condition, Form, Indicator, Roster, Test
from midcourse.indicators.periods import DAYS_SCHEMA, Calendar

_DAYS = "days"
_SCHOOL = {"intervisitations": "host_school_id"}  # every other table calls it school_id
_PERSON = {"intervisitations": "visitor_key", "visits": "room_key"}  # whose events hang together


class Facts:
    """The tables of one snapshot as Ibis expressions, and one DuckDB connection that runs them as of one date.

    The expressions name tables by their declared schema and are bound to no engine, so that the same definitions
    become SQL for another one (Spark) without a change.

    Parameters
    ----------
    snapshot : Snapshot
    calendar : Calendar
        Read as of the same date.
    as_of : date
        Rows that became available later are not there.
    """

    def __init__(self, snapshot: Snapshot, calendar: Calendar, *, as_of: date) -> None:
        import duckdb

        self._as_of = as_of
        self._connection = duckdb.connect()  # in memory: a DuckDB file would admit one process
        self._connection.register(_DAYS, calendar.days)
        self._snapshot, self._opened = snapshot, set[str]()

    @property
    def days(self) -> Any:
        """The days of every district's school years, each with its week and segment."""
        return _named(_DAYS, DAYS_SCHEMA)

    def table(self, name: str) -> Any:
        """Return one fact table as an Ibis expression: the rows that were available."""
        import ibis

        schema = TABLES[name].schema
        if name not in self._opened:
            self._opened.add(name)
            paths = [str(entry.path) for entry in self._snapshot.files(name)]
            if paths:
                self._connection.read_parquet(paths, hive_partitioning=False).create_view(name)
            else:
                self._connection.register(name, schema.empty_table())
        table = _named(name, schema)
        return table.filter(table.available_on <= ibis.literal(self._as_of))

    def sql(self, expression: Any) -> str:
        """Return the DuckDB SQL that one query becomes."""
        import ibis

        return str(ibis.to_sql(expression, dialect="duckdb"))

    def run(self, expression: Any) -> pa.Table:
        """Run one query and return its rows, with the columns' declared types."""
        rows: pa.Table = self._connection.sql(self.sql(expression)).to_arrow_table()
        return rows

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _named(name: str, schema: pa.Schema) -> Any:
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


def compile_query(indicator: Indicator, facts: Facts) -> Any:
    """Return the one query of an indicator that reads facts of its own.

    Returns
    -------
    ibis.Table
        Columns by form. Share: ``segment, school_id, room_key, observer_key, numerator, denominator, latest_on``.
        Coverage: ``district_id, school_year, school_id, member, begins_on, ends_on, segment, first_on, latest_on``,
        one row per stay of a member and segment in which the member was met. Pairs: ``segment, home, host,
        latest_on``. Median: ``segment, school_id, person, value, events, latest_on``. Agreement: one row per mark.
        Published: the result rows.

    Raises
    ------
    ValueError
        For an indicator that is derived from another one: it has no query.
    """
    try:
        compiler = _COMPILERS[indicator.formula.form]
    except KeyError:
        raise ValueError(f"{indicator.id} is derived from {indicator.formula.of} and has no query") from None
    return compiler(indicator, facts)


def roster_query(roster: Roster, facts: Facts) -> Any:
    """Return the stays of a roster: who was a member of which school, from when to when."""
    table = facts.table(roster.table)
    table = table.filter(table[roster.member].notnull())
    return table.select(
        "district_id", "school_year", "school_id", "begins_on", "ends_on", member=table[roster.member]
    ).distinct()


def event_query(
    indicator: Indicator, facts: Facts, name: str, *, segments: list[int], school_id: str | None, until: date
) -> Any:
    """Return the single events behind a value, with the Monday of their week: for `indicators.opening` alone.

    Conditions on the mark itself are left out, so that what was not applicable or not looked for can be counted too.
    """
    import ibis

    table = facts.table(name)
    kept = tuple(c for c in indicator.formula.rows if c.column not in ("present", "value", "value_missing"))
    table = table.filter(all_of(table, kept), table.happened_on <= ibis.literal(until))
    if school_id is not None:
        column = "home_school_id" if indicator.formula.roster else _SCHOOL.get(name, "school_id")
        table = table.filter(table[column if column in table.columns else "school_id"] == school_id)
    dated = _with_segment(table, facts)
    dated = dated.filter(dated.segment.isin(segments))
    columns = {"week_of": dated.week_of, "person": dated[_PERSON.get(name, "room_key")]}
    if name == "visit_items":
        columns |= {"event": dated.visit_key, "subject": dated.look_for, "observer": dated.observer_key}
        hits = all_of(dated, indicator.formula.hits) if indicator.formula.hits else dated.present
        columns |= {"hit": hits & dated.present.notnull(), "known": dated.present.notnull()}
        columns["missing"] = dated.value_missing
    else:
        columns["event"] = dated.visit_key if name == "visits" else dated.intervisitation_key
        columns["subject"] = ibis.literal(name)
    return dated.select(**columns)


def all_of(table: Any, conditions: tuple[Condition, ...]) -> Any:
    """Return the conjunction of the conditions on a table; true when there is none."""
    import ibis

    return reduce(and_, (_condition(table, one) for one in conditions), ibis.literal(True))


def _condition(table: Any, condition: Condition) -> Any:
    column, value = table[condition.column], condition.value
    tests: dict[Test, Callable[[], Any]] = {
        Test.EQUALS: lambda: column == value,
        Test.ONE_OF: lambda: column.isin(value),
        Test.AT_LEAST: lambda: column >= value,
        Test.AT_MOST: lambda: column <= value,
        Test.KNOWN: lambda: column.notnull() if value else column.isnull(),
    }
    return tests[condition.test]()


def _rows(indicator: Indicator, facts: Facts, name: str) -> Any:
    table = facts.table(name)
    return table.filter(all_of(table, indicator.formula.rows)) if indicator.formula.rows else table


def _with_segment(table: Any, facts: Facts) -> Any:
    """Join week and segment by the day: an equality, where a span of dates would be a slow range join."""
    days = facts.days
    joined = table.join(
        days,
        [
            table.district_id == days.district_id,
            table.school_year == days.school_year,
            table.happened_on == days.day,
        ],
    )
    return joined.select(*[table[name] for name in table.columns], days.week_of, days.segment)


def _share(indicator: Indicator, facts: Facts) -> Any:
    items = _rows(indicator, facts, "visit_items")
    sheets = items.group_by(
        ["district_id", "school_year", "school_id", "happened_on", "room_key", "visit_key", "observer_key"]
    ).aggregate(
        hits=items.count(where=all_of(items, indicator.formula.hits)),
        answers=items.count(),
        latest_on=items.available_on.max(),
    )
    if indicator.formula.visit_weighs_one:
        # a join of totals: a window over the sheets took a fifth longer (benchmarks/query_t2.py)
        totals = sheets.group_by(whole_visit="visit_key").aggregate(total=sheets.answers.sum())
        sheets = sheets.join(totals, sheets.visit_key == totals.whole_visit)
        sheets = sheets.mutate(hits=sheets.hits / sheets.total, answers=sheets.answers / sheets.total)
    dated = _with_segment(sheets, facts)
    return dated.group_by(["segment", "school_id", "room_key", "observer_key"]).aggregate(
        numerator=dated.hits.sum().cast("float64"),
        denominator=dated.answers.sum().cast("float64"),
        latest_on=dated.latest_on.max(),
    )


def _coverage(indicator: Indicator, facts: Facts) -> Any:
    formula = indicator.formula
    assert formula.roster is not None  # the loader sees to it
    stays = roster_query(formula.roster, facts)
    (name,) = formula.source
    dated = _with_segment(_rows(indicator, facts, name), facts)
    school = dated[_SCHOOL.get(name, "school_id")]
    met_by = {"met_district": dated.district_id, "met_year": dated.school_year, "met_member": dated[formula.member]}
    if formula.roster.within_school:
        met_by["met_school"] = school
    met = dated.group_by(**met_by, segment=dated.segment).aggregate(
        first_on=dated.happened_on.min(), latest_on=dated.available_on.max()
    )
    same = [
        stays.district_id == met.met_district,
        stays.school_year == met.met_year,
        stays.member == met.met_member,
    ]
    if formula.roster.within_school:
        same.append(stays.school_id == met.met_school)
    return stays.left_join(met, same).select(
        *[stays[column] for column in stays.columns], met.segment, met.first_on, met.latest_on
    )


def _pairs(indicator: Indicator, facts: Facts) -> Any:
    rows = _rows(indicator, facts, "intervisitations")
    between = rows.filter(rows.home_school_id.notnull(), rows.home_school_id != rows.host_school_id)
    dated = _with_segment(between, facts)
    return dated.group_by(["segment", "home_school_id", "host_school_id"]).aggregate(latest_on=dated.available_on.max())


def _median(indicator: Indicator, facts: Facts) -> Any:
    parts = []
    for name in indicator.formula.source:
        rows = _rows(indicator, facts, name)
        rows = rows.filter(rows[indicator.formula.value].notnull())
        parts.append(
            rows.select(
                "district_id",
                "school_year",
                "happened_on",
                "available_on",
                school_id=rows[_SCHOOL.get(name, "school_id")],
                person=rows[_PERSON[name]],
                value=rows[indicator.formula.value].cast("float64"),
            )
        )
    dated = _with_segment(reduce(lambda one, other: one.union(other), parts), facts)
    return dated.group_by(["segment", "school_id", "person", "value"]).aggregate(
        events=dated.count(), latest_on=dated.available_on.max()
    )


def _agreement(indicator: Indicator, facts: Facts) -> Any:
    rows = _rows(indicator, facts, "visit_items")
    per_visit = rows.group_by("visit_key").aggregate(sheets=rows.observer_key.nunique())
    shared = per_visit.filter(per_visit.sheets >= 2).select(shared_key="visit_key")
    dated = _with_segment(rows.semi_join(shared, rows.visit_key == shared.shared_key), facts)
    return dated.select(
        "segment", "school_id", "room_key", "visit_key", "observer_key", "look_for", "present", latest_on="available_on"
    )


def _published(indicator: Indicator, facts: Facts) -> Any:
    rows = _rows(indicator, facts, "results")
    rows = rows.filter(rows.org_level.isin(["district", "school"]))
    value = indicator.formula.value
    return rows.select(
        "district_id",
        "school_year",
        "org_level",
        "org_id",
        "test",
        "subject",
        "grade",
        "tested_n",
        "scored_n",
        "available_on",
        "file_hash",
        "file_line",
        count=rows[f"{value}_n"],
        share=rows[f"{value}_share"],
        count_status=rows[f"{value}_n_status"],
        share_status=rows[f"{value}_share_status"],
    )


_COMPILERS: dict[Form, Callable[[Indicator, Facts], Any]] = {
    Form.SHARE: _share,
    Form.COVERAGE: _coverage,
    Form.PAIRS: _pairs,
    Form.MEDIAN: _median,
    Form.AGREEMENT: _agreement,
    Form.PUBLISHED: _published,
}
