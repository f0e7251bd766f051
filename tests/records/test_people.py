"""People, posts, logins and agreements: rights follow dates."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.access import Act, may
from midcourse.records.actions.people import (
    add_educator,
    add_post,
    confirm_post,
    create_login,
    disable_login,
    end_agreement,
    end_post,
    note_sign_in,
    set_had_pd,
    set_language,
    set_password,
    sign_agreement,
)
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Agreement, AuditEntry, Post, School, User
from midcourse.vocabulary import Role
from tests.district.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def test_a_new_colleague_gets_a_post_and_a_login_from_the_data_manager(cast: Cast) -> None:
    manager, district = cast.north.users["data_manager"], cast.north.district
    person = add_educator(district=district, given_name=" Ada ", family_name="Quist", by=manager)
    add_post(educator=person, role=Role.COACH, school=cast.north.schools[1], begins_on=cast.today, by=manager)
    user = create_login(username=" Ada.Quist ", password=PASSWORD, educator=person, by=manager)
    assert (user.username, user.check_password(PASSWORD), person.given_name) == ("ada.quist", True, "Ada")
    assert user.standing.schools == {cast.north.schools[1].id}


def test_a_post_ends_after_its_last_day_and_the_rights_with_it(cast: Cast) -> None:
    coach, school = cast.north.users["coach"], cast.north.schools[0]
    post = Post.objects.get(educator=coach.educator)
    end_post(post=post, on=cast.today, by=None)
    assert may(cast.fresh(coach), Act.RECORD_VISIT, district_id=post.district_id, school_id=school.id)
    end_post(post=post, on=cast.today - dt.timedelta(days=1), by=None)
    assert not may(cast.fresh(coach), Act.RECORD_VISIT, district_id=post.district_id, school_id=school.id)
    assert not School.objects.visible_to(cast.fresh(coach)).exists()
    with pytest.raises(Refused, match="before it began"):
        end_post(post=post, on=dt.date(2000, 1, 1), by=None)


def test_a_pending_administrator_sees_nothing_until_confirmed(cast: Cast) -> None:
    user = cast.north.users["pending"]
    post = Post.objects.get(educator=user.educator)
    assert not user.standing.schools and not user.standing.districts
    with pytest.raises(PermissionDenied):
        confirm_post(post=post, role=Role.PRINCIPAL, by=cast.north.users["principal"])
    with pytest.raises(Refused, match="at the district"):
        confirm_post(post=post, role=Role.SUPERINTENDENT, by=cast.north.users["data_manager"])
    confirm_post(post=post, role=Role.PRINCIPAL, by=cast.north.users["data_manager"])
    assert cast.fresh(user).standing.schools == {cast.north.schools[0].id}
    with pytest.raises(Refused, match="already been decided"):
        confirm_post(post=post, role=Role.COACH, by=cast.north.users["data_manager"])


def test_posts_keep_to_their_place(cast: Cast) -> None:
    coach = cast.north.people["coach"]
    with pytest.raises(Refused, match="at the district"):
        add_post(educator=coach, role=Role.SUPERINTENDENT, school=cast.north.schools[0], by=None)
    with pytest.raises(Refused, match="another district"):
        add_post(educator=coach, role=Role.COACH, school=cast.south.schools[0], by=None)
    with pytest.raises(Refused, match="agreement"):
        add_post(educator=coach, role=Role.PARTNER, by=None)


@pytest.mark.parametrize("who", ["principal", "curriculum_director", "teacher", "coach"])
def test_nobody_else_manages_people(cast: Cast, who: str) -> None:
    user, coach = cast.north.users[who], cast.north.people["coach"]
    with pytest.raises(PermissionDenied):
        add_educator(district=cast.north.district, given_name="A", family_name="B", by=user)
    with pytest.raises(PermissionDenied):
        add_post(educator=coach, role=Role.COACH, by=user)
    with pytest.raises(PermissionDenied):
        end_post(post=Post.objects.get(educator=coach), on=cast.today, by=user)
    with pytest.raises(PermissionDenied):
        create_login(username="x", password=PASSWORD, district=cast.north.district, by=user)
    with pytest.raises(PermissionDenied):
        set_had_pd(educator=coach, on=cast.today, by=user)
    with pytest.raises(PermissionDenied):
        set_password(user=cast.north.users["superintendent"], password=PASSWORD * 2, by=user)
    with pytest.raises(PermissionDenied):
        disable_login(user=cast.north.users["superintendent"], by=user)


def test_logins_are_one_to_a_person_with_a_good_password(cast: Cast) -> None:
    manager = cast.north.users["data_manager"]
    with pytest.raises(Refused, match="taken"):
        create_login(username="northfold.COACH", password=PASSWORD, district=cast.north.district, by=manager)
    with pytest.raises(Refused, match="has a login"):
        create_login(username="other", password=PASSWORD, educator=cast.north.people["coach"], by=manager)
    with pytest.raises(Refused, match="too short"):
        create_login(username="other", password="short", district=cast.north.district, by=manager)
    assert not User.objects.filter(username="other").exists()
    with pytest.raises(PermissionDenied):
        create_login(username="other", password=PASSWORD, by=manager)


def test_a_password_is_set_by_oneself_or_the_administrator_of_the_district(cast: Cast) -> None:
    coach = cast.north.users["coach"]
    set_password(user=coach, password="another-long-invention", by=coach)
    set_password(user=coach, password="a-third-long-invention", by=cast.north.users["data_manager"])
    assert cast.fresh(coach).check_password("a-third-long-invention")
    for user in (cast.south.users["data_manager"], cast.north.users["teacher"]):
        with pytest.raises(PermissionDenied):
            set_password(user=coach, password=PASSWORD, by=user)
    with pytest.raises(PermissionDenied):
        set_password(user=cast.outside["board"], password=PASSWORD, by=cast.north.users["data_manager"])


def test_a_disabled_login_has_no_standing(cast: Cast) -> None:
    user = disable_login(user=cast.north.users["coach"], by=cast.north.users["data_manager"])
    assert cast.fresh(user).standing.districts == frozenset()


def test_one_chooses_ones_own_language(cast: Cast) -> None:
    user = set_language(language="es", by=cast.north.users["teacher"])
    assert cast.fresh(user).language == "es"
    with pytest.raises(Refused):
        set_language(language="xx", by=user)


def test_the_pd_day_is_set_and_cleared(cast: Cast) -> None:
    person = set_had_pd(educator=cast.north.people["teacher_2"], on=cast.today, by=cast.north.users["data_manager"])
    person.refresh_from_db()
    assert person.had_pd_on == cast.today
    set_had_pd(educator=person, on=None, by=None)
    person.refresh_from_db()
    assert person.had_pd_on is None


def test_an_agreement_opens_figures_and_its_end_closes_them(cast: Cast) -> None:
    partner, chief = cast.outside["partner"], cast.south.users["superintendent"]
    south = cast.south.district
    assert not may(partner, Act.SEE_DISTRICT_FIGURES, district_id=south.id)
    agreement = sign_agreement(
        district=south, user=partner, role=Role.PARTNER, purpose="study", begins_on=cast.today, by=chief
    )
    assert may(cast.fresh(partner), Act.SEE_DISTRICT_FIGURES, district_id=south.id)
    assert not may(cast.fresh(partner), Act.SEE_VISITS, district_id=south.id)
    end_agreement(agreement=agreement, on=cast.today, by=chief)
    assert may(cast.fresh(partner), Act.SEE_DISTRICT_FIGURES, district_id=south.id)
    Agreement.objects.filter(pk=agreement.pk).update(begins_on=cast.today - dt.timedelta(days=2))
    agreement.refresh_from_db()
    end_agreement(agreement=agreement, on=cast.today - dt.timedelta(days=1), by=chief)
    assert not may(cast.fresh(partner), Act.SEE_DISTRICT_FIGURES, district_id=south.id)


def test_agreements_are_for_outside_roles_with_a_purpose_signed_by_the_district(cast: Cast) -> None:
    given = {"district": cast.south.district, "user": cast.outside["partner"], "begins_on": cast.today}
    with pytest.raises(Refused, match="outside role"):
        sign_agreement(**given, role=Role.PRINCIPAL, purpose="x", by=None)
    with pytest.raises(Refused, match="purpose"):
        sign_agreement(**given, role=Role.PARTNER, purpose=" ", by=None)
    for user in (cast.north.users["superintendent"], cast.outside["partner"], cast.south.users["principal"]):
        with pytest.raises(PermissionDenied):
            sign_agreement(**given, role=Role.PARTNER, purpose="x", by=user)
    with pytest.raises(PermissionDenied):
        end_agreement(agreement=Agreement.objects.first(), on=cast.today, by=cast.south.users["superintendent"])


def test_a_sign_in_is_noted_where_the_persons_district_sees_it(cast: Cast) -> None:
    for user in (cast.north.users["coach"], cast.outside["board"]):
        note_sign_in(by=user)
    entries = AuditEntry.objects.filter(act="sign_in").order_by("number")
    assert [(e.by, e.district_id) for e in entries] == [
        (cast.north.users["coach"].id, cast.north.district.id),
        (cast.outside["board"].id, None),
    ]
    assert entries.visible_to(cast.north.users["superintendent"]).count() == 1
    assert not entries.visible_to(cast.south.users["superintendent"]).exists()


def test_the_log_holds_ids_and_never_names(cast: Cast) -> None:
    add_educator(district=cast.north.district, given_name="Zebulon", family_name="Unmistakable", by=None)
    create_login(username="zebulon.unmistakable", password=PASSWORD, district=cast.north.district, by=None)
    text = " ".join(f"{e.act} {e.subject} {e.details}" for e in AuditEntry.objects.all()).lower()
    assert "zebulon" not in text and "unmistakable" not in text and PASSWORD not in text


@pytest.mark.parametrize("role", [Role.SUPERINTENDENT, Role.ASSISTANT_SUPERINTENDENT, Role.CURRICULUM_DIRECTOR])
def test_nobody_makes_or_becomes_somebody_who_may_do_more(cast: Cast, role: Role) -> None:
    """A data manager who gave such a post, or set such a person's password, could sign in with rights never given."""
    manager, district = cast.north.users["data_manager"], cast.north.district
    person = add_educator(district=district, given_name="Ada", family_name="Quist", by=manager)
    with pytest.raises(Refused, match="more in the district"):
        add_post(educator=person, role=role, by=manager)
    waiting = add_post(educator=person, role=Role.PENDING, by=None)
    with pytest.raises(Refused, match="more in the district"):
        confirm_post(post=waiting, role=role, by=manager)
    confirm_post(post=waiting, role=role, by=None)
    with pytest.raises(Refused, match="more in the district"):
        create_login(username="ada", password=PASSWORD, educator=person, by=manager)
    held = create_login(username="ada", password=PASSWORD, educator=person, by=None)
    with pytest.raises(Refused, match="more in the district"):
        set_password(user=held, password=PASSWORD * 2, by=manager)
    set_password(user=held, password=PASSWORD * 2, by=cast.north.users["superintendent"])
    set_password(user=held, password=PASSWORD * 3, by=held)


def test_the_superintendent_gives_every_post(cast: Cast) -> None:
    person = cast.north.people["coach"]
    for role in (Role.SUPERINTENDENT, Role.ASSISTANT_SUPERINTENDENT, Role.CURRICULUM_DIRECTOR, Role.COACH):
        assert add_post(educator=person, role=role, by=cast.north.users["superintendent"]).role == role
