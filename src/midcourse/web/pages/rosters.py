"""Rosters and staff lists: bring a file in, read what it would change, apply it, override a guard, undo it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.access import Act, may
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.rosters import (
    apply_roster,
    drop_roster,
    plan_roster,
    plan_staff_list,
    rekey,
    roster_plan_summary,
    roster_status,
    undo_roster,
)
from midcourse.records.models import District, RosterRun
from midcourse.web.rendering import show, signed_in
from midcourse.web.uploads import MOST_BYTES, kept_for_now


class RosterForm(forms.Form):
    """A OneRoster package or a staff list."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[
            ("oneroster", gettext_lazy("OneRoster files (a zip)")),
            ("staff_list", gettext_lazy("A staff list (CSV or XLSX)")),
        ],
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Nothing changes yet: you first see what the file would change."),
    )

    def clean_file(self) -> object:
        """Refuse what is too large for a web upload."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 80 MB. Bring it in with the command line."))
        return file


def rosters(request: HttpRequest, district: District) -> HttpResponse:
    """Show how the rosters stand and take a new file."""
    user = signed_in(request)
    may_manage = may(user, Act.MANAGE_ROSTER, district_id=district.pk)
    form = RosterForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST":
        if not may_manage:
            raise Http404
        if form.is_valid():
            plan = plan_roster if form.cleaned_data["kind"] == "oneroster" else plan_staff_list
            try:
                with kept_for_now(form.cleaned_data["file"]) as path:
                    run = plan(district=district, path=path, as_of=timezone.localdate(), by=user)
            except Refused as refused:
                form.add_error("file", str(refused))
            else:
                return redirect("roster-run", district=district.slug, run=run.pk)
    return show(
        request,
        "web/rosters/rosters.html",
        {"status": roster_status(district, lines=20), "form": form, "may_manage": may_manage},
        district=district,
        status=422 if form.errors else 200,
    )


class ApplyForm(forms.Form):
    """A reason, when a guard waits for a person."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it right to apply this all the same?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=500,
    )


def run(request: HttpRequest, district: District, run: RosterRun) -> HttpResponse:
    """Show what a run changes or has changed, and apply, undo, drop or re-key it."""
    user = signed_in(request)
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        step = request.POST.get("step", "")
        try:
            said = _take_step(step, run, form.cleaned_data["reason"], request)
        except Refused as refused:
            form.add_error("reason" if refused.code == "ROSTER_GUARD" else None, str(refused))
        else:
            messages.success(request, said)
            if step == "rekey":
                return redirect("rosters", district=district.slug)
            return redirect("roster-run", district=district.slug, run=run.pk)
    summary = roster_plan_summary(run)
    return show(
        request,
        "web/rosters/run.html",
        {
            "run": run,
            "summary": summary,
            "form": form,
            "may_manage": may(user, Act.MANAGE_ROSTER, district_id=district.pk),
            "refused": sum(f.count for f in summary.findings if f.code.startswith("E_")),
        },
        district=district,
        status=422 if form.errors else 200,
    )


def _take_step(step: str, run: RosterRun, reason: str, request: HttpRequest) -> str:
    user = signed_in(request)
    if step == "apply":
        apply_roster(run=run, override_reason=reason, by=user)
        return _("Applied: exactly the plan, all of it.")
    if step == "undo":
        undo_roster(run=run, by=user)
        return _("Undone: everything is as it was before this run.")
    if step == "drop":
        drop_roster(run=run, by=user)
        return _("The plan is dropped. Nothing was changed.")
    if step == "rekey":
        rekey(run=run, by=user)
        return _("The stored rows have their new ids. Bring the same file in again to see the rest.")
    raise Http404
