"""A received file keeps its name as far as a file system can, and only while the request lasts."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from midcourse.web.uploads import kept_for_now


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("roster.zip", "roster.zip"),
        ("é" * 250 + ".xlsx", "é" * 97 + ".xlsx"),
        ("日" * 120 + ".csv", "日" * 65 + ".csv"),
        ("x." + "y" * 400, "x." + "y" * 198),
    ],
)
def test_a_long_name_is_cut_by_its_bytes_and_keeps_its_ending(name: str, kept: str) -> None:
    upload = SimpleUploadedFile("x", b"1")
    upload._name = name  # as a client may send it, past Django's own cut by letters
    with kept_for_now(upload) as path:
        assert path.name == kept and path.read_bytes() == b"1"
    assert not path.exists()
