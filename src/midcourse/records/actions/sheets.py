"""What an observer hands in, and whether each answer fits its look-for. Nothing is stored here.

Not applicable (it could not have been seen) and not looked for (the observer did not look) are kept apart; an optional
look-for without any answer was not looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Educator, LookFor
from midcourse.vocabulary import Missing, Scale

_REASONS = (Missing.NOT_APPLICABLE, Missing.NOT_LOOKED_FOR)
_RATINGS = (1.0, 2.0, 3.0, 4.0)
_MOST = 1000  # pupils in sight at once, or times that a thing was counted in one visit


@dataclass(frozen=True, slots=True)
class Answer:
    """One observer's answer to one look-for: a value, or the reason why there is none.

    `value` is 1-4, yes=1 no=0, a count, or (snapshot) the pupils on learning out of `scanned`.
    """

    look_for_code: str
    value: float | None = None
    scanned: int | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that one observer wrote of one visit. `language` is that of the note.

    In a sheet `imported` from an older form a look-for may also be not asked.
    """

    observer: Educator
    answers: tuple[Answer, ...]
    note: str = ""
    language: str = "en"
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that does not fit, in words for its writer."""

    look_for: str
    value: str
    sentence: str
    remedy: str


class InvalidSheetError(Refused):
    """Answers that do not fit their look-fors; `problems` has one entry for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__("invalid_answers", first.sentence, first.remedy)


def complete_answers(
    look_fors: Mapping[str, LookFor], answers: Iterable[Answer], *, imported: bool = False
) -> tuple[tuple[Answer, ...], tuple[Problem, ...]]:
    """Return one answer for each look-for of the version, in its order, and what is wrong with those given."""
    given: dict[str, Answer] = {}
    problems: list[Problem] = []
    for answer in answers:
        look_for = look_fors.get(answer.look_for_code)
        if look_for is None:
            problems.append(
                _problem(answer, _("The version has no look-for “%(code)s”."), _("Reload the form and answer again."))
            )
        elif answer.look_for_code in given:
            problems.append(_problem(answer, _("“%(code)s” is answered twice."), _("Keep one of the answers.")))
        else:
            given[answer.look_for_code] = answer
            asked = not (imported and answer == Answer(answer.look_for_code, missing=Missing.NOT_ASKED))
            if asked and (wrong := _misfit(look_for, answer)):
                problems.append(wrong)
    for code, look_for in look_fors.items():
        if code not in given:
            given[code] = Answer(code, missing=Missing.NOT_LOOKED_FOR)
            if look_for.required:
                problems.append(
                    _problem(
                        Answer(code),
                        _("“%(code)s” has no answer."),
                        _("Answer it, or choose “not applicable” or “not looked for”."),
                    )
                )
    return tuple(given[code] for code in look_fors), tuple(problems)


def _misfit(look_for: LookFor, answer: Answer) -> Problem | None:
    """Return why an answer does not fit its look-for's scale, or None."""
    if (answer.value is None) == (answer.missing is None):
        return _problem(
            answer, _("“%(code)s” needs either a value or a reason."), _("Give one of them, not both and not neither.")
        )
    if answer.missing is not None:
        if answer.missing in _REASONS and answer.scanned is None:
            return None
        return _problem(
            answer,
            _("This reason is not one that an observer gives for “%(code)s”."),
            _("Choose “not applicable” or “not looked for”."),
        )
    assert answer.value is not None
    if look_for.scale == Scale.SNAPSHOT:
        if answer.scanned is None or not _whole(answer.value) or not 0 <= answer.value <= answer.scanned <= _MOST:
            return _problem(
                answer,
                _("“%(code)s” counts the pupils on learning out of those scanned."),
                _("Give both as whole numbers, the first no larger than the second."),
            )
        return None if answer.scanned >= 1 else _nobody_scanned(answer)
    if answer.scanned is not None:
        return _problem(answer, _("“%(code)s” is not a scan."), _("Leave the pupils scanned empty."))
    if look_for.scale == Scale.COUNT:
        low = 0.0 if look_for.minimum is None else look_for.minimum
        high = float(_MOST) if look_for.maximum is None else look_for.maximum
        if _whole(answer.value) and low <= answer.value <= high:
            return None
        remedy = _("Give a whole number from %(low)g to %(high)g.") % {"low": low, "high": high}
        return _problem(answer, _("“%(code)s” cannot be %(value)s."), remedy)
    allowed = _allowed(look_for)
    if answer.value in allowed:
        return None
    remedy = _("Give one of %(values)s.") % {"values": ", ".join(f"{v:g}" for v in allowed)}
    return _problem(answer, _("“%(code)s” cannot be %(value)s."), remedy)


def _nobody_scanned(answer: Answer) -> Problem:
    return _problem(answer, _("“%(code)s”: nobody was scanned."), _("Choose “not looked for” when no scan was made."))


def _allowed(look_for: LookFor) -> tuple[float, ...]:
    if look_for.scale == Scale.YES_NO:
        return (0.0, 1.0)
    return tuple(float(c["value"]) for c in look_for.choices) or _RATINGS


def _whole(value: float) -> bool:
    return math.isfinite(value) and float(value).is_integer()


def _problem(answer: Answer, sentence: str, remedy: str) -> Problem:
    value = "" if answer.value is None else f"{answer.value:g}"
    return Problem(answer.look_for_code, value, sentence % {"code": answer.look_for_code, "value": value}, remedy)
