"""The invented intervisitations: which teachers visited a colleague's class, and where leaders went.

Decides how many took part. In the current year the share is exactly the district's plan, so that the figure on the page
can be checked against a number that is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from midcourse.pipeline.demonstration.network import Story, YearPlan, open_days
from midcourse.pipeline.demonstration.visits import Site
from midcourse.records.actions.intervisitations import IntervisitationDraft, record_intervisitations
from midcourse.records.models import District, School
from midcourse.vocabulary import Role

_EARLIER = (0.35, 0.6)  # of the present share in the two years before, where taking part has grown
_GROWN = (Story.IMPROVING, Story.LENIENT)
_TAKEN_HOME = (
    "A way to let pairs compare before anyone answers.",
    "Sentence starters on the wall that students really use.",
    "How the class keeps a list of open questions.",
)
_AWAY = 0.4  # share of the teachers who go to another school
_LED_SCHOOLS = 3
_WROTE = 0.1  # share who wrote down what they took home


def record_invented_intervisitations(
    *, district: District, site: Site, schools: Sequence[School], years: Sequence[YearPlan], as_of: dt.date,
    rng: np.random.Generator,
) -> int:  # fmt: skip
    """Record a school year's intervisitations for each year begun, and return how many there are."""
    drafts: list[IntervisitationDraft] = []
    leaders = {person.source_id for person in site.cast.leaders}
    for place, year in enumerate(years):
        share = site.cast.plan.intervisited
        grown = site.cast.plan.story in _GROWN
        if grown and year is not years[-1]:
            share *= _EARLIER[max(0, place - len(years) + 1 + len(_EARLIER))]
        last = min(year.ends_on, as_of) - dt.timedelta(days=3)
        days = [day for day in _school_days(year) if day <= last or not grown]
        if not days:
            continue
        for visitor, home in _visitors(site, year.school_year, share, rng):
            leads = visitor in leaders
            # Leaders walk other schools; teachers mostly go next door.
            others = [s for s in schools if s.source_id != site.cast.school_id(home)]
            away = [others[n] for n in rng.permutation(len(others))[: _LED_SCHOOLS if leads else 1]]
            hosts = away if leads or rng.random() < _AWAY else [_own(schools, site.cast.school_id(home))]
            drawn = (_drawn(site, visitor, host, days, rng) for host in hosts)
            # Where nothing grows the year's share comes as the year goes by; what lies ahead has not happened.
            drafts += [one for one in drawn if one.happened_on <= last]
    return record_intervisitations(district=district, drafts=drafts, by=None)


def _school_days(year: YearPlan) -> list[dt.date]:
    weeks = (year.ends_on - year.begins_on).days // 7 + 1
    first = year.begins_on - dt.timedelta(days=year.begins_on.weekday())
    return [day for n in range(weeks + 1) for day in open_days(first + dt.timedelta(weeks=n), [year])]


def _drawn(
    site: Site, visitor: str, host: School, days: Sequence[dt.date], rng: np.random.Generator
) -> IntervisitationDraft:
    day = days[int(rng.integers(len(days)))]
    return IntervisitationDraft(
        visitor=site.educators[visitor],
        host_school=host,
        happened_on=day,
        taken_home=_TAKEN_HOME[int(rng.integers(len(_TAKEN_HOME)))] if rng.random() < _WROTE else "",
        recorded_on=day + dt.timedelta(days=int(rng.integers(4))),
    )


def _visitors(site: Site, school_year: int, share: float, rng: np.random.Generator) -> list[tuple[str, int]]:
    """Choose exactly the share of a year's teachers, and half of the principals and coaches."""
    roster = [t for t in site.cast.teachers if t.works_in(school_year)]
    # Who has left since holds no post any more, and nothing is recorded for them after the fact.
    teachers = [t for t in roster if t.last_year is None]
    chosen = rng.permutation(len(teachers))[: round(share * len(roster))]
    visitors = [(teachers[n].source_id, teachers[n].school or 0) for n in sorted(chosen.tolist())]
    leaders = [p for p in site.cast.leaders if p.role in (Role.PRINCIPAL, Role.COACH) and p.school is not None]
    visitors += [(p.source_id, p.school or 0) for p in leaders if p.works_in(school_year) and rng.random() < share]
    return visitors


def _own(schools: Sequence[School], source_id: str) -> School:
    return next(school for school in schools if school.source_id == source_id)
