"""A results mapping: which words of one publisher's files mean what, kept as data in `mappings/*.toml`.

Decides how names are compared (spaces and case removed) and what a mapping must say; applies nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from midcourse.vocabulary import ResultStatus, Subgroup, Subject

_SPACE = re.compile(r"\s+")


def squeeze(name: str) -> str:
    """Return the name as it is compared: no spaces, no line breaks, no case."""
    return _SPACE.sub("", name).casefold()


@dataclass(frozen=True, slots=True)
class LevelMapping:
    """An achievement level and the headings that name it."""

    number: int
    name: str
    headers: frozenset[str]


@dataclass(frozen=True, slots=True)
class TestMapping:
    """One test of the publisher: how to know it, what it must carry, its levels."""

    __test__ = False  # not a test case, whatever a test runner thinks of the name

    test: str
    titles: tuple[str, ...]
    subject: str | None
    required: tuple[str, ...]
    score_name: str
    levels: tuple[LevelMapping, ...]
    at_or_above_name: str
    at_or_above_headers: frozenset[str]


@dataclass(frozen=True, slots=True)
class SubgroupMapping:
    """A column that splits pupils into groups; `values` is the complete list of its words."""

    type: Subgroup
    headers: frozenset[str]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AchievementMapping:
    """Everything one publisher's files need to be understood. Names are already squeezed."""

    name: str
    org_id_system: str
    org_id_width: int
    state_id: str
    state_names: frozenset[str]
    marks: Mapping[str, ResultStatus]
    columns: Mapping[str, str]
    subjects: Mapping[str, str]
    scope_passed_over: frozenset[str]
    tests: tuple[TestMapping, ...]
    subgroups: tuple[SubgroupMapping, ...]


def load_mapping(mapping: str | Path) -> AchievementMapping:
    """Load a mapping by the name of one that ships with the product, or from a TOML file of your own.

    Raises
    ------
    ValueError
        No such mapping, or the file does not say what a mapping must say (the message names the key).
    """
    if isinstance(mapping, Path):
        return _from_toml(mapping.read_text(encoding="utf-8"), mapping.name)
    return _shipped(mapping)


@lru_cache(maxsize=16)
def _shipped(name: str) -> AchievementMapping:
    folder = resources.files("midcourse.exchange").joinpath("mappings")
    if not re.fullmatch(r"[a-z0-9-]+", name) or not (file := folder.joinpath(f"{name}.toml")).is_file():
        known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
        raise ValueError(f"no results mapping called {name!r}; known: {', '.join(known)}")
    return _from_toml(file.read_text(encoding="utf-8"), file.name)


def _from_toml(text: str, where: str) -> AchievementMapping:
    try:
        table = tomllib.loads(text)
        return AchievementMapping(
            name=str(table["name"]),
            org_id_system=str(table["org_id_system"]),
            org_id_width=int(table["org_id_width"]),
            state_id=str(table["state_id"]),
            state_names=_squeezed(table["state_names"]),
            marks=MappingProxyType({k.lower(): ResultStatus(v) for k, v in table.get("marks", {}).items()}),
            columns=_inverted(table["columns"]),
            subjects=_inverted({Subject(k).value: v for k, v in table["subjects"].items()}),
            scope_passed_over=_squeezed(table.get("scope", {}).get("passed_over", [])),
            tests=tuple(_test(entry) for entry in table["tests"]),
            subgroups=tuple(_subgroup(entry) for entry in table.get("subgroups", [])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where} is not a results mapping: {error!r}") from error


def _squeezed(names: list[str]) -> frozenset[str]:
    return frozenset(squeeze(name) for name in names)


def _inverted(table: Mapping[str, list[str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for role, names in table.items():
        for name in names:
            if found.setdefault(squeeze(name), role) != role:
                raise ValueError(f"the name {name!r} stands for two things")
    return MappingProxyType(found)


def _test(entry: Mapping[str, Any]) -> TestMapping:
    return TestMapping(
        test=str(entry["test"]),
        titles=tuple(squeeze(title) for title in entry["titles"]),
        subject=Subject(entry["subject"]).value if "subject" in entry else None,
        required=tuple(entry["required"]),
        score_name=str(entry["score_name"]),
        levels=tuple(
            LevelMapping(int(level["number"]), str(level["name"]), _squeezed(level["headers"]))
            for level in entry["levels"]
        ),
        at_or_above_name=str(entry["at_or_above"]["name"]),
        at_or_above_headers=_squeezed(entry["at_or_above"]["headers"]),
    )


def _subgroup(entry: Mapping[str, Any]) -> SubgroupMapping:
    return SubgroupMapping(
        type=Subgroup(entry["type"]),
        headers=_squeezed(entry["headers"]),
        values=MappingProxyType({squeeze(word): str(ours) for word, ours in entry["values"].items()}),
    )
