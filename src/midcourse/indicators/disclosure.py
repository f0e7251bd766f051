"""The only place that decides what is too small to be shown. Every value passes `disclose` before anyone sees it.

Two different reasons stand side by side. *Too few to tell*: the number would mislead. *Too few to hide*: the number
would tell about one teacher or one pupil. So would two figures of one school with one visit between them: its marks
wait until their period is settled. Hiding one figure behind several others (privacy 5) is a release's work; here a
total only loses its exact counts when a single hidden school could be had by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

from midcourse.indicators.definition import Indicator, Metric
from midcourse.indicators.values import IndicatorValue
from midcourse.stats import Interval
from midcourse.vocabulary import Level, ResultStatus

NO_FACTS, TOO_FEW, SUPPRESSED, NOT_DEFINED = "no_facts", "too_few", "suppressed", "not_defined"
NOT_SETTLED = "not_settled"  # a reason of `TOO_FEW`: time lifts it, not visits
SETTLED_AFTER = timedelta(days=14)
"""How long after its end a period's records still come in: a phone keeps what it could not deliver for 14 days (privacy
9). Before that every refresh may hold one more visit, and the difference of two refreshes is that teacher's marks."""
HIDDEN = "hidden"  # the one word for every hidden result, whatever the reason (privacy 4.5)


@dataclass(frozen=True, slots=True)
class MinimumsRule:
    """The floors of the privacy rules. A district may raise them, never lower them.

    **Source**: privacy.md 2.4 (teachers, one classroom's part) and 4 (results).
    """

    eligible_teachers: int = 5
    one_room_share: float = 0.5
    pupils: int = 20
    pupils_at_an_end: int = 6

    def __post_init__(self) -> None:
        stricter = (
            self.eligible_teachers >= 5
            and self.one_room_share <= 0.5
            and self.pupils >= 20
            and self.pupils_at_an_end >= 6
        )
        if not stricter:
            raise ValueError("a district may make the privacy floors stricter, never looser")


FLOORS = MinimumsRule()


@dataclass(frozen=True, slots=True)
class Draft:
    """A computed value before disclosure: never leaves the room.

    Parameters
    ----------
    value : IndicatorValue
        With every number filled in.
    interval : Interval or None
        The estimate's interval; None when there is nothing to estimate from.
    eligible_n : int or None
        Teachers whose classrooms could have been seen; None where the figure is not about classrooms.
    largest_room_n : float
        Events supplied by the classroom that supplied most.
    status : ResultStatus
        For published results: what the state's file says of the number.
    """

    value: IndicatorValue
    interval: Interval | None
    eligible_n: int | None = None
    largest_room_n: float = 0.0
    status: ResultStatus = ResultStatus.REPORTED


def disclose(draft: Draft, indicator: Indicator, *, floors: MinimumsRule = FLOORS) -> IndicatorValue:
    """Return the value as it may be shown: complete, or withheld with the reason and what would lift it.

    Parameters
    ----------
    draft : Draft
        A value of figures about classrooms, rosters or events; published results take `disclose_result`.
    indicator : Indicator
        Its definition, for the minimums.
    floors : MinimumsRule
        The district's privacy floors.
    """
    value = draft.value
    waits = _waits(value, indicator)
    if waits and indicator.formula.of:  # made of school values that wait themselves: their number says nothing
        return _not_settled(value)
    if value.n == 0:
        return _withheld(value, NO_FACTS, "no_facts", short_by=indicator.minimums.n)
    if draft.eligible_n is not None and draft.eligible_n < floors.eligible_teachers:
        # no number of visits would lift it, and how many rooms were seen must not show either
        return _withheld(replace(value, rooms_n=0), TOO_FEW, "min_eligible", short_by=0)
    if draft.largest_room_n > floors.one_room_share * value.n + 1e-9:
        short_by = ceil(draft.largest_room_n / floors.one_room_share - 1e-9) - value.n
        return _withheld(replace(value, rooms_n=0), TOO_FEW, "one_room", short_by=max(1, short_by))
    if waits:  # after the two reasons that `guard_totals` looks for: it hides a school in a running period too
        return _not_settled(value)
    least = indicator.minimums
    lacking = (
        (f"min_{least.of}", least.n - value.n),
        ("min_rooms", least.rooms - value.rooms_n),
        ("min_observers", least.observers - value.observers_n),
    )
    short = [(reason, by) for reason, by in lacking if by > 0]
    if short:
        # one more visit brings at most one more classroom and one more observer
        return _withheld(value, TOO_FEW, short[0][0], short_by=max(by for _, by in short))
    if draft.interval is None:
        return _withheld(value, NOT_DEFINED, "no_variation", short_by=0)
    return value


def disclose_result(draft: Draft, *, floors: MinimumsRule = FLOORS) -> IndicatorValue:
    """Return one published result as it may be shown. A state's own mark is kept; nothing is imputed.

    Every hidden result looks the same: no number of pupils, no reason.

    Notes
    -----
    **Source**: privacy.md 4, rules 1, 2 and 5.
    """
    value = draft.value
    if draft.status is ResultStatus.SUPPRESSED:
        return _hidden(value)
    if draft.status is not ResultStatus.REPORTED or value.estimate is None:
        return _withheld(replace(value, n=0), NO_FACTS, "not_reported", short_by=0)
    at = value.estimate * value.n
    if value.n < floors.pupils or min(at, value.n - at) < floors.pupils_at_an_end - 1e-6:
        return _hidden(value)
    return value


def guard_totals(values: Iterable[IndicatorValue]) -> tuple[IndicatorValue, ...]:
    """Take the exact counts from every total from which a single hidden school could be had by subtraction.

    Where exactly one school of a district is hidden for its teachers' sake, the district's and the network's shares
    of that period lose numerator and denominator and are rounded to whole percent. With two or more hidden schools
    a subtraction gives only their sum.
    """
    values = tuple(values)
    hidden: dict[tuple[str, str, str, str], int] = {}
    for value in values:
        if value.level is Level.SCHOOL and value.reason in ("min_eligible", "one_room"):
            for district_id in (value.district_id, ""):
                key = (value.indicator_id, value.period_kind, value.period, district_id)
                hidden[key] = hidden.get(key, 0) + 1
    single = {key for key, count in hidden.items() if count == 1}
    # a network total minus its districts is as telling as a district total minus its schools
    single |= {(*key[:3], "") for key in single}
    return tuple(
        _coarsened(value)
        if value.level is not Level.SCHOOL
        and (value.indicator_id, value.period_kind, value.period, value.district_id) in single
        else value
        for value in values
    )


def is_settled(ends_on: date, *, as_of: date) -> bool:
    """Say whether a period that ended on `ends_on` has all its records by `as_of`."""
    return ends_on + SETTLED_AFTER <= as_of


def marks_may_show(value: IndicatorValue) -> bool:
    """Say whether a value may be opened down to its marks: before its period is settled only to counts of visits."""
    return is_settled(value.ends_on, as_of=value.as_of)


def is_telling(hits: int, marks: int) -> bool:
    """Say whether a cell of marks tells everybody's mark: all of them say the same.

    **Source**: privacy.md 3 and 4.2, which hold for marks as they do for answers and results.
    """
    return hits in (0, marks)


def cell_may_show(events_of_each: list[int], *, floors: MinimumsRule = FLOORS) -> bool:
    """Say whether a cell of facts may show, given how many events each classroom (or person) supplied.

    Stricter than privacy 2.4 asks: it counts the classrooms seen, not those that could have been. A week's cell is
    small, and a school knows whose classroom was visited in which week.
    """
    return len(events_of_each) >= floors.eligible_teachers and max(events_of_each) <= floors.one_room_share * sum(
        events_of_each
    )


def exact_counts_may_show(value: IndicatorValue, indicator: Indicator) -> bool:
    """Say whether the counts behind a value may show: not behind a share that lost its own to `guard_totals`."""
    coarsened = value.withheld is None and value.numerator is None and indicator.metric is Metric.SHARE
    return not coarsened


def _waits(value: IndicatorValue, indicator: Indicator) -> bool:
    """Say whether a value is made of the marks of single schools whose period is not settled."""
    of_schools = value.level is Level.SCHOOL or bool(indicator.formula.of)
    of_marks = "visit_items" in indicator.formula.source or bool(indicator.formula.of)
    return of_schools and of_marks and not is_settled(value.ends_on, as_of=value.as_of)


def _not_settled(value: IndicatorValue) -> IndicatorValue:
    # the number of visits steers the routine and stays; who was seen by whom could be followed from visit to visit
    return _withheld(replace(value, rooms_n=0, observers_n=0), TOO_FEW, NOT_SETTLED, short_by=0)


def _coarsened(value: IndicatorValue) -> IndicatorValue:
    if value.estimate is None or value.lower is None or value.upper is None:
        return value
    return replace(
        value,
        estimate=round(value.estimate, 2),
        lower=round(value.lower, 2),
        upper=round(value.upper, 2),
        numerator=None,
        denominator=None,
    )


def _hidden(value: IndicatorValue) -> IndicatorValue:
    return _withheld(replace(value, n=0), SUPPRESSED, HIDDEN, short_by=0)


def _withheld(value: IndicatorValue, kind: str, reason: str, *, short_by: int) -> IndicatorValue:
    return replace(
        value,
        estimate=None,
        lower=None,
        upper=None,
        numerator=None,
        denominator=None,
        withheld=kind,
        reason=reason,
        short_by=short_by,
    )
