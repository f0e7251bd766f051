"""Pictures of every page: both widths, light and dark, English and Spanish, of a data folder's invented network.

Run ``python -m tests.screenshots OUT_DIR [DATA_DIR]``. Without a data folder the demonstration is built first.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "es")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address holds ids."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the site on a free port of this machine and yield its address."""
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def addresses() -> dict[str, tuple[str, str]]:
    """Return for every page who opens it (a login of the demonstration) and its address."""
    from django.urls import reverse

    from midcourse.records.models import District, Post, ProtocolVersion, ReceivedFile, RosterRun, User, Visit
    from midcourse.web.permissions import Scope
    from midcourse.web.routes import ROUTES

    coach = User.objects.get(username__startswith="coach@")  # one district has a login for every role
    district = District.objects.get(pk=coach.educator.district_id)
    lead = User.objects.get(educator__district=district, username__startswith="asst.super@")
    visit = Visit.objects.done().filter(observers__observer=coach.educator).order_by("-visited_on").first()
    known = {
        "district": district.slug,
        "school": coach.educator.posts.exclude(school=None).values_list("school_id", flat=True).first(),
        "indicator": "T2",
        "version": ProtocolVersion.objects.filter(district=district).values_list("pk", flat=True).first(),
        "post": Post.objects.filter(district=district).values_list("pk", flat=True).first(),
        "own_visit": visit.pk if visit else None,
        "visit": visit.pk if visit else None,
        "run": RosterRun.objects.filter(district=district).values_list("pk", flat=True).first(),
        "file": ReceivedFile.objects.filter(district=district).values_list("pk", flat=True).first(),
    }
    pages = {}
    for route in ROUTES:
        keys = [part.split(":")[1].rstrip(">") for part in route.path.split("/") if part.startswith("<")]
        if "GET" not in route.methods or route.name == "protocol-form" or not all(known.get(key) for key in keys):
            continue
        who = lead.username
        if route.scope is Scope.PUBLIC:
            who = ""
        elif route.scope is Scope.NETWORK:
            who = "partner@five-rivers"
        elif "own_visit" in keys or "visit" in keys or route.name in ("me", "record-visit"):
            who = coach.username
        pages[route.name] = (who, reverse(route.name, kwargs={key: known[key] for key in keys}))
    pages["not-found"] = (lead.username, "/schools/00000000-0000-0000-0000-000000000000/")
    return pages


def take(out: Path, names: Sequence[str] = (), schemes: Sequence[str] = SCHEMES) -> int:
    """Take the pictures and return how many."""
    from midcourse.pipeline.demonstration import PASSWORD
    from tests.browser import launched, sign_in

    pages = {name: page for name, page in addresses().items() if not names or name in names}
    taken = 0
    with served() as address, launched() as browser:
        for language in LANGUAGES:
            for scheme in schemes:
                for width in WIDTHS:
                    for who in sorted({who for who, _path in pages.values()}):
                        context = browser.new_context(
                            viewport={"width": width, "height": 900},
                            color_scheme=scheme,
                            locale=language,
                            extra_http_headers={"Accept-Language": language},
                        )
                        page = context.new_page()
                        if who:
                            sign_in(page, address, who, PASSWORD)
                            context.add_cookies([{"name": "django_language", "value": language, "url": address}])
                        for name, (whose, path) in pages.items():
                            if whose == who:
                                answer = page.goto(address + path)
                                if answer.status >= 500 or ("/sign-in/" in page.url) != (name == "sign-in"):
                                    raise RuntimeError(f"{name} cannot be opened by {whose or 'a visitor'}")
                                page.screenshot(path=out / f"{name}-{width}-{scheme}-{language}.png", full_page=True)
                                taken += 1
                        context.close()
    return taken


def main(arguments: Sequence[str]) -> None:
    """Build what is missing and take all pictures."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    folder = arguments[1] if len(arguments) > 1 else tempfile.mkdtemp(prefix="midcourse-pictures-")
    os.environ |= {
        "MIDCOURSE_DATA_DIR": folder,
        "MIDCOURSE_LOCAL": "1",
        "DJANGO_SETTINGS_MODULE": "midcourse.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if len(arguments) < 2:
        from midcourse.pipeline import refresh
        from midcourse.pipeline.demonstration import build_network

        today = dt.datetime.now(tz=dt.UTC).date()
        build_network(as_of=today, seed=1)
        refresh(as_of=today)
    print(take(out, arguments[2:]), "pictures in", out)


if __name__ == "__main__":
    main(sys.argv[1:])
