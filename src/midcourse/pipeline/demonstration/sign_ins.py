"""One login for every role, and the agreements of those from outside. Everybody has the one printed password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from midcourse.pipeline.demonstration.network import PASSWORD
from midcourse.pipeline.demonstration.people import Cast
from midcourse.records.actions.people import create_login, sign_agreement
from midcourse.records.models import District, Educator, User
from midcourse.vocabulary import Role

_WORDS = {
    Role.TEACHER: "teacher",
    Role.COACH: "coach",
    Role.PRINCIPAL: "principal",
    Role.CURRICULUM_DIRECTOR: "curriculum",
    Role.ASSISTANT_SUPERINTENDENT: "asst.super",
    Role.SUPERINTENDENT: "superintendent",
    Role.DATA_MANAGER: "data.manager",
}
_OUTSIDE = {
    Role.PARTNER: ("partner", "Support of the five districts (invented)"),
    Role.EVALUATOR: ("evaluator", "Evaluation of the programme (invented)"),
    Role.BOARD: ("board", "Reports to the board (invented)"),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way in: the login, the role behind it, and where."""

    username: str
    role: str
    place: str


def create_staff_logins(
    *, district: District, cast: Cast, educators: dict[str, Educator], roles: Sequence[Role]
) -> tuple[SignIn, ...]:
    """Create a login for the first person in each of the roles."""
    sign_ins = []
    people = [*cast.leaders, *(teacher for teacher in cast.teachers if teacher.last_year is None)]
    for role in roles:
        at_school = role in (Role.TEACHER, Role.COACH, Role.PRINCIPAL)
        person = next(p for p in people if p.role is role and (p.school is not None) == at_school)
        username = f"{_WORDS[role]}@{cast.plan.slug}"
        create_login(username=username, password=PASSWORD, educator=educators[person.source_id], by=None)
        place = cast.plan.schools[person.school].name if person.school is not None else cast.plan.name
        sign_ins.append(SignIn(username, role.value, place))
    return tuple(sign_ins)


def create_outside_logins(*, districts: Sequence[District], begins_on: dt.date) -> tuple[SignIn, ...]:
    """Create the partner and the evaluator, who see the figures of all districts, and a board member of the first."""
    sign_ins = []
    for role, (word, purpose) in _OUTSIDE.items():
        seen = districts[:1] if role is Role.BOARD else districts
        username = f"{word}@{districts[0].slug}" if role is Role.BOARD else f"{word}@five-rivers"
        user: User = create_login(username=username, password=PASSWORD, district=districts[0], by=None)
        for district in seen:
            sign_agreement(district=district, user=user, role=role, purpose=purpose, begins_on=begins_on, by=None)
        sign_ins.append(SignIn(username, role.value, seen[0].name if len(seen) == 1 else "all districts"))
    return tuple(sign_ins)
