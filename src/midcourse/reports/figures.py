"""Charts as accessible SVG, drawn once for page, print and report: the same numbers, words from the caller.

Decides how time, scale, band, target, breaks and flags look; colours come from the stylesheet through classes, so
light, dark and print need no second drawing. Words arrive ready in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series.

    Parameters
    ----------
    begins_on, ends_on, school_year : date, date, int
        The span; it is drawn at its middle. The year is the one in which the school year ends.
    estimate, lower, upper : float or None
        Estimate with its 90 % interval in the figure's unit; None = withheld, which leaves a gap and a hollow mark.
    raw : float or None
        The unadjusted value, a faint dot.
    unfinished : bool
        The span is not over: its point stands apart, hollow, because what is still to come may move it.
    anew : bool
        A count that starts again here: no line leads to it from the span before.
    """

    begins_on: date
    ends_on: date
    school_year: int
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    raw: float | None = None
    unfinished: bool = False
    anew: bool = False

    @property
    def middle(self) -> date:
        """The day halfway through the span."""
        return self.begins_on + (self.ends_on - self.begins_on) / 2


@dataclass(frozen=True, slots=True)
class Flag:
    """A dated event on a chart: its number, its words, and whether no line may cross it (a new rubric or scale)."""

    happened_on: date
    number: int
    text: str
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """The vertical axis: lowest and highest value drawn, and the marked values with their words."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What a figure says: the finding (its title), the description for those who do not see it, the target's label."""

    finding: str
    description: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """The plotting area inside the drawing, in user units."""

    left: float
    top: float
    right: float
    bottom: float


class _Years:
    """The horizontal axis: school years side by side, each as long as its own days, summers closed up."""

    gap = 10.0

    def __init__(self, points: Sequence[Point], flags: Sequence[Flag], box: _Box) -> None:
        spans: dict[int, tuple[date, date]] = {}
        for point in points:
            begin, end = spans.get(point.school_year, (point.begins_on, point.ends_on))
            spans[point.school_year] = (min(begin, point.begins_on), max(end, point.ends_on))
        del flags  # an event never stretches the axis: one in summer stands at the seam
        self.spans = dict(sorted(spans.items()))
        self.box = box
        days = sum((end - begin).days + 1 for begin, end in self.spans.values())
        free = box.right - box.left - self.gap * max(len(self.spans) - 1, 0)
        self.per_day = free / days if days else 0.0

    def x(self, day: date) -> float:
        """Return the position of a day; days outside every school year fall on the nearest seam."""
        at = self.box.left
        for begin, end in self.spans.values():
            if day < begin:
                return max(at - self.gap / 2, self.box.left)
            if day <= end:
                return at + ((day - begin).days + 0.5) * self.per_day
            at += ((end - begin).days + 1) * self.per_day + self.gap
        return self.box.right

    def bounds(self, year: int) -> tuple[float, float]:
        """Return the left and right edge of a school year."""
        begin, end = self.spans[year]
        half = self.per_day / 2
        return self.x(begin) - half, self.x(end) + half


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _y(value: float, scale: Scale, box: _Box) -> float:
    inside = min(max(value, scale.low), scale.high)
    return box.bottom - (inside - scale.low) / (scale.high - scale.low) * (box.bottom - box.top)


def _pieces(points: Sequence[Point], flags: Sequence[Flag]) -> list[list[Point]]:
    """Split the series where a value is withheld and where a scale or rubric break falls between two points."""
    breaks = sorted(flag.happened_on for flag in flags if flag.cuts)
    shown = sorted((p for p in points), key=lambda p: p.middle)
    pieces: list[list[Point]] = [[]]
    for before, point in pairwise([None, *shown]):
        if before is not None and point is not None and any(before.middle < b <= point.middle for b in breaks):
            pieces.append([])
        if point is None or point.estimate is None:
            pieces.append([])
            continue
        if point.unfinished or point.anew:
            pieces.append([])
        pieces[-1].append(point)
    return [piece for piece in pieces if piece]


def _band(piece: Sequence[Point], years: _Years, scale: Scale, box: _Box) -> str:
    bounded = [(years.x(p.middle), p.lower, p.upper) for p in piece if p.lower is not None and p.upper is not None]
    if len(bounded) == 1:
        x, lower, upper = bounded[0]
        top, bottom = _y(upper, scale, box), _y(lower, scale, box)
        return f'<line class="whisker" x1="{_n(x)}" x2="{_n(x)}" y1="{_n(top)}" y2="{_n(bottom)}"/>'
    if not bounded:
        return ""
    corners = [(x, upper) for x, _, upper in bounded] + [(x, lower) for x, lower, _ in reversed(bounded)]
    path = " ".join(f"{_n(x)},{_n(_y(v, scale, box))}" for x, v in corners)
    return f'<polygon class="band" points="{path}"/>'


def _series(points: Sequence[Point], flags: Sequence[Flag], years: _Years, scale: Scale, box: _Box) -> list[str]:
    out: list[str] = []
    for piece in _pieces(points, flags):
        out.append(_band(piece, years, scale, box))
        places = [(years.x(p.middle), _y(p.estimate, scale, box)) for p in piece if p.estimate is not None]
        if len(places) > 1:
            line = " ".join(f"{_n(x)},{_n(y)}" for x, y in places)
            out.append(f'<polyline class="estimate" points="{line}"/>')
        kind = "estimate-dot unfinished" if piece[0].unfinished else "estimate-dot"
        out += [f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="3"/>' for x, y in places]
    for point in points:
        x = _n(years.x(point.middle))
        if point.estimate is None:
            out.append(f'<circle class="withheld" cx="{x}" cy="{_n(box.bottom - 5)}" r="3.5"/>')
        elif point.raw is not None:
            out.append(f'<circle class="raw" cx="{x}" cy="{_n(_y(point.raw, scale, box))}" r="2"/>')
    return [part for part in out if part]


def _target(target: float | None, scale: Scale, box: _Box) -> list[str]:
    if target is None:
        return []
    y = _n(_y(target, scale, box))
    return [f'<line class="target" x1="{_n(box.left)}" x2="{_n(box.right)}" y1="{y}" y2="{y}"/>']


def _flags(flags: Sequence[Flag], years: _Years, box: _Box, *, numbered: bool) -> list[str]:
    """Draw events; flags closer than their own width step down so that no number covers another."""
    out: list[str] = []
    last_x, row = -100.0, 0
    for flag in sorted(flags, key=lambda f: (f.happened_on, f.number)):
        x = years.x(flag.happened_on)
        row = row + 1 if x - last_x < 18 else 0
        last_x = x
        kind = "flag-line cut" if flag.cuts else "flag-line"
        out.append(f'<line class="{kind}" x1="{_n(x)}" x2="{_n(x)}" y1="{_n(box.top)}" y2="{_n(box.bottom)}"/>')
        if numbered:
            y = box.top - 10 + 17 * row
            out.append(f'<circle class="flag" cx="{_n(x)}" cy="{_n(y)}" r="8"/>')
            out.append(f'<text class="flag-number" x="{_n(x)}" y="{_n(y + 4)}">{flag.number}</text>')
    return out


def _wrap(kind: str, name: str, width: float, height: float, words: Words, parts: Sequence[str]) -> str:
    head = (
        f'<svg class="figure {kind}" role="img" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg" focusable="false">'
        f'<title id="{name}-title">{escape(words.finding)}</title>'
        f'<desc id="{name}-desc">{escape(words.description)}</desc>'
    )
    return head + "".join(parts) + "</svg>"


def draw_sparkline(
    points: Sequence[Point],
    *,
    name: str,
    scale: Scale,
    words: Words,
    target: float | None = None,
    flags: Sequence[Flag] = (),
) -> str:
    """Draw the small chart of one row: band, line, target and unnumbered events.

    Parameters
    ----------
    points : sequence of Point
        In any order; withheld ones leave a gap.
    name : str
        Unique within the page; ids of title and description begin with it.
    scale, words, target, flags
        As in `draw_history`.

    Returns
    -------
    str
        One ``<svg role="img">`` of 160 by 44 units; colours by class, never inline.

    Source
    ------
    Shared look, section Charts; Tufte's sparkline, with the interval drawn.

    Examples
    --------
    >>> from datetime import date
    >>> p = Point(date(2026, 9, 1), date(2026, 10, 9), 2027, 0.4, 0.3, 0.5)
    >>> svg = draw_sparkline([p], name="t2", scale=Scale(0, 1, ()), words=Words("T2 is at 40 %", "One cycle."))
    >>> svg.startswith('<svg class="figure sparkline" role="img"')
    True
    """
    box = _Box(5, 4, 155, 40)
    years = _Years(points, flags, box)
    parts = [f'<line class="axis" x1="5" x2="155" y1="{_n(box.bottom)}" y2="{_n(box.bottom)}"/>']
    parts += _target(target, scale, box)
    parts += _flags(flags, years, box, numbered=False)
    parts += _series(points, flags, years, scale, box)
    return _wrap("sparkline", name, 160, 44, words, parts)


def draw_history(
    points: Sequence[Point],
    *,
    name: str,
    scale: Scale,
    words: Words,
    target: float | None = None,
    flags: Sequence[Flag] = (),
) -> str:
    """Draw the whole history of one indicator of one unit.

    Parameters
    ----------
    points : sequence of Point
        One per period, in the scale's unit.
    name : str
        Unique within the page.
    scale : Scale
        Shares are always drawn from 0 to 1 and ratings from 1 to 4, so that no change looks larger than it is.
    words : Words
        The finding becomes the title, the description the text alternative.
    target : float or None
        Dashed line.
    flags : sequence of Flag
        Numbered events; one with ``cuts`` cuts line and band, because values on its two sides do not compare.

    Returns
    -------
    str
        One ``<svg role="img">``, 560 by 260 units, deterministic.

    Source
    ------
    Shared look, section Charts; standards section 10 (charts).

    Examples
    --------
    >>> from datetime import date
    >>> p = Point(date(2026, 9, 1), date(2026, 10, 9), 2027, 0.4, 0.3, 0.5)
    >>> w = Words("T2 is at 40 %", "One cycle.")
    >>> "T2 is at 40 %" in draw_history([p], name="t2", scale=Scale(0, 1, ((0, "0 %"), (1, "100 %"))), words=w)
    True
    """
    box = _Box(52, 34, 548, 226)
    years = _Years(points, flags, box)
    parts = [*_grid(scale, box), *_year_labels(years, box), *_target(target, scale, box)]
    if target is not None and words.target:
        y = _y(target, scale, box) - 5
        parts.append(f'<text class="target-label" x="{_n(box.right)}" y="{_n(y)}">{escape(words.target)}</text>')
    parts += _series(points, flags, years, scale, box)
    parts += _flags(flags, years, box, numbered=True)
    return _wrap("history", name, 560, 260, words, parts)


def draw_small_multiples(
    panels: Sequence[tuple[str, Words, Sequence[Point]]],
    *,
    scale: Scale,
    target: float | None = None,
    flags: Sequence[Flag] = (),
) -> tuple[str, ...]:
    """Draw several units side by side on one scale and one calendar, in the order given, without ranking.

    Parameters
    ----------
    panels : sequence of (name, words, points)
        One per school or district. The caller orders them by name: an order by value would be a league table.
    scale, target, flags
        Shared by all panels.

    Returns
    -------
    tuple of str
        One ``<svg role="img">`` of 240 by 120 units per panel, so that a page can set them in as many columns as fit.

    Source
    ------
    Shared look, section Charts; privacy 2.5 (no ranking).

    Examples
    --------
    >>> draw_small_multiples([], scale=Scale(0, 1, ()))
    ()
    """
    box = _Box(40, 10, 234, 96)
    everyone = [point for _, _, points in panels for point in points]
    years = _Years(everyone, flags, box)
    drawn: list[str] = []
    for name, words, points in panels:
        parts = [*_grid(scale, box), *_year_labels(years, box, short=True), *_target(target, scale, box)]
        parts += _flags(flags, years, box, numbered=False)
        parts += _series(points, flags, years, scale, box)
        drawn.append(_wrap("panel", name, 240, 120, words, parts))
    return tuple(drawn)


def _grid(scale: Scale, box: _Box) -> list[str]:
    out: list[str] = []
    for value, label in scale.ticks:
        y = _n(_y(value, scale, box))
        out.append(f'<line class="grid" x1="{_n(box.left)}" x2="{_n(box.right)}" y1="{y}" y2="{y}"/>')
        place = _n(_y(value, scale, box) + 4)
        out.append(f'<text class="tick" x="{_n(box.left - 6)}" y="{place}">{escape(label)}</text>')
    return out


def _year_labels(years: _Years, box: _Box, *, short: bool = False) -> list[str]:
    out: list[str] = []
    for year in years.spans:
        left, right = years.bounds(year)
        y = _n(box.bottom)
        out.append(f'<line class="axis" x1="{_n(left)}" x2="{_n(right)}" y1="{y}" y2="{y}"/>')
        text = f"’{(year - 1) % 100:02d}–{year % 100:02d}" if short else f"{year - 1}–{year % 100:02d}"
        if right - left > 34:
            out.append(f'<text class="year" x="{_n((left + right) / 2)}" y="{_n(box.bottom + 18)}">{text}</text>')
    return out
