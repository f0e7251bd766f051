"""What the front door refuses: a bad call is an exception."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.signals.invented_district import Recipe, invent

RECORDS = invent(Recipe(weeks=4, baseline=2, schools=2, visits=2.0))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"score": RECORDS.score[:-1]}, "differ in length"),
        ({"score": RECORDS.score + 4}, "outside the scale"),
        ({"school": RECORDS.school + 5}, "beyond the schools"),
        ({"room": RECORDS.room - 10**6}, "negative room"),
        ({"as_of": RECORDS.as_of[::-1]}, "do not rise"),
        ({"scale_min": 9.0}, "not below"),
        ({"schools": ()}, "no school"),
        ({"teachers": np.array([1])}, "one entry for each school"),
        ({"survey_n": np.array([3])}, "differ in length"),
    ],
)
def test_records_that_do_not_fit_are_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(RECORDS, **changed)  # type: ignore[arg-type]
