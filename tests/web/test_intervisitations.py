"""Recording one's own visit to a colleague: once, for oneself, without naming the host."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from tests.district.cast import Cast


def test_pressing_five_times_records_one_visit_of_oneself(cast: Cast) -> None:
    from midcourse.records.models import Intervisitation

    client = Client()
    client.force_login(cast.north.users["teacher"])
    address = reverse("record-intervisitation", kwargs={"district": cast.north.district.slug})
    page = client.get(address).content.decode()
    assert all(school.name in page for school in cast.north.schools)
    assert not any(school.name in page for school in cast.south.schools)
    sent = {
        "intervisitation": str(uuid.uuid4()),
        "host_school": str(cast.north.schools[1].pk),
        "happened_on": cast.today.isoformat(),
        "taken_home": "Pairs compare before anyone answers.",
    }
    assert [client.post(address, sent).status_code for _ in range(5)] == [302] * 5
    row = Intervisitation.objects.get()
    assert (row.visitor, row.host_school) == (cast.north.people["teacher"], cast.north.schools[1])
    assert "Pairs compare" in client.get(reverse("me")).content.decode()


def test_a_note_that_names_a_colleague_is_refused_and_kept_on_the_page(cast: Cast) -> None:
    from midcourse.records.models import Intervisitation

    client = Client()
    client.force_login(cast.north.users["teacher"])
    host = cast.north.people["teacher_3"]
    answer = client.post(
        reverse("record-intervisitation", kwargs={"district": cast.north.district.slug}),
        {
            "intervisitation": str(uuid.uuid4()),
            "host_school": str(cast.north.schools[1].pk),
            "happened_on": cast.today.isoformat(),
            "taken_home": f"{host} lets pairs compare.",
        },
    )
    assert answer.status_code == 422
    assert "lets pairs compare" in answer.content.decode()
    assert not Intervisitation.objects.exists()
