"""What comes in as a file: rosters applied and undone, visits in three steps, results; protocols out and in."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from tests.district.cast import Cast

STAFF = (
    "staff_id,given_name,family_name,email,school_id,title,role\n"
    "77,Ottoline,Fairweather,o.fairweather@northfold.example,,Instructional Coach,coach\n"
)


@pytest.fixture(autouse=True)
def private_folder(settings: Any, tmp_path: Path) -> Path:
    """Keep received files of a test apart."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def office(client: Client, cast: Cast) -> Client:
    """Return a browser in which the assistant superintendent is signed in."""
    client.force_login(cast.north.users["assistant_superintendent"])
    return client


def at(name: str, cast: Cast, **keys: object) -> str:
    """Return an address of the north."""
    return reverse(name, kwargs={"district": cast.north.district.slug, **keys})


def sheet(cast: Cast, *, teacher: str = "") -> SimpleUploadedFile:
    """Return a spreadsheet of two visits, one of them at a school that nobody knows."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Date", "School", "Observer", "Teacher", "Pupils explain their reasoning.", "Shoe size"])
    day = cast.today.strftime("%m/%d/%Y")
    who = str(cast.north.people["coach"])
    rows.writerow([day, "Alder School", who, teacher, "3", "9"])
    rows.writerow([day, "Nowhere School", who, teacher, "2", "8"])
    return SimpleUploadedFile("walks.csv", out.getvalue().encode())


def test_visits_come_in_by_three_steps_and_the_sheet_is_gone(office: Client, cast: Cast, private_folder: Path) -> None:
    from midcourse.records.models import ReceivedFile, Visit

    before = Visit.objects.count()
    response = office.post(at("import-visits", cast), {"version": cast.north.version.pk, "file": sheet(cast)})
    assert response["Location"] == at("map-visits", cast)
    assert len(list((private_folder / "waiting").iterdir())) == 1
    page = office.get(at("map-visits", cast))
    columns = {column.name: column for column in page.context["columns"]}
    assert columns["Date"].chosen == "f:date"
    assert columns["Pupils explain their reasoning."].chosen == "a:reasoning:"
    assert columns["Shoe size"].chosen == "-"
    chosen = {f"c{column.number}": column.chosen for column in columns.values()}
    assert office.post(at("map-visits", cast), chosen)["Location"] == at("check-visits", cast)
    plan = office.get(at("check-visits", cast))
    assert (plan.context["plan"].rows_ready, plan.context["plan"].rows_reported) == (1, 1)
    assert "E_SCHOOL_UNKNOWN" in plan.content.decode()
    assert Visit.objects.count() == before, "a dry run stores nothing"
    done = office.post(at("check-visits", cast), {"step": "import"})
    file = ReceivedFile.objects.get()
    assert done["Location"] == at("file", cast, file=file.pk)
    assert Visit.objects.count() == before + 1
    assert not list((private_folder / "waiting").iterdir())
    assert office.get(at("check-visits", cast))["Location"] == at("import-visits", cast)


def test_a_column_too_few_is_said_and_nothing_goes_on(office: Client, cast: Cast) -> None:
    office.post(at("import-visits", cast), {"version": cast.north.version.pk, "file": sheet(cast)})
    response = office.post(at("map-visits", cast), {"c0": "f:date", "c1": "-", "c2": "f:observer"})
    assert response.status_code == 422
    assert "School" in response.context["problem"]
    doubled = {"c0": "f:date", "c1": "f:school", "c2": "f:observer", "c3": "f:school"}
    assert office.post(at("map-visits", cast), doubled).status_code == 422


def test_a_sheet_put_aside_leaves_nothing(office: Client, cast: Cast, private_folder: Path) -> None:
    office.post(at("import-visits", cast), {"version": cast.north.version.pk, "file": sheet(cast)})
    assert office.post(at("check-visits", cast), {"step": "aside"})["Location"] == at("visits", cast)
    assert not list((private_folder / "waiting").iterdir())


def test_a_waiting_sheet_is_nobody_elses(office: Client, cast: Cast) -> None:
    office.post(at("import-visits", cast), {"version": cast.north.version.pk, "file": sheet(cast)})
    other = Client()
    other.force_login(cast.north.users["superintendent"])
    assert other.get(at("map-visits", cast))["Location"] == at("import-visits", cast)


def test_what_is_no_table_is_refused_in_words(office: Client, cast: Cast, private_folder: Path) -> None:
    file = SimpleUploadedFile("walks.xlsx", b"PK\x03\x04 not a workbook")
    response = office.post(at("import-visits", cast), {"version": cast.north.version.pk, "file": file})
    assert response.status_code == 422
    assert not list((private_folder / "waiting").iterdir())


def test_a_staff_list_is_planned_applied_and_undone(office: Client, cast: Cast) -> None:
    from midcourse.records.models import Educator, RosterRun

    file = SimpleUploadedFile("staff.csv", STAFF.encode())
    response = office.post(at("rosters", cast), {"kind": "staff_list", "file": file})
    run = RosterRun.objects.get()
    assert response["Location"] == at("roster-run", cast, run=run.pk)
    assert not Educator.objects.filter(family_name="Fairweather").exists(), "a plan writes nothing"
    page = office.get(response["Location"]).content.decode()
    assert "Ottoline Fairweather" in page
    step = at("roster-run", cast, run=run.pk)
    assert office.post(step, {"step": "apply", "reason": ""}).status_code == 302
    assert Educator.objects.get(family_name="Fairweather").active
    assert office.post(step, {"step": "undo"}).status_code == 302
    assert not Educator.objects.filter(family_name="Fairweather", active=True).exists()
    assert office.post(step, {"step": "undo"}).status_code == 422, "said in words, not an error"
    assert office.post(step, {"step": "burn"}).status_code == 404


def test_what_is_no_roster_says_so_and_offers_nothing_to_apply(office: Client, cast: Cast) -> None:
    file = SimpleUploadedFile("holiday.zip", b"no zip at all")
    response = office.post(at("rosters", cast), {"kind": "oneroster", "file": file})
    page = office.get(response["Location"]).content.decode()
    assert "E_FILE_REFUSED" in page
    assert 'value="apply"' not in page


def test_a_protocol_goes_out_and_comes_in_again(office: Client, cast: Cast) -> None:
    from midcourse.records.models import ProtocolVersion

    version = cast.north.version
    out = office.get(at("protocol-form", cast, version=version.pk))
    assert out["Content-Disposition"] == 'attachment; filename="talk-and-task-1.xlsx"'
    again = SimpleUploadedFile("form.xlsx", out.content)
    refused = office.post(at("protocols", cast), {"file": again, "reason": "Again"})
    assert refused.status_code == 422, "the same version number exists"
    assert ProtocolVersion.objects.filter(district=cast.north.district).count() == 1


def test_a_look_for_is_linked_to_an_indicator_once(office: Client, cast: Cast) -> None:
    version = cast.north.version
    page = at("protocol", cast, version=version.pk)
    assert office.post(page, {"role-goal_posted": "reasoning"}).status_code == 302
    assert version.look_fors.get(code="goal_posted").role == "reasoning"
    office.post(page, {"role-goal_posted": "nonsense"})
    assert version.look_fors.get(code="goal_posted").role == "reasoning"


@pytest.mark.shared
def test_results_come_in_with_their_findings_and_go_out_again(office: Client, cast: Cast) -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "ct-sbac-district-2015-2019"
    found = sorted(folder.glob("*.csv"))
    if not found:
        pytest.skip("the real results files are not beside the checkout")
    from midcourse.records.models import ReceivedFile

    with found[0].open("rb") as stream:
        response = office.post(at("files", cast), {"file": SimpleUploadedFile(found[0].name, stream.read())})
    file = ReceivedFile.objects.get()
    assert response["Location"] == at("file", cast, file=file.pk)
    assert file.rows_in == file.rows_stored + file.rows_reported
    assert office.post(at("file", cast, file=file.pk)).status_code == 302
    file.refresh_from_db()
    assert file.withdrawn_on == cast.today
