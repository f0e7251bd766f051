"""Charts for pages: from published values and dated events to a drawn figure with its words and its table.

Decides the scale of each metric, which events a chart flags and what its title says. Drawing is `reports.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from midcourse.indicators import Indicator, IndicatorValue
from midcourse.records.models import Event
from midcourse.reports import Flag, Point, Scale, Words, draw_history, draw_small_multiples, draw_sparkline
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Period, Verdict
from midcourse.web import wording
from midcourse.web.templatetags.figures import in_language


@dataclass(frozen=True)
class Row:
    """One line of the table behind a chart."""

    period: str
    value: IndicatorValue
    words: str


@dataclass(frozen=True)
class Chart:
    """A drawn figure with the same numbers as a table, its legend, and what it was drawn from."""

    title: str
    svg: str
    rows: tuple[Row, ...]
    flags: tuple[Flag, ...]
    snapshot_id: str
    as_of: date | None
    latest: IndicatorValue | None = None
    verdict: Verdict | None = None
    now: str = ""


def period_words(value: IndicatorValue) -> str:
    """Name a period in the reader's language."""
    year = f"{value.school_year - 1}–{value.school_year % 100:02d}"
    if value.period_kind is Period.YEAR:
        return year
    first = date_format(value.begins_on, "MONTH_DAY_FORMAT")
    last = date_format(value.ends_on, "MONTH_DAY_FORMAT")
    return _("%(first)s to %(last)s, %(year)s") % {"first": first, "last": last, "year": year}


def cell_words(cell: str) -> str:
    """Name a cell of published results, e.g. *smarter balanced, mathematics, grade 3*."""
    parts = cell.split(":")
    if len(parts) != 3:
        return cell
    test, subject, grade = parts
    subject = wording.vocabulary_word(subject.lower())
    where = _("all grades") if grade == "all" else _("grade %(grade)s") % {"grade": grade.lstrip("0") or grade}
    return f"{test.replace('_', ' ').title()}, {subject}, {where}"


def _ceiling(values: Iterable[IndicatorValue], target: float | None) -> float:
    highest = max([0.0, *(v.upper or v.estimate or 0.0 for v in values), target or 0.0])
    for top in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        if highest <= top:
            return float(top)
    return highest


def scale_for(indicator: Indicator, values: Sequence[IndicatorValue], target: float | None) -> Scale:
    """Return the vertical axis: shares always 0 to 100 %, everything else from zero."""
    if indicator.metric.value == "share":
        quarters = (0.0, 0.25, 0.5, 0.75, 1.0)
        return Scale(0.0, 1.0, tuple((m, wording.figure(m, None, None, "share")) for m in quarters))
    if indicator.metric.value == "agreement":
        marks: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
        lowest = min([0.0, *(v.lower or 0.0 for v in values)])
        if lowest < 0:  # agreement below chance is rare, and kappa never falls below -1
            marks = (-0.5, 0.0, 0.5, 1.0) if lowest >= -0.5 else (-1.0, -0.5, 0.0, 0.5, 1.0)
        return Scale(marks[0], 1.0, tuple((m, wording.figure(m, 0.0, 0.1, "agreement")) for m in marks))
    top = _ceiling(values, target)
    metric = indicator.metric.value
    width = None if metric == "median_days" and top >= 2 else top / 4
    return Scale(0.0, top, tuple((m, wording.figure(m, 0.0, width, metric)) for m in (0.0, top / 2, top)))


def _counts_up(indicator: Indicator) -> bool:
    return indicator.formula.since == "school_year"


def points_of(values: Sequence[IndicatorValue], indicator: Indicator) -> tuple[Point, ...]:
    """Return the series as the drawing room takes it: a withheld value has no estimate, and a figure that counts up
    within the school year begins anew with each."""
    first = {v.school_year: v.begins_on for v in reversed(values)}
    return tuple(
        Point(
            v.begins_on,
            v.ends_on,
            v.school_year,
            v.estimate if v.withheld is None else None,
            v.lower,
            v.upper,
            unfinished=v.ends_on > v.as_of and not _counts_up(indicator),
            anew=_counts_up(indicator) and v.begins_on == first[v.school_year],
        )
        for v in values
    )


def flags_of(events: Iterable[Event], values: Sequence[IndicatorValue]) -> tuple[Flag, ...]:
    """Number the events that fall inside the series; a new rubric or scale cuts the line."""
    if not values:
        return ()
    first, last = values[0].begins_on, values[-1].ends_on
    inside = sorted((e for e in events if first <= e.happened_on <= last), key=lambda e: (e.happened_on, str(e.pk)))
    return tuple(
        Flag(e.happened_on, n, in_language(e.title), e.kind in (Event.Kind.RUBRIC, Event.Kind.SCALE))
        for n, e in enumerate(inside, start=1)
    )


def finding(name: str, verdict: IndicatorVerdict | None, latest: IndicatorValue | None, indicator: Indicator) -> str:
    """Return the title of a chart: what it shows, not what it is about."""
    if latest is None:
        return _("%(name)s: nothing recorded yet") % {"name": name}
    value = wording.value_sentence(latest, indicator)
    if verdict is None:  # one published cell, or one unit that was not judged
        return f"{name}: {value}"
    return _("%(name)s: %(verdict)s; latest %(value)s") % {
        "name": name,
        "verdict": wording.verdict_word(verdict.verdict),
        "value": value,
    }


def _description(values: Sequence[IndicatorValue], flags: Sequence[Flag]) -> str:
    shown = sum(v.withheld is None for v in values)
    text = _("%(shown)s of %(all)s periods shown, with their 90 %% intervals.") % {"shown": shown, "all": len(values)}
    named = "; ".join(f"{flag.number}: {flag.text}" for flag in flags)
    return f"{text} {_('Events')}: {named}." if named else text


def latest_of(values: Sequence[IndicatorValue], indicator: Indicator) -> IndicatorValue | None:
    """Return the last value of a finished period that is shown; failing that, the last that says why not.

    A figure that counts up from the start of the school year stands by its latest period, finished or not.
    """
    shown = [v for v in values if v.withheld is None]
    finished = [v for v in shown if v.ends_on <= v.as_of] if not _counts_up(indicator) else []
    found = finished or shown or list(values)
    return found[-1] if found else None


def history_chart(
    key: str,
    name: str,
    values: Sequence[IndicatorValue],
    *,
    indicator: Indicator,
    verdict: IndicatorVerdict | None,
    events: Iterable[Event],
    target: float | None,
    small: bool = False,
) -> Chart:
    """Draw one unit's history, large or as the small chart of a row."""
    flags = flags_of(events, values)
    latest = latest_of(values, indicator)
    title = finding(name, verdict, latest, indicator)
    label = (
        _("target %(value)s") % {"value": wording.figure(target, None, None, indicator.metric.value)}
        if target is not None
        else ""
    )
    draw = draw_sparkline if small else draw_history
    svg = draw(
        points_of(values, indicator),
        name=key,
        scale=scale_for(indicator, values, target),
        words=Words(title, _description(values, flags), label),
        target=target,
        flags=flags,
    )
    source = values[-1] if values else None
    return Chart(
        title,
        svg,
        _table(values, indicator),
        flags,
        source.snapshot_id if source else "",
        source.as_of if source else None,
        latest,
        verdict.verdict if verdict else None,
        _now(latest, indicator),
    )


def _now(latest: IndicatorValue | None, indicator: Indicator) -> str:
    """Return the latest value with its dates: without them an old figure would pass for today's."""
    if latest is None:
        return ""
    return f"{period_words(latest)}: {wording.value_sentence(latest, indicator)}"


def _table(values: Sequence[IndicatorValue], indicator: Indicator) -> tuple[Row, ...]:
    rows = []
    for value in values:
        period = period_words(value)
        if value.ends_on > value.as_of:
            period = _("%(period)s (not over yet)") % {"period": period}
        rows.append(Row(period, value, wording.value_sentence(value, indicator)))
    return tuple(rows)


def side_by_side(
    units: Sequence[tuple[str, str, Sequence[IndicatorValue], IndicatorVerdict | None]],
    *,
    indicator: Indicator,
    events: Iterable[Event],
    target: float | None,
) -> tuple[Chart, ...]:
    """Draw units on one scale, in the order given (alphabetical): each is (key, name, values, verdict)."""
    ordered = sorted((v for _, _, values, _ in units for v in values), key=lambda v: v.begins_on)
    flags = flags_of(events, ordered)
    source = ordered[-1] if ordered else None
    charts: list[Chart] = []
    panels = []
    for key, name, values, verdict in units:
        latest = latest_of(values, indicator)
        title = finding(name, verdict, latest, indicator)
        panels.append((key, Words(title, _description(values, flags)), points_of(values, indicator)))
        charts.append(
            Chart(
                title,
                "",
                _table(values, indicator),
                flags,
                source.snapshot_id if source else "",
                source.as_of if source else None,
                latest,
                verdict.verdict if verdict else None,
                _now(latest, indicator),
            )
        )
    drawn = draw_small_multiples(panels, scale=scale_for(indicator, ordered, target), target=target, flags=flags)
    return tuple(replace(chart, svg=svg) for chart, svg in zip(charts, drawn, strict=True))
