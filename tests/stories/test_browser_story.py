"""The whole path in a real browser: a teacher records a visit on a phone, and the district's page counts it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from midcourse.pipeline import Story, build_demonstration, published, refresh
from midcourse.records.models import District, Visit
from midcourse.vocabulary import Level, Period
from tests.browser import chromium_path, launched, sign_in

if TYPE_CHECKING:
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,  # builds a district, drives a browser, and refreshes twice
    pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed: apt-get install chromium"),
]


@pytest.fixture
def demonstration(transactional_db: None, settings: Settings, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    return build_demonstration(as_of=timezone.localdate(), seed=1, stories=[Story.IMPROVING])


def test_a_visit_recorded_on_a_phone_counts_on_the_districts_page(demonstration: Any, live_server: LiveServer) -> None:
    password = demonstration.password
    now = published()
    assert now is not None
    latest = [
        value
        for value in now.values(indicator_ids=["T2"], level=Level.DISTRICT, period_kind=Period.CYCLE)
        if value.withheld is None
    ][-1]
    taken = Visit.objects.done().filter(visited_on__range=(latest.begins_on, latest.ends_on)).order_by("-visited_on")
    day = taken.values_list("visited_on", flat=True).first()
    assert day is not None
    before = Visit.objects.done().count()

    with launched() as browser:
        seen = _visits_on_the_page(browser, live_server.url, password)
        _record_on_a_phone(browser, live_server.url, password, day.isoformat())
        assert Visit.objects.done().count() == before + 1, "five presses, one visit"
        refresh(as_of=timezone.localdate())
        assert _visits_on_the_page(browser, live_server.url, password) == seen + 1
        _open_the_facts(browser, live_server.url, password, latest.n + 1)


def _record_on_a_phone(browser: Any, address: str, password: str, day: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, address, "teacher@millbrook", password)
    page.goto(f"{address}/visits/record/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "nothing runs off the phone's edge"
    page.select_option("#id_section", index=1)
    page.fill("#id_visited_on", day)
    for group in page.locator("fieldset").all():
        choices = group.locator("input[type=radio]")
        if choices.count():
            group.locator("label").nth(1).tap()
    for count in page.locator("input[type=number]").all():
        count.fill("5")
    page.fill("#id_note", "Pairs compared two ways to solve it before anyone answered.")
    page.evaluate(
        """() => { const button = document.querySelector('.send button');
                   for (let press = 0; press < 5; press += 1) button.click(); }"""
    )
    page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    context.close()


def _visits_on_the_page(browser: Any, address: str, password: str) -> int:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, address, "asst.super@millbrook", password)
    page.goto(f"{address}/districts/{District.objects.get().slug}/")
    page.locator("#T2 summary").click()
    found = re.search(r"of (\d+) visits", page.locator("#T2 .inside").inner_text())
    assert found, "the row says how many visits stand behind it"
    context.close()
    return int(found[1])


def _open_the_facts(browser: Any, address: str, password: str, visits: int) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, address, "asst.super@millbrook", password)
    page.goto(f"{address}/districts/{District.objects.get().slug}/")
    page.locator("#T2 summary").click()
    page.locator("#T2").get_by_role("link", name="The facts behind it").click()
    page.wait_for_load_state()
    text = page.locator("main").inner_text()
    assert re.search(rf"\b{visits}\b", text), "the facts add up to the figure"
    assert not re.search(r"\b[0-9a-f]{20}\b", text), "no key is on the page"
    context.close()
