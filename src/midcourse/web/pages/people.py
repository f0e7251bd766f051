"""People and posts: who holds which post, adding and ending one, and confirming posts that a roster left open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.actions.people import add_educator, add_post, confirm_post, create_login, end_post
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import DISTRICT_ROLES, OUTSIDE_ROLES, District, Post, School
from midcourse.vocabulary import Role
from midcourse.web.rendering import show, signed_in
from midcourse.web.wording import vocabulary_word

STAFF_ROLES = tuple(role for role in Role if role not in OUTSIDE_ROLES and role is not Role.PENDING)


def people(request: HttpRequest, district: District) -> HttpResponse:
    """List posts in force, those that wait for confirmation first."""
    user = signed_in(request)
    words = request.GET.get("q", "").strip()
    posts = (
        Post.objects.visible_to(user)
        .on(timezone.localdate())
        .filter(district=district)
        .select_related("educator", "school", "educator__user")
        .order_by("educator__family_name", "educator__given_name")
    )
    found = posts
    for word in words.split()[:4]:
        found = found.filter(Q(educator__family_name__icontains=word) | Q(educator__given_name__icontains=word))
    page = Paginator(found.exclude(role=Role.PENDING), 60).get_page(request.GET.get("page"))
    return show(
        request,
        "web/people/people.html",
        {"page": page, "pending": posts.filter(role=Role.PENDING), "q": words},
        district=district,
    )


def _role_choices(roles: tuple[Role, ...]) -> list[tuple[str, str]]:
    return [(role.value, vocabulary_word(role.value)) for role in roles]


class PersonForm(forms.Form):
    """A new person with a first post, and a login if wanted."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=120)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    school = forms.ModelChoiceField(
        queryset=School.objects.none(),
        label=gettext_lazy("School"),
        required=False,
        empty_label=gettext_lazy("the whole district"),
        help_text=gettext_lazy("Leave it empty for a post in the central office."),
    )
    begins_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Only if the person is to sign in here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        required=False,
        strip=False,
        help_text=gettext_lazy("At least 12 characters; the person changes it on their own page."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, schools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _role_choices(STAFF_ROLES)  # type: ignore[attr-defined]
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A school post needs its school; a district post has none."""
        given: dict[str, Any] = super().clean() or {}
        role, school = given.get("role"), given.get("school")
        if role and school is None and Role(role) not in DISTRICT_ROLES | {Role.COACH, Role.SUPPORT_STAFF}:
            self.add_error("school", _("This role is held at a school: choose one."))
        if bool(given.get("username")) != bool(given.get("password")):
            self.add_error("username", _("A login needs both a user name and a first password."))
        return given


def add_person(request: HttpRequest, district: District) -> HttpResponse:
    """Add a person that no roster brings."""
    user = signed_in(request)
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        schools=School.objects.visible_to(user).filter(district=district, active=True),
        initial={"begins_on": timezone.localdate(), "role": Role.COACH.value},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _add(district, given, request)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("%(name)s is added.") % {"name": f"{given['given_name']} {given['family_name']}"},
            )
            return redirect("people", district=district.slug)
    return show(request, "web/people/add.html", {"form": form}, district=district, status=422 if form.errors else 200)


def _add(district: District, given: dict[str, Any], request: HttpRequest) -> None:
    user = signed_in(request)
    with transaction.atomic():  # all of the person or nothing
        educator = add_educator(
            district=district,
            given_name=given["given_name"],
            family_name=given["family_name"],
            email=given["email"],
            by=user,
        )
        add_post(
            educator=educator, role=Role(given["role"]), school=given["school"], begins_on=given["begins_on"], by=user
        )
        if given["username"]:
            create_login(username=given["username"], password=given["password"], educator=educator, by=user)


class PostForm(forms.Form):
    """What to do with a post: its last day, or the role that it really is."""

    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "—"), *_role_choices(roles)]  # type: ignore[attr-defined]


def post(request: HttpRequest, district: District, post: Post) -> HttpResponse:
    """Confirm a pending post or end one."""
    user = signed_in(request)
    pending = post.role == Role.PENDING
    roles = tuple(r for r in STAFF_ROLES if (r in DISTRICT_ROLES) <= (post.school_id is None))
    form = PostForm(
        request.POST if request.method == "POST" else None, roles=roles, initial={"ends_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "confirm" and form.cleaned_data["role"]:
                confirm_post(post=post, role=Role(form.cleaned_data["role"]), by=user)
                messages.success(request, _("The post is confirmed and carries its rights from now on."))
            elif request.POST.get("step") == "end" and form.cleaned_data["ends_on"]:
                day: dt.date = form.cleaned_data["ends_on"]
                end_post(post=post, on=day, by=user)
                messages.success(request, _("The post ends on that day; its history stays."))
            else:
                raise Http404
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("people", district=district.slug)
    return show(
        request,
        "web/people/post.html",
        {
            "form": form,
            "post": post,
            "person": post.educator,
            "pending": pending,
        },
        district=district,
        status=422 if form.errors else 200,
    )
