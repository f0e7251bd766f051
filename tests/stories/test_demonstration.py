"""The invented network: its truth is known, so what the product says of it can be held against that truth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from midcourse.pipeline import Published, RealDataError, Story, build_demonstration, published
from midcourse.records.actions.organizations import create_network
from midcourse.records.models import AuditEntry, District, Educator, Network, RosterRun, User
from midcourse.vocabulary import Level, Period, Role, Verdict

AS_OF = dt.date(2026, 1, 30)
TRUTH = {
    "millbrook": Verdict.IMPROVING,
    "easton-vale": Verdict.NO_CHANGE,
    "alder-ridge": Verdict.WORSENING,
    "cedar-hollow": Verdict.TOO_FEW,
    "port-sorrel": Verdict.NO_CHANGE,
}


@pytest.fixture
def demo_dir(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


@pytest.mark.django_db
@pytest.mark.slow
def test_what_is_said_of_each_district_is_what_truly_happened(demo_dir: Path, client: Client) -> None:
    """Slow: builds and refreshes five districts with two and a half years of visits, some 25 s of CPU."""
    report = build_demonstration(as_of=AS_OF, seed=1)
    assert report.built and report.refreshed and report.visits > 6000
    now = published()
    assert now is not None and now.as_of == AS_OF

    said = {
        slug: {v.indicator_id: v for v in now.verdicts(district_id=str(pk), level=Level.DISTRICT)}
        for slug, pk in District.objects.values_list("slug", "pk")
    }
    assert {slug: found["T2"].verdict for slug, found in said.items()} == TRUTH
    assert said["easton-vale"]["T2"].new_observers_n > 0, "and it says that somebody new observes there"
    assert said["port-sorrel"]["T2"].rubric_revised
    sparse = said["cedar-hollow"]["T2"]
    assert sparse.visits_needed and sparse.needs_second_observer

    _raw_share_of_the_lenient_district_rises(now)
    _intervisitation_is_the_known_share(now)
    _rosters_came_through_the_importer()
    _everything_says_that_it_is_invented(demo_dir, client)

    again = build_demonstration(as_of=AS_OF, seed=1)
    assert (again.built, again.refreshed, again.snapshot_id) == (False, False, report.snapshot_id)
    roles = {one.role for one in again.sign_ins}
    assert roles == set(Role) - {Role.SUPPORT_STAFF, Role.PENDING}
    user = next(one.username for one in again.sign_ins if one.role is Role.ASSISTANT_SUPERINTENDENT)
    assert User.objects.get(username=user).check_password(again.password)


def _district(slug: str) -> str:
    return str(District.objects.get(slug=slug).pk)


def _raw_share_of_the_lenient_district_rises(now: Published) -> None:
    """Otherwise there would be nothing to be misled by."""
    values = now.values(
        district_id=_district("easton-vale"), level=Level.DISTRICT, indicator_ids=["T2"], period_kind=Period.YEAR
    )
    shares = [value.estimate for value in values]
    assert None not in shares and (shares[-1] or 0) - (shares[0] or 0) > 0.05


def _intervisitation_is_the_known_share(now: Published) -> None:
    values = now.values(
        district_id=_district("millbrook"), level=Level.DISTRICT, indicator_ids=["I1"], period_kind=Period.YEAR
    )
    latest = values[-1]
    assert f"{latest.estimate:.0%}" == "87%"
    assert latest.numerator == round(0.87 * (latest.denominator or 0))


def _rosters_came_through_the_importer() -> None:
    runs = RosterRun.objects.filter(district__slug="millbrook", state=RosterRun.State.APPLIED)
    assert sorted(runs.values_list("kind", flat=True)) == ["oneroster"] * 3 + ["staff_list"]
    rollovers = [run for run in runs if any(guard["code"] == "G_ROLLOVER" for guard in run.guards)]
    assert len(rollovers) == 2 and all(run.override_reason and run.applied_by for run in rollovers)
    assert AuditEntry.objects.filter(act="record_many", subject="visit").count() == len(TRUTH)


def _everything_says_that_it_is_invented(demo_dir: Path, client: Client) -> None:
    network = Network.objects.get()
    assert network.invented and "invented" in network.name
    assert "invented" in (demo_dir / "INVENTED.txt").read_text()
    assert not Educator.objects.exclude(email="").exclude(email__endswith=".example").exists()
    assert all(code.startswith("9") for code in District.objects.values_list("state_id", flat=True))
    client.force_login(User.objects.get(username="asst.super@millbrook"))
    for address in ("/sign-in/", "/"):
        page = client.get(address, follow=True)
        assert page.status_code == 200
        assert "invented" in page.content.decode().lower(), address


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_dir")
def test_a_store_with_real_data_is_left_alone() -> None:
    create_network(name="A real network", by=None)
    with pytest.raises(RealDataError):
        build_demonstration(as_of=AS_OF, seed=1, stories=[Story.SPARSE])
    assert not District.objects.exists()
