"""What each role may do, and where: the whole matrix, and the document that shows it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from midcourse.records.access import GRANTS, Act, may, may_anywhere, require
from midcourse.vocabulary import Role
from tests.district.cast import Cast

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"


def grants_table() -> str:
    """Return the matrix role x act as Markdown."""
    lines = [
        f"| act | {' | '.join(role.replace('_', ' ') for role in GRANTS)} |",
        "|---" * (len(GRANTS) + 1) + "|",
    ]
    for act in Act:
        marks = " | ".join("x" if act in granted else " " for granted in GRANTS.values())
        lines.append(f"| `{act}` | {marks} |")
    return "\n".join(lines)


def reads_table() -> str:
    """Return what each table's `visible_to` says, as Markdown."""
    lines = ["| table | rows that a user reads |", "|---|---|"]
    for model in sorted(apps.get_app_config("records").get_models(), key=lambda m: m.__name__):
        visible_to = getattr(model._default_manager.all(), "visible_to", None)
        if visible_to is not None:
            says = " ".join((inspect.getdoc(visible_to) or "").split())
            lines.append(f"| `{model.__name__}` | {says.removeprefix('Return ').removesuffix('.')} |")
    return "\n".join(lines)


def between(text: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.S)
    return found[1].strip() if found else ""


def test_every_role_is_in_the_matrix() -> None:
    assert set(GRANTS) == set(Role)
    assert not GRANTS[Role.PENDING]


@pytest.mark.parametrize(("name", "table"), [("grants", grants_table), ("reads", reads_table)])
def test_the_document_shows_the_matrix_as_it_is(name: str, table) -> None:
    assert between(DOCUMENT.read_text(), name) == table(), f"docs/access.md, {name}: paste this\n{table()}"


@pytest.mark.django_db
def test_a_role_acts_in_its_own_place_and_nowhere_else(cast: Cast) -> None:
    north, south = cast.north, cast.south
    elsewhere = south.district.id, south.schools[0].id
    for name, user in north.users.items():
        role = Role.TEACHER if name.startswith("teacher") else Role(name.removesuffix("_2"))
        post = user.educator.posts.get()
        for act in Act:
            granted = act in GRANTS[role]
            at_home = may(user, act, district_id=north.district.id, school_id=post.school_id)
            assert at_home == granted, (name, act)
            assert not may(user, act, district_id=elsewhere[0], school_id=elsewhere[1]), (name, act)
            assert not may(user, act, district_id=elsewhere[0]), (name, act)
            assert may_anywhere(user, act, district_id=north.district.id) == granted
            assert not may_anywhere(user, act, district_id=south.district.id)
            if post.school_id is not None:
                other = next(s for s in north.schools if s.id != post.school_id)
                reaches = granted and act is Act.SEE_DISTRICT_FIGURES
                assert may(user, act, district_id=north.district.id, school_id=other.id) == reaches, (name, act)
                assert may(user, act, district_id=north.district.id) == reaches, (name, act)


@pytest.mark.django_db
def test_outside_roles_see_figures_of_the_districts_that_signed(cast: Cast) -> None:
    figures = {Act.SEE_DISTRICT_FIGURES, Act.SEE_SCHOOL_FIGURES, Act.SEE_NETWORK_FIGURES}
    for name, user in cast.outside.items():
        allowed = {act for act in Act if may(user, act, district_id=cast.north.district.id)}
        assert allowed == GRANTS[Role(name)] and allowed <= figures
        assert not any(may(user, act, district_id=cast.south.district.id) for act in Act)


@pytest.mark.django_db
def test_the_second_lock_holds_for_people_and_lets_the_machine_pass(cast: Cast) -> None:
    district_id = cast.north.district.id
    require(None, Act.MANAGE_PEOPLE, district_id=district_id)
    require(cast.north.users["superintendent"], Act.MANAGE_PEOPLE, district_id=district_id)
    with pytest.raises(PermissionDenied):
        require(cast.north.users["teacher"], Act.MANAGE_PEOPLE, district_id=district_id)


if __name__ == "__main__":
    import django

    django.setup()
    print(grants_table(), reads_table(), sep="\n\n")
