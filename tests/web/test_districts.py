"""*Are we improving?*: lists, decisions and their checks, who sees which school, cost of pages, contrast."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from midcourse.vocabulary import Verdict

if TYPE_CHECKING:
    from tests.district.cast import Cast

CSS = Path(__file__).parents[2] / "src/midcourse/web/static/web/style.css"


def rows_of(client: Client, cast: Cast) -> Any:
    """Return the rows that the page was drawn from."""
    return client.get(reverse("district", kwargs={"district": cast.north.district.slug})).context["rows"]


@pytest.mark.slow  # a refresh
def test_each_indicator_stands_in_one_list_with_its_numbers(client: Client, published: Cast) -> None:
    client.force_login(published.north.users["assistant_superintendent"])
    response = client.get(reverse("district", kwargs={"district": published.north.district.slug}))
    lists = response.context["lists"]
    rows = [*lists.decide, *lists.moving, *lists.watching]
    assert len(rows) == len(response.context["rows"]) == 8
    assert len({row.indicator.id for row in rows}) == 8
    text = response.content.decode()
    assert "Students reason aloud" in text
    for row in rows:
        assert row.sentence in text.replace("&#x27;", "'")
        assert row.chart.snapshot_id in ("", response.context["readings"].snapshot_id)


@pytest.mark.slow  # a refresh
def test_a_decision_is_recorded_comes_back_when_due_and_is_checked(client: Client, published: Cast) -> None:
    from midcourse.records.models import Decision

    lead = published.north.users["assistant_superintendent"]
    client.force_login(lead)
    keys = {"district": published.north.district.slug, "indicator": "T2"}
    missing = client.post(reverse("decide", kwargs=keys), {"text": ""})
    assert missing.status_code == 422
    assert b'href="#id_text"' in missing.content
    given = {"text": "Coach grade 4 in pairs.", "owner": lead.educator_id, "check_on": published.today.isoformat()}
    assert client.post(reverse("decide", kwargs=keys), given).status_code == 302
    decision = Decision.objects.get(indicator_id="T2")
    assert decision.verdict in {verdict.value for verdict in Verdict}
    row = next(row for row in rows_of(client, published) if row.indicator.id == "T2")
    assert row.asks
    assert row.next_on == published.today
    check = reverse("check", kwargs={"district": keys["district"], "decision": decision.pk})
    assert client.post(check, {"outcome": "Two of three classes do it."}).status_code == 302
    decision.refresh_from_db()
    assert decision.checked_on == published.today
    row = next(row for row in rows_of(client, published) if row.indicator.id == "T2")
    assert row.decision is None


@pytest.mark.slow  # a refresh
def test_school_staff_see_only_their_own_school_beside_the_district(client: Client, published: Cast) -> None:
    client.force_login(published.north.users["principal"])
    path = reverse("indicator", kwargs={"district": published.north.district.slug, "indicator": "T2"})
    response = client.get(path)
    assert [school.name for school, _chart in response.context["schools"]] == ["Alder School"]
    assert b"Birch School" not in response.content


@pytest.mark.slow  # a refresh
def test_pages_ask_the_database_a_bounded_number_of_times(
    client: Client, published: Cast, django_assert_max_num_queries: Any
) -> None:
    from tests.web.test_pages import ELSEWHERE, pages_of

    client.force_login(published.north.users["assistant_superintendent"])
    for name, path in pages_of(published.north, published).items():
        if name in ELSEWHERE:
            continue
        with django_assert_max_num_queries(40 if name in ("rosters", "roster-run", "record-form") else 25):
            client.get(path)


@pytest.mark.slow  # a refresh
def test_more_schools_and_weeks_ask_no_more_often(client: Client, published: Cast) -> None:
    """The page of a district with many schools costs as many queries as with two."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from midcourse.records.actions.organizations import open_school

    client.force_login(published.north.users["assistant_superintendent"])
    for name in ("district", "visits", "coverage"):
        path = reverse(name, kwargs={"district": published.north.district.slug})
        client.get(path)
        with CaptureQueriesContext(connection) as before:
            client.get(path)
        for n in range(5):
            open_school(
                district=published.north.district,
                name=f"New School {name} {n}",
                opened_on=published.today - dt.timedelta(days=9),
                by=None,
            )
        with CaptureQueriesContext(connection) as after:
            client.get(path)
        assert len(after) == len(before), name


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_word_and_verdict_stands_out_in_both_themes(theme: int) -> None:
    colours = _colours(CSS.read_text().split(":root")[1 + theme].split("}")[0])
    for ground in ("paper", "card", "accent-soft", "caution"):
        for word in ("ink", "quiet", "better", "same", "worse", "accent"):
            assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground)
    assert contrast(colours["accent-ink"], colours["accent"]) >= 4.5
    for mark in ("field", "band", "focus"):
        assert contrast(colours[mark], colours["paper"]) >= 3, mark


def test_the_stylesheet_stays_small() -> None:
    assert len(CSS.read_text().splitlines()) < 500
