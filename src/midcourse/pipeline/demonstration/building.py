"""Builds the invented network: organisations, rosters, people, protocol, visits, results; everything by real actions.

Decides the order in which a network comes into being. The same seed and day give the same network; the secrets behind
the keys are new each time, as they must be.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from django.db import transaction

from midcourse.indicators import load_catalogue
from midcourse.pipeline.demonstration.network import (
    DISTRICTS,
    NETWORK,
    DistrictPlan,
    Story,
    YearPlan,
    open_days,
    school_years,
)
from midcourse.pipeline.demonstration.participation import record_invented_intervisitations
from midcourse.pipeline.demonstration.people import Cast, invent_cast
from midcourse.pipeline.demonstration.practice import LEADER_LEFT, NEWCOMER_CAME, true_practice
from midcourse.pipeline.demonstration.protocols import publish_protocol, publish_revision
from midcourse.pipeline.demonstration.results import register_invented_results
from midcourse.pipeline.demonstration.rosters import import_roster, import_staff_list
from midcourse.pipeline.demonstration.sign_ins import create_outside_logins, create_staff_logins
from midcourse.pipeline.demonstration.visits import Site, draft_visits
from midcourse.records.actions.adoptions import adopt_indicator
from midcourse.records.actions.calendars import SchoolWeek, add_closure, school_weeks
from midcourse.records.actions.events import record_event
from midcourse.records.actions.organizations import create_district, create_network
from midcourse.records.actions.people import set_had_pd
from midcourse.records.actions.visits import create_walkthrough, record_visits
from midcourse.records.models import District, Educator, Event, ProtocolVersion, School, Section, User
from midcourse.vocabulary import Role

_STAFF_ROLES = (
    Role.TEACHER, Role.COACH, Role.PRINCIPAL, Role.CURRICULUM_DIRECTOR, Role.ASSISTANT_SUPERINTENDENT,
    Role.SUPERINTENDENT, Role.DATA_MANAGER,
)  # fmt: skip
_HAD_PD = 0.4  # share of the teachers who completed the initiative's PD
_REVISED_WEEKS_AGO = 45


@dataclass(frozen=True, slots=True)
class Demonstration:
    """How much was built."""

    visits: int
    intervisitations: int


def build_network(
    *,
    as_of: dt.date,
    seed: int,
    stories: Sequence[Story] = tuple(Story),
    visits_times: float = 1.0,
    pupils: bool = True,
) -> Demonstration:
    """Build the invented network in the empty store, in one transaction.

    `stories` chooses districts, `visits_times` multiplies their visits, and without `pupils` no pupil is counted: all
    for tests and measurements.
    """
    years = school_years(as_of)
    visits, intervisitations, districts = 0, 0, list[District]()
    with tempfile.TemporaryDirectory(prefix="midcourse-demo-") as folder, transaction.atomic():
        network = create_network(name=NETWORK, invented=True, by=None)
        for plan in (plan for plan in DISTRICTS if plan.story in stories):
            district = create_district(
                network=network,
                name=plan.name,
                slug=plan.slug,
                state_id=plan.state_id,
                initiative_began_on=years[0].begins_on,
                by=None,
            )
            roles = _STAFF_ROLES if not districts else (Role.ASSISTANT_SUPERINTENDENT,)
            builder = _Builder(district, plan, years, as_of, np.random.default_rng([seed, crc32(plan.slug.encode())]))
            builder.people(Path(folder), roles, pupils=pupils)
            builder.agreements(Path(folder))
            visits += builder.visits(visits_times)
            intervisitations += builder.participation()
            builder.results()
            districts.append(district)
        create_outside_logins(districts=districts, begins_on=years[0].begins_on)
    return Demonstration(visits, intervisitations)


class _Builder:
    """Builds one district, step by step."""

    def __init__(
        self,
        district: District,
        plan: DistrictPlan,
        years: Sequence[YearPlan],
        as_of: dt.date,
        rng: np.random.Generator,
    ) -> None:
        self.district, self.plan, self.years, self.as_of = district, plan, years, as_of
        self.rngs = rng.spawn(5)
        self.cast: Cast = invent_cast(plan, tuple(year.school_year for year in years), self.rngs[0])
        self.educators: dict[str, Educator] = {}
        self.weeks: tuple[SchoolWeek, ...] = ()
        self.versions: dict[int, ProtocolVersion] = {}

    def people(self, folder: Path, roles: Sequence[Role], *, pupils: bool) -> None:
        """Import the rosters of all years, the staff list, and make logins; later years wait for a named person."""
        district, cast = self.district, self.cast
        manager: User | None = None
        for n in range(1, len(self.years) + 1):
            years = self.years[:n]
            import_roster(
                district=district,
                cast=cast,
                years=years,
                pupils=pupils and n == len(self.years),
                folder=folder,
                by=manager,
            )
            if n == 1:
                import_staff_list(district=district, cast=cast, years=self.years, folder=folder)
                self._learn_educators()
                create_staff_logins(
                    district=district,
                    cast=cast,
                    educators=self.educators,
                    roles=[r for r in roles if r is not Role.TEACHER],
                )
                manager = User.objects.get(username=f"asst.super@{self.plan.slug}")
        self._learn_educators()
        if Role.TEACHER in roles:
            create_staff_logins(district=district, cast=cast, educators=self.educators, roles=[Role.TEACHER])
        for year in self.years:
            for title, begins_on, ends_on in year.closures:
                add_closure(district=district, title=title, begins_on=begins_on, ends_on=ends_on, by=None)
        self.weeks = tuple(week for week in school_weeks(district) if week.week_of <= self.as_of)
        self._train()

    def _learn_educators(self) -> None:
        self.educators = {one.source_id: one for one in Educator.objects.filter(district=self.district)}

    def _train(self) -> None:
        """Let some teachers complete the initiative's PD in the first two years."""
        rng = self.rngs[1]
        for teacher in self.cast.teachers:
            if rng.random() < _HAD_PD:
                year = self.years[min(int(rng.integers(2)), len(self.years) - 1)]
                day = year.begins_on + dt.timedelta(days=int(rng.integers(20, 120)))
                if day <= self.as_of:
                    set_had_pd(educator=self.educators[teacher.source_id], on=day, by=None)

    def agreements(self, folder: Path) -> None:
        """Publish the protocol, adopt the indicators, and note the dated events of the story."""
        story, weeks = self.plan.story, self.weeks
        first = publish_protocol(district=self.district, folder=folder)
        revised_at = len(weeks)
        second = first
        if story is Story.FLAT:
            second = publish_revision(version=first, folder=folder)
            revised_at = max(0, len(weeks) - _REVISED_WEEKS_AGO)
            self._event(Event.Kind.RUBRIC, revised_at, "Two look-fors reworded", "Dos aspectos redactados de nuevo")
        self.versions = {n: first if n < revised_at else second for n in range(len(weeks))}
        if story is Story.LEADER:
            title = "The assistant superintendent left", "La superintendencia adjunta quedó vacante"
            self._event(Event.Kind.LEADER, len(weeks) - LEADER_LEFT, *title)
        if story is Story.LENIENT:
            self._event(
                Event.Kind.OTHER, len(weeks) - NEWCOMER_CAME, "A new district coach began", "Empezó un nuevo asesor"
            )
        for indicator in load_catalogue().values():
            adopt_indicator(
                district=self.district,
                indicator_id=indicator.id,
                definition_version=indicator.version,
                adopted_on=self.years[0].begins_on,
                counts_from=self.years[0].begins_on,
                target=indicator.target,
                owner=self.educators[self.cast.leaders[2].source_id],
                by=None,
            )
        current = self.years[-1]
        create_walkthrough(
            district=self.district,
            title=f"Walkthroughs {current.school_year - 1}-{current.school_year}",
            version=self.versions[len(weeks) - 1] if weeks else first,
            begins_on=current.begins_on,
            ends_on=current.ends_on,
            question="Who does the thinking in our classrooms?",
            visits_aim=round(4 * self.plan.visits_a_week * 10),
            by=None,
        )

    def _event(self, kind: Event.Kind, week: int, en: str, es: str) -> None:
        if 0 <= week < len(self.weeks):
            happened_on = self.weeks[week].week_of
            record_event(
                district=self.district, kind=kind, happened_on=happened_on, title={"en": en, "es": es}, by=None
            )

    def visits(self, times: float) -> int:
        """Record every visit."""
        rng = self.rngs[2]
        drafts = draft_visits(self.site, as_of=self.as_of, visits_a_week=self.plan.visits_a_week * times, rng=rng)
        return record_visits(district=self.district, drafts=drafts, by=None).stored

    @property
    def site(self) -> Site:
        """Return the district as the visits need it."""
        sections = Section.objects.filter(district=self.district).select_related("school")
        return Site(
            cast=self.cast,
            weeks=self.weeks,
            open_days=tuple(open_days(week.week_of, self.years) for week in self.weeks),
            educators=self.educators,
            sections={one.source_id: one for one in sections},
            version_of=self.versions,
        )

    def participation(self) -> int:
        """Record the intervisitations."""
        schools = list(School.objects.filter(district=self.district).order_by("source_id"))
        return record_invented_intervisitations(
            district=self.district,
            site=self.site,
            schools=schools,
            years=self.years,
            as_of=self.as_of,
            rng=self.rngs[3],
        )

    def results(self) -> None:
        """Register the results that were out by now."""
        practice = true_practice(self.plan.story, 1, len(self.weeks), np.random.default_rng(0))[0]
        change = practice - practice[0] if len(practice) else practice
        by_year: dict[int, list[float]] = {}
        for week, shift in zip(self.weeks, change.tolist(), strict=True):
            by_year.setdefault(week.school_year, []).append(shift)
        register_invented_results(
            district=self.district,
            plan=self.plan,
            years=self.years,
            practice={year: float(np.mean(shifts)) for year, shifts in by_year.items()},
            as_of=self.as_of,
            rng=self.rngs[4],
        )
