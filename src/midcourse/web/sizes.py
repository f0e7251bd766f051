"""How large a request may be, judged by its announced length before anything reads its body.

Decides who may send how much: a file takes a sign-in. What a proxy lets through is set there (docs/settings.md).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from midcourse.web.uploads import MOST_BYTES

MOST_SIGNED_IN = MOST_BYTES + 10 * 1024 * 1024
"""The largest file we take, and room for the form around it."""
MOST_ANONYMOUS = 1024 * 1024
"""A sign-in form has some hundred bytes; this is what a proxy such as nginx lets through by default."""


def refuse_too_large(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 413 to a request whose body is too large for who sends it; the body stays unread.

    Stands first, so it hands what only the session can tell to `refuse_large_anonymous`.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return _too_large() if _length(request) > MOST_SIGNED_IN else get_response(request)

    return answer


def refuse_large_anonymous(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 413 to a large request of nobody who is signed in, or to the sign-in itself. Nothing before it reads."""

    def answer(request: HttpRequest) -> HttpResponse:
        large = _length(request) > MOST_ANONYMOUS
        if large and (request.path == reverse("sign-in") or not request.user.is_authenticated):
            return _too_large()
        return get_response(request)

    return answer


def _length(request: HttpRequest) -> int:
    """Return the announced length; a request without one has no body as far as WSGI reads it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large() -> HttpResponse:
    text = _("This is too large to be sent here. Files of more than 80 MB are brought in from the command line.")
    response = HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
    response["Connection"] = "close"  # what was not read must not be taken for the next request
    return response
