"""Fact table `results`: the received results files of a district that a calculation may use."""

from __future__ import annotations

from collections.abc import Iterator

from midcourse.pipeline.conformance import Place, ResultsFile, conform_results
from midcourse.pipeline.extraction.origin import Origin
from midcourse.pipeline.extraction.rows import Row
from midcourse.records.actions.imports import received_path
from midcourse.records.models import ReceivedFile, School


def result_rows(origin: Origin) -> Iterator[Row]:
    """Yield the rows of `results`; withdrawn files and files that come later than the snapshot's day stay out."""
    received = ReceivedFile.objects.filter(
        district=origin.district,
        kind=ReceivedFile.Kind.RESULTS,
        available_on__lte=origin.as_of,
        erased_at__isnull=True,
        withdrawn_on__isnull=True,
    ).order_by("available_on", "sha256")
    files = [
        ResultsFile(received_path(f), f.name, str(f.mapping.get("name", "ct-edsight")), f.sha256, f.available_on)
        for f in received
    ]
    schools = School.objects.filter(district=origin.district).exclude(state_id="").values_list("state_id", "pk")
    place = Place(origin.id, origin.district.state_id, {code: str(pk) for code, pk in schools})
    ends = {year: last for year, (_, last) in origin.calendar.years.items()}
    yield from conform_results(place, files, ends)
