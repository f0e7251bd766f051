"""Grade band and subject of a section, from what a roster says of it or of its course. Source: standards 1.3, 5.1."""

from __future__ import annotations

import re
from collections.abc import Iterable

from midcourse.vocabulary import GRADE_BANDS, Grade, GradeBand, Subject

_SCED_AREAS = {
    "01": Subject.ELA,
    "02": Subject.MATHEMATICS,
    "03": Subject.SCIENCE,
    "04": Subject.SOCIAL_STUDIES,
    "05": Subject.ARTS,
    "06": Subject.WORLD_LANGUAGE,
    "08": Subject.PHYSICAL_EDUCATION,
    "24": Subject.WORLD_LANGUAGE,
}
"""First two of SCED's five characters; world languages moved from 06 to 24."""

_WORDS: tuple[tuple[Subject, re.Pattern[str]], ...] = tuple(
    (subject, re.compile(pattern, re.IGNORECASE))
    for subject, pattern in (
        (Subject.PHYSICAL_EDUCATION, r"physical ed|phys\.? ?ed|\bp\.?e\.?\b|\bhealth\b|\bgym"),
        (Subject.SOCIAL_STUDIES, r"social stud|social science|histor|civics|geograph|government|economics"),
        (Subject.MATHEMATICS, r"\bmath|algebra|geometr|calculus|statistics|numeracy|trigonometr"),
        (Subject.WORLD_LANGUAGE, r"(world|foreign) lang|spanish|french|latin\b|mandarin|chinese|german|italian|portug"),
        (Subject.SCIENCE, r"\bscience|biolog|chemis|physics|\bstem\b|astronom|anatomy"),
        (Subject.ELA, r"english|language arts|\bela\b|literacy|reading|writing|literature|phonics|\beld\b"),
        (Subject.ARTS, r"\barts?\b|music|band\b|chorus|choir|orchestra|theat|drama|dance|ceramics|drawing|painting"),
    )
)  # fmt: skip
"""Tried in this order: social science is no science, and language arts are no arts (English stands before the arts)."""


def read_band(*sources: Iterable[Grade]) -> GradeBand:
    """Return the band of the first source that names a grade; several bands, or none, are mixed.

    >>> read_band((), (Grade.G03, Grade.G04))
    <GradeBand.ELEMENTARY: '3-5'>
    """
    for grades in sources:
        bands = {GRADE_BANDS[grade] for grade in grades}
        if bands:
            return bands.pop() if len(bands) == 1 else GradeBand.MIXED
    return GradeBand.MIXED


def read_subject(codes: Iterable[str], names: Iterable[str], title: str = "") -> Subject | None:
    """Return the subject by SCED code, else by the subject's name, else by the title; None when nothing tells.

    >>> read_subject(("02052",), ()), read_subject((), ("Language Arts",)), read_subject((), (), "US History I")
    (<Subject.MATHEMATICS: 'math'>, <Subject.ELA: 'ela'>, <Subject.SOCIAL_STUDIES: 'social_studies'>)
    """
    for code in codes:
        if re.fullmatch(r"\d{5}\w*", code) and code[:2] in _SCED_AREAS:
            return _SCED_AREAS[code[:2]]
    for text in (*names, title):
        found = next((subject for subject, pattern in _WORDS if pattern.search(text)), None)
        if found:
            return found
    return None
