"""Agreeing on indicators through the page: adopt, change with a reason, end; nothing is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from tests.district.cast import Cast


def _address(cast: Cast, indicator: str) -> str:
    return reverse("adopt", kwargs={"district": cast.north.district.slug, "indicator": indicator})


def _lead(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.north.users["assistant_superintendent"])
    return client


def test_a_share_is_agreed_on_in_per_cent_and_kept_as_a_share(cast: Cast) -> None:
    from midcourse.records.models import Adoption

    owner = cast.north.people["principal"]
    answer = _lead(cast).post(_address(cast, "T2"), {"target": "62.5", "name_en": "Talk", "owner": str(owner.pk)})
    assert answer.status_code == 302
    row = Adoption.objects.get(district=cast.north.district, indicator_id="T2")
    assert (row.target, row.local_name, row.owner) == (0.625, {"en": "Talk"}, owner)
    page = _lead(cast).get(_address(cast, "T2")).content.decode()
    assert 'value="62.5"' in page


def test_a_change_needs_its_reason_and_keeps_what_was_agreed_before(cast: Cast) -> None:
    from midcourse.records.models import Adoption

    client = _lead(cast)
    client.post(_address(cast, "M2"), {"target": "3"})
    refused = client.post(_address(cast, "M2"), {"target": "2", "step": "change"})
    assert refused.status_code == 422
    assert Adoption.objects.get(indicator_id="M2").target == 3
    assert (
        client.post(_address(cast, "M2"), {"target": "2", "step": "change", "reason": "We can do it."}).status_code
        == 302
    )
    rows = list(Adoption.objects.filter(indicator_id="M2").order_by("ended_on"))
    assert sorted((row.target, row.ended_on is None) for row in rows) == [(2, True), (3, False)]
    client.post(_address(cast, "M2"), {"step": "end", "reason": "Not ours to steer."})
    assert not Adoption.objects.filter(indicator_id="M2", ended_on__isnull=True).exists()


def test_the_list_tells_adopted_from_offered(cast: Cast) -> None:
    client = _lead(cast)
    client.post(_address(cast, "T1"), {})
    page = client.get(reverse("adoptions", kwargs={"district": cast.north.district.slug})).content.decode()
    assert page.index("T1</span>") < page.index("T2</span>")
    assert client.get(_address(cast, "Z9")).status_code == 404


def test_an_owner_of_another_district_is_no_choice(cast: Cast) -> None:
    stranger = cast.south.people["principal"]
    answer = _lead(cast).post(_address(cast, "T2"), {"owner": str(stranger.pk)})
    assert answer.status_code == 422
