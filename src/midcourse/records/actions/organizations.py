"""Opening and closing the network's districts, schools and teams. A closing keeps its history."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, Network, School, Team, User
from midcourse.vocabulary import GradeBand


def create_network(*, name: str, invented: bool = False, by: User | None) -> Network:
    """Found the one network of this installation; only from the machine itself."""
    _machine_only(by)
    with transaction.atomic():
        if Network.objects.exists():
            raise Refused("one_network", _("This installation already serves a network."), _("Set up another one."))
        network = Network.objects.create(name=name, invented=invented)
        append_entry(act="create", subject="network", object_id=network.id, district_id=None, by=by)
    return network


def create_district(
    *,
    network: Network,
    name: str,
    slug: str,
    state_id: str = "",
    initiative_began_on: dt.date | None = None,
    counts_subgroups: bool = False,
    by: User | None,
) -> District:
    """Put up a new district, with its own wall; only from the machine itself."""
    _machine_only(by)
    with transaction.atomic():
        district = District.objects.create(
            network=network,
            name=name,
            slug=slug,
            state_id=state_id,
            initiative_began_on=initiative_began_on,
            counts_subgroups=counts_subgroups,
        )
        append_entry(act="create", subject="district", object_id=district.id, district_id=district.id, by=by)
    return district


def open_school(
    *, district: District, name: str, state_id: str = "", opened_on: dt.date | None = None, by: User | None
) -> School:
    """Add a school to a district."""
    require(by, Act.MANAGE_ROSTER, district_id=district.id)
    with transaction.atomic():
        school = School.objects.create(district=district, name=name, state_id=state_id, opened_on=opened_on)
        append_entry(act="open", subject="school", object_id=school.id, district_id=district.id, by=by)
    return school


def close_school(*, school: School, closed_on: dt.date, by: User | None) -> School:
    """Close a school as of its last day; its visits, posts and results stay."""
    require(by, Act.MANAGE_ROSTER, district_id=school.district_id)
    if school.opened_on and closed_on < school.opened_on:
        raise Refused(
            "closed_before_opened", _("A school cannot close before it opened."), _("Give its last day as a school.")
        )
    with transaction.atomic():
        school.closed_on = closed_on
        school.save(update_fields=["closed_on"])
        append_entry(
            act="close",
            subject="school",
            object_id=school.id,
            district_id=school.district_id,
            details={"on": closed_on.isoformat()},
            by=by,
        )
    return school


def create_team(*, school: School, name: str, grade_band: GradeBand | None = None, by: User | None) -> Team:
    """Add a standing group to a school."""
    require(by, Act.MANAGE_ROSTER, district_id=school.district_id, school_id=school.id)
    with transaction.atomic():
        team = Team.objects.create(
            district_id=school.district_id, school=school, name=name, grade_band=grade_band.value if grade_band else ""
        )
        append_entry(act="create", subject="team", object_id=team.id, district_id=school.district_id, by=by)
    return team


def _machine_only(by: User | None) -> None:
    if by is not None:
        raise PermissionDenied("networks and districts are set up from the command line")
