"""A chart and the table behind it carry the same numbers; shares are drawn whole; events are numbered in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from django.utils import translation

from midcourse.indicators import IndicatorValue, load_catalogue
from midcourse.records.models import Event
from midcourse.web import charts
from midcourse.web.wording import value_sentence
from tests.web.test_wording import VALUE, VERDICT

T2 = load_catalogue()["T2"]
T7 = load_catalogue()["T7"]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def series() -> tuple[IndicatorValue, ...]:
    """Return four cycles: shown, withheld, shown, and one that is not over."""
    begins = [VALUE.begins_on + dt.timedelta(weeks=6 * n) for n in range(4)]
    ends = [day + dt.timedelta(days=41) for day in begins]
    shown = [
        replace(VALUE, begins_on=b, ends_on=e, period=f"c{n}", as_of=ends[2] + dt.timedelta(days=3))
        for n, (b, e) in enumerate(zip(begins, ends, strict=True))
    ]
    shown[1] = replace(
        shown[1], estimate=None, lower=None, upper=None, withheld="too_few", reason="min_visits", short_by=4
    )
    shown[2] = replace(shown[2], estimate=0.5, lower=0.4, upper=0.6, numerator=19.0)
    shown[3] = replace(shown[3], estimate=0.9, lower=0.7, upper=1.0, numerator=34.0)
    return tuple(shown)


def draw(events=(), target=0.6) -> charts.Chart:
    return charts.history_chart("h", "Reasoning", series(), indicator=T2, verdict=VERDICT, events=events, target=target)


def test_chart_and_table_have_the_same_numbers() -> None:
    chart = draw()
    root = ElementTree.fromstring(chart.svg)
    dots = [float(e.get("cy", "")) for e in root.iter() if e.get("class", "").startswith("estimate-dot")]
    marks = [float(e.get("y1", "")) for e in root.iter() if e.get("class") == "grid"]
    bottom, top = max(marks), min(marks)
    drawn = [(bottom - y) / (bottom - top) for y in dots]
    told = [row.value.estimate for row in chart.rows if row.value.estimate is not None]
    assert drawn == pytest.approx(told, abs=0.001)
    assert [row.words for row in chart.rows] == [value_sentence(v, T2) for v in series()]


def test_the_title_says_the_finding_of_the_last_finished_period() -> None:
    chart = draw()
    assert chart.title.startswith("Reasoning: improving; latest 19 of 38 visits (50")
    assert chart.title in ElementTree.fromstring(chart.svg)[0].text
    assert chart.rows[-1].period.endswith("(not over yet)")


def test_events_are_numbered_in_time_and_a_new_rubric_cuts() -> None:
    events = [
        Event(kind=Event.Kind.RUBRIC, happened_on=dt.date(2026, 12, 1), title={"en": "New rubric"}),
        Event(kind=Event.Kind.LEADER, happened_on=dt.date(2026, 10, 1), title={"es": "Se fue la directora"}),
        Event(kind=Event.Kind.OTHER, happened_on=dt.date(2020, 1, 1), title={"en": "Long ago"}),
    ]
    flags = draw(events).flags
    assert [(f.number, f.text, f.cuts) for f in flags] == [(1, "Se fue la directora", False), (2, "New rubric", True)]


@pytest.mark.parametrize("target", [None, 0.6])
def test_a_share_is_always_drawn_from_none_to_all(target: float | None) -> None:
    scale = charts.scale_for(T2, series(), target)
    assert (scale.low, scale.high) == (0.0, 1.0)


def test_other_metrics_begin_at_zero_and_hold_the_whole_interval() -> None:
    scale = charts.scale_for(T7, [replace(VALUE, estimate=0.08, lower=0.01, upper=0.13)], None)
    assert scale.low == 0.0
    assert scale.high >= 0.13


def test_units_stand_in_the_order_given_whatever_their_values() -> None:
    low = tuple(replace(v, estimate=v.estimate and 0.1) for v in series())
    units = [("a", "Alder", low, None), ("b", "Birch", series(), VERDICT)]
    drawn = charts.side_by_side(units, indicator=T2, events=(), target=None)
    assert [chart.title.split(":")[0] for chart in drawn] == ["Alder", "Birch"]
    assert drawn[0].verdict is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("smarter_balanced:math:03", "Smarter Balanced, mathematics, grade 3"),
        ("smarter_balanced:ELA:all", "Smarter Balanced, English language arts, all grades"),
        ("odd", "odd"),
    ],
)
def test_a_published_cell_is_named_in_words(cell: str, said: str) -> None:
    assert charts.cell_words(cell) == said
