"""Re-keying: the proposed pairs, by a named person, keep one history; and it can be undone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from midcourse.records.actions.rosters import (
    Refused,
    RekeyPair,
    apply_roster,
    plan_roster,
    proposed_pairs,
    rekey,
    undo_roster,
)
from midcourse.records.models import District, Educator, Network, Post, RosterRun, School, TeachingAssignment, User
from tests.records.roster_packages import Package, make_delta, make_package, teacher

DAY = dt.date(2025, 9, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> District:
    made = District.objects.create(network=Network.objects.create(name="Invented"), name="Alder Falls", slug="alder")
    apply_roster(run=plan(made, tmp_path / "first", make_package()), by=None)
    return made


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("dana", "a-long-invented-passphrase")


def plan(district: District, folder: Path, package: Package) -> RosterRun:
    return plan_roster(district=district, path=package.write(folder), as_of=DAY, by=None)


def moved(system: str = "invented-sis") -> Package:
    """The same district after a change of system: every person and school has a new id."""
    package = make_package()
    package.system = system
    for row in package.files["orgs"]:
        row["sourcedId"] = f"new-{row['sourcedId']}"
        if row.get("parentSourcedId"):
            row["parentSourcedId"] = f"new-{row['parentSourcedId']}"
    for row in package.files["users"]:
        row["sourcedId"], row["orgSourcedIds"] = f"new-{row['sourcedId']}", f"new-{row['orgSourcedIds']}"
    for row in package.files["courses"]:
        row["orgSourcedId"] = f"new-{row['orgSourcedId']}"
    for row in package.files["classes"]:
        row["schoolSourcedId"] = f"new-{row['schoolSourcedId']}"
    for row in package.files["enrollments"]:
        row["schoolSourcedId"], row["userSourcedId"] = f"new-{row['schoolSourcedId']}", f"new-{row['userSourcedId']}"
    return package


def test_after_a_rekey_the_new_ids_are_the_same_people_and_schools(
    district: District, tmp_path: Path, manager: User
) -> None:
    people = {row.identifier: row.pk for row in Educator.objects.all()}
    schools = {row.name: row.pk for row in School.objects.all()}
    run = plan(district, tmp_path / "2", moved())
    assert {guard["code"] for guard in run.guards} == {"G_IDS_CHANGED", "G_DROP"}
    made = rekey(run=run, by=manager)
    assert made.kind == "rekey" and made.applied_by == manager
    run.refresh_from_db()
    assert run.state == "dropped"

    again = plan(district, tmp_path / "2", moved())
    assert not again.guards and not again.changes.exists(), "nothing is left to do: posts followed their people"
    assert {row.identifier: row.pk for row in Educator.objects.all()} == people
    assert {row.name: row.pk for row in School.objects.all()} == schools
    assert Post.objects.count() == 15 and Post.objects.filter(source_id="new-t0|new-s1", active=True).exists()
    assert TeachingAssignment.objects.filter(educator__source_id="new-t0").count() == 1
    delta = make_delta(
        "2025-10-01T06:00:00.000Z", users=[teacher(0, sourcedId="new-t0", orgSourcedIds="new-s1", email="a@b.org")]
    )
    later = plan(district, tmp_path / "3", delta)
    acts = set(later.changes.values_list("subject", "act"))
    assert acts == {("educator", "update"), ("post", "update")}, "places moved along, so the post is the same one"


def test_a_rekey_is_undone_like_a_run(district: District, tmp_path: Path, manager: User) -> None:
    before = list(Educator.objects.order_by("pk").values()), list(Post.objects.order_by("pk").values())
    made = rekey(run=plan(district, tmp_path / "2", moved()), by=manager)
    assert Educator.objects.filter(source_id__startswith="new-").count() == 15
    undo_roster(run=made, by=manager)
    assert (list(Educator.objects.order_by("pk").values()), list(Post.objects.order_by("pk").values())) == before


def test_only_some_pairs(district: District, tmp_path: Path, manager: User) -> None:
    run = plan(district, tmp_path / "2", moved())
    pair = next(pair for pair in proposed_pairs(run) if pair.source_id == "new-t3")
    rekey(run=run, pairs=[pair], by=manager)
    assert list(Educator.objects.filter(source_id__startswith="new-").values_list("identifier", flat=True)) == ["9003"]


def test_a_person_added_by_hand_becomes_the_rosters(district: District, tmp_path: Path, manager: User) -> None:
    by_hand = Educator.objects.create(
        district=district, given_name="Nia", family_name="Nettle", email="Nia@example.org"
    )
    package = make_package()
    changes = {"givenName": "Nia", "familyName": "Nettle", "email": "nia@example.org", "identifier": ""}
    package.files["users"].append(teacher(0, sourcedId="t50", **changes))
    run = plan(district, tmp_path / "2", package)
    assert [guard["code"] for guard in run.guards] == ["G_IDS_CHANGED"]
    rekey(run=run, by=manager)
    by_hand.refresh_from_db()
    assert (by_hand.source_system, by_hand.source_id) == ("invented-sis", "t50")
    apply_roster(run=plan(district, tmp_path / "2", package), by=None)
    assert Educator.objects.filter(family_name="Nettle").count() == 1


def test_a_change_of_system_moves_people_along(district: District, tmp_path: Path, manager: User) -> None:
    run = plan(district, tmp_path / "2", moved("other-sis"))
    rekey(run=run, by=manager)
    again = plan(district, tmp_path / "2", moved("other-sis"))
    assert not again.changes.filter(subject__in=["educator", "school", "post"]).exists()
    assert again.changes.filter(subject="section", act="create").count() == 12, "classes of the new system are new"


def test_nobody_is_rekeyed_without_a_person_or_a_proposal(district: District, tmp_path: Path, manager: User) -> None:
    run = plan(district, tmp_path / "2", moved())
    with pytest.raises(Refused, match="Only a person"):
        rekey(run=run, by=None)
    stranger = Educator.objects.get(source_id="t1")
    with pytest.raises(Refused, match="not what the plan proposes"):
        rekey(run=run, pairs=[RekeyPair("educator", stranger.pk, "new-t2")], by=manager)
    assert not Educator.objects.filter(source_id__startswith="new-").exists()
