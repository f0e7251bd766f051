"""Planning visits: a walkthrough with its weeks and question, and which class an observer visits when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.access import Act, may
from midcourse.records.actions.hosts import not_visited_lately
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.visits import create_walkthrough, plan_visits
from midcourse.records.models import District, Educator, ProtocolVersion, School, Section, User, Walkthrough
from midcourse.web.rendering import show, signed_in
from midcourse.web.sheets import section_label


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WalkthroughForm(forms.Form):
    """A set of visits on agreed look-fors over some weeks."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    question = forms.CharField(
        label=gettext_lazy("Which question should the visits answer?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    version = forms.ModelChoiceField(
        queryset=ProtocolVersion.objects.none(), label=gettext_lazy("Protocol"), empty_label=None
    )
    begins_on = forms.DateField(label=gettext_lazy("First day"), widget=_date())
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=_date())
    visits_aim = forms.IntegerField(
        label=gettext_lazy("Visits aimed at in each school"), min_value=0, max_value=500, initial=20
    )

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """Who visits which class when."""

    walkthrough = forms.ModelChoiceField(
        queryset=Walkthrough.objects.none(), label=gettext_lazy("Walkthrough"), empty_label=None
    )
    section = forms.ModelChoiceField(
        queryset=Section.objects.none(),
        label=gettext_lazy("Class or room"),
        empty_label=gettext_lazy("Choose a class"),
        help_text=gettext_lazy("Classes not visited lately stand first."),
    )
    observer = forms.ModelChoiceField(
        queryset=Educator.objects.none(), label=gettext_lazy("Observer"), empty_label=gettext_lazy("Choose a person")
    )
    visited_on = forms.DateField(label=gettext_lazy("Day"), widget=_date())

    def __init__(self, *args: Any, walkthroughs: Any, sections: Any, observers: Any, late: set[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["walkthrough"].queryset = walkthroughs  # type: ignore[attr-defined]
        self.fields["section"].queryset = sections  # type: ignore[attr-defined]
        self.fields["observer"].queryset = observers  # type: ignore[attr-defined]
        rows = sorted(sections, key=lambda s: (s.pk not in late, s.school.name, s.title))
        first = [(s.pk, section_label(s)) for s in rows if s.pk in late]
        rest = [(s.pk, section_label(s)) for s in rows if s.pk not in late]
        self.fields["section"].widget.choices = [
            ("", _("Choose a class")),
            *([(_("Not visited lately"), first)] if first else []),
            *([(_("Visited lately"), rest)] if rest else []),
        ]


def _planner_schools(user: User, district: District) -> list[School]:
    rows = School.objects.visible_to(user).filter(district=district, active=True)
    return [s for s in rows if may(user, Act.PLAN_VISITS, district_id=district.pk, school_id=s.pk)]


def plan(request: HttpRequest, district: District) -> HttpResponse:
    """Begin a walkthrough, or plan one visit at a chosen school."""
    user, today = signed_in(request), timezone.localdate()
    schools = _planner_schools(user, district)
    wanted = request.GET.get("school", "")
    school = next((s for s in schools if str(s.pk) == wanted), schools[0] if schools else None)
    if wanted and (school is None or str(school.pk) != wanted):
        raise Http404
    step = request.POST.get("step", "") if request.method == "POST" else ""
    begin = WalkthroughForm(
        request.POST if step == "begin" else None,
        versions=ProtocolVersion.objects.visible_to(user)
        .filter(district=district, published_at__isnull=False, protocol__retired_on=None)
        .select_related("protocol"),
        initial={"begins_on": today},
        prefix="begin",
    )
    running = Walkthrough.objects.visible_to(user).filter(district=district, ends_on__gte=today)
    visit = _plan_form(request.POST if step == "visit" else None, user, district, school, running) if school else None
    form: forms.Form | None = begin if step == "begin" else visit if step == "visit" else None
    if form is not None and form.is_valid():
        try:
            if form is begin:
                create_walkthrough(district=district, by=user, **form.cleaned_data)
                messages.success(request, _("The walkthrough is open. Plan its visits now."))
            else:
                plan_visits(by=user, **form.cleaned_data)
                messages.success(request, _("Planned. It stands on the observer's page."))
        except Refused as refused:
            form.add_error(None, str(refused))
        except PermissionDenied:
            raise Http404 from None
        else:
            return redirect(request.get_full_path())
    return show(
        request,
        "web/visits/plan.html",
        {"begin": begin, "visit_form": visit, "form": form, "school": school, "schools": schools, "running": running},
        district=district,
        status=422 if form is not None and form.errors else 200,
    )


def _plan_form(sent: Any, user: User, district: District, school: School, running: Any) -> PlanForm:
    return PlanForm(
        sent,
        walkthroughs=running,
        sections=Section.objects.visible_to(user)
        .filter(school=school, active=True)
        .select_related("school")
        .prefetch_related("assignments__educator"),
        observers=Educator.objects.visible_to(user).filter(district=district, active=True),
        late={s.pk for s in not_visited_lately(school=school, today=timezone.localdate())},
        initial={"visited_on": timezone.localdate(), "observer": user.educator_id},
        prefix="visit",
    )
