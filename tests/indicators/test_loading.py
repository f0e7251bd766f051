"""Definitions are read strictly, and a fault says where it is and what to write."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from midcourse.indicators import CatalogueError, Form, calculation, load_catalogue, load_indicator, loading
from midcourse.indicators.loading import CATALOGUE
from midcourse.vocabulary import Period


def test_the_examples_run() -> None:
    assert doctest.testmod(loading).failed == 0 and doctest.testmod(calculation).failed == 0


T2 = (CATALOGUE / "T2.toml").read_text()


def test_the_delivered_catalogue_is_complete() -> None:
    catalogue = load_catalogue()
    assert set(catalogue) == {"T1", "T2", "T3", "T6", "T7", "I1", "I2", "M2", "M4", "R1"}
    for indicator in catalogue.values():
        assert indicator.periods[-1] is Period.YEAR and len(indicator.definition_hash) == 64
        for words in (indicator.name, indicator.question, indicator.meaning, indicator.evidence.caveat):
            assert words.en and words.es and words.en != words.es
    assert catalogue["R1"].never_alone and not catalogue["T2"].never_alone
    assert catalogue["T2"].name.in_language("es-MX") == "Práctica prioritaria observada"
    with pytest.raises(TypeError):
        catalogue["T9"] = catalogue["T2"]  # type: ignore[index]


def test_wording_does_not_change_the_hash_and_a_minimum_does(tmp_path: Path) -> None:
    def hash_of(text: str) -> str:
        (tmp_path / "T2.toml").write_text(text)
        return load_indicator(tmp_path / "T2.toml").definition_hash

    assert hash_of(T2) == hash_of(T2.replace("Priority practice seen", "Agreed practice seen"))
    assert hash_of(T2) != hash_of(T2.replace("\nn = 20", "\nn = 25"))


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('kind = "L2"', 'kind = "L9"', "kind", "one of L1, L2"),
        ('direction = "up"', "", "direction", "one of up, down"),
        ("version = 1", 'version = "1"', "version", "a whole number"),
        ("\nn = 20", "\nn = -1", "minimums.n", "0 or more"),
        ("\nn = 20", "\nn = true", "minimums.n", "a whole number"),
        ('levels = ["school"', 'levels = ["teacher"', "levels", "no other level"),
        ("lag_years = [0.5, 1]", "lag_years = [1, 0.5]", "lag_years", "low first"),
        ('counter_measure = "T8"', 'counter_measure = "coverage"', "counter_measure", "such as T2"),
        ("reviewed_on = 2026-11-23", 'reviewed_on = "soon"', "reviewed_on", "a date"),
        ("target = 0.6", 'target = "most"', "target", "a number"),
        ("rooms = 8", "romos = 8", "minimums.romos", "is not known here"),
        ('form = "share"', 'form = "median"', "formula.source", "reads visits, intervisitations"),
        ('source = ["visit_items"]', 'source = ["people"]', "formula.source", "reads visit_items"),
        ('column = "role"', 'column = "rolle"', "formula.rows[0].column", "is not a column of visit_items"),
        ('equals = "priority_practice"', "equals = 3", "formula.rows[0].equals", "which holds string"),
        ('equals = "priority_practice"', 'like = "p%"', "formula.rows[0]", "exactly one of equals"),
        ('equals = "priority_practice"', 'equals = "p", known = true', "formula.rows[0]", "exactly one of"),
        ('equals = "priority_practice"', 'at_least = "p"', "formula.rows[0].at_least", "which holds string"),
        ("hits = [{", "hots = [{", "formula.hots", "is not known here"),
        ('hits = [{ column = "present", equals = true }]', "", "formula.hits", "needs it"),
        ('hits = [{ column = "present", equals = true }]', 'hits = ["present"]', "formula.hits[0]", "column ="),
        ('grade = "C"', 'grade = "E"', "evidence.grade", "one of A, B"),
        ('id = "T2"', 'id = "T5"', "id", "name the file T5.toml"),
        ('id = "T2"', "id = ", "(file)", "UTF-8 TOML"),
    ],
)
def test_a_fault_is_named_with_its_place_and_remedy(tmp_path: Path, old: str, new: str, key: str, remedy: str) -> None:
    assert old in T2
    (tmp_path / "T2.toml").write_text(T2.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    assert (caught.value.file, caught.value.key) == ("T2.toml", key)
    assert remedy in caught.value.remedy and "T2.toml" in str(caught.value)


def test_a_derived_indicator_needs_its_origin_and_a_target(tmp_path: Path) -> None:
    (tmp_path / "T6.toml").write_text((CATALOGUE / "T6.toml").read_text())
    with pytest.raises(CatalogueError, match="a share of the same catalogue"):
        load_catalogue(tmp_path)
    (tmp_path / "T2.toml").write_text(T2.replace("target = 0.6\n", ""))
    with pytest.raises(CatalogueError, match="at this target"):
        load_catalogue(tmp_path)
    (tmp_path / "T2.toml").write_text(T2)
    assert load_catalogue(tmp_path)["T6"].formula.form is Form.REACH
