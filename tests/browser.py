"""Headless Chromium for tests and screenshots: launched once, Debian's own, never reaching beyond this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ARGUMENTS = (
    "--no-sandbox",  # tests often run as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium_path() -> str | None:
    """Return where Chromium is, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


@contextmanager
def launched() -> Iterator[Any]:
    """Yield a browser. Django may be used beside it: playwright's event loop would otherwise forbid queries."""
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def sign_in(page: Any, address: str, username: str, password: str) -> None:
    """Sign in through the form, as a person does."""
    page.goto(f"{address}/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.click("main button")
    page.wait_for_load_state()
