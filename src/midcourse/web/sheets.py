"""The form of one observer's sheet: look-fors as they are drawn, and what came back as answers.

Which answers fit is decided by `records.actions.sheets`; here a sheet is only laid out and read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from midcourse.records.actions.sheets import Answer
from midcourse.records.models import LookFor, Section
from midcourse.vocabulary import Missing, Scale
from midcourse.web.templatetags.figures import in_language

REASONS = {"na": Missing.NOT_APPLICABLE, "no": Missing.NOT_LOOKED_FOR}


@dataclass(frozen=True)
class Choice:
    """One button of a look-for."""

    value: str
    text: str
    spoken: str
    chosen: bool
    wide: bool = False


@dataclass(frozen=True)
class Question:
    """One look-for as the page draws it."""

    code: str
    text: str
    hint: str
    counted: bool
    scanned: bool
    choices: tuple[Choice, ...]
    value: str
    of: str
    error: str = ""
    levels: str = ""

    @property
    def name(self) -> str:
        """Name of the form field."""
        return f"a-{self.code}"


def questions(look_fors: Iterable[LookFor], sent: QueryDict | None, errors: dict[str, str]) -> list[Question]:
    """Lay out the look-fors, with what was sent before when the form comes back."""
    out = []
    for look_for in look_fors:
        name = f"a-{look_for.code}"
        chosen = (sent.get(name) if sent else None) or "no"
        counted = look_for.scale in (Scale.COUNT, Scale.SNAPSHOT)
        out.append(
            Question(
                code=look_for.code,
                text=in_language(look_for.text),
                hint=in_language(look_for.hint),
                counted=counted,
                scanned=look_for.scale == Scale.SNAPSHOT,
                choices=tuple(_choices(look_for, chosen, counted=counted)),
                value=(sent.get(f"{name}-n", "") if sent else ""),
                of=(sent.get(f"{name}-of", "") if sent else ""),
                error=errors.get(look_for.code, ""),
                levels=_levels(look_for),
            )
        )
    return out


def _levels(look_for: LookFor) -> str:
    """Write out what the numbers of a rating mean: a button has room for the number alone."""
    if look_for.scale != Scale.RATING_1_4:
        return ""
    texts = [(int(choice["value"]), in_language(choice["text"])) for choice in look_for.choices]
    return " · ".join(f"{value} {text}" for value, text in texts if text)


def _choices(look_for: LookFor, chosen: str, *, counted: bool) -> Iterable[Choice]:
    if counted:
        yield Choice("value", _("Counted"), _("Counted"), chosen == "value", wide=True)
    elif look_for.scale == Scale.YES_NO:
        texts = {str(int(c["value"])): in_language(c["text"]) for c in look_for.choices}
        for value, word in (("1", _("Yes")), ("0", _("No"))):
            yield Choice(value, texts.get(value) or word, texts.get(value) or word, chosen == value)
    else:
        texts = {str(int(c["value"])): in_language(c["text"]) for c in look_for.choices}
        for value in texts or ("1", "2", "3", "4"):
            spoken = f"{value}: {texts[value]}" if texts and texts[value] else value
            yield Choice(value, value, spoken, chosen == value)
    yield Choice("na", _("N/A"), _("Not applicable: it could not have been seen"), chosen == "na")
    yield Choice("no", _("Not looked for"), _("Not looked for"), chosen == "no", wide=True)


def answers(look_fors: Iterable[LookFor], sent: QueryDict) -> tuple[Answer, ...]:
    """Read what was sent; a number that cannot be read stays out of range and is refused with its look-for's name."""
    out = []
    for look_for in look_fors:
        name = f"a-{look_for.code}"
        chosen = sent.get(name, "no")
        count, scanned = sent.get(f"{name}-n", "").strip(), sent.get(f"{name}-of", "").strip()
        if look_for.scale in (Scale.COUNT, Scale.SNAPSHOT) and (chosen == "value" or (chosen == "no" and count)):
            of = _number(scanned) if look_for.scale == Scale.SNAPSHOT else None
            out.append(Answer(look_for.code, value=_number(count), scanned=None if of is None else int(of)))
        elif chosen in REASONS:
            out.append(Answer(look_for.code, missing=REASONS[chosen]))
        else:
            out.append(Answer(look_for.code, value=_number(chosen)))
    return tuple(out)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return -1.0
    return number if math.isfinite(number) and abs(number) < 1e6 else -1.0


def answer_words(look_for: LookFor, value: float | None, scanned: int | None, missing: str) -> str:
    """Write a stored answer for its own observer."""
    if value is None:
        return {"not_applicable": _("not applicable"), "not_looked_for": _("not looked for")}.get(missing, missing)
    if look_for.scale == Scale.SNAPSHOT:
        return _("%(n)s of %(all)s students") % {"n": number_format(value, 0), "all": scanned}
    if look_for.scale == Scale.YES_NO:
        return _("Yes") if value else _("No")
    text = next((in_language(c["text"]) for c in look_for.choices if float(c["value"]) == value), "")
    return f"{value:g}: {text}" if text else f"{value:g}"


def section_label(section: Section) -> str:
    """Name a class so that a visitor finds the door: room, title, teacher."""
    teachers = ", ".join(a.educator.family_name for a in section.assignments.all() if a.active and a.primary)
    place = _("Room %(room)s") % {"room": section.room} if section.room else ""
    return " · ".join(part for part in (place, section.title, teachers) if part)
