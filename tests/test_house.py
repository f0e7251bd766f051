"""The house rules that import-linter cannot see: sizes, names, docstrings, migrations, reads, a core without Django."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "midcourse"
BANNED = {"utils", "helpers", "common", "base", "core", "lib", "services", "managers"}
CORE_ROOMS = ("stats", "vocabulary", "exchange", "facts", "indicators", "signals", "evidence", "reports")

LONGER_MODULES: dict[str, str] = {}
"""Modules above 500 lines, each with its reason."""

LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions above 80 lines, each with its reason."""


@cache
def modules() -> tuple[Path, ...]:
    return tuple(p for p in sorted(PACKAGE.rglob("*.py")) if "migrations" not in p.parts)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_no_module_is_too_long() -> None:
    long = {
        name(p): n for p in modules() if (n := len(p.read_text().splitlines())) > 500 and name(p) not in LONGER_MODULES
    }
    assert not long, f"split by subject: {long}"


def test_no_function_is_too_long() -> None:
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                key = f"{name(path)}:{node.name}"
                if lines > 80 and key not in LONGER_FUNCTIONS:
                    long[key] = lines
    assert not long, f"functions stop at 80 lines: {long}"


def test_exceptions_to_the_sizes_are_still_needed() -> None:
    known = {name(p): len(p.read_text().splitlines()) for p in modules()}
    assert all(known.get(module, 0) > 500 for module in LONGER_MODULES)


@pytest.mark.parametrize("path", modules(), ids=name)
def test_every_module_says_what_it_decides(path: Path) -> None:
    text = path.read_text()
    if not text.strip():
        assert path.name == "__init__.py", "an empty module"
        return
    doc = ast.get_docstring(ast.parse(text))
    assert doc, f"{name(path)} opens without a docstring"
    assert len(doc.splitlines()) <= 12


def test_no_room_for_odds_and_ends() -> None:
    parts = {part for p in PACKAGE.rglob("*") if "__pycache__" not in p.parts for part in p.relative_to(PACKAGE).parts}
    found = {part for part in parts if part.removesuffix(".py") in BANNED or re.search(r"part\d", part)}
    assert not found, found


def test_migrations_are_named_by_hand() -> None:
    bad = [p.name for p in (PACKAGE / "records" / "migrations").glob("0*.py") if re.search(r"_auto_|_initial", p.name)]
    numbers = [p.name[:4] for p in (PACKAGE / "records" / "migrations").glob("0*.py")]
    assert not bad
    assert len(numbers) == len(set(numbers)), "one line of migrations"


def test_every_room_lists_its_front_door() -> None:
    for room in CORE_ROOMS:
        path = PACKAGE / room / "__init__.py"
        if path.exists():
            assert "__all__" in path.read_text(), f"{room}/__init__.py lists no __all__"


def test_front_door_names_do_not_shadow_modules() -> None:
    for room in (p.parent for p in PACKAGE.glob("*/__init__.py")):
        tree = ast.parse((room / "__init__.py").read_text())
        names = {alias.asname or alias.name for n in tree.body if isinstance(n, ast.ImportFrom) for alias in n.names}
        submodules = {p.stem for p in room.glob("*.py")} | {p.name for p in room.iterdir() if p.is_dir()}
        assert not names & submodules, f"{room.name}: {names & submodules}"


def test_the_core_imports_without_django() -> None:
    code = (
        "import sys, importlib, pkgutil\n"
        "sys.modules['django'] = None\n"
        f"for room in {CORE_ROOMS!r}:\n"
        "    module = importlib.import_module(f'midcourse.{room}')\n"
        "    for found in pkgutil.walk_packages(getattr(module, '__path__', []), f'midcourse.{room}.'):\n"
        "        importlib.import_module(found.name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_answers_without_the_heavy_rooms() -> None:
    code = (
        "import sys\nfrom midcourse.cli import build_parser\nbuild_parser()\n"
        "heavy = {'django', 'numpy', 'pyarrow', 'ibis', 'scipy', 'duckdb'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_model_says_who_may_see_it() -> None:
    from django.apps import apps

    from midcourse.records.models import User

    for model in apps.get_app_config("records").get_models():
        assert (model.__doc__ or "").strip() and not (model.__doc__ or "").startswith(model.__name__ + "("), model
        if model.__name__ not in {"Network"} and not model._meta.auto_created:
            assert hasattr(model._default_manager.all(), "visible_to"), f"{model.__name__} has no visible_to"
    assert User.objects.none().visible_to.__doc__


def test_no_django_signals_and_no_logic_in_save() -> None:
    for path in modules():
        text = path.read_text()
        assert "django.dispatch" not in text and "db.models.signals" not in text, name(path)
        if "records" in path.parts and "models" in path.parts:
            assert "def save(" not in text, name(path)
