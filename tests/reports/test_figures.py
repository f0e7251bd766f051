"""Charts parse, say their finding first, keep the axis whole, and cut the line where values do not compare."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from midcourse.reports import Flag, Point, Scale, Words, draw_history, draw_small_multiples, draw_sparkline

SHARE = Scale(0.0, 1.0, ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")))
WORDS = Words("Reasoning: improving; latest 40 %", "Six periods.", "target 60 %")
SVG = "{http://www.w3.org/2000/svg}"


def cycle(year: int, number: int, estimate: float | None, *, unfinished: bool = False) -> Point:
    """Return one six-week period of a school year."""
    begins = dt.date(year - 1, 9, 7) + dt.timedelta(weeks=6 * number)
    low, high = (None, None) if estimate is None else (estimate - 0.1, estimate + 0.1)
    return Point(begins, begins + dt.timedelta(days=41), year, estimate, low, high, unfinished=unfinished)


SERIES = tuple(cycle(year, n, 0.3 + 0.02 * n) for year in (2026, 2027) for n in range(5))


def drawn(svg: str) -> ElementTree.Element:
    """Parse a drawing."""
    return ElementTree.fromstring(svg)


def by_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Return the elements that carry a class."""
    return [e for e in root.iter() if name in e.get("class", "").split()]


@pytest.mark.parametrize("draw", [draw_sparkline, draw_history])
def test_a_chart_says_its_finding_first_and_is_one_image(draw) -> None:
    root = drawn(draw(SERIES, name="t2", scale=SHARE, words=WORDS, target=0.6))
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == WORDS.finding
    assert root[1].text == WORDS.description
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"


def test_no_colour_and_no_style_stand_in_the_drawing() -> None:
    svg = draw_history(
        SERIES, name="t2", scale=SHARE, words=WORDS, target=0.6, flags=[Flag(dt.date(2026, 10, 1), 1, "x")]
    )
    assert "style=" not in svg
    assert "fill=" not in svg
    assert "stroke=" not in svg
    assert "<script" not in svg


def test_the_same_input_gives_the_same_bytes() -> None:
    once, again = (draw_history(SERIES, name="t2", scale=SHARE, words=WORDS) for _ in range(2))
    assert once == again


def test_a_share_at_half_stands_halfway_up_the_whole_axis() -> None:
    root = drawn(draw_history([cycle(2027, 0, 0.5)], name="t2", scale=SHARE, words=WORDS))
    bottom, middle, top = (float(line.get("y1", "")) for line in by_class(root, "grid"))
    (dot,) = by_class(root, "estimate-dot")
    assert float(dot.get("cy", "")) == pytest.approx(middle) == pytest.approx((bottom + top) / 2)


def test_summers_are_closed_up() -> None:
    """Three months without school take no more room than a seam: the last period of a year is near the next first."""
    root = drawn(draw_history(SERIES, name="t2", scale=SHARE, words=WORDS))
    places = [float(dot.get("cx", "")) for dot in by_class(root, "estimate-dot")]
    steps = [after - before for before, after in pairwise(places)]
    across_summer = steps.pop(4)
    assert across_summer < 1.3 * max(steps)


def test_an_event_in_summer_stands_at_the_seam() -> None:
    flag = Flag(dt.date(2026, 7, 15), 1, "A new principal")
    root = drawn(draw_history(SERIES, name="t2", scale=SHARE, words=WORDS, flags=[flag]))
    (line,) = by_class(root, "flag-line")
    places = [float(dot.get("cx", "")) for dot in by_class(root, "estimate-dot")]
    assert places[4] < float(line.get("x1", "")) < places[5]


@pytest.mark.parametrize(("cuts", "pieces"), [(False, 1), (True, 2)])
def test_a_new_rubric_cuts_line_and_band(cuts: bool, pieces: int) -> None:
    flag = Flag(SERIES[3].begins_on, 1, "New rubric", cuts)
    root = drawn(draw_history(SERIES, name="t2", scale=SHARE, words=WORDS, flags=[flag]))
    assert len(by_class(root, "estimate")) == pieces
    assert len(by_class(root, "band")) == pieces


def test_a_withheld_value_leaves_a_gap_and_a_hollow_mark() -> None:
    points = [*SERIES[:4], cycle(2027, 0, None), *SERIES[6:]]
    root = drawn(draw_history(points, name="t2", scale=SHARE, words=WORDS))
    assert len(by_class(root, "withheld")) == 1
    assert len(by_class(root, "estimate")) == 2
    assert len(by_class(root, "estimate-dot")) == len(points) - 1


def test_a_period_that_is_not_over_stands_apart() -> None:
    points = [*SERIES[:9], cycle(2027, 4, 0.05, unfinished=True)]
    root = drawn(draw_history(points, name="t2", scale=SHARE, words=WORDS))
    assert len(by_class(root, "unfinished")) == 1
    (line,) = by_class(root, "estimate")
    assert len(line.get("points", "").split()) == 9


def test_flags_close_together_do_not_cover_each_other() -> None:
    flags = [Flag(dt.date(2026, 10, day), n, "x") for n, day in enumerate((1, 2, 3), start=1)]
    root = drawn(draw_history(SERIES, name="t2", scale=SHARE, words=WORDS, flags=flags))
    spots = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in by_class(root, "flag")]
    for place, (x, y) in enumerate(spots):
        for other_x, other_y in spots[place + 1 :]:
            assert abs(x - other_x) >= 16 or abs(y - other_y) >= 16


def test_words_are_escaped() -> None:
    words = Words('5 < 6 & "so"', "<b>", "a & b")
    root = drawn(draw_history(SERIES, name="t2", scale=SHARE, words=words, target=0.6))
    assert root[0].text == words.finding
    assert by_class(root, "target-label")[0].text == "a & b"


def test_small_multiples_share_scale_and_calendar_in_the_order_given() -> None:
    late = tuple(point for point in SERIES if point.school_year == 2027)
    panels = [("b", Words("B", "d"), SERIES), ("a", Words("A", "d"), late)]
    one, other = (drawn(svg) for svg in draw_small_multiples(panels, scale=SHARE, target=0.5))
    assert [one[0].text, other[0].text] == ["B", "A"]
    last = [by_class(root, "estimate-dot")[-1].get("cx") for root in (one, other)]
    assert last[0] == last[1]
    assert [e.get("y1") for e in by_class(one, "target")] == [e.get("y1") for e in by_class(other, "target")]


def test_a_chart_without_points_is_still_a_chart() -> None:
    assert drawn(draw_sparkline([], name="t2", scale=SHARE, words=WORDS))[0].text == WORDS.finding
