"""One login for every role, and the agreements of those from outside. Everybody has the one printed password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midcourse.pipeline.demonstration.network import PASSWORD
from midcourse.pipeline.demonstration.people import Cast
from midcourse.records.actions.people import create_login, sign_agreement
from midcourse.records.models import District, Educator, Post, User
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
    role: Role
    place: str


def create_staff_logins(
    *, district: District, cast: Cast, educators: Mapping[str, Educator], roles: Sequence[Role]
) -> None:
    """Create a login for the first person in each of the roles."""
    people = [*cast.leaders, *(teacher for teacher in cast.teachers if teacher.last_year is None)]
    for role in roles:
        at_school = role in (Role.TEACHER, Role.COACH, Role.PRINCIPAL)
        person = next(p for p in people if p.role is role and (p.school is not None) == at_school)
        username = f"{_WORDS[role]}@{district.slug}"
        create_login(username=username, password=PASSWORD, educator=educators[person.source_id], by=None)


def create_outside_logins(*, districts: Sequence[District], begins_on: dt.date) -> None:
    """Create the partner and the evaluator, who see the figures of all districts, and a board member of the first."""
    for role, (word, purpose) in _OUTSIDE.items():
        seen = districts[:1] if role is Role.BOARD else districts
        username = f"{word}@{districts[0].slug}" if role is Role.BOARD else f"{word}@five-rivers"
        user: User = create_login(username=username, password=PASSWORD, district=districts[0], by=None)
        for district in seen:
            sign_agreement(district=district, user=user, role=role, purpose=purpose, begins_on=begins_on, by=None)


def list_sign_ins() -> tuple[SignIn, ...]:
    """Return every login of the invented network with its role and place, in the order in which they were made."""
    sign_ins = []
    for user in User.objects.select_related("educator__district").order_by("educator__district__name", "username"):
        post = Post.objects.filter(educator=user.educator).select_related("school").first() if user.educator else None
        if post is not None and user.educator is not None:
            place = post.school.name if post.school else user.educator.district.name
            sign_ins.append(SignIn(user.username, Role(post.role), place))
        for agreement in user.agreements.select_related("district").order_by("district__name")[:1]:
            several = user.agreements.count() > 1
            place = "every district that agreed" if several else agreement.district.name
            sign_ins.append(SignIn(user.username, Role(agreement.role), place))
    order = list(Role)
    return tuple(sorted(sign_ins, key=lambda one: (order.index(one.role), one.place)))
