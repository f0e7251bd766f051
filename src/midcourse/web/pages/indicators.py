"""One indicator of a district: its history, its schools side by side without ranking, its definition and its facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from midcourse.indicators import FactCount, FactsBehind, Indicator, IndicatorValue
from midcourse.pipeline import Published
from midcourse.records.models import Adoption, District, Event, LookFor, School
from midcourse.vocabulary import Level
from midcourse.web import wording
from midcourse.web.charts import Chart, cell_words, history_chart, latest_of, period_words, side_by_side
from midcourse.web.improvement import adopted, local_name
from midcourse.web.readings import Readings, catalogue, read_published
from midcourse.web.rendering import show, signed_in
from midcourse.web.templatetags.figures import in_language, week


def indicator(request: HttpRequest, district: District, indicator: str) -> HttpResponse:
    """Show history, schools, definition and evidence card."""
    user, language = signed_in(request), get_language() or "en"
    adoption, definition = _adopted(request, district, indicator)
    _source, readings = _published_readings()
    name = local_name(adoption, definition, language)
    events = list(Event.objects.visible_to(user).filter(district=district, school=None))
    verdict = readings.verdict(district.pk, definition.id)
    values = readings.history(district.pk, definition.id)
    schools = list(School.objects.with_figures_for(user).filter(district=district).order_by("name"))
    units = [
        (f"school-{n}", s.name, readings.history(s.pk, definition.id), readings.verdict(s.pk, definition.id))
        for n, s in enumerate(schools)
    ]
    charts = (
        side_by_side(units, indicator=definition, events=events, target=adoption.target)
        if Level.SCHOOL in definition.levels
        else ()
    )
    return show(
        request,
        "web/indicators/indicator.html",
        {
            "name": name,
            "indicator": definition,
            "texts": _texts(definition, language),
            "adoption": adoption,
            "verdict": verdict,
            "sentence": wording.verdict_sentence(verdict, definition.direction),
            "chart": history_chart(
                "history",
                name,
                values,
                indicator=definition,
                verdict=verdict,
                events=events,
                target=adoption.target,
            ),
            "schools": list(zip(schools, charts, strict=False)),
            "cells": _cells(readings, district.pk, definition, events),
            "readings": readings,
        },
        district=district,
    )


def _cells(
    readings: Readings, unit: UUID | str, definition: Indicator, events: Iterable[Event]
) -> list[tuple[str, Chart]]:
    """Draw every cell of a published result on one scale: one cell proves nothing, so none is left out."""
    cells = readings.cells(unit, definition.id)
    units = [(f"cell-{n}", cell_words(cell), values, None) for n, (cell, values) in enumerate(cells.items())]
    charts = side_by_side(units, indicator=definition, events=events, target=None)
    return [(name, chart) for (_key, name, _values, _verdict), chart in zip(units, charts, strict=True)]


@dataclass(frozen=True)
class Texts:
    """The definition's own words in the reader's language."""

    question: str
    meaning: str
    size: str
    caveat: str
    minimum: str


def _texts(definition: Indicator, language: str) -> Texts:
    least = definition.minimums
    parts = [wording.counted(least.n, least.of)]
    parts += [wording.counted(n, noun) for n, noun in ((least.rooms, "rooms"), (least.observers, "observers")) if n]
    return Texts(
        question=definition.question.in_language(language),
        meaning=definition.meaning.in_language(language),
        size=definition.evidence.size.in_language(language),
        caveat=definition.evidence.caveat.in_language(language),
        minimum=", ".join(parts),
    )


def facts(request: HttpRequest, district: District, indicator: str) -> HttpResponse:
    """Show what one value of the district rests on, by week and school, never finer."""
    return _facts(request, district, None, indicator)


def school_facts(request: HttpRequest, school: School, indicator: str) -> HttpResponse:
    """Show what one value of a school rests on, by week, never finer."""
    return _facts(request, school.district, school, indicator)


def _facts(request: HttpRequest, district: District, school: School | None, indicator: str) -> HttpResponse:
    language = get_language() or "en"
    adoption, definition = _adopted(request, district, indicator)
    published, readings = _published_readings()
    history = readings.history((school or district).pk, definition.id)
    value = _chosen(history, request.GET.get("period"), definition)
    behind = published.facts_behind(value) if value else None
    origin = behind.derived_from if behind else ""
    return show(
        request,
        "web/indicators/facts.html",
        {
            "name": local_name(adoption, definition, language),
            "indicator": definition,
            "school": school,
            "value": value,
            "period": period_words(value) if value else "",
            "periods": [(v.period, period_words(v)) for v in reversed(history)],
            "cells": _cells(readings, school.state_id if school else district.pk, definition, ()),
            "counts": _lines(behind, district) if behind else (),
            "derived_from": origin,
            "derived_name": catalogue()[origin].name.in_language(language) if origin in catalogue() else "",
            "readings": readings,
        },
        district=district,
    )


@dataclass(frozen=True)
class Line:
    """One line of facts: its weeks and what was counted, in words."""

    weeks: str
    what: str
    count: FactCount
    rows: int = 0


def _lines(behind: FactsBehind, district: District) -> list[Line]:
    texts = {
        code: in_language(text)
        for code, text in LookFor.objects.filter(district=district)
        .filter(code__in={count.subject for count in behind.counts})
        .order_by("version__published_at")
        .values_list("code", "text")
    }
    named = {"visits": _("visits"), "intervisitations": _("visits between colleagues")}
    lines = []
    for count in behind.counts:
        weeks = week(count.first_week_of)
        if count.last_week_of != count.first_week_of:
            weeks = _("%(first)s to %(last)s") % {"first": weeks, "last": week(count.last_week_of)}
        what = texts.get(count.subject) or named.get(count.subject) or cell_words(count.subject)
        lines.append(Line(weeks, what, count))
    height = Counter(line.weeks for line in lines)
    seen: set[str] = set()
    for n, line in enumerate(lines):  # the first line of some weeks carries their heading
        if line.weeks not in seen:
            seen.add(line.weeks)
            lines[n] = replace(line, rows=height[line.weeks])
    return lines


def _adopted(request: HttpRequest, district: District, indicator_id: str) -> tuple[Adoption, Indicator]:
    for adoption, definition in adopted(district, signed_in(request), timezone.localdate()):
        if definition.id == indicator_id:
            return adoption, definition
    raise Http404


def _published_readings() -> tuple[Published, Readings]:
    found = read_published()
    if found is None:
        raise Http404
    return found


def _chosen(history: Iterable[IndicatorValue], period: str | None, definition: Indicator) -> IndicatorValue | None:
    values = list(history)
    if period:
        return next((v for v in values if v.period == period), None)
    return latest_of(values, definition)
