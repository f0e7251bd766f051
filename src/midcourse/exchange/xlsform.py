"""Read and write a protocol as an XLSForm, the spreadsheet that coaches and curriculum leaders edit.

Decides how a protocol is written; how one is read is in `xlsform_reading`. See docs/protocol-spreadsheets.md.
"""

from __future__ import annotations

from pathlib import Path

from midcourse.exchange.findings import Finding
from midcourse.exchange.protocol_documents import (
    AnswerKind,
    ChoiceDocument,
    GroupDocument,
    LookForDocument,
    ProtocolDocument,
    ProtocolReading,
    Texts,
)
from midcourse.exchange.xlsform_reading import read_document
from midcourse.exchange.xlsform_sheets import read_sheets, write_sheets
from midcourse.exchange.xlsform_words import SNAPSHOT
from midcourse.vocabulary import Scale

_PART_WORDS = {
    "en": ("Pupils on learning, scan", "Pupils counted, scan"),
    "es": ("Estudiantes ocupados en aprender, conteo", "Estudiantes contados, conteo"),
}
_LISTS: dict[Scale | AnswerKind, str] = {Scale.RATING_1_4: "rating4", Scale.YES_NO: "yes_no"}
_NUMBERS = (Scale.COUNT, AnswerKind.DECIMAL)
_SCANS = 3  # product description: a snapshot is taken three times in a visit


def read_xlsform(path: Path | str) -> ProtocolReading:
    """Read a protocol from a workbook, or from a folder with survey.csv, choices.csv and settings.csv.

    Parameters
    ----------
    path : path
        The .xlsx file or the folder.

    Returns
    -------
    ProtocolReading
        The protocol (None when no question is left) and the findings. A refused question does not refuse the form.

    Raises
    ------
    FileNotFoundError
        There is nothing at `path`.

    Notes
    -----
    **Source**: standards section 6.1.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(path)
    findings: list[Finding] = []
    sheets = read_sheets(path, findings)
    document = read_document(sheets, findings) if "survey" in sheets else None
    return ProtocolReading(document, tuple(findings))


def write_xlsform(protocol: ProtocolDocument, path: Path | str) -> None:
    """Write a protocol as a workbook (a path ending in .xlsx) or as three CSV files into a folder.

    Reading the result gives the same protocol again.

    Raises
    ------
    ValueError
        The questions of a group do not stand together, or a text cannot be carried by a workbook.
    """
    sheets = {
        "survey": _survey(protocol),
        "choices": _choices(protocol),
        "settings": _settings(protocol),
    }
    write_sheets(sheets, Path(path))


_SURVEY = ("type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "appearance",
           "calculation", "case_item", "domain", "weight")  # fmt: skip
_SURVEY_TEXTS = frozenset({"label", "hint", "constraint_message"})


def _header(columns: tuple[str, ...], translated: frozenset[str], protocol: ProtocolDocument) -> list[str]:
    header: list[str] = []
    for column in columns:
        if column in translated:
            header += [f"{column}::{full}" for _, full in protocol.languages]
        else:
            header.append(column)
    return header


def _survey(protocol: ProtocolDocument) -> list[list[str]]:
    rows = [_header(_SURVEY, _SURVEY_TEXTS, protocol)]

    def add(texts: dict[str, Texts] | None = None, **cells: str) -> None:
        written: list[str] = []
        for column in _SURVEY:
            if column in _SURVEY_TEXTS:
                per_language = dict((texts or {}).get(column, ()))
                written += [per_language.get(code, "") for code, _ in protocol.languages]
            else:
                written.append(cells.get(column, ""))
        rows.append(written)

    for kind, name in protocol.metadata:
        add(type=kind, name=name)
    groups = {group.name: group for group in protocol.groups}
    lists = _list_names(protocol)
    opened: list[str] = []
    closed: set[str] = set()
    for question in protocol.questions:
        wanted = _path(question.group, groups)
        while opened and opened != wanted[: len(opened)]:
            closed.add(opened.pop())
            add(type="end_group")
        for name in wanted[len(opened) :]:
            if name in closed:
                raise ValueError(f"the questions of the group {name} do not stand together")
            group = groups[name]
            add(
                {"label": group.texts},
                type="begin_group",
                name=name,
                appearance=group.appearance,
                relevant=group.relevant,
            )
            opened.append(name)
        for texts, row in _question(question, lists, protocol):
            add(texts, **row)
    for _ in opened:
        add(type="end_group")
    for name, calculation in protocol.calculations:
        add(type="calculate", name=name, calculation=calculation)
    return rows


def _path(name: str, groups: dict[str, GroupDocument]) -> list[str]:
    path: list[str] = []
    while name:
        if name in path or name not in groups:
            raise ValueError(f"the group {name} is not described, or stands inside itself")
        path.insert(0, name)
        name = groups[name].parent
    return path


def _question(
    question: LookForDocument, lists: dict[tuple[ChoiceDocument, ...], str], protocol: ProtocolDocument
) -> list[tuple[dict[str, Texts], dict[str, str]]]:
    texts = {"label": question.texts, "hint": question.hint, "constraint_message": question.constraint_message}
    cells = {
        "name": question.code,
        "required": "yes" if question.required else "",
        "relevant": question.relevant,
        "constraint": question.constraint or _range(question),
        "appearance": question.appearance,
        "case_item": question.case_item,
        "domain": question.domain if question.domain != question.group else "",
        "weight": _plain(question.weight),
    }
    if question.scale is Scale.SNAPSHOT:
        appearance = f"{SNAPSHOT} {question.appearance}".strip()
        rows: list[tuple[dict[str, Texts], dict[str, str]]] = [
            (texts, {**cells, "type": "begin_group", "appearance": appearance})
        ]
        for name, label in question.parts or _stock_parts(question.code, protocol):
            rows.append(({"label": label}, {"type": "integer", "name": name}))
        return [*rows, ({}, {"type": "end_group"})]
    return [(texts, {**cells, "type": _type(question, lists)})]


def _stock_parts(code: str, protocol: ProtocolDocument) -> tuple[tuple[str, Texts], ...]:
    known = [language for language, _ in protocol.languages if language in _PART_WORDS]
    return tuple(
        (
            f"{code}_{side}_{scan}",
            tuple((language, f"{_PART_WORDS[language][place]} {scan}") for language in known),
        )
        for scan in range(1, _SCANS + 1)
        for place, side in enumerate(("on", "of"))
    )


def _type(question: LookForDocument, lists: dict[tuple[ChoiceDocument, ...], str]) -> str:
    if question.choices:
        several = question.scale is AnswerKind.SELECT_MULTIPLE
        return f"{'select_multiple' if several else 'select_one'} {lists[question.choices]}"
    return "integer" if question.scale is Scale.COUNT else question.scale.value


def _range(question: LookForDocument) -> str:
    if question.scale not in _NUMBERS:
        return ""
    limits = ((">=", question.minimum), ("<=", question.maximum))
    return " and ".join(f". {sign} {_plain(limit)}" for sign, limit in limits if limit is not None)


def _plain(number: float | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else f"{number:.15f}".rstrip("0").rstrip(".")


def _list_names(protocol: ProtocolDocument) -> dict[tuple[ChoiceDocument, ...], str]:
    """Name each different list of choices once: after its scale, else after the first question that uses it."""
    names: dict[tuple[ChoiceDocument, ...], str] = {}
    for question in protocol.questions:
        if question.choices and question.choices not in names:
            wanted = _LISTS.get(question.scale)
            name = wanted if wanted and wanted not in names.values() else f"{question.code}_choices"
            names[question.choices] = name
    return names


def _choices(protocol: ProtocolDocument) -> list[list[str]]:
    rows = [_header(("list_name", "name", "label", "score"), frozenset({"label"}), protocol)]
    for choices, name in _list_names(protocol).items():
        for choice in choices:
            per_language = dict(choice.texts)
            labels = [per_language.get(code, "") for code, _ in protocol.languages]
            rows.append([name, choice.value, *labels, _plain(choice.score)])
    return rows


def _settings(protocol: ProtocolDocument) -> list[list[str]]:
    per_language = dict(protocol.title)
    default, *others = protocol.languages
    header = ["form_title", *(f"form_title::{full}" for _, full in others), "form_id", "version", "default_language"]
    row = [per_language.get(default[0], ""), *(per_language.get(code, "") for code, _ in others)]
    return [[*header, "instance_name"], [*row, protocol.form_id, protocol.version, default[1], protocol.instance_name]]
