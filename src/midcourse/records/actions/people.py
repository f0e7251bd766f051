"""Educators, dated posts, logins and agreements. Rights follow the dates of posts and agreements, nothing else."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, exceeds, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import (
    DISTRICT_ROLES,
    OUTSIDE_ROLES,
    Agreement,
    District,
    Educator,
    Post,
    School,
    User,
)
from midcourse.vocabulary import Role

LANGUAGES = ("en", "es")


def add_educator(
    *,
    district: District,
    given_name: str,
    family_name: str,
    email: str = "",
    arrived_on: dt.date | None = None,
    had_pd_on: dt.date | None = None,
    by: User | None,
) -> Educator:
    """Add a person to a district's staff by hand; a roster or a staff list brings its own."""
    require(by, Act.MANAGE_PEOPLE, district_id=district.id)
    with transaction.atomic():
        educator = Educator.objects.create(
            district=district,
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            email=email.strip(),
            arrived_on=arrived_on,
            had_pd_on=had_pd_on,
        )
        _log("add", "educator", educator.id, district.id, by)
    return educator


def set_had_pd(*, educator: Educator, on: dt.date | None, by: User | None) -> Educator:
    """Set or clear the day on which an educator completed the initiative's PD."""
    require(by, Act.MANAGE_PEOPLE, district_id=educator.district_id)
    with transaction.atomic():
        educator.had_pd_on = on
        educator.save(update_fields=["had_pd_on"])
        _log("set_had_pd", "educator", educator.id, educator.district_id, by)
    return educator


def add_post(
    *,
    educator: Educator,
    role: Role,
    school: School | None = None,
    title: str = "",
    begins_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    by: User | None,
) -> Post:
    """Give an educator a post at a school, or at the district when no school is named. It carries rights."""
    require(by, Act.MANAGE_PEOPLE, district_id=educator.district_id)
    _check_role(role, school)
    if school is not None and school.district_id != educator.district_id:
        raise Refused(
            "foreign_school", _("The school belongs to another district."), _("Choose a school of this district.")
        )
    _check_dates(begins_on, ends_on)
    _refuse_higher(role, school, district_id=educator.district_id, by=by)
    with transaction.atomic():
        post = Post.objects.create(
            district_id=educator.district_id,
            educator=educator,
            school=school,
            role=role.value,
            title=title.strip(),
            begins_on=begins_on,
            ends_on=ends_on,
        )
        _log("add", "post", post.id, post.district_id, by, role=role.value)
    return post


def end_post(*, post: Post, on: dt.date, by: User | None) -> Post:
    """End a post; `on` is its last day. The row stays: rights and charts look back on it."""
    require(by, Act.MANAGE_PEOPLE, district_id=post.district_id)
    _check_dates(post.begins_on, on)
    with transaction.atomic():
        post.ends_on = on
        post.save(update_fields=["ends_on"])
        _log("end", "post", post.id, post.district_id, by, on=on.isoformat())
    return post


def confirm_post(*, post: Post, role: Role, by: User | None) -> Post:
    """Decide what a pending administrator is (standards 7.1); until then the post carries no right."""
    require(by, Act.MANAGE_PEOPLE, district_id=post.district_id)
    if post.role != Role.PENDING:
        raise Refused("not_pending", _("This post has already been decided."), _("End it and add another one."))
    _check_role(role, post.school)
    _refuse_higher(role, post.school, district_id=post.district_id, by=by)
    with transaction.atomic():
        post.role = role.value
        post.save(update_fields=["role"])
        _log("confirm", "post", post.id, post.district_id, by, role=role.value)
    return post


def create_login(
    *,
    username: str,
    password: str,
    educator: Educator | None = None,
    district: District | None = None,
    language: str = "en",
    by: User | None,
) -> User:
    """Make a login for an educator, or (without one) for an outside person, who sees nothing before an agreement.

    `district` names the district that invites an outside person; an educator's own is used otherwise.
    """
    district_id = educator.district_id if educator else district.id if district else None
    if district_id is not None:
        require(by, Act.MANAGE_PEOPLE, district_id=district_id)
    elif by is not None:
        raise PermissionDenied("an outside login needs the district that invites")
    _check_language(language)
    if educator is not None:
        _refuse_higher_person(educator, by=by)
    username = username.strip().lower()
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise Refused("username_taken", _("This user name is taken."), _("Choose another one."))
        if educator is not None and User.objects.filter(educator=educator).exists():
            raise Refused("has_login", _("This person has a login already."), _("Set a new password for it instead."))
        _check_password(password, User(username=username))
        user = User.objects.create_user(username, password, educator=educator, language=language)
        _log("create", "login", user.id, district_id, by)
    return user


def set_password(*, user: User, password: str, by: User) -> User:
    """Set a login's password: one's own, or that of somebody on the staff that one administers."""
    district_id = user.educator.district_id if user.educator else None
    if by.pk != user.pk:
        if district_id is None:
            raise PermissionDenied("an outside person sets their own password")
        require(by, Act.MANAGE_PEOPLE, district_id=district_id)
        if user.educator is not None:
            _refuse_higher_person(user.educator, by=by)
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _log("set_password", "login", user.id, district_id, by)
    return user


def note_sign_in(*, by: User) -> None:
    """Put a sign-in into the audit (privacy 10); a district's administrators see those of its own staff."""
    with transaction.atomic():
        _log("sign_in", "login", by.id, by.educator.district_id if by.educator else None, by)


def disable_login(*, user: User, by: User | None) -> User:
    """Stop a login for good measure; posts and agreements end it by their dates anyway."""
    district_id = user.educator.district_id if user.educator else None
    if district_id is not None:
        require(by, Act.MANAGE_PEOPLE, district_id=district_id)
    elif by is not None:
        raise PermissionDenied("end the agreement of an outside person instead")
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        _log("disable", "login", user.id, district_id, by)
    return user


def set_language(*, language: str, by: User) -> User:
    """Set one's own language."""
    _check_language(language)
    with transaction.atomic():
        by.language = language
        by.save(update_fields=["language"])
        district_id = by.educator.district_id if by.educator else None
        _log("set_language", "login", by.id, district_id, by, language=language)
    return by


def sign_agreement(
    *,
    district: District,
    user: User,
    role: Role,
    purpose: str,
    begins_on: dt.date,
    ends_on: dt.date | None = None,
    by: User | None,
) -> Agreement:
    """Let one outside person see a district's figures, for a purpose and a time. The only way across the wall."""
    require(by, Act.MANAGE_PEOPLE, district_id=district.id)
    if role not in OUTSIDE_ROLES:
        raise Refused("not_outside", _("An agreement is for an outside role."), _("Give staff a post instead."))
    if not purpose.strip():
        raise Refused("no_purpose", _("An agreement names its purpose."), _("Say what the figures will be used for."))
    _check_dates(begins_on, ends_on)
    with transaction.atomic():
        agreement = Agreement.objects.create(
            district=district,
            user=user,
            role=role.value,
            purpose=purpose.strip(),
            begins_on=begins_on,
            ends_on=ends_on,
        )
        _log("sign", "agreement", agreement.id, district.id, by, role=role.value)
    return agreement


def end_agreement(*, agreement: Agreement, on: dt.date, by: User | None) -> Agreement:
    """End an agreement; `on` is its last day."""
    require(by, Act.MANAGE_PEOPLE, district_id=agreement.district_id)
    _check_dates(agreement.begins_on, on)
    with transaction.atomic():
        agreement.ends_on = on
        agreement.save(update_fields=["ends_on"])
        _log("end", "agreement", agreement.id, agreement.district_id, by, on=on.isoformat())
    return agreement


def _refuse_higher(role: Role, school: School | None, *, district_id: UUID, by: User | None) -> None:
    """Refuse a post at the district that may do more there than its giver: they could sign in as that person.

    A school's posts are given by whoever manages people, as they must be: nobody else confirms a principal
    (standards 7.1), and what such a post may do ends at that school.
    """
    if by is None or school is not None:
        return
    if exceeds(by, role, district_id=district_id):
        raise Refused(
            "higher_role",
            _("This role may do more in the district than your own."),
            _("Ask somebody with that role, or whoever runs the site."),
        )


def _refuse_higher_person(educator: Educator, *, by: User | None) -> None:
    """Refuse to set the password of somebody who holds, or will hold, such a post."""
    held = Post.objects.filter(educator=educator).exclude(ends_on__lt=timezone.localdate()).select_related("school")
    for post in held:
        _refuse_higher(Role(post.role), post.school, district_id=post.district_id, by=by)


def _check_role(role: Role, school: School | None) -> None:
    if role in OUTSIDE_ROLES:
        raise Refused(
            "outside_role", _("An outside role is held by agreement, not by a post."), _("Sign an agreement instead.")
        )
    if school is not None and role in DISTRICT_ROLES:
        raise Refused(
            "district_role", _("This role is held at the district, not at a school."), _("Leave the school empty.")
        )


def _check_dates(begins_on: dt.date | None, ends_on: dt.date | None) -> None:
    if begins_on and ends_on and ends_on < begins_on:
        raise Refused("ends_before_begin", _("It would end before it began."), _("Give a later last day."))


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Refused("language", _("This language is not offered."), _("Choose English or Spanish."))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password", " ".join(error.messages), _("Choose a longer, less common one.")) from None


def _log(act: str, subject: str, object_id: UUID, district_id: UUID | None, by: User | None, **details: object) -> None:
    append_entry(act=act, subject=subject, object_id=object_id, district_id=district_id, details=details, by=by)
