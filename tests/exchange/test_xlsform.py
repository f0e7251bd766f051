"""Protocols travel through XLSForm and come back the same; what we do not take is refused by name."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from midcourse.exchange.protocol_documents import (
    AnswerKind,
    ChoiceDocument,
    GroupDocument,
    LookForDocument,
    ProtocolDocument,
    ProtocolReading,
    Texts,
)
from midcourse.exchange.xlsform import read_xlsform, write_xlsform
from midcourse.vocabulary import Missing, Scale

SAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "xlsform"
RATING = (
    "list_name,name,label,score\nr,1,One,1\nr,2,Two,2\nr,3,Three,3\nr,4,Four,4\n"
    "r,na,Could not be seen,\nr,nlf,Not looked for,\n"
)
SETTINGS = "form_title,form_id,version\nForm,form,1\n"


def read_form(tmp_path: Path, survey: str, choices: str = RATING, form_settings: str = SETTINGS) -> ProtocolReading:
    for name, text in (("survey", survey), ("choices", choices), ("settings", form_settings)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_xlsform(tmp_path)


def codes(reading: ProtocolReading) -> list[str]:
    return [finding.code for finding in reading.findings]


def document(reading: ProtocolReading) -> ProtocolDocument:
    assert reading.document is not None, reading.findings
    return reading.document


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample beside the checkout is absent")
@pytest.mark.parametrize("path", [SAMPLE / "walkthrough_sample.xlsx", SAMPLE], ids=["workbook", "folder"])
def test_the_sample_is_read_whole_and_survives_a_round(path: Path, tmp_path: Path) -> None:
    reading = read_xlsform(path)
    form = document(reading)
    assert codes(reading) == ["W_CALCULATION"]
    assert (form.form_id, form.version, form.default_language) == ("walkthrough_sample", "2026010101", "en")
    assert form.metadata == (("start", "start"), ("end", "end"), ("today", "visit_date"))
    assert [question.code for question in form.context] == ["school", "grade", "subject", "minutes"]
    assert [(q.code, str(q.scale), q.domain) for q in form.look_fors] == [
        ("q1", "rating_1_4", "questioning"),
        ("q2", "yes_no", "questioning"),
        ("q3", "count", "questioning"),
        ("q4", "select_multiple", "questioning"),
        ("note", "text", ""),
    ]
    q1, q2, q3, _, note = form.look_fors
    assert dict(q1.texts)["es"] == "Los estudiantes explican su razonamiento entre sí"
    assert [choice.score for choice in q1.choices] == [1, 2, 3, 4, None]
    assert q1.choices[-1].missing is Missing.NOT_APPLICABLE and q2.choices[-1].missing is Missing.NOT_APPLICABLE
    assert q1.case_item == "00000000-0000-4000-8000-000000000101" and q1.required and not q3.required
    assert (q3.minimum, q3.maximum) == (0, 60) and dict(q3.constraint_message)["es"] == "De 0 a 60"
    assert note.relevant == "${q1} = '1' or ${q1} = '4'"
    assert [(group.name, dict(group.texts)["es"]) for group in form.groups] == [
        ("context", "Visita"),
        ("questioning", "Preguntas y diálogo"),
    ]
    for target in (tmp_path / "again.xlsx", tmp_path / "again"):
        write_xlsform(form, target)
        assert read_xlsform(target).document == form


def test_could_not_be_seen_and_not_looked_for_stay_apart(tmp_path: Path) -> None:
    (question,) = document(read_form(tmp_path, "type,name,label\nselect_one r,q,Talk\n")).look_fors
    assert question.scale is Scale.RATING_1_4
    assert {choice.value: choice.missing for choice in question.choices if choice.missing} == {
        "na": Missing.NOT_APPLICABLE,
        "nlf": Missing.NOT_LOOKED_FOR,
    }
    assert [choice.score for choice in question.choices if choice.missing] == [None, None]
    scored = document(read_form(tmp_path, "type,name,label\nselect_one r,q,Talk\n", RATING.replace("seen,", "seen,0")))
    assert scored.look_fors[0].choices == question.choices


def test_other_spellings_are_read_and_plain_ones_written(tmp_path: Path) -> None:
    survey = (
        "Type,Value,Caption:English,relevance,Read only\n"
        "begin group,talk,Talk,,\n"
        "select one from r,q1,Pupils talk,,\n"
        "select all that apply from r,q2,Kinds,\"${q1} = '1'\",\n"
        "int,q3,How many,,\n"
        "end group,,,,\n"
    )
    settings_sheet = "set form title,set form id,version\nTitle,f,2\n"
    form = document(read_form(tmp_path, survey, RATING.replace("list_name", "list name"), settings_sheet))
    assert [(q.code, str(q.scale), q.relevant) for q in form.look_fors] == [
        ("q1", "rating_1_4", ""),
        ("q2", "select_multiple", "${q1} = '1'"),
        ("q3", "count", ""),
    ]
    assert (form.form_id, form.title, form.default_language) == ("f", (("en", "Title"),), "en")
    write_xlsform(form, tmp_path / "out")
    written = (tmp_path / "out" / "survey.csv").read_text(encoding="utf-8")
    assert "select_one rating4,q1" in written and "begin_group,talk" in written and "relevance" not in written


def test_a_snapshot_is_a_group_of_paired_counts(tmp_path: Path) -> None:
    survey = (
        "type,name,label,appearance\nbegin_group,onlearn,Pupils on learning,snapshot field-list\n"
        "integer,onlearn_on_1,On learning,\ninteger,onlearn_of_1,Counted,\n"
        "integer,onlearn_on_2,On learning,\ninteger,onlearn_of_2,Counted,\nend_group,,,\n"
    )
    reading = read_form(tmp_path, survey)
    (question,) = document(reading).look_fors
    assert question.scale is Scale.SNAPSHOT and question.appearance == "field-list" and not codes(reading)
    assert [name for name, _ in question.parts] == ["onlearn_on_1", "onlearn_of_1", "onlearn_on_2", "onlearn_of_2"]
    slipped = read_form(tmp_path, survey.replace("onlearn_of_1", "onlearn_off_1"))
    assert codes(slipped)[0] == "E_SNAPSHOT" and slipped.document is None


def test_a_snapshot_without_parts_is_written_with_three_scans(tmp_path: Path) -> None:
    form = ProtocolDocument(
        "f", "1", (("es", "Visita"),), "es", (("es", "Español (es)"), ("en", "English (en)")),
        (LookForDocument("learn", Scale.SNAPSHOT, (("es", "Aprenden"),), order=1),),
    )  # fmt: skip
    write_xlsform(form, tmp_path / "f.xlsx")
    (question,) = document(read_xlsform(tmp_path / "f.xlsx")).look_fors
    assert len(question.parts) == 6
    assert dict(question.parts[5][1]) == {"es": "Estudiantes contados, conteo 3", "en": "Pupils counted, scan 3"}


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file", "geopoint", "barcode"])
def test_media_are_refused_and_the_rest_is_kept(tmp_path: Path, kind: str) -> None:
    reading = read_form(tmp_path, f"type,name,label\n{kind},pic,Show\ntext,note,Say\n")
    assert codes(reading) == ["E_MEDIA"] and reading.findings[0].line == 2
    assert [question.code for question in document(reading).look_fors] == ["note"]


def test_the_device_is_not_kept(tmp_path: Path) -> None:
    reading = read_form(tmp_path, "type,name,label\nstart,start,\ndeviceid,deviceid,\nend,end,\ntext,note,Say\n")
    assert codes(reading) == ["W_METADATA_DROPPED"]
    assert document(reading).metadata == (("start", "start"), ("end", "end"))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("select_one nothing,q,Talk,,", "E_LIST"),
        ("integer,2nd,Count,,", "E_NAME"),
        ("integer,note,Count,,", "E_NAME_DUP"),
        ("matrix,q,Talk,,", "E_TYPE"),
        (",q,Talk,,", "E_TYPE"),
        ("end_group,,,,", "W_GROUP"),
        ("begin_group,g,Open,,", "W_GROUP"),
        ("integer,q,Count,. != 3,", "W_CONSTRAINT"),
        ("integer,q,Count,,${gone} = 1", "W_REFERENCE"),
        ("text,q,,,", "W_LABEL"),
    ],
)
def test_each_fault_is_named_once_with_its_line(tmp_path: Path, row: str, code: str) -> None:
    reading = read_form(tmp_path, f"type,name,label,constraint,relevant\ntext,note,Say,,\n{row}\n")
    assert [(finding.code, finding.line) for finding in reading.findings] == [(code, 3)]
    assert document(reading).look_fors[0].code == "note"


def test_a_repeat_is_left_out_with_its_questions(tmp_path: Path) -> None:
    survey = (
        "type,name,label\nbegin_repeat,segment,Segment\nbegin_group,g,G\ntext,a,A\nend_group,,\ntext,b,B\nend_repeat,,\n"
        "text,note,Say\n"
    )
    reading = read_form(tmp_path, survey)
    assert [(finding.code, finding.count) for finding in reading.findings] == [("E_REPEAT", 2)]
    assert [question.code for question in document(reading).look_fors] == ["note"]


def test_choices_are_checked(tmp_path: Path) -> None:
    choices = "list_name,name,label,score\nr,a b,Two words,\nr,x,X,much\nr,x,X again,\nr,,No name,\n,,,\n"
    reading = read_form(tmp_path, "type,name,label\nselect_one r,q,Talk\n", choices)
    assert codes(reading) == ["E_CHOICE_NAME", "W_VALUE", "E_NAME_DUP", "E_REQUIRED"]
    five = "list_name,name,label\n" + "".join(f"r,{n},{n}\n" for n in range(1, 6))
    reading = read_form(tmp_path, "type,name,label\nselect_one r,q,Talk\n", five)
    assert codes(reading) == ["W_SCALE"]
    assert document(reading).look_fors[0].scale is AnswerKind.SELECT_ONE


def test_nothing_usable_gives_no_protocol_and_a_reason(tmp_path: Path) -> None:
    empty = Workbook()
    empty.save(tmp_path / "empty.xlsx")
    assert codes(read_xlsform(tmp_path / "empty.xlsx")) == ["E_SHEET_MISSING"]
    (tmp_path / "folder").mkdir()
    assert codes(read_xlsform(tmp_path / "folder")) == ["E_SHEET_MISSING"]
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    assert codes(read_xlsform(broken)) == ["E_FILE_REFUSED"]
    assert codes(read_form(tmp_path, "type,name,label\nimage,a,A\n")) == ["E_MEDIA", "E_FORM_EMPTY"]
    with pytest.raises(FileNotFoundError):
        read_xlsform(tmp_path / "absent.xlsx")


def test_numbers_typed_into_a_workbook_are_read_as_names(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Survey"
    for row in (("type", "name", "label"), ("select_one r", "q", "Talk")):
        book.active.append(row)
    choices = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), *(("r", n, str(n)) for n in (1, 2.0, 3, 4))):
        choices.append(row)
    book.create_sheet("settings").append(("form_id", "version"))
    book["settings"].append(("f", 2026010101))
    book.save(tmp_path / "form.xlsx")
    form = document(read_xlsform(tmp_path / "form.xlsx"))
    assert form.look_fors[0].scale is Scale.RATING_1_4 and form.version == "2026010101"


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    text = '=HYPERLINK("http://example.org","x")'
    form = ProtocolDocument(
        "f", "1", (("en", "@title"),), "en", (("en", "English (en)"),),
        (LookForDocument("q", AnswerKind.TEXT, (("en", text),), hint=(("en", "'-5"),), order=1),),
    )  # fmt: skip
    write_xlsform(form, tmp_path / "f.xlsx")
    write_xlsform(form, tmp_path / "f")
    assert read_xlsform(tmp_path / "f.xlsx").document == form == read_xlsform(tmp_path / "f").document
    book = load_workbook(tmp_path / "f.xlsx")
    assert {cell.data_type for sheet in book for row in sheet for cell in row if cell.value} == {"s"}
    with (tmp_path / "f" / "survey.csv").open(encoding="utf-8", newline="") as stream:
        assert not [cell for row in csv.reader(stream) for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_a_protocol_that_cannot_be_written_is_a_bad_call(tmp_path: Path) -> None:
    ask = LookForDocument("a", AnswerKind.TEXT, (("en", "A"),), group="g", order=1)
    form = ProtocolDocument("f", "1", (("en", "F"),), "en", (("en", "English (en)"),), (ask,))
    with pytest.raises(ValueError, match="group g"):
        write_xlsform(form, tmp_path / "f.xlsx")
    groups = (GroupDocument("g", (("en", "G"),)),)
    torn = (ask, replace(ask, code="b", group="", order=2), replace(ask, code="c", order=3))
    with pytest.raises(ValueError, match="stand together"):
        write_xlsform(replace(form, groups=groups, look_fors=torn), tmp_path / "f.xlsx")
    control = replace(form, groups=groups, look_fors=(replace(ask, texts=(("en", "A\x01"),)),))
    with pytest.raises(ValueError, match="control character"):
        write_xlsform(control, tmp_path / "f.xlsx")


# ---- any protocol comes back

LANGUAGES = (("en", "English (en)"), ("es", "Español (es)"))
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9._-]{0,8}", fullmatch=True).map(lambda name: f"n{name}")
words = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
numbers = st.integers(-50, 200).map(float) | st.sampled_from([0.5, 2.25])


@st.composite
def texts(draw: st.DrawFn, least: int = 0) -> Texts:
    english = draw(words if least else st.just("") | words)
    spanish = draw(st.just("") | words)
    return tuple((code, text) for (code, _), text in zip(LANGUAGES, (english, spanish), strict=True) if text)


@st.composite
def choice_lists(draw: st.DrawFn, scale: Scale | AnswerKind) -> tuple[ChoiceDocument, ...]:
    values = {Scale.RATING_1_4: ["1", "2", "3", "4"], Scale.YES_NO: ["yes", "no"]}.get(scale)
    if values is None:
        values = draw(
            st.lists(names.filter(lambda name: name not in ("na", "nlf")), min_size=1, max_size=4, unique=True)
        )
    chosen = [ChoiceDocument(value, draw(texts()), draw(st.none() | numbers)) for value in values]
    if draw(st.booleans()):
        chosen.append(ChoiceDocument("na", draw(texts()), None, Missing.NOT_APPLICABLE))
    if draw(st.booleans()):
        chosen.append(ChoiceDocument("nlf", draw(texts()), None, Missing.NOT_LOOKED_FOR))
    return tuple(chosen)


@st.composite
def look_fors(draw: st.DrawFn, code: str, group: str, order: int) -> LookForDocument:
    scale = draw(st.sampled_from([*Scale, *AnswerKind]))
    numeric = scale in (Scale.COUNT, AnswerKind.DECIMAL)
    with_choices = scale in (Scale.RATING_1_4, Scale.YES_NO, AnswerKind.SELECT_ONE, AnswerKind.SELECT_MULTIPLE)
    sides = [f"{code}_{side}_{n}" for n in range(1, draw(st.integers(1, 3)) + 1) for side in ("on", "of")]
    return LookForDocument(
        code=code,
        scale=scale,
        texts=draw(texts(least=1)),
        hint=draw(texts()),
        group=group,
        domain=draw(st.sampled_from([group, "other-domain"])),
        required=draw(st.booleans()),
        choices=draw(choice_lists(scale)) if with_choices else (),
        minimum=draw(st.none() | numbers) if numeric else None,
        maximum=draw(st.none() | numbers) if numeric else None,
        constraint_message=draw(texts()),
        relevant=draw(st.sampled_from(["", f"${{{code}}} = '1'"])),
        appearance=draw(st.sampled_from(["", "likert", "multiline"])),
        case_item=draw(st.sampled_from(["", "00000000-0000-4000-8000-000000000101"])),
        weight=draw(st.none() | numbers),
        parts=tuple((name, draw(texts())) for name in sides) if scale is Scale.SNAPSHOT else (),
        order=order,
    )


@st.composite
def protocols(draw: st.DrawFn) -> ProtocolDocument:
    group_names = draw(st.lists(names.map(lambda name: f"g{name}"), max_size=2, unique=True))
    groups = tuple(
        GroupDocument(name, draw(texts()), group_names[0] if i and draw(st.booleans()) else "", "field-list")
        for i, name in enumerate(group_names)
    )
    slots = [*group_names, ""]
    question_names = draw(st.lists(names, min_size=len(slots), max_size=6, unique_by=lambda name: name))
    placed = sorted(i % len(slots) for i in range(len(question_names)))
    questions = tuple(
        draw(look_fors(name, slots[slot], order))
        for order, (name, slot) in enumerate(zip(question_names, placed, strict=True), 1)
    )
    return ProtocolDocument(
        form_id=draw(words), version=draw(words), title=draw(texts(least=1)), default_language="en",
        languages=LANGUAGES, look_fors=questions, groups=groups, metadata=(("start", "start"), ("end", "end")),
        calculations=(("zz", "1 + 1"),), instance_name=draw(st.just("") | words),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(protocols(), st.sampled_from(["form.xlsx", "form"]))
@pytest.mark.slow  # forty workbooks are written and read again: about three seconds
def test_any_protocol_comes_back_the_same(form: ProtocolDocument, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_xlsform(form, Path(folder) / name)
        reading = read_xlsform(Path(folder) / name)
    assert reading.document == form
    assert set(codes(reading)) <= {"W_CALCULATION"}
