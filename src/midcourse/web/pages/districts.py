"""The page that matters, *Are we improving?*, and the decision recorded on it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from midcourse.records.access import Act, may
from midcourse.records.actions.decisions import check_decision
from midcourse.records.actions.decisions import decide as record_decision
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Decision, District, Educator, School, User
from midcourse.vocabulary import Verdict
from midcourse.web.improvement import adopted, local_name, rows_for, sort_rows
from midcourse.web.readings import read_published
from midcourse.web.rendering import show, signed_in


def improving(request: HttpRequest, district: District) -> HttpResponse:
    """Show one row per adopted indicator: decide today, moving, watching."""
    user = signed_in(request)
    found = read_published()
    readings = found[1] if found else None
    rows = rows_for(district, user, readings, today=timezone.localdate(), language=get_language() or "en")
    return show(
        request,
        "web/districts/improving.html",
        {
            "lists": sort_rows(rows),
            "rows": rows,
            "readings": readings,
            "schools": School.objects.with_figures_for(user).filter(district=district, active=True),
            "may_see_schools": any(
                may(user, Act.SEE_SCHOOL_FIGURES, district_id=district.pk, school_id=s)
                for s in (None, *user.standing.schools)
            ),
            "may_decide": may(user, Act.DECIDE, district_id=district.pk),
            "decisions": _record(user, district),
            "may_adopt": may(user, Act.ADOPT_INDICATORS, district_id=district.pk),
        },
        district=district,
    )


@dataclass(frozen=True)
class Recorded:
    """One decision on record, with its indicator by name."""

    name: str
    decision: Decision


def _record(user: User, district: District) -> list[Recorded]:
    """Return the decisions on record, newest first: what was decided, by when it was checked, and what came of it."""
    rows = Decision.objects.visible_to(user).filter(district=district).select_related("owner", "school")[:30]
    language = get_language() or "en"
    names = {a.indicator_id: local_name(a, i, language) for a, i in adopted(district, user, timezone.localdate())}
    return [Recorded(names.get(row.indicator_id, row.indicator_id), row) for row in rows]


class DecisionForm(forms.Form):
    """What was decided, who owns it, and when it will be checked."""

    text = forms.CharField(
        label=gettext_lazy("What did you decide?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=gettext_lazy("One or two sentences: who will do what, where."),
    )
    owner = forms.ModelChoiceField(
        queryset=Educator.objects.none(),
        label=gettext_lazy("Who owns it?"),
        empty_label=gettext_lazy("Choose a person"),
    )
    check_on = forms.DateField(
        label=gettext_lazy("When will you check what came of it?"), widget=forms.DateInput(attrs={"type": "date"})
    )
    accept_names = forms.BooleanField(label=gettext_lazy("No person is meant: keep it as it is"), required=False)

    def __init__(self, *args: object, owners: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


def decide(request: HttpRequest, district: District, indicator: str) -> HttpResponse:
    """Record a decision on one indicator of the whole district."""
    return _decide(request, district, indicator, None)


def decide_at_school(request: HttpRequest, school: School, indicator: str) -> HttpResponse:
    """Record a decision on one indicator of one school."""
    return _decide(request, school.district, indicator, school)


def _decide(request: HttpRequest, district: District, indicator_id: str, school: School | None) -> HttpResponse:
    user = signed_in(request)
    found = read_published()
    chosen = next((p for p in adopted(district, user, timezone.localdate()) if p[1].id == indicator_id), None)
    if chosen is None or found is None:
        raise Http404
    readings = found[1]
    unit = school or district
    said = readings.verdict(unit.pk, indicator_id)
    owners = Educator.objects.visible_to(user).filter(district=district, active=True).leading()
    form = DecisionForm(request.POST if request.method == "POST" else None, owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            record_decision(
                district=district,
                school=school,
                indicator_id=indicator_id,
                verdict=said.verdict if said else Verdict.TOO_FEW,
                snapshot_id=readings.snapshot_id,
                text=form.cleaned_data["text"],
                owner=form.cleaned_data["owner"],
                decided_on=timezone.localdate(),
                check_on=form.cleaned_data["check_on"],
                accept_names=form.cleaned_data["accept_names"],
                by=user,
            )
        except Refused as refused:
            form.add_error("text" if refused.code == "names_in_text" else None, str(refused))
        else:
            messages.success(request, _("The decision is recorded. It will come back on the day of its check."))
            return redirect("school", school=school.pk) if school else redirect("district", district=district.slug)
    return show(
        request,
        "web/districts/decide.html",
        {
            "form": form,
            "said": said,
            "verdict": said.verdict if said else Verdict.TOO_FEW,
            "school": school,
            "name": local_name(*chosen, get_language() or "en"),
        },
        district=district,
        status=422 if form.errors else 200,
    )


class CheckForm(forms.Form):
    """What came of a decision."""

    outcome = forms.CharField(
        label=gettext_lazy("What came of it?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=gettext_lazy("What you saw, and what you keep, change or stop."),
    )
    accept_names = forms.BooleanField(label=gettext_lazy("No person is meant: keep it as it is"), required=False)


def check(request: HttpRequest, district: District, decision: Decision) -> HttpResponse:
    """Record the check of a decision."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_decision(
                decision=decision,
                outcome=form.cleaned_data["outcome"],
                checked_on=timezone.localdate(),
                accept_names=form.cleaned_data["accept_names"],
                by=signed_in(request),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The check is recorded."))
            return redirect("district", district=district.slug)
    return show(
        request,
        "web/districts/check.html",
        {"form": form, "decision": decision},
        district=district,
        status=422 if form.errors else 200,
    )
