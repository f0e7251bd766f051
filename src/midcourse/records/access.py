"""What a role may do, and where. Deny is the default: an act not granted here is refused.

Which rows a user reads is each model's `visible_to`; this module is about acts and pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.core.exceptions import PermissionDenied

from midcourse.records.models import User
from midcourse.vocabulary import Role


class Act(StrEnum):
    """One thing a person may do; the permission matrix in docs/access.md lists them."""

    SEE_NETWORK_FIGURES = "see_network_figures"
    SEE_DISTRICT_FIGURES = "see_district_figures"
    SEE_SCHOOL_FIGURES = "see_school_figures"
    SEE_VISITS = "see_visits"
    RECORD_VISIT = "record_visit"
    PLAN_VISITS = "plan_visits"
    RECORD_INTERVISITATION = "record_intervisitation"
    SEE_ROSTER = "see_roster"
    MANAGE_ROSTER = "manage_roster"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PROTOCOLS = "manage_protocols"
    IMPORT_FILES = "import_files"
    ADOPT_INDICATORS = "adopt_indicators"
    DECIDE = "decide"


_FIGURES = {Act.SEE_DISTRICT_FIGURES, Act.SEE_SCHOOL_FIGURES}
_STAFF = _FIGURES | {Act.SEE_VISITS, Act.RECORD_VISIT, Act.RECORD_INTERVISITATION}
_LEAD = _STAFF | {Act.PLAN_VISITS, Act.SEE_ROSTER}
_CENTRAL = _LEAD | {
    Act.DECIDE,
    Act.ADOPT_INDICATORS,
    Act.MANAGE_PROTOCOLS,
    Act.IMPORT_FILES,
    Act.MANAGE_ROSTER,
    Act.MANAGE_PEOPLE,
}

GRANTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.TEACHER: frozenset(_STAFF),
        Role.SUPPORT_STAFF: frozenset(_FIGURES | {Act.RECORD_INTERVISITATION}),
        Role.COACH: frozenset(_LEAD),
        Role.PRINCIPAL: frozenset(_LEAD | {Act.DECIDE}),
        Role.CURRICULUM_DIRECTOR: frozenset(_CENTRAL - {Act.MANAGE_PEOPLE}),
        Role.ASSISTANT_SUPERINTENDENT: frozenset(_CENTRAL),
        Role.SUPERINTENDENT: frozenset(_CENTRAL),
        Role.DATA_MANAGER: frozenset(
            _FIGURES | {Act.SEE_ROSTER, Act.MANAGE_ROSTER, Act.MANAGE_PEOPLE, Act.IMPORT_FILES}
        ),
        Role.PARTNER: frozenset(_FIGURES | {Act.SEE_NETWORK_FIGURES}),
        Role.EVALUATOR: frozenset(_FIGURES | {Act.SEE_NETWORK_FIGURES}),
        Role.BOARD: frozenset({Act.SEE_DISTRICT_FIGURES}),
        Role.PENDING: frozenset(),
    }
)


def may(user: User, act: Act, *, district_id: UUID, school_id: UUID | None = None) -> bool:
    """Return whether the user may do `act` in a district, or at one school of it.

    A post at a school carries its acts to that school alone; a figure of the whole district is open to whoever may see
    one school's figures there (a wider audience's figures are contained in a narrower one's, privacy 6).
    """
    for (held_district, held_school), roles in user.standing.roles.items():
        if held_district != district_id:
            continue
        reaches = held_school is None or held_school == school_id or act is Act.SEE_DISTRICT_FIGURES
        if reaches and any(act in GRANTS[role] for role in roles):
            return True
    return False


def may_anywhere(user: User, act: Act, *, district_id: UUID) -> bool:
    """Return whether the user may do `act` somewhere in the district; the rows are then narrowed by `visible_to`."""
    return any(
        act in GRANTS[role]
        for (held_district, _), roles in user.standing.roles.items()
        if held_district == district_id
        for role in roles
    )


def exceeds(user: User, role: Role, *, district_id: UUID) -> bool:
    """Return whether a role held in the whole district may do more there than the user may."""
    return any(not may(user, act, district_id=district_id) for act in GRANTS[role])


def require(by: User | None, act: Act, *, district_id: UUID, school_id: UUID | None = None) -> None:
    """Refuse an action whose doer may not do `act` there; the machine itself (no user) may.

    The pages ask first and answer as if the row were missing; this is the second lock, behind every write.
    """
    if by is not None and not may(by, act, district_id=district_id, school_id=school_id):
        raise PermissionDenied(f"{act} is not granted here")
