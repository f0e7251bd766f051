"""The invented districts' protocol, in our own words and two languages, through a protocol spreadsheet like any other.

Decides what is looked for and what it stands for in the catalogue. The revision rewords two look-fors: reworded ones
get new codes, the others keep theirs, which is what links the two versions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from midcourse.exchange import ChoiceDocument, LookForDocument, ProtocolDocument, read_xlsform, write_xlsform
from midcourse.records.actions.protocols import (
    Choice,
    LookForDraft,
    create_protocol,
    draft_version,
    publish_version,
)
from midcourse.records.models import District, Protocol, ProtocolVersion
from midcourse.vocabulary import Missing, Scale

_Texts = tuple[tuple[str, str], ...]
PRIORITY, REASONING = "priority_practice", "reasoning"


def _both(en: str, es: str) -> _Texts:
    return (("en", en), ("es", es))


_RATING = tuple(
    ChoiceDocument(str(value), _both(en, es), float(value))
    for value, en, es in (
        (1, "Not yet", "Todavía no"),
        (2, "Beginning", "Comienza"),
        (3, "Clearly there", "Claramente presente"),
        (4, "There, and students lead it", "Presente, y la llevan los estudiantes"),
    )
)
_YES_NO = (ChoiceDocument("yes", _both("Yes", "Sí"), 1.0), ChoiceDocument("no", _both("No", "No"), 0.0))
_UNSEEN = (
    ChoiceDocument("na", _both("Could not have been seen", "No podía verse"), None, Missing.NOT_APPLICABLE),
    ChoiceDocument("nlf", _both("Did not look", "No se observó"), None, Missing.NOT_LOOKED_FOR),
)

RATED: tuple[tuple[str, str, str, str], ...] = (
    ("goal_in_use", PRIORITY, "Students work toward a learning goal that they can say in their own words.",
     "Los estudiantes trabajan hacia una meta de aprendizaje que pueden decir con sus palabras."),
    ("task_demands_thinking", PRIORITY, "The task asks for thinking that cannot be copied from an example.",
     "La tarea pide pensar algo que no puede copiarse de un ejemplo."),
    ("thinking_made_visible", PRIORITY, "Students' thinking is made visible and used by the class.",
     "El pensamiento de los estudiantes se hace visible y la clase lo usa."),
    ("checks_and_adjusts", PRIORITY, "The teacher finds out who understands, and changes something because of it.",
     "El docente averigua quién comprende y cambia algo por ello."),
    ("pupils_explain", REASONING, "Students explain how they know.", "Los estudiantes explican cómo lo saben."),
    ("pupils_respond", REASONING, "Students respond to each other's reasoning.",
     "Los estudiantes responden al razonamiento de otros."),
    ("evidence_asked", REASONING, "Claims are backed by the text, the data or a proof.",
     "Las afirmaciones se apoyan en el texto, los datos o una prueba."),
)  # fmt: skip
"""Rated look-fors: code, role in the catalogue, wording."""

YES_NO, COUNT, SNAPSHOT = "goal_posted", "pupil_questions", "on_learning"
REVISED = {
    "goal_in_use": ("goal_in_use_2", "Most students can say what they are learning and how they will know it.",
                    "La mayoría de los estudiantes puede decir qué aprende y cómo sabrá que lo aprendió."),
    "pupils_respond": ("pupils_respond_2", "Students build on, or disagree with, what another student has said.",
                       "Los estudiantes amplían o discuten lo que otro estudiante ha dicho."),
}  # fmt: skip
_PRESENT_FROM = 3.0
_ON_LEARNING_FROM = 0.8  # share of the pupils scanned


def publish_protocol(*, district: District, folder: Path) -> ProtocolVersion:
    """Write the first version as a protocol spreadsheet, read it back, and publish it."""
    protocol = create_protocol(
        district=district,
        form_id="five_rivers_walk",
        title={"en": "Five Rivers classroom walk", "es": "Recorrido de aulas Five Rivers"},
        by=None,
    )
    return _publish(protocol, _document("1"), "", folder)


def publish_revision(*, version: ProtocolVersion, folder: Path) -> ProtocolVersion:
    """Publish the second version, in which two look-fors are reworded under new codes."""
    return _publish(version.protocol, _document("2", revised=True), "Observers read two look-fors differently.", folder)


def _publish(protocol: Protocol, document: ProtocolDocument, reason: str, folder: Path) -> ProtocolVersion:
    path = folder / f"{protocol.district.slug}-walk-{document.version}.xlsx"
    write_xlsform(document, path)
    reading = read_xlsform(path)
    if reading.document is None:
        raise ValueError("the demonstration's own protocol cannot be read back")
    drafts = [_draft(look_for) for look_for in reading.document.look_fors]
    version = draft_version(protocol=protocol, number=document.version, look_fors=drafts, reason=reason, by=None)
    return publish_version(version=version, by=None)


def _document(version: str, *, revised: bool = False) -> ProtocolDocument:
    rated = [
        LookForDocument(
            code=code, scale=Scale.RATING_1_4, texts=_both(en, es), choices=(*_RATING, *_UNSEEN), required=True
        )
        for code, _, en, es in RATED
    ]
    if revised:
        rated = [
            replace(one, code=REVISED[one.code][0], texts=_both(*REVISED[one.code][1:])) if one.code in REVISED else one
            for one in rated
        ]
    others = [
        LookForDocument(
            code=YES_NO,
            scale=Scale.YES_NO,
            texts=_both(
                "The learning goal can be read in the room.", "La meta de aprendizaje puede leerse en el aula."
            ),
            choices=(*_YES_NO, *_UNSEEN),
        ),
        LookForDocument(
            code=COUNT,
            scale=Scale.COUNT,
            texts=_both(
                "Questions that students asked about the content", "Preguntas de estudiantes sobre el contenido"
            ),
            minimum=0.0,
            maximum=60.0,
        ),
        LookForDocument(
            code=SNAPSHOT,
            scale=Scale.SNAPSHOT,
            texts=_both("Students on learning, at one moment", "Estudiantes ocupados en aprender, en un momento"),
        ),
    ]
    return ProtocolDocument(
        form_id="five_rivers_walk",
        version=version,
        title=_both("Five Rivers classroom walk", "Recorrido de aulas Five Rivers"),
        default_language="en",
        languages=(("en", "English"), ("es", "Español")),
        look_fors=tuple(replace(one, order=n) for n, one in enumerate([*rated, *others], start=1)),
    )


def _draft(look_for: LookForDocument) -> LookForDraft:
    """Make the spreadsheet's question a look-for and say what it stands for; that link is ours, not the file's."""
    roles = {code: role for code, role, _, _ in RATED} | {
        new: role for code, role, _, _ in RATED if code in REVISED for new in REVISED[code][:1]
    }
    scale = Scale(look_for.scale)
    thresholds = {Scale.RATING_1_4: _PRESENT_FROM, Scale.YES_NO: 1.0, Scale.SNAPSHOT: _ON_LEARNING_FROM}
    return LookForDraft(
        code=look_for.code,
        scale=scale,
        text=dict(look_for.texts),
        hint=dict(look_for.hint),
        choices=tuple(Choice(c.score, dict(c.texts)) for c in look_for.choices if c.score is not None),
        present_from=thresholds.get(scale),
        role=roles.get(look_for.code, ""),
        domain=look_for.domain,
        required=look_for.required,
        minimum=look_for.minimum,
        maximum=look_for.maximum,
    )
