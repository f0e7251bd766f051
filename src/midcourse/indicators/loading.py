"""Reads the catalogue's TOML files into definitions, strictly: an unknown or missing key is an error, never ignored.

Every error says file, key, value and what to do, for it is read by whoever edits a definition, not by a programmer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pyarrow as pa

from midcourse.facts import TABLES
from midcourse.indicators.definition import (
    Condition,
    Evidence,
    Form,
    Formula,
    Indicator,
    Kind,
    Metric,
    Minimums,
    RollUp,
    Roster,
    Test,
    Words,
)
from midcourse.vocabulary import Direction, Level, Period

CATALOGUE = Path(__file__).parent / "catalogue"
_ID = re.compile(r"[TNMXACOIUR][1-9][0-9]?")
_COUNTED = ("visits", "classrooms", "teachers", "schools", "events", "pupils")
_Word = TypeVar("_Word", bound=StrEnum)


class CatalogueError(ValueError):
    """A definition file cannot be used as it is.

    Parameters
    ----------
    file, key : str
        Where the fault is.
    value : object
        What stands there.
    remedy : str
        What to write instead.
    """

    def __init__(self, file: str, key: str, value: object, remedy: str) -> None:
        super().__init__(f"{file}: {key} = {value!r}: {remedy}")
        self.file, self.key, self.value, self.remedy = file, key, value, remedy


def load_catalogue(folder: Path = CATALOGUE) -> Mapping[str, Indicator]:
    """Load every definition of a folder, by id.

    Parameters
    ----------
    folder : Path
        Folder of ``<id>.toml`` files; the catalogue delivered with midcourse when not given.

    Raises
    ------
    CatalogueError
        At the first file that cannot be used, or when a derived indicator's origin is not in the folder.

    Examples
    --------
    >>> load_catalogue()["T2"].name.en
    'Priority practice seen'
    """
    indicators = {}
    for path in sorted(folder.glob("*.toml")):
        indicators[path.stem] = load_indicator(path)
    for indicator in indicators.values():
        of = indicator.formula.of
        if of and (of not in indicators or indicators[of].formula.form is not Form.SHARE):
            raise CatalogueError(f"{indicator.id}.toml", "formula.of", of, "name a share of the same catalogue")
        if indicator.formula.form is Form.REACH and indicators[of].target is None:
            raise CatalogueError(f"{of}.toml", "target", None, f"{indicator.id} counts schools at this target: set it")
    return MappingProxyType(indicators)


def load_indicator(path: Path) -> Indicator:
    """Load one definition file. Raises `CatalogueError` when it cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CatalogueError(path.name, "(file)", str(fault), "write it as UTF-8 TOML") from None
    part = _Part(path.name, "", content)
    indicator = _indicator(part)
    part.end()
    if indicator.id != path.stem:
        raise CatalogueError(path.name, "id", indicator.id, f"name the file {indicator.id}.toml")
    return indicator


class _Part:
    """One table of a file, read key by key; `end` refuses what nobody asked for."""

    def __init__(self, file: str, prefix: str, content: dict[str, Any]) -> None:
        self.file, self.prefix, self.content, self.seen = file, prefix, content, set[str]()

    def fault(self, key: str, remedy: str) -> CatalogueError:
        return CatalogueError(self.file, self.prefix + key, self.content.get(key), remedy)

    def take(self, key: str, kind: type | tuple[type, ...], what: str, default: Any = None) -> Any:
        self.seen.add(key)
        if key not in self.content and default is not None:
            return default
        value = self.content.get(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fault(key, f"write {what}")
        if value == "":
            raise self.fault(key, f"write {what}, not an empty text")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self.take(key, str, "a text", default)) if default != "" else self._optional_text(key)

    def _optional_text(self, key: str) -> str:
        self.seen.add(key)
        return str(self.take(key, str, "a text")) if key in self.content else ""

    def number(self, key: str, default: int | None = None) -> int:
        value = int(self.take(key, int, "a whole number", default))
        if value < 0:
            raise self.fault(key, "write a number of 0 or more")
        return value

    def word(self, key: str, words: type[_Word], default: _Word | None = None) -> _Word:
        value = self.take(key, str, f"one of {', '.join(words)}", default)
        try:
            return words(value)
        except ValueError:
            raise self.fault(key, f"write one of {', '.join(words)}") from None

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        value = str(self.take(key, str, f"one of {', '.join(choices)}", default))
        if value not in choices:
            raise self.fault(key, f"write one of {', '.join(choices)}")
        return value

    def part(self, key: str) -> _Part:
        return _Part(self.file, f"{self.prefix}{key}.", self.take(key, dict, f"a table [{key}]"))

    def words(self, key: str) -> Words:
        part = self.part(key)
        words = Words(part.text("en"), part.text("es"))
        part.end()
        return words

    def end(self) -> None:
        for key in self.content:
            if key not in self.seen:
                raise self.fault(key, f"is not known here; known: {', '.join(sorted(self.seen))}")


def _indicator(part: _Part) -> Indicator:
    lags = part.take("lag_years", list, "[low, high] in school years")
    if len(lags) != 2 or not all(isinstance(lag, int | float) for lag in lags) or not 0 <= lags[0] <= lags[1]:
        raise part.fault("lag_years", "write [low, high] in school years, low first")
    levels = part.take("levels", list, "a list of levels")
    if not levels or any(level not in (Level.SCHOOL, Level.DISTRICT, Level.NETWORK) for level in levels):
        raise part.fault("levels", "write a list of school, district, network; no other level is computed")
    for key in ("id", "counter_measure"):
        if not _ID.fullmatch(part.text(key)):
            raise part.fault(key, "write a catalogue id such as T2")
    reviewed = part.take("reviewed_on", date, "a date such as 2026-08-15")
    part.seen.add("target")
    has_target = "target" in part.content
    return Indicator(
        id=part.text("id"),
        version=part.number("version"),
        name=part.words("name"),
        question=part.words("question"),
        meaning=part.words("meaning"),
        dimension=part.choice("dimension", tuple("TNMXACOIUR")),
        kind=part.word("kind", Kind),
        levels=tuple(Level(level) for level in levels),
        direction=part.word("direction", Direction),
        period=part.word("period", Period),
        metric=part.word("metric", Metric),
        roll_up=part.word("roll_up", RollUp),
        formula=_formula(part.part("formula")),
        minimums=_minimums(part.part("minimums")),
        evidence=_evidence(part.part("evidence")),
        lag_years=(float(lags[0]), float(lags[1])),
        counter_measure=part.text("counter_measure"),
        never_alone=bool(part.take("never_alone", bool, "true or false", default=False)),
        target=float(part.take("target", (int, float), "a number")) if has_target else None,
        owner=part.text("owner"),
        reviewed_on=reviewed,
    )


def _minimums(part: _Part) -> Minimums:
    least = Minimums(
        part.number("n"), part.choice("of", _COUNTED), part.number("rooms", 0), part.number("observers", 0)
    )
    part.end()
    return least


def _evidence(part: _Part) -> Evidence:
    card = Evidence(
        part.choice("grade", tuple("ABCD")),
        part.text("study"),
        part.words("size"),
        part.words("caveat"),
        part.text("licence"),
    )
    part.end()
    return card


_TABLES_OF_FORM: dict[Form, tuple[str, ...]] = {
    Form.SHARE: ("visit_items",),
    Form.COVERAGE: ("visits", "intervisitations"),
    Form.PAIRS: ("intervisitations",),
    Form.MEDIAN: ("visits", "intervisitations"),
    Form.AGREEMENT: ("visit_items",),
    Form.REACH: (),
    Form.SPREAD: (),
    Form.PUBLISHED: ("results",),
}


def _formula(part: _Part) -> Formula:
    form = part.word("form", Form)
    possible = _TABLES_OF_FORM[form]
    source = tuple(part.take("source", list, "a list of fact tables", default=[]))
    if bool(source) != bool(possible) or any(table not in possible for table in source):
        raise part.fault("source", f"a formula of form {form} reads {', '.join(possible) or 'no table'}")
    formula = Formula(
        form=form,
        source=source,
        rows=_conditions(part, "rows", source),
        hits=_conditions(part, "hits", source),
        visit_weighs_one=bool(part.take("visit_weighs_one", bool, "true or false", default=False)),
        member=part.text("member", ""),
        roster=_roster(part.part("roster")) if form is Form.COVERAGE else None,
        since=part.choice("since", ("period", "school_year"), "period"),
        value=part.text("value", ""),
        of=part.text("of", ""),
    )
    part.end()
    _check_needs(part, formula)
    return formula


def _check_needs(part: _Part, formula: Formula) -> None:
    needed = {
        Form.SHARE: "hits",
        Form.COVERAGE: "member",
        Form.MEDIAN: "value",
        Form.REACH: "of",
        Form.SPREAD: "of",
        Form.PUBLISHED: "value",
    }.get(formula.form)
    if needed and not getattr(formula, needed):
        raise part.fault(needed, f"a formula of form {formula.form} needs it")
    columns = {"member": formula.member, "value": formula.value}
    for key, column in columns.items():
        stem = f"{column}_share" if formula.form is Form.PUBLISHED else column
        if column and any(stem not in TABLES[table].schema.names for table in formula.source):
            raise part.fault(key, f"is not a column of {' and '.join(formula.source)}")


def _roster(part: _Part) -> Roster:
    table = part.choice("table", ("sections", "assignments"))
    member = part.choice("member", TABLES[table].schema.names)
    active = part.choice("active", ("in_period", "in_last_week"))
    roster = Roster(table, member, active, bool(part.take("within_school", bool, "true or false")))
    part.end()
    return roster


def _conditions(part: _Part, key: str, source: tuple[str, ...]) -> tuple[Condition, ...]:
    conditions = []
    for number, raw in enumerate(part.take(key, list, "a list of conditions", default=[])):
        place = f"{part.prefix}{key}[{number}]."
        if not isinstance(raw, dict):
            raise CatalogueError(part.file, place[:-1], raw, 'write { column = "…", equals = "…" }')
        conditions.append(_condition(_Part(part.file, place, raw), source))
    return tuple(conditions)


def _condition(part: _Part, source: tuple[str, ...]) -> Condition:
    column = part.text("column")
    if any(column not in TABLES[table].schema.names for table in source):
        raise part.fault("column", f"is not a column of {' and '.join(source)}")
    tests = [test for test in Test if test in part.content]
    if len(tests) != 1:
        raise CatalogueError(
            part.file, part.prefix.rstrip("."), part.content, f"ask exactly one of {', '.join(Test)} of the column"
        )
    test = tests[0]
    kind = TABLES[source[0]].schema.field(column).type
    value = part.content[test]
    part.seen.add(test)
    part.end()
    if test is Test.KNOWN:
        fits = isinstance(value, bool)
    elif test is Test.ONE_OF:
        fits = pa.types.is_string(kind) and isinstance(value, list) and all(isinstance(item, str) for item in value)
    else:
        fits = _fits(value, kind, ordered=test is not Test.EQUALS)
    if not fits:
        raise part.fault(test, f"does not fit column {column}, which holds {kind}")
    return Condition(column, test, tuple(value) if isinstance(value, list) else value)


def _fits(value: object, kind: pa.DataType, *, ordered: bool) -> bool:
    if pa.types.is_boolean(kind):
        return isinstance(value, bool) and not ordered
    if pa.types.is_string(kind):
        return isinstance(value, str) and not ordered
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return number and isinstance(value, int | float) and not isinstance(value, bool)
