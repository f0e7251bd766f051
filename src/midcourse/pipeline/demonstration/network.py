"""The invented network: five districts, their schools, and what truly happens to teaching in each.

Decides everything that is true of the demonstration and that nobody but this room may know. The detector sees only
what observers write down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NETWORK = "Five Rivers Learning Network (invented)"
PASSWORD = "five-rivers-invented"  # noqa: S105  # printed at every start: it protects nothing but invented data


class Story(StrEnum):
    """What truly happens in a district."""

    IMPROVING = "improving"  # practice rises in every school, from about a school year ago
    LENIENT = "lenient"  # nothing changes; a new observer scores higher than the others
    LEADER = "leader"  # the assistant superintendent leaves, and practice falls
    SPARSE = "sparse"  # nothing changes, and too few visits to say so
    FLAT = "flat"  # nothing changes; the rubric is revised in between


class Phase(StrEnum):
    """What kind of school it is."""

    ELEMENTARY = "elementary"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """One invented school."""

    name: str
    phase: Phase
    pupils: int


@dataclass(frozen=True, slots=True)
class DistrictPlan:
    """One invented district.

    Parameters
    ----------
    slug, name, state_id : str
        The code begins with 9: no real district of the state has such a one.
    story : Story
    visits_a_week : float
        Visits per school and school week.
    floaters : int
        Observers of the central office.
    intervisited : float
        Share of teachers who visited a colleague in the current school year, 0-1.
    schools : tuple of SchoolPlan
    """

    slug: str
    name: str
    state_id: str
    story: Story
    visits_a_week: float
    floaters: int
    intervisited: float
    schools: tuple[SchoolPlan, ...]


def _schools(elementary: tuple[str, ...], middle: tuple[str, ...], high: str, pupils: int) -> tuple[SchoolPlan, ...]:
    """Share a district's pupils over its schools by grade: six elementary, three middle, four high school grades."""
    grade = pupils / 13
    return (
        *(
            SchoolPlan(f"{n} Elementary School", Phase.ELEMENTARY, round(6 * grade / len(elementary)))
            for n in elementary
        ),
        *(SchoolPlan(f"{n} Middle School", Phase.MIDDLE, round(3 * grade / len(middle))) for n in middle),
        SchoolPlan(f"{high} High School", Phase.HIGH, round(4 * grade)),
    )


DISTRICTS = (
    DistrictPlan(
        "millbrook", "Millbrook", "9010011", Story.IMPROVING, 4.0, 3, 0.87,
        _schools(("Willow Lane", "Stonebridge", "Heron Pond", "Larkfield"), ("Tannery Brook",), "Millbrook", 3100),
    ),
    DistrictPlan(
        "easton-vale", "Easton Vale", "9020011", Story.LENIENT, 4.0, 3, 0.52,
        _schools(("Orchard Hill", "Quarry Road", "Three Elms"), ("Easton Vale",), "Easton Vale", 2600),
    ),
    DistrictPlan(
        "alder-ridge", "Alder Ridge", "9030011", Story.LEADER, 4.0, 3, 0.44,
        _schools(("Fox Run", "Kiln Street", "North Meadow", "Old Mill"), ("Ridgeline", "Alder Valley"), "Alder Ridge",
                 3800),
    ),
    DistrictPlan(
        "cedar-hollow", "Cedar Hollow", "9040011", Story.SPARSE, 0.3, 1, 0.18,
        _schools(("Cedar Hollow", "Pine Bank"), ("Cedar Hollow",), "Cedar Hollow", 2400),
    ),
    DistrictPlan(
        "port-sorrel", "Port Sorrel", "9050011", Story.FLAT, 3.5, 4, 0.61,
        _schools(
            ("Harbor View", "Saltmarsh", "Lighthouse", "Ropewalk", "Dune Road", "Ferry Point", "Eelgrass"),
            ("Sorrel Bay", "Anchor Hill"), "Port Sorrel", 4400,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearPlan:
    """One school year: its span, its three terms, and the days without school."""

    school_year: int
    begins_on: dt.date
    ends_on: dt.date
    terms: tuple[tuple[dt.date, dt.date], ...]
    closures: tuple[tuple[str, dt.date, dt.date], ...]


def school_years(as_of: dt.date, *, count: int = 3) -> tuple[YearPlan, ...]:
    """Return the school year that had begun last on `as_of`, and those before it, the oldest first."""
    latest = as_of.year + 1
    while _year(latest).begins_on > as_of:
        latest -= 1
    return tuple(_year(year) for year in range(latest - count + 1, latest + 1))


def open_days(week_of: dt.date, years: Sequence[YearPlan]) -> tuple[dt.date, ...]:
    """Return the days of instruction in the week of a Monday."""
    days = (week_of + dt.timedelta(days=n) for n in range(5))
    return tuple(
        day
        for day in days
        for year in years
        if year.begins_on <= day <= year.ends_on and not any(first <= day <= last for _, first, last in year.closures)
    )


def _year(school_year: int) -> YearPlan:
    first, second = school_year - 1, school_year
    begins_on = _weekday(dt.date(first, 8, 26), 2)  # a Wednesday
    ends_on = _weekday(dt.date(second, 6, 10), 4)  # a Friday
    middle, spring = _weekday(dt.date(first, 11, 28), 0), _weekday(dt.date(second, 3, 12), 0)
    day = dt.timedelta(days=1)
    terms = ((begins_on, middle - day), (middle, spring - day), (spring, ends_on))
    thanksgiving = _weekday(dt.date(first, 11, 22), 3)
    winter, april = _weekday(dt.date(second, 2, 15), 0), _weekday(dt.date(second, 4, 11), 0)
    closures = (
        ("Labor Day", _weekday(dt.date(first, 9, 1), 0), _weekday(dt.date(first, 9, 1), 0)),
        ("Thanksgiving", thanksgiving - day, thanksgiving + day),
        ("Winter holidays", dt.date(first, 12, 24), dt.date(second, 1, 1)),
        ("Winter recess", winter, winter + 4 * day),
        ("Spring recess", april, april + 4 * day),
        ("Memorial Day", _weekday(dt.date(second, 5, 25), 0), _weekday(dt.date(second, 5, 25), 0)),
    )
    return YearPlan(school_year, begins_on, ends_on, terms, closures)


def _weekday(day: dt.date, weekday: int) -> dt.date:
    """Return the first such weekday on or after a day; Monday is 0."""
    return day + dt.timedelta(days=(weekday - day.weekday()) % 7)
