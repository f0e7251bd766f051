"""Values that a state has published, cell by cell: test, subject, grade.

Decides which row stands when several files carry the same cell: the one that became available last. Suppressed stays
suppressed; nothing is summed, averaged or imputed.
"""

from __future__ import annotations

from datetime import date
from math import inf
from typing import Any

import pyarrow as pa

from midcourse.indicators.definition import Indicator
from midcourse.indicators.disclosure import Draft, disclose_result
from midcourse.indicators.values import IndicatorValue
from midcourse.stats import t_quantile, wilson
from midcourse.vocabulary import Level, Period, ResultStatus


def published_values(rows: pa.Table, indicator: Indicator, *, snapshot_id: str, as_of: date) -> list[IndicatorValue]:
    """Turn the result rows of a query into values, each disclosed on its own.

    A school's `unit_id` is the state's code of the school; a district's is its `district_id` (the state's code where
    the row belongs to no district of the network).
    """
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    rows = rows.sort_by([(name, "ascending") for name in ("available_on", "file_hash", "file_line")])
    for row in rows.to_pylist():
        key = tuple(row[k] for k in ("district_id", "org_level", "org_id", "school_year", "test", "subject", "grade"))
        newest[key] = row
    return [
        disclose_result(_draft(row, indicator, snapshot_id, as_of))
        for row in newest.values()
        if Level(row["org_level"]) in indicator.levels
    ]


def _draft(row: dict[str, Any], indicator: Indicator, snapshot_id: str, as_of: date) -> Draft:
    level = Level(row["org_level"])
    pupils = row["scored_n"] if row["scored_n"] is not None else row["tested_n"]
    n = int(pupils) if pupils is not None else 0
    status = _status(row, n)
    share, at = _share(row, n) if status is ResultStatus.REPORTED else (None, None)
    # each pupil a draw of its own: descriptive, for a year's group stands for itself
    bounds = (None, None) if share is None else wilson(share, n, quantile=t_quantile(0.90, inf))
    year = row["school_year"]
    value = IndicatorValue(
        indicator_id=indicator.id,
        definition_version=indicator.version,
        level=level,
        unit_id=row["org_id"] if level is Level.SCHOOL else row["district_id"] or row["org_id"],
        district_id=row["district_id"],
        period_kind=Period.YEAR,
        period=str(year),
        school_year=year,
        # the fiscal year of Connecticut's districts; a result belongs to the year, not to a day of it
        begins_on=date(year - 1, 7, 1),
        ends_on=date(year, 6, 30),
        as_of=as_of,
        estimate=_rounded(share),
        lower=_rounded(bounds[0]),
        upper=_rounded(bounds[1]),
        numerator=at,
        denominator=float(n) if n else None,
        n=n,
        rooms_n=0,
        observers_n=0,
        withheld=None,
        reason="",
        short_by=0,
        latest_on=row["available_on"],
        snapshot_id=snapshot_id,
        cell=f"{row['test']}:{row['subject']}:{row['grade']}",
    )
    return Draft(value, None, status=status)


def _status(row: dict[str, Any], n: int) -> ResultStatus:
    """Return reported when a count or share is, and the number of pupils with it; else the file's own mark."""
    marks = [ResultStatus(row[f"{name}_status"]) for name in ("count", "share")]
    if ResultStatus.REPORTED in marks:
        # a share without its n cannot be judged: it is treated as hidden, never shown unweighed
        return ResultStatus.REPORTED if n else ResultStatus.SUPPRESSED
    return ResultStatus.SUPPRESSED if ResultStatus.SUPPRESSED in marks else marks[1]


def _share(row: dict[str, Any], n: int) -> tuple[float, float]:
    if row["count"] is not None:
        return float(row["count"]) / n, float(row["count"])
    return float(row["share"]), float(round(row["share"] * n))


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 9)
