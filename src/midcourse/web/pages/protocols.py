"""Protocols: a district's look-fors, in from an XLSForm and out as one, published, and linked to the catalogue."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from midcourse.exchange import read_xlsform, write_xlsform
from midcourse.records.actions.protocol_documents import document_of, draft_from_document
from midcourse.records.actions.protocols import link_look_for, publish_version
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, LookFor, ProtocolVersion
from midcourse.web.findings import FindingLine, read_now
from midcourse.web.readings import catalogue
from midcourse.web.rendering import show, signed_in
from midcourse.web.uploads import MOST_BYTES, kept_for_now

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProtocolForm(forms.Form):
    """An XLSForm and, for a new version, its reason."""

    file = forms.FileField(
        label=gettext_lazy("XLSForm (XLSX)"),
        help_text=gettext_lazy("The same spreadsheet that ODK and KoboToolbox use; take one of yours out and edit it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why this version?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed from the second version on."),
    )

    def clean_file(self) -> object:
        """Refuse what is too large for a form."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES // 20:
            raise forms.ValidationError(_("This file is larger than 4 MB: it is no protocol."))
        return file


def protocols(request: HttpRequest, district: District) -> HttpResponse:
    """List protocols with their versions, and take a new one."""
    user = signed_in(request)
    form = ProtocolForm(request.POST if request.method == "POST" else None, request.FILES or None)
    findings: tuple[FindingLine, ...] = ()
    if request.method == "POST" and form.is_valid():
        with kept_for_now(form.cleaned_data["file"]) as path:
            reading = read_xlsform(path)
        found = list(reading.findings)
        if reading.document is None:
            form.add_error("file", _("No question could be read from this file. Nothing was stored."))
        else:
            try:
                drafted = draft_from_document(
                    district=district, document=reading.document, reason=form.cleaned_data["reason"], by=user
                )
            except Refused as refused:
                form.add_error("reason" if refused.code == "no_reason" else "file", str(refused))
            else:
                found += drafted.findings
                if not found:
                    messages.success(request, _("The version is drafted. Read it through, then publish it."))
                    return redirect("protocol", district=district.slug, version=drafted.version.pk)
                messages.success(request, _("The version is drafted. Read the findings below."))
        findings = read_now(found)
    versions = (
        ProtocolVersion.objects.visible_to(user)
        .filter(district=district)
        .select_related("protocol")
        .order_by("protocol__form_id", "published_at")
    )
    return show(
        request,
        "web/protocols/protocols.html",
        {"versions": versions, "form": form, "findings": findings},
        district=district,
        status=422 if form.errors else 200,
    )


def role_choices() -> list[tuple[str, str]]:
    """Return what a look-for may stand for: the roles that the catalogue's definitions ask for."""
    language = get_language() or "en"
    named: dict[str, list[str]] = {}
    for definition in catalogue().values():
        for condition in (*definition.formula.rows, *definition.formula.hits):
            if condition.column == "role" and isinstance(condition.value, str):
                named.setdefault(condition.value, []).append(f"{definition.id} {definition.name.in_language(language)}")
    return [("", _("no indicator")), *((role, ", ".join(names)) for role, names in sorted(named.items()))]


def protocol(request: HttpRequest, district: District, version: ProtocolVersion) -> HttpResponse:
    """Show one version; publish it, and say what its look-fors stand for."""
    user = signed_in(request)
    look_fors = list(LookFor.objects.visible_to(user).filter(version=version))
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("step") == "publish":
                publish_version(version=version, by=user)
                messages.success(request, _("Published. From the first visit on it can no longer be changed."))
            else:
                known = {role for role, _text in role_choices()}
                for look_for in look_fors:
                    role = request.POST.get(f"role-{look_for.code}")
                    if role is not None and role in known and role != look_for.role:
                        link_look_for(look_for=look_for, role=role, by=user)
                messages.success(request, _("The links are saved."))
        except Refused as refused:
            problem = str(refused)
        else:
            return redirect("protocol", district=district.slug, version=version.pk)
    return show(
        request,
        "web/protocols/protocol.html",
        {"version": version, "look_fors": look_fors, "roles": role_choices(), "problem": problem},
        district=district,
        status=422 if problem else 200,
    )


def spreadsheet(request: HttpRequest, district: District, version: ProtocolVersion) -> HttpResponse:
    """Hand a version out as an XLSForm."""
    name = f"{slugify(version.protocol.form_id) or 'protocol'}-{slugify(version.number) or '1'}.xlsx"
    with tempfile.TemporaryDirectory(prefix="midcourse-") as folder:
        path = Path(folder) / name
        write_xlsform(document_of(version), path)
        content = path.read_bytes()
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
