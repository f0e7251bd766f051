"""Every day that anything can be recorded on belongs to exactly one cycle, term and year."""

from __future__ import annotations

from datetime import date, timedelta

from midcourse.indicators.periods import read_calendar
from midcourse.vocabulary import Period
from tests.indicators.fact_rows import AS_OF, MONDAYS, MakeSnapshot, calendar_rows, day


def test_spans_follow_the_district_calendar(snapshot_of: MakeSnapshot) -> None:
    calendar = read_calendar(snapshot_of(), as_of=AS_OF)
    cycles = calendar.spans(Period.CYCLE)
    assert [(s.name, s.begins_on, s.ends_on) for s in cycles] == [
        ("2026-c1", MONDAYS[0], day(6, 6)),
        ("2026-c2", MONDAYS[6], day(12, 6)),
        ("2026-c3", MONDAYS[12], day(16, 6)),
    ]
    assert [s.name for s in calendar.spans(Period.TERM)] == ["2026-T1", "2026-T2"]
    (year,) = calendar.spans(Period.YEAR)
    assert (year.name, year.begins_on, year.ends_on, year.last_week_of) == ("2026", MONDAYS[0], day(16, 6), MONDAYS[15])


def test_days_are_unbroken_and_each_is_there_once(snapshot_of: MakeSnapshot) -> None:
    rows = read_calendar(snapshot_of(), as_of=AS_OF).days.to_pylist()
    days = [row["day"] for row in rows]
    assert days == [MONDAYS[0] + timedelta(days=i) for i in range(18 * 7)]
    holiday = next(row for row in rows if row["day"] == day(8) + timedelta(days=8))
    before = next(row for row in rows if row["day"] == day(8))
    assert holiday["segment"] == before["segment"] and holiday["week_of"] == day(8) + timedelta(days=7)


def test_what_has_not_begun_is_not_there(snapshot_of: MakeSnapshot) -> None:
    calendar = read_calendar(snapshot_of(), as_of=day(7, 2))
    assert [s.name for s in calendar.spans(Period.CYCLE)] == ["2026-c1", "2026-c2"]
    assert calendar.spans(Period.CYCLE)[1].last_week_of == MONDAYS[6]
    assert max(row["day"] for row in calendar.days.to_pylist()) == day(7, 6)
    late = [{**row, "available_on": date(2027, 1, 1)} for row in calendar_rows()]
    assert read_calendar(snapshot_of(calendar=late), as_of=AS_OF).spans_of == ()


def test_the_network_joins_spans_of_one_name(snapshot_of: MakeSnapshot) -> None:
    rows = [
        *calendar_rows(),
        *({**row, "week_of": row["week_of"] + timedelta(days=7)} for row in calendar_rows("south")),
    ]
    calendar = read_calendar(snapshot_of(calendar=rows), as_of=AS_OF)
    joined = calendar.spans(Period.CYCLE, network=True)
    assert [s.name for s in joined] == ["2026-c1", "2026-c2", "2026-c3"]
    assert (joined[0].begins_on, joined[0].ends_on, joined[0].district_id) == (MONDAYS[0], day(6, 13), "")
    assert len(calendar.spans(Period.CYCLE)) == 6
