"""Protocols in and out as documents, the form in which authors exchange them (XLSForm, standards 6.1).

What is not on a scale (free text, several answers) is evidence and not a look-for: the visit's note takes its place,
and each such question is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from midcourse.exchange import ChoiceDocument, Finding, LookForDocument, ProtocolDocument
from midcourse.records.actions.protocols import Choice, LookForDraft, create_protocol, draft_version
from midcourse.records.models import District, LookFor, Protocol, ProtocolVersion, User
from midcourse.vocabulary import Missing, Scale

PRESENT_FROM = {Scale.RATING_1_4: 3.0, Scale.YES_NO: 1.0, Scale.COUNT: 1.0}
"""From which value a look-for counts as present unless its authors say otherwise: the upper half of a rating, as
"agree or strongly agree" is counted; yes; at least once."""

_LANGUAGE_NAMES = {"en": "English (en)", "es": "Español (es)"}
_NO_OBSERVATION = (
    ChoiceDocument("na", (("en", "Not applicable"), ("es", "No aplica")), missing=Missing.NOT_APPLICABLE),
    ChoiceDocument("nlf", (("en", "Not looked for"), ("es", "No se miró")), missing=Missing.NOT_LOOKED_FOR),
)
_YES_NO = (
    ChoiceDocument("yes", (("en", "yes"), ("es", "sí")), score=1.0),
    ChoiceDocument("no", (("en", "no"), ("es", "no")), score=0.0),
)


@dataclass(frozen=True, slots=True)
class DraftedForm:
    """The version drafted from a document, and what of the document was left out."""

    version: ProtocolVersion
    findings: tuple[Finding, ...]


def draft_from_document(
    *,
    district: District,
    document: ProtocolDocument,
    roles: Mapping[str, str] | None = None,
    present_from: Mapping[str, float] | None = None,
    reason: str = "",
    by: User | None,
) -> DraftedForm:
    """Draft a version from a document, under the district's protocol with its form id (begun when there is none).

    `roles` and `present_from` say by code what a look-for stands for in the catalogue and from which value it counts.
    """
    measured = [question for question in document.look_fors if question.measured]
    drafts = [_draft(q, (roles or {}).get(q.code, ""), (present_from or {}).get(q.code)) for q in measured]
    with transaction.atomic():
        protocol = Protocol.objects.filter(district=district, form_id=document.form_id).first() or create_protocol(
            district=district, form_id=document.form_id, title=dict(document.title), by=by
        )
        version = draft_version(protocol=protocol, number=document.version, look_fors=drafts, reason=reason, by=by)
    return DraftedForm(version, tuple(_left_out(q) for q in document.look_fors if not q.measured))


def document_of(version: ProtocolVersion) -> ProtocolDocument:
    """Return a version as a document, to be written as a spreadsheet."""
    rows = list(version.look_fors.order_by("order"))
    spoken = {code: None for text in (version.protocol.title, *(row.text for row in rows)) for code in text}
    languages = tuple((code, _LANGUAGE_NAMES.get(code, f"{code} ({code})")) for code in spoken)
    return ProtocolDocument(
        form_id=version.protocol.form_id,
        version=version.number,
        title=tuple(version.protocol.title.items()),
        default_language=languages[0][0],
        languages=languages,
        look_fors=tuple(_document(row) for row in rows),
    )


def _draft(question: LookForDocument, role: str, present_from: float | None) -> LookForDraft:
    scale = Scale(question.scale)
    return LookForDraft(
        code=question.code,
        scale=scale,
        text=dict(question.texts),
        hint=dict(question.hint),
        choices=tuple(
            Choice(choice.score, dict(choice.texts)) for choice in question.choices if choice.score is not None
        ),
        present_from=PRESENT_FROM.get(scale) if present_from is None else present_from,
        role=role,
        domain=question.domain,
        required=question.required,
        minimum=question.minimum,
        maximum=question.maximum,
        case_item=question.case_item,
    )


def _document(row: LookFor) -> LookForDocument:
    scale = Scale(row.scale)
    choices: tuple[ChoiceDocument, ...] = ()
    if scale is Scale.YES_NO and not row.choices:
        choices = _YES_NO
    elif scale in (Scale.RATING_1_4, Scale.YES_NO):
        names = {1.0: "yes", 0.0: "no"} if scale is Scale.YES_NO else {}
        choices = tuple(
            ChoiceDocument(names.get(c["value"], f"{c['value']:g}"), tuple(c["text"].items()), score=float(c["value"]))
            for c in row.choices or [{"value": float(v), "text": {"en": str(v)}} for v in (1, 2, 3, 4)]
        )
    return LookForDocument(
        code=row.code,
        scale=scale,
        texts=tuple(row.text.items()),
        hint=tuple(row.hint.items()),
        domain=row.domain,
        required=row.required,
        choices=(*choices, *_NO_OBSERVATION) if choices else (),
        minimum=row.minimum,
        maximum=row.maximum,
        case_item=row.case_item,
        order=row.order,
    )


def _left_out(question: LookForDocument) -> Finding:
    return Finding(
        "W_NOT_MEASURED",
        "survey",
        None,
        "name",
        question.code,
        "The question is not on a scale, so it is not a look-for here.",
        "Observers write what they see and hear into the visit's note. Nothing to do, unless a rating was meant.",
    )
