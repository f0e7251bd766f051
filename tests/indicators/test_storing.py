"""Values come back from disk as they were, filtered as asked."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from midcourse.indicators import compute_values, load_catalogue, read_values, stored_definitions, write_values
from midcourse.vocabulary import Level
from tests.indicators.fact_rows import AS_OF, MakeSnapshot, sections, series

CATALOGUE = load_catalogue()


def test_values_are_stored_and_read(snapshot_of: MakeSnapshot) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True, False] * 12), sections=sections("oak", 10))
    with pytest.raises(FileNotFoundError):
        read_values(snapshot)
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)
    folder = write_values(snapshot, values, CATALOGUE, as_of=AS_OF)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_values(snapshot, values, CATALOGUE, as_of=AS_OF)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert read_values(snapshot) == values
    assert not snapshot.verify() and sorted(p.name for p in snapshot.folder.iterdir() if p.name.startswith(".")) == []
    assert list(first) == ["part-0.parquet"]
    assert stored_definitions(snapshot) == {one.id: one.definition_hash for one in CATALOGUE.values()}


def test_a_second_writing_that_dies_leaves_the_first(
    snapshot_of: MakeSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True, False] * 12), sections=sections("oak", 10))
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)
    write_values(snapshot, values, CATALOGUE, as_of=AS_OF)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    for call in ("fsync", "replace"):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(os, call, dies)
            write_values(snapshot, values[:1], CATALOGUE, as_of=AS_OF)
        assert read_values(snapshot) == values


def test_a_reader_takes_what_it_needs(snapshot_of: MakeSnapshot) -> None:
    snapshot = snapshot_of(visit_items=series("oak", [True, False] * 12), sections=sections("oak", 10))
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)
    write_values(snapshot, values, CATALOGUE, as_of=AS_OF)
    some = read_values(snapshot, level=Level.SCHOOL, unit_ids=["oak"], indicator_ids={"T2", "T3"}, district_id="north")
    assert some == tuple(
        v for v in values if v.level is Level.SCHOOL and v.unit_id == "oak" and v.indicator_id in ("T2", "T3")
    )
    assert some and read_values(snapshot, district_id="south") == () and read_values(snapshot, unit_ids=[]) == ()
    assert {v.level for v in read_values(snapshot, level=Level.NETWORK)} == {Level.NETWORK}


def test_values_of_another_snapshot_or_day_are_refused(snapshot_of: MakeSnapshot) -> None:
    snapshot = snapshot_of()
    values = compute_values(snapshot, CATALOGUE, as_of=AS_OF)
    with pytest.raises(ValueError, match="another snapshot"):
        write_values(snapshot, [replace(values[0], snapshot_id="other")], CATALOGUE, as_of=AS_OF)
