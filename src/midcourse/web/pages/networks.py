"""The network's page: the districts that agreed, side by side in alphabetical order. No league table."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from midcourse.records.access import Act, may_anywhere
from midcourse.records.models import Adoption, District
from midcourse.vocabulary import Level
from midcourse.web.charts import Chart, side_by_side
from midcourse.web.readings import catalogue, read_published
from midcourse.web.rendering import show, signed_in


@dataclass(frozen=True)
class Comparison:
    """One indicator in each district that adopted it."""

    key: str
    name: str
    charts: tuple[tuple[District, Chart], ...]


def network(request: HttpRequest) -> HttpResponse:
    """Show each indicator that at least one district adopted, district beside district."""
    user = signed_in(request)
    language = get_language() or "en"
    districts = [
        d
        for d in District.objects.visible_to(user).order_by("name")
        if may_anywhere(user, Act.SEE_NETWORK_FIGURES, district_id=d.pk)
    ]
    found = read_published()
    comparisons = []
    if found:
        readings = found[1]
        adoptions: dict[str, set[object]] = {}
        rows = Adoption.objects.visible_to(user).filter(district__in=districts).on(timezone.localdate())
        for district_id, indicator_id in rows.values_list("district_id", "indicator_id"):
            adoptions.setdefault(indicator_id, set()).add(district_id)
        for indicator_id, holders in sorted(adoptions.items()):
            definition = catalogue().get(indicator_id)
            if definition is None or Level.DISTRICT not in definition.levels:
                continue
            units = [
                (
                    f"{indicator_id}-{n}",
                    d.name,
                    readings.history(d.pk, indicator_id),
                    readings.verdict(d.pk, indicator_id),
                )
                for n, d in enumerate(districts)
                if d.pk in holders
            ]
            if not any(values for _, _, values, _ in units):
                continue
            charts = side_by_side(units, indicator=definition, events=(), target=None)
            holding = [d for d in districts if d.pk in holders]
            comparisons.append(
                Comparison(
                    indicator_id, definition.name.in_language(language), tuple(zip(holding, charts, strict=True))
                )
            )
    return show(
        request,
        "web/networks/network.html",
        {"comparisons": comparisons, "districts": districts, "readings": found[1] if found else None},
    )
