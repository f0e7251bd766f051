"""Agreeing on indicators: which ones, under which name, with which target and owner, before data are collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.indicators import Indicator, load_catalogue
from midcourse.records.actions.adoptions import adopt_indicator, change_adoption, end_adoption
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Adoption, District, Educator, User
from midcourse.web.rendering import show, signed_in
from midcourse.web.wording import figure


@dataclass(frozen=True, slots=True)
class Offer:
    """One indicator of the catalogue, and the district's adoption of it if there is one."""

    indicator: Indicator
    adoption: Adoption | None


def adoptions(request: HttpRequest, district: District) -> HttpResponse:
    """List the catalogue: what is adopted first, then what could be."""
    user = signed_in(request)
    present = Adoption.objects.visible_to(user).filter(district=district, ended_on__isnull=True)
    ours = {a.indicator_id: a for a in present.select_related("owner")}
    offers = [Offer(indicator, ours.get(key)) for key, indicator in load_catalogue().items()]
    return show(
        request,
        "web/adoptions/adoptions.html",
        {"adopted": [o for o in offers if o.adoption], "open": [o for o in offers if not o.adoption]},
        district=district,
    )


class AdoptionForm(forms.Form):
    """What was agreed about one indicator."""

    name_en = forms.CharField(
        label=gettext_lazy("Your name for it, in English"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Leave it empty to keep the catalogue's."),
    )
    name_es = forms.CharField(label=gettext_lazy("Your name for it, in Spanish"), required=False, max_length=80)
    target = forms.FloatField(
        label=gettext_lazy("Target"),
        required=False,
        help_text=gettext_lazy("Agreed on before data are collected. A share is written in per cent, e.g. 60."),
    )
    owner = forms.ModelChoiceField(
        queryset=Educator.objects.none(), label=gettext_lazy("Owner"), required=False, empty_label="—"
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed to change or end what was agreed. It is kept."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


def adoption(request: HttpRequest, district: District, indicator: str) -> HttpResponse:
    """Adopt one indicator, change what was agreed about it, or end it."""
    user = signed_in(request)
    definition = load_catalogue().get(indicator)
    if definition is None:
        raise Http404
    present = Adoption.objects.visible_to(user).filter(district=district, indicator_id=indicator, ended_on__isnull=True)
    ours: Adoption | None = present.first()
    today = timezone.localdate()
    owners = Educator.objects.visible_to(user).filter(district=district, active=True).leading()
    form = AdoptionForm(
        request.POST if request.method == "POST" else None, owners=owners, initial=_initial(definition, ours)
    )
    if request.method == "POST" and form.is_valid():
        given = _agreed(definition, form.cleaned_data)
        reason, step = form.cleaned_data["reason"], request.POST.get("step")
        try:
            if ours is None:
                adopt_indicator(
                    district=district,
                    indicator_id=indicator,
                    definition_version=definition.version,
                    adopted_on=today,
                    reason=reason,
                    by=user,
                    **given,
                )
                messages.success(request, _("Adopted. The next refresh computes it."))
            elif step == "end":
                end_adoption(adoption=ours, on=today, reason=reason, by=user)
                messages.success(request, _("Ended. What was computed under it stays."))
            else:
                change_adoption(adoption=ours, on=today, reason=reason, by=user, **given)
                messages.success(request, _("Changed. What was agreed before is kept, with its dates."))
        except Refused as refused:
            form.add_error("reason" if refused.code == "no_reason" else None, str(refused))
        else:
            return redirect("adoptions", district=district.slug)
    return show(
        request,
        "web/adoptions/adoption.html",
        {"form": form, "indicator": definition, "adoption": ours, "before": _before(user, district, definition)},
        district=district,
        status=422 if form.errors else 200,
    )


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed before, from when to when, and why it was changed."""

    adoption: Adoption
    target: str


def _before(user: User, district: District, definition: Indicator) -> list[Agreed]:
    rows = Adoption.objects.visible_to(user).filter(
        district=district, indicator_id=definition.id, ended_on__isnull=False
    )
    metric = definition.metric.value
    return [
        Agreed(row, "" if row.target is None else figure(row.target, None, None, metric))
        for row in rows.select_related("owner").order_by("-ended_on", "-adopted_on")
    ]


def _in_per_cent(definition: Indicator) -> bool:
    return definition.metric.value == "share"


def _initial(definition: Indicator, ours: Adoption | None) -> dict[str, Any]:
    target = ours.target if ours else definition.target
    if target is not None and _in_per_cent(definition):
        target = round(100 * target, 4)
    names = ours.local_name if ours else {}
    return {
        "name_en": names.get("en", ""),
        "name_es": names.get("es", ""),
        "target": target,
        "owner": ours.owner_id if ours else None,
    }


def _agreed(definition: Indicator, given: dict[str, Any]) -> dict[str, Any]:
    target = given["target"]
    names = {language: given[f"name_{language}"].strip() for language in ("en", "es")}
    return {
        "local_name": {language: name for language, name in names.items() if name},
        "target": target / 100 if target is not None and _in_per_cent(definition) else target,
        "owner": given["owner"],
    }
