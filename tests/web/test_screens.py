"""What only a browser can tell: accessibility in both languages, reflow, focus, print, a visit saved once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.browser import chromium_path, launched, sign_in

if TYPE_CHECKING:
    from tests.district.cast import Cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,  # a browser, and every page of the site
    pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def browser() -> Any:
    with launched() as found:
        yield found


@pytest.fixture
def site(transactional_db: None, published: Cast, live_server: Any, settings: Any) -> Any:
    """Return the cast behind a live address."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    return published, live_server.url


def open_page(browser: Any, address: str, user: str, *, width: int = 390, **context: Any) -> Any:
    from tests.district.cast import PASSWORD

    page = browser.new_context(viewport={"width": width, "height": 800}, **context).new_page()
    sign_in(page, address, user, PASSWORD)
    return page


def test_axe_finds_nothing_on_any_page_in_both_languages_and_themes(browser: Any, site: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from tests.web.test_pages import pages_of

    cast, address = site
    faults = []
    for language, scheme, width in (("en", "light", 390), ("es", "dark", 1280)):
        page = open_page(
            browser,
            address,
            "northfold.assistant_superintendent",
            width=width,
            color_scheme=scheme,
            locale=language,
        )
        page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        paths = pages_of(cast.north, cast)
        paths.pop("protocol-form")
        for name, path in {**paths, "missing": "/nowhere/"}.items():
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            found = Axe().run(page, options={"runOnly": TAGS})
            faults += [
                (name, language, fault["id"], [node["html"][:120] for node in fault["nodes"][:2]])
                for fault in found.response["violations"]
            ]
        page.context.close()
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("width", [320, 390, 640])
def test_no_page_scrolls_sideways(browser: Any, site: Any, width: int) -> None:
    """320 px is 1280 px at 400 % zoom, 640 px is 200 % (WCAG 1.4.10)."""
    from tests.web.test_pages import pages_of

    cast, address = site
    page = open_page(browser, address, "northfold.assistant_superintendent", width=width)
    paths = pages_of(cast.north, cast)
    paths.pop("protocol-form")
    wide = []
    for name, path in paths.items():
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide.append((name, found))
    page.context.close()
    assert not wide


def test_five_presses_store_one_visit(browser: Any, site: Any) -> None:
    from midcourse.records.models import Visit

    _cast, address = site
    before = Visit.objects.count()
    page = open_page(browser, address, "northfold.teacher", color_scheme="light")
    page.goto(f"{address}/visits/record/")
    page.select_option("#id_section", index=2)
    page.check('input[name="a-reasoning"][value="3"]', force=True)
    page.evaluate(
        """async () => {
            const form = document.querySelector("#visit");
            const send = () => fetch(form.action, {method: "POST", body: new FormData(form), redirect: "manual"});
            for (let press = 0; press < 4; press += 1) await send();
        }"""
    )
    page.click(".send button")
    page.wait_for_url("**/visits/*-*/")
    assert "Saved" in page.inner_text("main")
    assert Visit.objects.count() == before + 1
    page.context.close()


def test_without_javascript_going_back_stores_nothing_twice(browser: Any, site: Any) -> None:
    from midcourse.records.models import Visit

    _cast, address = site
    before = Visit.objects.count()
    page = open_page(browser, address, "northfold.teacher", java_script_enabled=False)
    page.goto(f"{address}/visits/record/")
    page.select_option("#id_section", index=2)
    page.check('input[name="a-reasoning"][value="3"]', force=True)
    page.click(".send button")
    page.wait_for_url("**/visits/*-*/")
    page.go_back()
    page.wait_for_url("**/visits/*-*/")  # it was stored: its own page stands where the form was
    assert Visit.objects.count() == before + 1
    page.context.close()


def test_a_name_in_a_note_is_warned_of_before_anything_is_saved(browser: Any, site: Any) -> None:
    from midcourse.records.models import VisitNote

    cast, address = site
    page = open_page(browser, address, "northfold.teacher")
    page.goto(f"{address}/visits/record/")
    page.select_option("#id_section", index=2)
    page.check('input[name="a-reasoning"][value="3"]', force=True)
    page.fill("#id_note", f"I saw {cast.north.people['teacher_2'].family_name} ask two questions.")
    page.click(".send button")
    assert "seems to name staff" in page.inner_text("#errors")
    assert not VisitNote.objects.exists()
    assert page.is_checked('input[name="a-reasoning"][value="3"]')
    page.check("#id_accept_names")
    page.click(".send button")
    page.wait_for_url("**/visits/*-*/")
    assert VisitNote.objects.count() == 1
    page.context.close()


def test_a_visit_is_recorded_by_keyboard_alone(browser: Any, site: Any) -> None:
    _cast, address = site
    page = open_page(browser, address, "northfold.teacher", width=1280)
    page.goto(f"{address}/visits/record/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("#id_section")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.focus('input[name="a-reasoning"]:checked')
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.input_value('input[name="a-reasoning"]:checked') == "4"
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.send button')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/*-*/**")
    page.context.close()


def test_thumbs_find_every_button_of_the_form(browser: Any, site: Any) -> None:
    _cast, address = site
    page = open_page(browser, address, "northfold.teacher", width=390)
    page.goto(f"{address}/visits/record/")
    small = page.evaluate(
        """() => [...document.querySelectorAll(".segments label, .send button, select, textarea")]
            .map(e => e.getBoundingClientRect()).filter(r => r.width < 40 || r.height < 44).length"""
    )
    assert small == 0
    page.context.close()


def test_the_page_that_matters_prints_on_one_sheet(browser: Any, site: Any) -> None:
    cast, address = site
    page = open_page(browser, address, "northfold.assistant_superintendent", width=1280)
    page.goto(address + reverse("district", kwargs={"district": cast.north.district.slug}))
    sheets = page.pdf(format="Letter", prefer_css_page_size=True).count(b"/Type /Page\n")
    assert sheets == 1
    page.context.close()


def test_nothing_breaks_the_content_security_policy(browser: Any, site: Any) -> None:
    from tests.web.test_pages import pages_of

    cast, address = site
    page = open_page(browser, address, "northfold.assistant_superintendent", width=1280)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    paths = pages_of(cast.north, cast)
    paths.pop("protocol-form")
    paths.pop("network")
    for path in paths.values():
        page.goto(address + path)
    page.context.close()
    assert not said
