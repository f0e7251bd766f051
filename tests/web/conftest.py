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
    refresh(as_of=cast.today)
    return cast


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
