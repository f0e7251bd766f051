"""What a reader reports about one cell, row or file: a value, never an exception.

Codes begin with E_ (the row or file is refused), W_ (accepted and reported) or G_ (a person must decide);
standards section 1.9 lists the roster's codes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a data manager should know.

    Parameters
    ----------
    code : str
        `E_…`, `W_…` or `G_…`.
    file : str
        Name of the file inside the bundle, e.g. ``users.csv``.
    line : int or None
        Line of the row's first character, counted from 1 with the header as line 1; None for a whole file.
    column, value : str or None
        Column name and the cell as received; None when the finding is about the row. Passwords never appear.
    count : int
        How many rows (columns, for header codes) this finding stands for.
    sentence, remedy : str
        What is wrong, and what to do, in words for a data manager.
    """

    code: str
    file: str
    line: int | None
    column: str | None
    value: str | None
    sentence: str
    remedy: str
    count: int = 1

    @property
    def refuses(self) -> bool:
        """True when the row or file was not taken."""
        return self.code.startswith("E_")

    @property
    def stops(self) -> bool:
        """True when the run waits for a person's decision."""
        return self.code.startswith("G_")

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON values, in the order of the command's contract."""
        row = asdict(self)
        return {k: row[k] for k in ("code", "file", "line", "column", "value", "count", "sentence", "remedy")}
