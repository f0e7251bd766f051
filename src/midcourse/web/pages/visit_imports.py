"""Past visits from a spreadsheet: upload, say what each column is, read what would be stored, then store it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midcourse.exchange import (
    AnswerColumn,
    ProtocolDocument,
    VisitField,
    VisitMapping,
    propose_mapping,
    read_table,
)
from midcourse.records.actions.protocol_documents import document_of
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.visit_imports import import_visits, plan_visit_import
from midcourse.records.models import District, ProtocolVersion
from midcourse.vocabulary import Scale
from midcourse.web import waiting
from midcourse.web.findings import read_now
from midcourse.web.rendering import show, signed_in
from midcourse.web.templatetags.figures import in_language
from midcourse.web.uploads import MOST_BYTES
from midcourse.web.waiting import Waiting

_NEEDED = (VisitField.DATE, VisitField.SCHOOL, VisitField.OBSERVER)


class SpreadsheetForm(forms.Form):
    """A spreadsheet of visits and the protocol that was used."""

    version = forms.ModelChoiceField(
        queryset=ProtocolVersion.objects.none(),
        label=gettext_lazy("Protocol that was used"),
        empty_label=None,
    )
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet (CSV or XLSX)"),
        help_text=gettext_lazy("One line per visit, as your form exports it. It is erased once its lines are stored."),
    )

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]

    def clean_file(self) -> object:
        """Refuse what is too large for a web upload."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 80 MB. Bring it in with the command line."))
        return file


def upload(request: HttpRequest, district: District) -> HttpResponse:
    """Take the spreadsheet and guess its columns."""
    user = signed_in(request)
    versions = ProtocolVersion.objects.visible_to(user).filter(district=district, published_at__isnull=False)
    form = SpreadsheetForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        versions=versions.select_related("protocol"),
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        kept = waiting.keep(request, form.cleaned_data["file"], district=district.pk, version=version.pk)
        header = _header(kept)
        if not header:
            waiting.forget(request)
            form.add_error("file", _("No table could be read from this file. Nothing was stored."))
        else:
            waiting.remember(request, kept, propose_mapping(header, document_of(version)).as_json())
            return redirect("map-visits", district=district.slug)
    return show(
        request,
        "web/visits/import_upload.html",
        {"form": form, "versions": versions},
        district=district,
        status=422 if form.errors else 200,
    )


@dataclass(frozen=True)
class Column:
    """One column of the spreadsheet with what it is taken for."""

    number: int
    name: str
    chosen: str
    sure: bool


def columns(request: HttpRequest, district: District) -> HttpResponse:
    """Let a person say what each column is."""
    found = _waiting(request, district)
    if found is None:
        return redirect("import-visits", district=district.slug)
    kept, version = found
    document = document_of(version)
    mapping = VisitMapping.from_json(kept.mapping)
    header = _header(kept)
    problem = ""
    if request.method == "POST":
        chosen = {name: request.POST.get(f"c{n}", "-") for n, name in enumerate(header)}
        mapping = _build(mapping, chosen, document, day_first=bool(request.POST.get("day_first")))
        waiting.remember(request, kept, mapping.as_json())
        missing = [field for field in _NEEDED if mapping.column_of(field) is None]
        doubled = len([c for c in chosen.values() if c != "-"]) != len({c for c in chosen.values() if c != "-"})
        if missing:
            named = ", ".join(_field_words(field) for field in missing)
            problem = _("These must have a column: %(fields)s.") % {"fields": named}
        elif doubled:
            problem = _("Two columns are taken for the same thing. Pass one of them over.")
        else:
            return redirect("check-visits", district=district.slug)
    return show(
        request,
        "web/visits/import_columns.html",
        {
            "name": kept.name,
            "columns": list(_columns(header, mapping)),
            "options": _options(document),
            "day_first": mapping.day_first,
            "problem": problem,
        },
        district=district,
        status=422 if problem else 200,
    )


def check(request: HttpRequest, district: District) -> HttpResponse:
    """Show what the import would store and report; store it, or put it aside."""
    found = _waiting(request, district)
    if found is None:
        return redirect("import-visits", district=district.slug)
    kept, version = found
    mapping = VisitMapping.from_json(kept.mapping)
    if request.method == "POST":
        if request.POST.get("step") != "import":
            waiting.forget(request)
            messages.success(request, _("Put aside. The spreadsheet is erased and nothing was stored."))
            return redirect("visits", district=district.slug)
        try:
            done = import_visits(
                district=district,
                version=version,
                name=kept.name,
                content=kept.content(),
                mapping=mapping,
                by=signed_in(request),
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("check-visits", district=district.slug)
        waiting.forget(request)
        messages.success(
            request,
            _("%(n)s visits are stored. The spreadsheet is erased.") % {"n": done.rows_stored},
        )
        return redirect("file", district=district.slug, file=done.file.pk)
    plan = plan_visit_import(
        district=district,
        version=version,
        name=kept.name,
        content=kept.content(),
        mapping=mapping,
        by=signed_in(request),
    )
    return show(
        request,
        "web/visits/import_check.html",
        {"plan": plan, "name": kept.name, "findings": read_now(plan.findings)},
        district=district,
    )


def _waiting(request: HttpRequest, district: District) -> tuple[Waiting, ProtocolVersion] | None:
    """Return the spreadsheet that waits and its protocol; without one the first step begins again."""
    kept = waiting.find(request, district.pk)
    if kept is None:
        return None
    version = ProtocolVersion.objects.visible_to(signed_in(request)).filter(pk=kept.version, district=district).first()
    return (kept, version) if version else None


def _header(kept: Waiting) -> tuple[str, ...]:
    try:
        return tuple(read_table(kept.path).header)
    except (ValueError, OSError):
        return ()


def _field_words(field: VisitField) -> str:
    return {
        VisitField.DATE: _("Date"),
        VisitField.SCHOOL: _("School"),
        VisitField.GRADE: _("Grade"),
        VisitField.SUBJECT: _("Subject area"),
        VisitField.SECTION: _("Class or room"),
        VisitField.TEACHER: _("Visited teacher"),
        VisitField.OBSERVER: _("Observer"),
        VisitField.CO_OBSERVERS: _("Other observers"),
        VisitField.MINUTES: _("Minutes"),
        VisitField.NOTE: _("Note"),
        VisitField.ROW_ID: _("Number of the response"),
    }[field]


def _options(document: ProtocolDocument) -> list[tuple[str, list[tuple[str, str]]]]:
    fields = [(f"f:{field.value}", _field_words(field)) for field in VisitField]
    look_fors = []
    for question in document.look_fors:
        text = in_language(dict(question.texts)) or question.code
        if question.scale is Scale.SNAPSHOT:
            look_fors.append((f"a:{question.code}:on", _("%(text)s (engaged)") % {"text": text}))
            look_fors.append((f"a:{question.code}:of", _("%(text)s (scanned)") % {"text": text}))
        look_fors.append((f"a:{question.code}:", text))
    return [(_("About the visit"), fields), (_("Look-fors"), look_fors)]


def _columns(header: Iterable[str], mapping: VisitMapping) -> Iterable[Column]:
    fields = {column: f"f:{field.value}" for field, column in mapping.fields}
    answers = {a.column: a for a in mapping.answers}
    for number, name in enumerate(header):
        answer = answers.get(name)
        if answer is not None:
            yield Column(number, name, f"a:{answer.code}:{answer.side}", answer.exact)
        else:
            yield Column(number, name, fields.get(name, "-"), True)


def _build(
    before: VisitMapping, chosen: dict[str, str], document: ProtocolDocument, *, day_first: bool
) -> VisitMapping:
    """Return the mapping that a person chose; a column left as it was guessed keeps its guess, now confirmed."""
    guessed = {a.column: a for a in before.answers}
    fields: list[tuple[VisitField, str]] = []
    answers: list[AnswerColumn] = []
    passed: list[str] = []
    for column, choice in chosen.items():
        kind, _sep, rest = choice.partition(":")
        if kind == "f" and rest in set(VisitField):
            fields.append((VisitField(rest), column))
        elif kind == "a" and (answer := _answer(column, rest, guessed.get(column), document)):
            answers.append(answer)
        else:
            passed.append(column)
    return replace(
        before,
        fields=tuple(fields),
        answers=tuple(answers),
        passed_over=tuple(passed),
        day_first=day_first,
    )


def _answer(column: str, choice: str, guess: AnswerColumn | None, document: ProtocolDocument) -> AnswerColumn | None:
    code, _sep, side = choice.partition(":")
    if guess is not None and guess.code == code and guess.side == side:
        return replace(guess, exact=True)
    found = propose_mapping([code], document).answers  # a column named by its code is always recognised
    return replace(found[0], column=column, side=side, exact=True) if found else None
