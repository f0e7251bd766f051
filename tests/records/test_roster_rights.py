"""A file gives nobody wider rights than whoever applies it holds: posts of the whole district need their equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.rosters import apply_roster, plan_staff_list
from midcourse.records.models import Post
from midcourse.vocabulary import Role
from tests.district.cast import Cast

HEADER = "staff_id,given_name,family_name,email,school_id,title,role,begin_date,end_date\n"


def listed(cast: Cast, tmp_path: Path, role: str, who: str):
    path = tmp_path / "staff.csv"
    path.write_text(f"{HEADER}9999,Quentin,Applegarth,,,,{role},,\n", encoding="utf-8")
    by = cast.north.users[who]
    run = plan_staff_list(district=cast.north.district, path=path, as_of=cast.today, by=by)
    return apply_roster(run=run, by=by)


def test_a_data_manager_makes_no_superintendent_with_a_staff_list(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="superintendent"):
        listed(cast, tmp_path, "superintendent", "data_manager")
    assert not Post.objects.filter(educator__family_name="Applegarth").exists()


def test_somebody_with_those_rights_does(cast: Cast, tmp_path: Path) -> None:
    listed(cast, tmp_path, "curriculum_director", "assistant_superintendent")
    assert Post.objects.get(educator__family_name="Applegarth").role == Role.CURRICULUM_DIRECTOR


def test_a_data_manager_brings_a_post_no_wider_than_the_own(cast: Cast, tmp_path: Path) -> None:
    listed(cast, tmp_path, "data_manager", "data_manager")
    assert Post.objects.get(educator__family_name="Applegarth").role == Role.DATA_MANAGER
