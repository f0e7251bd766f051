"""Signing in and out, the language, one's own page and the first page after sign-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.access import Act, may_anywhere
from midcourse.records.actions.hosts import confirm_feedback, feedback_for
from midcourse.records.actions.people import note_sign_in, set_language, set_password
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.sign_ins import forget_failures, must_wait, note_failure
from midcourse.records.models import Agreement, District, Educator, Intervisitation, Post, School, User
from midcourse.vocabulary import Role
from midcourse.web.rendering import show, signed_in


class SignInForm(AuthenticationForm):
    """User name and password; pasting is allowed and nothing has to be remembered or solved."""

    error_messages = {
        "invalid_login": gettext_lazy("User name and password do not fit together. Please try again."),
        "inactive": gettext_lazy("This login is switched off. Ask your district's administrator."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = gettext_lazy("User name")
        self.fields["password"].label = gettext_lazy("Password")

    def clean_username(self) -> str:
        """Return the user name as logins are stored."""
        return str(self.cleaned_data["username"]).strip().lower()


def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a person in and lead them to what they came for, in their own language."""
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    username, address = request.POST.get("username", ""), _address(request)
    if request.method == "POST" and must_wait(username=username, address=address):
        return show(
            request,
            "web/accounts/sign_in.html",
            {"form": SignInForm(request), "next": _next(request, "home"), "wait": True},
            status=429,
        )
    if request.method == "POST" and not form.is_valid():
        note_failure(username=username, address=address)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        assert isinstance(user, User)
        forget_failures(username=username)
        login(request, user)
        note_sign_in(by=user)
        return _remember_language(redirect(_next(request, "home")), user.language)
    return show(
        request,
        "web/accounts/sign_in.html",
        {"form": form, "next": _next(request, "home")},
        status=422 if form.errors else 200,
    )


def _address(request: HttpRequest) -> str:
    """Return where a request came from; behind our own proxy that is what the proxy added last."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


def language(request: HttpRequest) -> HttpResponse:
    """Switch the language, for this browser and, when signed in, for good."""
    chosen = request.POST.get("language", "")
    response = redirect(_next(request, "home"))
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            set_language(language=chosen, by=request.user)
        _remember_language(response, chosen)
    return response


def _remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _next(request: HttpRequest, fallback: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(fallback)


_SCHOOL_FIRST = frozenset({Role.PRINCIPAL, Role.COACH})


def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to what it comes for; offer a choice where there is one."""
    user = signed_in(request)
    districts = list(District.objects.visible_to(user))
    network = any(may_anywhere(user, Act.SEE_NETWORK_FIGURES, district_id=d.pk) for d in districts)
    if network and len(districts) > 1:
        return redirect("network")
    if len(districts) == 1:
        district = districts[0]
        roles = user.standing.roles_in(district.pk)
        if roles <= {Role.TEACHER, Role.SUPPORT_STAFF}:
            return redirect("me")
        if roles & {Role.DATA_MANAGER} and len(roles) == 1:
            return redirect("rosters", district=district.slug)
        schools = list(School.objects.visible_to(user).filter(pk__in=user.standing.schools)[:2])
        if roles & _SCHOOL_FIRST and len(schools) == 1:
            return redirect("school", school=schools[0].pk)
        return redirect("district", district=district.slug)
    return show(request, "web/accounts/home.html", {"districts": districts})


def me(request: HttpRequest) -> HttpResponse:
    """Show a person their own posts, the feedback addressed to them, and where they can go."""
    user = signed_in(request)
    person = Educator.objects.visible_to(user).filter(pk=user.educator_id).select_related("district").first()
    district = person.district if person else None
    posts = Post.objects.visible_to(user).filter(educator_id=user.educator_id, educator__isnull=False)
    return show(
        request,
        "web/accounts/me.html",
        {
            "person": person,
            "posts": posts.on(timezone.localdate()).select_related("school"),
            "agreements": Agreement.objects.on(timezone.localdate()).filter(user=user).select_related("district"),
            "feedback": feedback_for(user),
            "visits_made": Intervisitation.objects.visible_to(user).select_related("host_school")[:20],
            "schools": School.objects.visible_to(user).filter(pk__in=user.standing.schools),
            "may_record": bool(district and may_anywhere(user, Act.RECORD_VISIT, district_id=district.pk)),
            "may_visit_colleagues": bool(
                district and may_anywhere(user, Act.RECORD_INTERVISITATION, district_id=district.pk)
            ),
            "may_see_district": bool(
                district and may_anywhere(user, Act.SEE_DISTRICT_FIGURES, district_id=district.pk)
            ),
        },
        district=district,
    )


def read_feedback(request: HttpRequest) -> HttpResponse:
    """Say that one's feedback was read; the link between the visit and the teacher is then deleted."""
    user = signed_in(request)
    wanted = request.POST.get("visit", "")
    chosen = next((f for f in feedback_for(user) if str(f.visit_id) == wanted), None)
    if chosen is None:
        raise Http404
    confirm_feedback(visit_id=chosen.visit_id, by=user)
    messages.success(request, _("Read. Nothing links this visit to you any more."))
    return redirect("me")


class PasswordForm(forms.Form):
    """A new password for oneself."""

    old = forms.CharField(
        label=gettext_lazy("Your password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Three or four words in a row are easy to keep."),
    )


def password(request: HttpRequest) -> HttpResponse:
    """Let a person change their own password."""
    user = signed_in(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", _("This is not your present password."))
        else:
            try:
                set_password(user=user, password=form.cleaned_data["new"], by=user)
            except Refused as refused:
                form.add_error("new", str(refused))
            else:
                update_session_auth_hash(request, user)
                messages.success(request, _("Your password is changed."))
                return redirect("me")
    return show(request, "web/accounts/password.html", {"form": form}, status=422 if form.errors else 200)
