"""Protocols go out as documents and come back the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from midcourse.exchange import read_xlsform, write_xlsform
from midcourse.records.actions.protocol_documents import document_of, draft_from_document
from midcourse.records.actions.protocols import LookForDraft, draft_version, publish_version
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import LookFor, ProtocolVersion
from midcourse.vocabulary import Scale
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "xlsform" / "walkthrough_sample.xlsx"


def plain(version: ProtocolVersion) -> list[tuple[object, ...]]:
    columns = ("code", "scale", "text", "required", "minimum", "maximum", "choices")
    return [tuple(getattr(row, c) for c in columns) for row in LookFor.objects.filter(version=version)]


def test_a_version_survives_the_spreadsheet(cast: Cast, tmp_path: Path) -> None:
    document = document_of(cast.north.version)
    write_xlsform(document, tmp_path / "form.xlsx")
    reading = read_xlsform(tmp_path / "form.xlsx")
    assert reading.document is not None and not [f for f in reading.findings if f.refuses]
    came_back = replace(reading.document, form_id="came-back")
    drafted = draft_from_document(district=cast.south.district, document=came_back, by=None)
    assert plain(drafted.version) == plain(cast.north.version)
    assert drafted.findings == ()


def test_choices_that_were_never_written_go_out_in_plain_words(cast: Cast) -> None:
    bare = (
        LookForDraft("rated", Scale.RATING_1_4, {"en": "Rated"}),
        LookForDraft("seen", Scale.YES_NO, {"en": "Seen"}),
    )
    version = draft_version(protocol=cast.north.version.protocol, number="2", look_fors=bare, reason="Plain", by=None)
    rated, seen = document_of(version).look_fors
    assert [(c.value, c.score) for c in rated.choices][:4] == [("1", 1.0), ("2", 2.0), ("3", 3.0), ("4", 4.0)]
    assert [(c.value, c.score) for c in seen.choices][:2] == [("yes", 1.0), ("no", 0.0)]
    assert [c.value for c in seen.choices][2:] == ["na", "nlf"]


def test_the_same_form_again_needs_another_version(cast: Cast) -> None:
    with pytest.raises(Refused, match="exists"):
        draft_from_document(district=cast.north.district, document=document_of(cast.north.version), by=None)


@pytest.mark.shared
def test_the_sample_form_becomes_a_protocol(cast: Cast) -> None:
    if not SAMPLE.exists():
        pytest.skip("needs ../shared/data/xlsform")
    document = read_xlsform(SAMPLE).document
    assert document is not None
    drafted = draft_from_document(
        district=cast.north.district,
        document=document,
        roles={"q1": "priority_practice"},
        by=cast.north.users["curriculum_director"],
    )
    rows = {row.code: row for row in drafted.version.look_fors.all()}
    assert {code: row.scale for code, row in rows.items()} == {
        "q1": Scale.RATING_1_4,
        "q2": Scale.YES_NO,
        "q3": Scale.COUNT,
    }
    assert (rows["q1"].role, rows["q1"].present_from, rows["q2"].present_from) == ("priority_practice", 3.0, 1.0)
    assert [c["value"] for c in rows["q1"].choices] == [1.0, 2.0, 3.0, 4.0]
    assert {f.value for f in drafted.findings} >= {"q4"} and all(f.code == "W_NOT_MEASURED" for f in drafted.findings)
    assert publish_version(version=drafted.version, by=cast.north.users["curriculum_director"]).published_at
