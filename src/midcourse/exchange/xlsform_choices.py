"""What the sheets of an XLSForm share: languages, texts in them, lists of choices, numbers in cells.

Decides which language is the default and which choices are no observation.
"""

from __future__ import annotations

from midcourse.exchange.findings import Finding
from midcourse.exchange.protocol_documents import ChoiceDocument, Texts
from midcourse.exchange.xlsform_sheets import FormLine, FormSheet
from midcourse.exchange.xlsform_words import MISSING_CHOICES, language_of


def languages_of(sheets: dict[str, FormSheet], settings: FormLine) -> tuple[tuple[str, str], ...]:
    """Return the languages, the default first. A column without a language is in the default language."""
    found: dict[str, str] = {}
    written = settings.get("default_language")
    default = language_of(written) if written else ("", "")
    for sheet in sheets.values():
        found.update({code: full for code, full in sheet.languages if code and code not in found})
    if not default[0]:
        default = next(iter(found.items()), ("en", "English (en)"))
    full = found.pop(default[0], default[1])
    return ((default[0], full), *found.items())


def texts_of(texts: dict[tuple[str, str], str], column: str, languages: tuple[tuple[str, str], ...]) -> Texts:
    plain = texts.get((column, ""))
    pairs = [(code, texts.get((column, code))) for code, _ in languages]
    if plain and pairs[0][1] is None:
        pairs[0] = (pairs[0][0], plain)
    return tuple((code, text) for code, text in pairs if text)


def read_choices(
    sheet: FormSheet | None, languages: tuple[tuple[str, str], ...], findings: list[Finding]
) -> dict[str, tuple[ChoiceDocument, ...]]:
    lists: dict[str, dict[str, ChoiceDocument]] = {}
    for line in sheet.lines if sheet else ():
        assert sheet is not None
        name, value = line.get("list_name"), line.get("name")
        if not name and not value:
            continue

        def refuse(code: str, sentence: str, remedy: str, value: str = value, line: FormLine = line) -> None:
            findings.append(Finding(code, sheet.file, line.line, "name", value, sentence, remedy))

        if not name or not value:
            refuse("E_REQUIRED", "A choice needs list_name and name.", "Fill both.")
        elif any(sign.isspace() for sign in value):
            refuse("E_CHOICE_NAME", "The name of a choice has no space: several answers are kept with spaces between.",
                   "Write it with _ instead.")  # fmt: skip
        elif value in lists.setdefault(name, {}):
            refuse("E_NAME_DUP", "The choice stands twice in its list; the first was kept.", "Remove or rename one.")
        else:
            missing = MISSING_CHOICES.get(value)
            score = number_of(line, "score", sheet.file, findings) if missing is None else None
            if missing is not None and line.get("score"):
                findings.append(
                    Finding("W_SCORE", sheet.file, line.line, "score", line.get("score"),
                            "This choice is no observation and has no score; the score was passed over.",
                            "Leave it blank.")
                )  # fmt: skip
            lists[name][value] = ChoiceDocument(value, texts_of(line.texts, "label", languages), score, missing)
    return {name: tuple(choices.values()) for name, choices in lists.items()}


def number_of(line: FormLine, column: str, file: str, findings: list[Finding]) -> float | None:
    cell = line.get(column)
    try:
        number = float(cell) if cell else None
    except ValueError:
        number = float("nan")
    if number is not None and number - number != 0:  # neither NaN nor infinite
        findings.append(
            Finding(
                "W_VALUE", file, line.line, column, cell, "This is not a number and was passed over.", "Correct it."
            )
        )
        return None
    return number
