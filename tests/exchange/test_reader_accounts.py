"""Whatever a file says, the three readers of this kind do not fail and account for every row."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from midcourse.exchange.achievement import read_achievement_bytes
from midcourse.exchange.protocol_documents import LookForDocument, ProtocolDocument
from midcourse.exchange.visit_mapping import propose_mapping
from midcourse.exchange.visit_sheet import read_visit_sheet
from midcourse.exchange.xlsform import read_xlsform
from midcourse.vocabulary import Scale

HEAD = (
    "Smarter Balanced Growth Report, 2015-16\nAll Districts\n\n"
    "District Code,District,Subject,Number ofMatched Students,Growth Rate,Average Percentageof Target Achieved\n"
)
CELLS = st.sampled_from(
    ["0010011", '"=""0010011"""', '="A, B"', '="A', 'B"', '"', "Alder", "ELA", "Math", "40", "*", "48.2%", "", " ",
     "N/A", "x\ny", "State of Connecticut", "2025-09-15", "9/15/2025", "4", "yes", "é", "\x00", "'"]
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, max_size=9).map(",".join), max_size=12).map("\n".join)


@settings(max_examples=150)
@given(LINES, st.sampled_from([HEAD, ""]))
def test_any_results_file_is_accounted(body: str, head: str) -> None:
    reading = read_achievement_bytes((head + body).encode(), "any.csv")
    assert reading.accounts()
    columns = reading.to_columns()
    assert {len(column) for column in columns.values()} == {reading.rows_stored}


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_accounted(content: bytes) -> None:
    assert read_achievement_bytes(content, "any.csv").accounts()


PROTOCOL = ProtocolDocument(
    "f", "1", (("en", "F"),), "en", (("en", "English (en)"),),
    (LookForDocument("talk", Scale.RATING_1_4, (("en", "Talk"),), order=1),
     LookForDocument("wait", Scale.YES_NO, (("en", "Wait"),), order=2)),
)  # fmt: skip


@settings(max_examples=100)
@given(LINES)
def test_any_visit_sheet_is_accounted(body: str) -> None:
    header = "Date,School,talk,wait,Observer"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        path.write_text(f"{header}\n{body}", encoding="utf-8", newline="")
        reading = read_visit_sheet(path, propose_mapping(header.split(","), PROTOCOL))
    assert reading.accounts()
    assert len({visit.id for visit in reading.rows}) == len(reading.rows)


FORM_CELLS = st.sampled_from(
    ["begin_group", "end_group", "begin_repeat", "end_repeat", "select_one r", "integer",
     "text", "note", "image", "a",
     "b", "g", "1x", "snapshot", "", ". >= 0", "${a}", "range", "calculate", "select_multiple", "a_on_1",
     "a_of_1", "yes"]
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(st.lists(FORM_CELLS, max_size=7).map(",".join), max_size=12).map("\n".join))
def test_any_form_is_read_or_refused(body: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "survey.csv"
        survey.write_text(f"type,name,label,appearance,constraint,relevant,parameters\n{body}", encoding="utf-8")
        (Path(folder) / "choices.csv").write_text("list_name,name,label\nr,1,One\nr,na,None\n", encoding="utf-8")
        reading = read_xlsform(folder)
    assert reading.document is not None or any(finding.refuses for finding in reading.findings)
    codes = [question.code for question in reading.document.questions] if reading.document else []
    assert len(set(codes)) == len(codes)
