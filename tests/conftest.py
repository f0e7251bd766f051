"""Fixtures that several rooms share. Django is imported inside them: the core's tests run without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.district.cast import Cast


@pytest.fixture
def cast(db: None, settings: Settings) -> Cast:
    """The small invented network: two districts with named people in every role."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # 21 slow hashes would cost 6 s
    from tests.district.cast import build_cast

    return build_cast()
