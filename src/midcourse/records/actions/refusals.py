"""How an action refuses: what is wrong and what to do instead, in words that a page may show as they are."""

from __future__ import annotations


class Refused(ValueError):  # noqa: N818 - the field's word: an action is refused, it did not fail
    """A write that the rules of the house do not allow; nothing was stored.

    `code` is stable and tells programs apart; `sentence` and `remedy` are for the person, in their language.
    """

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence} {remedy}".strip())
        self.code, self.sentence, self.remedy = code, sentence, remedy
