"""Recording one's own visit to a colleague's class. Nobody rates, and the host teacher is not named."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.actions.intervisitations import record_intervisitation
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, School
from midcourse.web.rendering import show, signed_in


class IntervisitationForm(forms.Form):
    """Where one went, when, and what one took home."""

    intervisitation = forms.UUIDField(widget=forms.HiddenInput)
    host_school = forms.ModelChoiceField(
        queryset=School.objects.none(), label=gettext_lazy("School you visited"), empty_label=None
    )
    happened_on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    taken_home = forms.CharField(
        label=gettext_lazy("What did you take home?"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("For yourself and your team. Name no colleague and no student."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, schools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host_school"].queryset = schools  # type: ignore[attr-defined]


def record(request: HttpRequest, district: District) -> HttpResponse:
    """Record the signed-in educator's own visit; pressing the button five times records one."""
    user = signed_in(request)
    if user.educator is None or user.educator.district_id != district.pk:
        raise Http404
    form = IntervisitationForm(
        request.POST if request.method == "POST" else None,
        schools=School.objects.hosting(user).filter(district=district),
        initial={"intervisitation": uuid4(), "happened_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_intervisitation(
                visitor=user.educator,
                host_school=given["host_school"],
                happened_on=given["happened_on"],
                taken_home=given["taken_home"],
                intervisitation_id=given["intervisitation"],
                by=user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your visit is recorded. The host is not named."))
            return redirect("me")
    return show(
        request,
        "web/intervisitations/record.html",
        {"form": form},
        district=district,
        status=422 if form.errors else 200,
    )
