"""Grade bands and subjects from what rosters really write."""

from __future__ import annotations

import pytest

from midcourse.records.actions.roster_courses import read_band, read_subject
from midcourse.vocabulary import Grade, GradeBand, Subject


@pytest.mark.parametrize(
    ("grades", "band"),
    [
        ((Grade.KG, Grade.G02), GradeBand.EARLY),
        ((Grade.G05, Grade.G06), GradeBand.MIXED),
        ((Grade.G09, Grade.G12), GradeBand.HIGH),
        ((Grade.UG,), GradeBand.MIXED),
        ((), GradeBand.MIXED),
    ],
)
def test_bands(grades: tuple[Grade, ...], band: GradeBand) -> None:
    assert read_band(grades) is band


@pytest.mark.parametrize(
    ("codes", "names", "title", "subject"),
    [
        (("03051",), ("Mathematics",), "", Subject.SCIENCE),  # the code is surer than the word
        (("99999",), ("Mathematics",), "", Subject.MATHEMATICS),
        (("02",), (), "Chorus", Subject.ARTS),  # two digits are no SCED code
        ((), ("Social Science",), "", Subject.SOCIAL_STUDIES),
        ((), (), "English Language Arts 6", Subject.ELA),
        ((), (), "Latin I", Subject.WORLD_LANGUAGE),
        ((), (), "Physical Science", Subject.SCIENCE),
        ((), (), "Physical Education 7", Subject.PHYSICAL_EDUCATION),
        ((), (), "Smart Living", None),
        ((), (), "Homeroom KG", None),
    ],
)
def test_subjects(codes: tuple[str, ...], names: tuple[str, ...], title: str, subject: Subject | None) -> None:
    assert read_subject(codes, names, title) is subject
