"""Role words and titles: the table of standards 7.1, and titles that name an office without holding it."""

from __future__ import annotations

import pytest

from midcourse.records.actions.roster_roles import map_role, read_title
from midcourse.vocabulary import Role


@pytest.mark.parametrize(
    ("word", "title", "at_school", "role"),
    [
        ("teacher", "", True, Role.TEACHER),
        ("teacher", "Principal", True, Role.TEACHER),
        ("teacher", "Instructional Coach", True, Role.COACH),
        ("teacher", "Varsity Coach", True, Role.TEACHER),
        ("aide", "", True, Role.SUPPORT_STAFF),
        ("counselor", "", True, Role.SUPPORT_STAFF),
        ("principal", "", True, Role.PRINCIPAL),
        ("principal", "", False, Role.PENDING),
        ("siteAdministrator", "", True, Role.PRINCIPAL),
        ("administrator", "", True, Role.PENDING),
        ("administrator", "", False, Role.PENDING),
        ("administrator", "Kitchen Manager", True, Role.PENDING),
        ("administrator", "Assistant Principal", True, Role.PRINCIPAL),
        ("administrator", "Superintendent of Schools", False, Role.SUPERINTENDENT),
        ("administrator", "Superintendent of Schools", True, Role.PENDING),
        ("districtAdministrator", "", False, Role.PENDING),
        ("districtAdministrator", "Director of Curriculum and Instruction", False, Role.CURRICULUM_DIRECTOR),
        ("districtAdministrator", "Student Information Manager", False, Role.DATA_MANAGER),
        ("ext:instructionalCoach", "", True, Role.COACH),
        ("ext:librarian", "", True, Role.PENDING),
        ("systemAdministrator", "Superintendent", False, None),
        ("student", "", True, None),
        ("guardian", "", True, None),
    ],
)
def test_words_and_titles(word: str, title: str, at_school: bool, role: Role | None) -> None:
    assert map_role(word, title, at_school=at_school) is role


@pytest.mark.parametrize(
    "title",
    [
        "Secretary to the Principal",
        "Administrative Assistant to the Superintendent",
        "Athletic Director and Head Coach",
        "Director of Transportation",
        "Food Services Data Manager",
        "Principal Clerk",
    ],
)
def test_an_office_named_is_not_an_office_held(title: str) -> None:
    assert read_title(title) is None
