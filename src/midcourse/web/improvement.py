"""What stands on *Are we improving?*: one row per adopted indicator, sorted into decide, moving and watching.

Decides which list a row belongs to, its next date and the sentence for the whole. Numbers and verdicts are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midcourse.indicators import Indicator, IndicatorValue
from midcourse.records.models import Adoption, Decision, District, Event, School, User
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Verdict
from midcourse.web import wording
from midcourse.web.charts import Chart, history_chart
from midcourse.web.readings import Readings, catalogue
from midcourse.web.templatetags.figures import in_language


@dataclass(frozen=True)
class Row:
    """One adopted indicator of one unit, as the page shows it."""

    adoption: Adoption
    indicator: Indicator
    name: str
    verdict: Verdict
    said: IndicatorVerdict | None
    sentence: str
    chart: Chart
    where: str
    next_what: str
    next_on: date | None
    decision: Decision | None
    asks: str
    now: str
    target: str
    cells: int = 0

    @property
    def moving(self) -> bool:
        """Whether it improves or worsens."""
        return self.verdict in (Verdict.IMPROVING, Verdict.WORSENING)

    @property
    def due(self) -> bool:
        """Whether a verdict was due by now."""
        return self.verdict is not Verdict.NOT_DUE


@dataclass(frozen=True)
class Lists:
    """The three lists of the page and the sentences above them."""

    decide: tuple[Row, ...]
    moving: tuple[Row, ...]
    watching: tuple[Row, ...]
    whole: str
    due: str


def adopted(district: District, user: User, day: date) -> list[tuple[Adoption, Indicator]]:
    """Return the indicators in force on a day with their definitions."""
    rows = Adoption.objects.visible_to(user).filter(district=district).on(day).select_related("owner")
    return [(row, catalogue()[row.indicator_id]) for row in rows if row.indicator_id in catalogue()]


def local_name(adoption: Adoption, indicator: Indicator, language: str) -> str:
    """Return the indicator's name in the district's own words, or the catalogue's."""
    return in_language(adoption.local_name) or indicator.name.in_language(language)


def rows_for(
    district: District,
    user: User,
    readings: Readings | None,
    *,
    today: date,
    language: str,
    school: School | None = None,
) -> tuple[Row, ...]:
    """Return one row per adopted indicator of the district, or of one of its schools."""
    day = readings.as_of if readings else today
    events = [
        e
        for e in Event.objects.visible_to(user).filter(district=district)
        if e.school_id is None or (school is not None and e.school_id == school.pk)
    ]
    decisions: dict[str, list[Decision]] = {}
    for decision in (
        Decision.objects.visible_to(user).open_for(district.pk).filter(school=school).select_related("owner")
    ):
        decisions.setdefault(decision.indicator_id, []).append(decision)
    unit = school or district
    rows = []
    for adoption, indicator in adopted(district, user, day):
        level = "school" if school else "district"
        if level not in {str(known.value) for known in indicator.levels}:
            continue
        name = local_name(adoption, indicator, language)
        said = readings.verdict(unit.pk, indicator.id) if readings else None
        values = readings.history(unit.pk, indicator.id) if readings else ()
        chart = history_chart(
            f"row-{indicator.id}",
            name,
            values,
            indicator=indicator,
            verdict=said,
            events=events,
            target=adoption.target,
            small=True,
        )
        published_as = school.state_id if school else district.pk
        cells = len(readings.cells(published_as, indicator.id)) if readings else 0
        rows.append(_row(adoption, indicator, name, said, chart, decisions.get(indicator.id, []), today, cells))
    return tuple(rows)


def _row(
    adoption: Adoption,
    indicator: Indicator,
    name: str,
    said: IndicatorVerdict | None,
    chart: Chart,
    decisions: Sequence[Decision],
    today: date,
    cells: int,
) -> Row:
    verdict = said.verdict if said else Verdict.TOO_FEW
    decision = min(decisions, key=lambda d: d.check_on) if decisions else None
    asks = ""
    if decision and decision.check_on <= today:
        asks = _("The check of a decision is due.")
    elif verdict is Verdict.WORSENING and decision is None:
        asks = _("Worsening, and no decision is recorded.")
    next_what, next_on = _next(said, decision, [row.value for row in chart.rows])
    where = ""
    if said and said.units and said.verdict in (Verdict.IMPROVING, Verdict.WORSENING):
        where = _("%(n)s of %(m)s schools") % {"n": said.units_moving, "m": said.units}
    return Row(
        adoption=adoption,
        indicator=indicator,
        name=name,
        verdict=verdict,
        said=said,
        sentence=wording.verdict_sentence(said, indicator.direction),
        chart=chart,
        where=where,
        next_what=next_what,
        next_on=next_on,
        decision=decision,
        asks=asks,
        now=chart.now,
        target=wording.target_sentence(chart.latest, adoption.target, indicator),
        cells=cells,
    )


def _next(
    said: IndicatorVerdict | None, decision: Decision | None, values: Sequence[IndicatorValue]
) -> tuple[str, date | None]:
    if decision:
        return _("check"), decision.check_on
    if said and said.verdict is Verdict.NOT_DUE and said.due_on:
        return _("verdict due"), said.due_on
    if said and said.verdict is Verdict.TOO_FEW and said.settle_on and (said.settle_on - said.as_of).days <= 365:
        return _("enough visits"), said.settle_on
    if values and values[-1].ends_on > values[-1].as_of:
        return _("next value"), values[-1].ends_on
    return "", None


def sort_rows(rows: Sequence[Row]) -> Lists:
    """Put each row into one list and say the whole in one sentence."""
    decide = tuple(r for r in rows if r.asks)
    moving = tuple(r for r in rows if not r.asks and r.moving)
    watching = tuple(r for r in rows if not r.asks and not r.moving)
    return Lists(decide, moving, watching, _whole(rows, len(decide)), _due(rows))


def _whole(rows: Sequence[Row], decide: int) -> str:
    """*Two of eleven indicators are improving, one needs a decision today, three have too few visits to tell.*"""
    if not rows:
        return ""
    count = {verdict: sum(r.verdict is verdict for r in rows) for verdict in Verdict}
    better = count[Verdict.IMPROVING]
    parts = [
        ngettext("%(n)s of %(all)s indicators is improving", "%(n)s of %(all)s indicators are improving", better)
        % {"n": wording.small_number(better), "all": wording.small_number(len(rows))}
    ]
    if n := count[Verdict.WORSENING]:
        parts.append(ngettext("%(n)s is worsening", "%(n)s are worsening", n) % {"n": wording.small_number(n)})
    if decide:
        parts.append(
            ngettext("%(n)s needs a decision today", "%(n)s need a decision today", decide)
            % {"n": wording.small_number(decide)}
        )
    if n := count[Verdict.TOO_FEW]:
        parts.append(
            ngettext("%(n)s has too few observations to tell", "%(n)s have too few observations to tell", n)
            % {"n": wording.small_number(n)}
        )
    if n := count[Verdict.NOT_DUE]:
        parts.append(ngettext("%(n)s is not due yet", "%(n)s are not due yet", n) % {"n": wording.small_number(n)})
    return wording.capital(", ".join(parts)) + "."


def _due(rows: Sequence[Row]) -> str:
    due = [r for r in rows if r.due]
    told = sum(r.verdict not in (Verdict.TOO_FEW, Verdict.NOT_DUE) for r in due)
    return _("By their lags %(due)s of %(all)s could be judged by now; %(told)s can.") % {
        "due": len(due),
        "all": len(rows),
        "told": told,
    }
