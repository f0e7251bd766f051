"""Verdicts for every adopted indicator of every district: what is due, what has changed, what is too few to tell.

Decides which method judges which indicator, and how one false-call budget is shared by a whole page. The detector on
the visits judges shares of visits (T2, T3); two periods are compared for the rest (`two_periods`).

The budget. A district's page shall raise about one false call in five years, however many indicators it shows. Four
fifths go to the detectors, which tell most: the rate of false calls of a Shiryaev-Roberts rule is inversely
proportional to its odds (Pollak 1985), so their odds grow with the number of detectors that share it. The rest is
divided evenly among the comparisons of periods and, within each, among the looks of five years (Bonferroni; looks share
a baseline, so the true rate is lower). A test measures the second, docs/detection-benchmark.md the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import log

from midcourse.indicators import Indicator, IndicatorValue
from midcourse.signals.adopted import Adopted, Blank
from midcourse.signals.period_verdicts import hold_back, judge_periods, shelve
from midcourse.signals.rules import DEFAULT_RULE, Rule
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.signals.visit_verdicts import Watched, judge_visits, watched_role
from midcourse.vocabulary import Period

PAGE_FALSE_CALL_YEARS = 5.0
_DETECTOR_SHARE = 0.8
_LOOKS_A_YEAR = {Period.CYCLE: 6, Period.TERM: 3, Period.YEAR: 1}


def page_rule(detectors: int, rule: Rule = DEFAULT_RULE) -> Rule:
    """Return the rule for a district's page on which `detectors` indicators share the detectors' part of the budget.

    Schools keep their odds: each has a page of its own.

    Examples
    --------
    >>> page_rule(2).district_up_odds > DEFAULT_RULE.district_up_odds
    True
    """
    years = PAGE_FALSE_CALL_YEARS * max(detectors, 1) / _DETECTOR_SHARE
    more = max(0.0, log(years / rule.false_call_years))
    return replace(
        rule, district_up_odds=rule.district_up_odds + more, district_down_odds=rule.district_down_odds + more
    )


def call_level(indicator: Indicator, comparisons: int) -> float:
    """Return the two-sided chance of a false call at one look, where `comparisons` indicators share the page's rest.

    Examples
    --------
    >>> from midcourse.indicators import load_catalogue
    >>> round(call_level(load_catalogue()["T1"], 8), 5)
    0.00083
    """
    calls = (1 - _DETECTOR_SHARE) / max(comparisons, 1)
    return min(0.10, calls / (PAGE_FALSE_CALL_YEARS * _LOOKS_A_YEAR[indicator.period]))


def judge(
    values: Sequence[IndicatorValue],
    watched: Iterable[Watched],
    adopted: Iterable[Adopted],
    *,
    catalogue: Mapping[str, Indicator],
    as_of: date,
    snapshot_id: str,
) -> tuple[IndicatorVerdict, ...]:
    """Say of every adopted indicator, for its district and each school, what can be said.

    Parameters
    ----------
    values : sequence of IndicatorValue
        All values of the snapshot, withheld ones included.
    watched : iterable of Watched
        The detector's findings, one for each district and role.
    adopted : iterable of Adopted
        What the districts adopted; one that is not in the catalogue is passed over.
    catalogue : mapping of str to Indicator
    as_of, snapshot_id : date, str

    Returns
    -------
    tuple of IndicatorVerdict
        Ordered by district, indicator, level and unit. Shares of visits are judged by the detector; an indicator
        derived from one (reach, spread) is never called ahead of its origin, since a lenient observer moves both.

    Notes
    -----
    **Source**: methods.md section 4; indicators.md for the lags.
    """
    by_role = {(w.seen.district_id, w.seen.role): w for w in watched}
    shelves = shelve(values)
    chosen: dict[str, list[Adopted]] = {}
    for one in adopted:
        if one.indicator_id in catalogue:
            chosen.setdefault(one.district_id, []).append(one)
    verdicts: list[IndicatorVerdict] = []
    for district_id, ours in sorted(chosen.items()):
        compared = sum(watched_role(catalogue[one.indicator_id]) is None for one in ours)
        found: dict[str, list[IndicatorVerdict]] = {}
        origins_first = sorted(ours, key=lambda one: (bool(catalogue[one.indicator_id].formula.of), one.indicator_id))
        for one in origins_first:
            indicator = catalogue[one.indicator_id]
            blank = Blank(one, indicator, as_of, snapshot_id)
            role = watched_role(indicator)
            if role is not None:
                rows = list(judge_visits(blank, by_role.get((district_id, role))))
            else:
                rows = list(judge_periods(blank, shelves, call_level(indicator, compared)))
                rows = [hold_back(row, found.get(indicator.formula.of, ()), indicator) for row in rows]
            found[indicator.id] = [blank.until_due(row) for row in rows]
        verdicts += [row for _, rows in sorted(found.items()) for row in rows]
    return tuple(verdicts)
