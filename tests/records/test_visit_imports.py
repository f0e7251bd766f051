"""Past visits from a spreadsheet: a dry run that agrees with the import, each visit once, no name kept."""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import Settings

from midcourse.exchange import VisitMapping, propose_mapping, read_visit_sheet
from midcourse.records.actions.people import add_educator
from midcourse.records.actions.protocol_documents import document_of
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.secrets import destroy_year_secret
from midcourse.records.actions.visit_imports import VisitImport, VisitImportPlan, import_visits, plan_visit_import
from midcourse.records.models import AuditEntry, KeySecret, ReceivedFile, Visit, VisitHost, VisitItem, VisitNote
from midcourse.vocabulary import GradeBand, Subject
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db

HEADER = (
    *("Date", "School", "Grade", "Subject", "Room", "Teacher", "Observer", "Minutes", "Notes"),
    *("reasoning", "goal_posted", "open_questions"),
)


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def row(cast: Cast, **changes: str) -> list[str]:
    cells = {
        "Date": cast.today.isoformat(),
        "School": "Alder School",
        "Grade": "4",
        "Subject": "Mathematics",
        "Room": "12",
        "Teacher": "Marisol Núñez Prado",
        "Observer": "Noor Whitlock-Amari",
        "Minutes": "15",
        "Notes": "",
        "reasoning": "3",
        "goal_posted": "yes",
        "open_questions": "",
    } | changes
    return [cells[column] for column in HEADER]


def sheet(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def mapping(cast: Cast) -> VisitMapping:
    return propose_mapping(HEADER, document_of(cast.north.version))


def plan(cast: Cast, content: bytes, **changes: object) -> VisitImportPlan:
    given = {
        "district": cast.north.district,
        "version": cast.north.version,
        "name": "visits.csv",
        "content": content,
        "mapping": mapping(cast),
        "by": cast.north.users["data_manager"],
    } | changes
    return plan_visit_import(**given)


def bring_in(cast: Cast, content: bytes) -> VisitImport:
    return import_visits(
        district=cast.north.district,
        version=cast.north.version,
        name="visits.csv",
        content=content,
        mapping=mapping(cast),
        by=cast.north.users["data_manager"],
    )


def mixed(cast: Cast) -> bytes:
    return sheet(
        row(cast),
        row(cast, Minutes="20", Observer="coach@northfold.example"),
        row(cast, School="Elsewhere School"),
        row(cast, Observer="Nobody Known"),
        row(cast, Observer=""),
        row(cast, reasoning="9"),
        row(cast, Observer="Marisol Núñez Prado"),
        row(cast, Minutes="21", Teacher="Someone Departed", Room=""),
        row(cast, Minutes="22", Notes="Prado asked for reasons"),
        row(cast, Minutes="23", Notes="Four pairs compared methods", Teacher="", Room="14", Subject="Reading"),
    )


def test_the_dry_run_says_what_the_import_does_and_stores_nothing(cast: Cast, data_dir: Path) -> None:
    before = AuditEntry.objects.count()
    dry = plan(cast, mixed(cast))
    assert (dry.rows_in, dry.rows_ready, dry.rows_already, dry.rows_reported) == (10, 5, 0, 5)
    codes = Counter(f.code for f in dry.findings)
    assert codes == {
        "E_SCHOOL_UNKNOWN": 1,
        "E_OBSERVER_UNKNOWN": 1,
        "W_OBSERVER": 1,
        "E_OBSERVER": 1,
        "E_VALUE": 1,
        "E_OWN_CLASS": 1,
        "W_TEACHER_UNKNOWN": 1,
        "W_NAME_IN_NOTE": 1,
    }
    assert all(f.remedy and f.line for f in dry.findings)
    assert not Visit.objects.exists() and not KeySecret.objects.exists() and not ReceivedFile.objects.exists()
    assert AuditEntry.objects.count() == before and not list(data_dir.rglob("*"))
    done = bring_in(cast, mixed(cast))
    assert (done.rows_in, done.rows_stored, done.rows_reported) == (10, 5, 5)
    assert Visit.objects.count() == 5


def test_rows_become_visits_with_stamps_and_the_names_stay_behind(cast: Cast, data_dir: Path) -> None:
    bring_in(cast, mixed(cast))
    by_minutes = {v.minutes: v for v in Visit.objects.all() if v.minutes != 15}
    known, unknown, elsewhere = by_minutes[20], by_minutes[21], by_minutes[23]
    assert (known.had_pd, known.grade_band, known.subject) == (None, GradeBand.ELEMENTARY, Subject.MATHEMATICS)
    assert unknown.had_pd is None and unknown.room_key != known.room_key
    assert (elsewhere.had_pd, elsewhere.subject) == (None, Subject.ELA), "the class in room 14 is known"
    assert known.recorded_on == cast.today
    values = {i.look_for.code: (i.value, i.missing) for i in VisitItem.objects.filter(visit=known)}
    assert values == {
        "reasoning": (3, ""),
        "goal_posted": (1, ""),
        "open_questions": (None, "not_looked_for"),
        "on_learning": (None, "not_asked"),
    }
    assert [n.text for n in VisitNote.objects.all()] == ["Four pairs compared methods"]
    file = ReceivedFile.objects.get()
    assert file.erased_at is not None and not list(data_dir.rglob("*"))
    stored = f"{file.findings} {file.mapping} " + " ".join(str(e.details) for e in AuditEntry.objects.all())
    for name in ("Núñez", "Departed", "Nobody Known", "Whitlock"):
        assert name not in stored
    assert all(host.visit.imported_from == file for host in VisitHost.objects.all())


def test_the_same_sheet_again_stores_nothing_and_says_so(cast: Cast) -> None:
    bring_in(cast, mixed(cast))
    again = bring_in(cast, mixed(cast))
    assert (again.rows_stored, again.rows_already, again.rows_reported, again.again) == (0, 5, 5, True)
    assert Visit.objects.count() == 5 and ReceivedFile.objects.count() == 1


def test_a_longer_export_adds_only_what_is_new(cast: Cast) -> None:
    bring_in(cast, sheet(row(cast)))
    longer = bring_in(cast, sheet(row(cast), row(cast, Minutes="44")))
    assert (longer.rows_stored, longer.rows_already, longer.again) == (1, 1, False)


def test_rows_reported_before_come_in_once_the_staff_list_is_right(cast: Cast) -> None:
    content = sheet(row(cast), row(cast, Observer="Nobody Known"))
    assert bring_in(cast, content).rows_reported == 1
    add_educator(district=cast.north.district, given_name="Nobody", family_name="Known", by=None)
    second = bring_in(cast, content)
    assert (second.rows_stored, second.rows_already, second.rows_reported) == (1, 1, 0)
    assert (second.file.rows_stored, second.file.rows_reported, second.file.findings) == (2, 0, [])


def test_neither_id_nor_hash_lets_the_teacher_be_guessed(cast: Cast, tmp_path: Path) -> None:
    """Whoever knows every cell but the teacher's could try the staff; the stored id and hash are keyed against that."""
    content = sheet(row(cast))
    done = bring_in(cast, content)
    visit = Visit.objects.get()
    path = tmp_path / "visits.csv"
    path.write_bytes(content)
    (read,) = read_visit_sheet(path, mapping(cast), scope=str(cast.north.district.id)).rows
    assert visit.id not in (read.id, uuid.uuid5(read.id, str(visit.school_id)))
    assert done.file.sha256 != hashlib.sha256(content).hexdigest()
    assert read.fingerprint not in (visit.content_sha256, done.file.sha256)
    destroy_year_secret(district=cast.north.district, school_year=visit.school_year, by=None)
    dry = plan(cast, sheet(row(cast), row(cast, Minutes="33")))
    assert (dry.rows_ready, dry.rows_already, {f.code for f in dry.findings}) == (0, 0, {"E_YEAR_CLOSED"})


def test_two_districts_with_the_same_sheet_do_not_meet(cast: Cast) -> None:
    content = sheet(row(cast))
    south = plan(cast, content, district=cast.south.district, version=cast.south.version, by=None)
    assert south.drafts == () and {f.code for f in south.findings} == {"E_SCHOOL_UNKNOWN"}
    bring_in(cast, content)
    assert Visit.objects.get().district == cast.north.district


def test_ambiguous_names_and_several_observers_are_reported(cast: Cast) -> None:
    add_educator(district=cast.north.district, given_name="Noor", family_name="Whitlock Amari", by=None)
    dry = plan(
        cast,
        sheet(
            row(cast),
            row(cast, Observer="Odile Harrowgate; Derek Okonjo"),
            row(cast, Observer="Ms. Odile Harrowgate", Minutes="19"),
            row(cast, Observer="HARROWGATE, Odile", Minutes="18"),
        ),
    )
    assert Counter(f.code for f in dry.findings) == {"E_OBSERVER_AMBIGUOUS": 1, "W_CO_OBSERVERS": 1}
    assert [d.sheets[0].observer for d in dry.drafts] == [cast.north.people["principal"]] * 3


def test_an_answer_outside_the_versions_own_limits_is_reported(cast: Cast) -> None:
    guess = mapping(cast)
    wider = replace(
        guess,
        answers=tuple(replace(a, maximum=None) if a.code == "open_questions" else a for a in guess.answers),
    )
    dry = plan(cast, sheet(row(cast, open_questions="61")), mapping=wider)
    assert dry.rows_ready == 0 and [f.code for f in dry.findings] == ["E_ANSWER"]


def test_the_protocol_is_of_the_same_district(cast: Cast) -> None:
    with pytest.raises(Refused, match="another district"):
        plan(cast, sheet(row(cast)), version=cast.south.version)


def test_only_who_imports_files_does(cast: Cast) -> None:
    for user in (cast.north.users["coach"], cast.south.users["data_manager"]):
        with pytest.raises(PermissionDenied):
            plan(cast, sheet(row(cast)), by=user)
