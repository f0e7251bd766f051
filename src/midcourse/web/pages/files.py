"""Received files: state results in, with what could not be read, and the log of everything that came."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.records.actions.imports import register_results, withdraw_file
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, ReceivedFile
from midcourse.web.findings import kept
from midcourse.web.rendering import show, signed_in
from midcourse.web.uploads import MOST_BYTES


class ResultsForm(forms.Form):
    """One EdSight export."""

    file = forms.FileField(
        label=gettext_lazy("Results file"),
        help_text=gettext_lazy(
            "An EdSight export of Smarter Balanced results (CSV or zip), exactly as it was downloaded."
        ),
    )

    def clean_file(self) -> object:
        """Refuse what is too large for a web upload."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 80 MB. Bring it in with the command line."))
        return file


def files(request: HttpRequest, district: District) -> HttpResponse:
    """List received files and take results."""
    user = signed_in(request)
    form = ResultsForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            registered = register_results(district=district, name=upload.name, content=upload.read(), by=user)
        except (Refused, ValueError) as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, registered.sentence)
            return redirect("file", district=district.slug, file=registered.file.pk)
    return show(
        request,
        "web/files/files.html",
        {"files": ReceivedFile.objects.visible_to(user).filter(district=district)[:100], "form": form},
        district=district,
        status=422 if form.errors else 200,
    )


def file(request: HttpRequest, district: District, file: ReceivedFile) -> HttpResponse:
    """Show what became of a file's rows, and withdraw it."""
    if request.method == "POST":
        try:
            withdraw_file(file=file, by=signed_in(request))
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Withdrawn: later calculations leave it out."))
        return redirect("file", district=district.slug, file=file.pk)
    return show(request, "web/files/file.html", {"file": file, "findings": kept(file.findings)}, district=district)
