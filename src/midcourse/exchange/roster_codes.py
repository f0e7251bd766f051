"""The words of every roster finding, read once from `roster_codes.toml`; when to raise one the readers decide."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import NamedTuple


class Message(NamedTuple):
    """A sentence and a remedy; `{column}` and `{detail}` are filled in when the finding is written."""

    sentence: str
    remedy: str


CODES: dict[str, Message] = {
    code: Message(words["sentence"], words["remedy"])
    for code, words in tomllib.loads(
        files("midcourse.exchange").joinpath("roster_codes.toml").read_text(encoding="utf-8")
    ).items()
}
