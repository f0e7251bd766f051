"""A protocol as it travels: what is looked for, on which scale, in which languages. Plain values, no format.

Decides the shape only; XLSForm is one way to write it (`xlsform`), the records another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from midcourse.exchange.findings import Finding
from midcourse.vocabulary import Missing, Scale

Texts = tuple[tuple[str, str], ...]
"""A text in several languages: (language code, text) pairs, the default language first."""


class AnswerKind(StrEnum):
    """Ways to answer that are not a scale: they are kept as evidence and never enter a mean."""

    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    DECIMAL = "decimal"
    TEXT = "text"
    NOTE = "note"  # guidance for the observer; nothing is answered
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class ChoiceDocument:
    """One answer that can be chosen.

    `missing` is set for the two answers that are no observation: ``na`` (it could not have been seen) and ``nlf``
    (nobody looked). They are kept apart and have no score.
    """

    value: str
    texts: Texts
    score: float | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class LookForDocument:
    """One question of a protocol.

    Parameters
    ----------
    code : str
        Its name in the form; the same code in two versions means the same wording and the same scale.
    scale : Scale or AnswerKind
        A scale can be measured; the other kinds are evidence.
    texts, hint, constraint_message : Texts
        Label, help and the message for a value out of range, per language.
    group, domain : str
        Group of the form it stands in, and the domain it counts to (the group unless the author says otherwise).
    minimum, maximum : float or None
        Inclusive limits of a number.
    constraint, relevant : str
        Expressions kept as text and never evaluated here; `constraint` only where it is more than a range.
    weight : float or None
        The author's weight; scoring is decided elsewhere.
    parts : tuple of (str, Texts)
        The counts of a snapshot scan, in pairs: pupils on learning, pupils counted.
    order : int
        Place in the form, from 1.
    """

    code: str
    scale: Scale | AnswerKind
    texts: Texts
    hint: Texts = ()
    group: str = ""
    domain: str = ""
    required: bool = False
    choices: tuple[ChoiceDocument, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    constraint: str = ""
    constraint_message: Texts = ()
    relevant: str = ""
    appearance: str = ""
    case_item: str = ""
    weight: float | None = None
    parts: tuple[tuple[str, Texts], ...] = ()
    order: int = 0

    @property
    def measured(self) -> bool:
        """True when the answers are on a scale that an indicator can use."""
        return isinstance(self.scale, Scale)


@dataclass(frozen=True, slots=True)
class GroupDocument:
    """A group of questions: a domain of practice, or a part of the form. `parent` is the group around it."""

    name: str
    texts: Texts
    parent: str = ""
    appearance: str = ""
    relevant: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """A whole protocol.

    `context` holds the questions about the visit itself (school, grade, minutes); `look_fors` those about teaching and
    learning. `languages` pairs each code with its name. `metadata` and `calculations` are kept for the form's sake:
    (type, name) and (name, expression); nothing here computes them.
    """

    form_id: str
    version: str
    title: Texts
    default_language: str
    languages: tuple[tuple[str, str], ...]
    look_fors: tuple[LookForDocument, ...]
    context: tuple[LookForDocument, ...] = ()
    groups: tuple[GroupDocument, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    calculations: tuple[tuple[str, str], ...] = ()
    instance_name: str = ""

    @property
    def questions(self) -> tuple[LookForDocument, ...]:
        """Context and look-fors in the order of the form."""
        return tuple(sorted((*self.context, *self.look_fors), key=lambda question: question.order))


@dataclass(frozen=True, slots=True)
class ProtocolReading:
    """What a file gave: the protocol, or None when nothing usable was in it, and what to know about it."""

    document: ProtocolDocument | None
    findings: tuple[Finding, ...] = field(default=())
