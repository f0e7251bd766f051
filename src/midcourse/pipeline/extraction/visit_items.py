"""Fact table `visit_items`: one observer's answer to one look-for in one visit.

Decides when a look-for counts as present. An empty value keeps its reason and is never present nor absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import CHUNK, Row
from midcourse.pipeline.extraction.visits import SeenVisit
from midcourse.records.models import LookFor, VisitItem, VisitObserver
from midcourse.vocabulary import Scale


@dataclass(frozen=True, slots=True)
class _Wording:
    code: str
    role: str | None
    scale: str
    present_from: float | None

    def present(self, value: float | None, scanned: int | None) -> bool | None:
        """Tell whether it was seen; a scan by the share of pupils scanned, everything else by the value."""
        if value is None or self.present_from is None:
            return None
        if self.scale == Scale.SNAPSHOT:
            return value / scanned >= self.present_from if scanned else None
        return value >= self.present_from


def visit_item_rows(origin: Origin, seen: dict[UUID, SeenVisit]) -> Iterator[Row]:
    """Yield the rows of `visit_items`; the joins are made here, in memory, since rows share few visits and wordings."""
    wordings = {look_for.pk: _wording(look_for) for look_for in LookFor.objects.filter(district=origin.district)}
    people: dict[UUID, str] = {}
    sheets = {}
    for pk, observer in VisitObserver.objects.filter(district=origin.district).values_list("pk", "observer_id"):
        if observer not in people:
            people[observer] = origin.observer(observer)
        sheets[pk] = people[observer]
    columns = ("visit_id", "sheet_id", "look_for_id", "value", "scanned", "missing")
    items = VisitItem.objects.filter(district=origin.district).order_by().values_list(*columns)
    for visit_id, sheet_id, look_for_id, value, scanned, missing in items.iterator(CHUNK):
        visit, observer_key = seen.get(visit_id), sheets.get(sheet_id)
        if visit is None or observer_key is None:  # not usable yet, or it arrived just now: the next refresh has it
            continue
        wording = wordings[look_for_id]
        yield (
            *(origin.id, visit.school_year, visit.visit_key, visit.school_id, visit.grade_band, visit.subject),
            *(visit.room_key, observer_key, visit.had_pd, visit.protocol_key),
            *(wording.code, wording.role, wording.scale, value, scanned, wording.present(value, scanned)),
            *(missing or None, visit.happened_on, visit.available_on),
        )


def _wording(look_for: LookFor) -> _Wording:
    present_from = look_for.present_from
    if present_from is None and look_for.scale == Scale.YES_NO:
        present_from = 1.0
    return _Wording(look_for.code, look_for.role or None, look_for.scale, present_from)
