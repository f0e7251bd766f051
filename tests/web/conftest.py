"""Fixtures of the pages: the cast with visits, adopted indicators and a snapshot published by the real refresh."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.district.cast import Cast, Town

SPACE = UUID("6f1f5a52-7a57-4f0e-9d0b-0d1a1f6f3c11")
ADOPTED = ("T1", "T2", "T3", "T6", "M2", "M4", "I1", "R1")


@pytest.fixture
def published(cast: Cast, settings: SettingsWrapper, tmp_path: Path) -> Cast:
    """The cast after some weeks of visits and one refresh."""
    from midcourse.pipeline import refresh

    settings.DATA_DIR = tmp_path
    for town in (cast.north, cast.south):
        adopt(town, cast.today)
        visit(town, cast.today)
    bring_in(cast.north, cast.today, tmp_path)
    refresh(as_of=cast.today)
    return cast


def bring_in(town: Town, today: dt.date, folder: Path) -> None:
    """Plan a staff list, receive a file with a finding, and decide: what the pages about single files need."""
    from midcourse.exchange import Finding
    from midcourse.records.actions.decisions import decide
    from midcourse.records.actions.imports import RowCounts, register_file
    from midcourse.records.actions.rosters import plan_staff_list
    from midcourse.records.models import ReceivedFile
    from midcourse.vocabulary import Verdict

    staff = folder / "staff.csv"
    staff.write_text("staff_id,given_name,family_name,title,role\n7,Ottoline,Fairweather,Coach,coach\n8,,Nobody,,\n")
    lead = town.users["assistant_superintendent"]
    plan_staff_list(district=town.district, path=staff, as_of=today, by=lead)
    register_file(
        district=town.district,
        kind=ReceivedFile.Kind.RESULTS,
        name="results.csv",
        content=b"x",
        mapping={},
        counts=RowCounts(2, 1, 1),
        findings=[Finding("E_ROW_WIDTH", "results.csv", 2, None, None, "A column too many.", "Mend the row.")],
        by=lead,
    )
    decide(
        district=town.district,
        indicator_id="T3",
        verdict=Verdict.NO_CHANGE,
        snapshot_id="earlier",
        text="Plan together once a week.",
        check_on=today,
        owner=lead.educator,
        by=lead,
    )


def adopt(town: Town, today: dt.date) -> None:
    """Adopt a set of indicators with an owner and a local name, a year ago."""
    from midcourse.records.actions.adoptions import adopt_indicator

    for indicator_id in ADOPTED:
        adopt_indicator(
            district=town.district,
            indicator_id=indicator_id,
            definition_version=1,
            adopted_on=today - dt.timedelta(days=400),
            local_name={"en": "Students reason aloud", "es": "El estudiantado razona en voz alta"}
            if indicator_id == "T2"
            else None,
            target=0.6 if indicator_id == "T2" else None,
            owner=town.people["assistant_superintendent"],
            by=None,
        )


def visit(town: Town, today: dt.date, *, weeks: int = 60) -> None:
    """Record one visit a week to each class, half of them by two observers."""
    from midcourse.records.actions.sheets import Answer, Sheet
    from midcourse.records.actions.visits import VisitDraft, record_visits
    from midcourse.vocabulary import Missing

    observers = [town.people["assistant_superintendent"], town.people["coach"]]
    drafts = []
    for week in range(weeks):
        for place, section in enumerate(town.sections):
            day = today - dt.timedelta(days=7 * week + 1)
            sheets = tuple(
                Sheet(
                    observer,
                    (
                        Answer("reasoning", value=float(1 + (week + place + n) % 4)),
                        Answer("goal_posted", missing=Missing.NOT_LOOKED_FOR),
                        Answer("open_questions", value=3.0),
                        Answer("on_learning", value=12.0, scanned=20),
                    ),
                )
                for n, observer in enumerate(observers[: 1 + week % 2])
            )
            drafts.append(
                VisitDraft(
                    visit_id=uuid5(SPACE, f"{town.district.slug}-{week}-{place}"),
                    version=town.version,
                    visited_on=day,
                    sheets=sheets,
                    section=section,
                )
            )
    record_visits(district=town.district, drafts=drafts, by=None)
