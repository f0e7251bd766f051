"""From the sheets of an XLSForm to a protocol: what each row of `survey` means, and what is refused.

Decides the convention for snapshot scans and which questions are about the visit. Expressions are kept, never run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from midcourse.exchange.findings import Finding
from midcourse.exchange.protocol_documents import (
    AnswerKind,
    ChoiceDocument,
    GroupDocument,
    LookForDocument,
    ProtocolDocument,
    Texts,
)
from midcourse.exchange.xlsform_choices import languages_of, number_of, read_choices, texts_of
from midcourse.exchange.xlsform_sheets import FormLine, FormSheet
from midcourse.exchange.xlsform_words import (
    CONTEXT_GROUPS,
    CONTEXT_NAMES,
    DROPPED_METADATA,
    MEDIA,
    METADATA,
    NAME,
    RATING_VALUES,
    REFERENCE,
    SNAPSHOT,
    YES_NO_VALUES,
    boolean_of,
    range_of,
    type_of,
)
from midcourse.vocabulary import Scale

_PLAIN_KINDS: dict[str, Scale | AnswerKind] = {
    "integer": Scale.COUNT,
    "range": Scale.COUNT,
    "decimal": AnswerKind.DECIMAL,
    "text": AnswerKind.TEXT,
    "note": AnswerKind.NOTE,
    "date": AnswerKind.DATE,
    "time": AnswerKind.TIME,
}
_PASSED_OVER = ("default", "read_only", "choice_filter", "repeat_count")


def read_document(sheets: dict[str, FormSheet], findings: list[Finding]) -> ProtocolDocument | None:
    """Return the protocol of the sheets, or None when no question is left; `findings` grows."""
    settings_sheet = sheets.get("settings")
    settings = settings_sheet.lines[0] if settings_sheet and settings_sheet.lines else FormLine(0, {}, {})
    languages = languages_of(sheets, settings)
    reader = _SurveyReader(
        sheets["survey"], read_choices(sheets.get("choices"), languages, findings), languages, findings
    )
    reader.read()
    if not reader.questions:
        sentence = "The form has no question we can use."
        findings.append(Finding("E_FORM_EMPTY", reader.file, None, None, None, sentence, "Add questions."))
        return None
    title = texts_of(settings.texts, "form_title", languages)
    form_id = settings.get("form_id")
    for name, value in (("form_id", form_id), ("version", settings.get("version")), ("form_title", title)):
        if not value:
            sentence = f"The settings have no {name}; an empty one was taken."
            findings.append(
                Finding("W_SETTING", "settings", None, name, None, sentence, "Fill it on the settings sheet.")
            )
    ordered = tuple(reader.questions)
    return ProtocolDocument(
        form_id=form_id,
        version=settings.get("version"),
        title=title,
        default_language=languages[0][0],
        languages=languages,
        look_fors=tuple(question for question in ordered if not _is_context(question)),
        context=tuple(question for question in ordered if _is_context(question)),
        groups=tuple(group for group in reader.groups.values() if group.name in reader.filled_groups()),
        metadata=tuple(reader.metadata),
        calculations=tuple(reader.calculations),
        instance_name=settings.get("instance_name"),
    )


def _is_context(question: LookForDocument) -> bool:
    return question.group in CONTEXT_GROUPS or (question.code in CONTEXT_NAMES and not question.case_item)


@dataclass(slots=True)
class _Snapshot:
    """A snapshot group while its counts are being read."""

    line: FormLine
    code: str
    group: str
    parts: list[tuple[str, Texts]] = field(default_factory=list)
    is_sound: bool = True


class _SurveyReader:
    """Walks down the survey sheet once, with the groups it stands in."""

    def __init__(
        self,
        sheet: FormSheet,
        choices: dict[str, tuple[ChoiceDocument, ...]],
        languages: tuple[tuple[str, str], ...],
        findings: list[Finding],
    ) -> None:
        self.sheet, self.file, self.choices, self.languages, self.findings = (
            sheet,
            sheet.file,
            choices,
            languages,
            findings,
        )
        self.questions: list[LookForDocument] = []
        self.groups: dict[str, GroupDocument] = {}
        self.metadata: list[tuple[str, str]] = []
        self.calculations: list[tuple[str, str]] = []
        self._names: set[str] = set()
        self._open: list[str] = []
        self._snapshot: _Snapshot | None = None
        self._repeat: FormLine | None = None
        self._repeat_depth = self._repeat_rows = 0

    def read(self) -> None:
        """Read every row, then check what only the whole form can tell."""
        for line in self.sheet.lines:
            kind, list_name = type_of(line.get("type"))
            if self._repeat is not None:
                self._pass_repeat(kind)
            elif kind:
                self._read_row(line, kind, list_name)
            elif line.cells or line.texts:
                self._report("E_TYPE", line, "type", None, "The row has no type.", "Fill the type or remove the row.")
        if self._open or self._snapshot or self._repeat:
            last = self.sheet.lines[-1]
            sentence = "A group is opened and not closed; it was closed at the end."
            self._report("W_GROUP", last, "type", None, sentence, "Add the missing end_group.")
            if self._snapshot:
                self._close_snapshot()
            if self._repeat:
                self._report_repeat()
        self._check_references()

    def filled_groups(self) -> set[str]:
        """Return the groups that hold a question, directly or in a group inside."""
        filled: set[str] = set()
        for question in self.questions:
            name = question.group
            while name:
                filled.add(name)
                name = self.groups[name].parent
        return filled

    def _report(
        self,
        code: str,
        line: FormLine,
        column: str | None,
        value: str | None,
        sentence: str,
        remedy: str,
        count: int = 1,
    ) -> None:
        self.findings.append(Finding(code, self.file, line.line, column, value, sentence, remedy, count))

    def _read_row(self, line: FormLine, kind: str, list_name: str) -> None:
        name = line.get("name")
        if kind == "end_group":
            self._end_group(line)
        elif kind == "begin_repeat":
            self._repeat, self._repeat_depth, self._repeat_rows = line, 1, 0
        elif kind in DROPPED_METADATA:
            sentence = f"{kind} tells which device or person filled the form; it was left out."
            self._report("W_METADATA_DROPPED", line, "type", kind, sentence, "Nothing to do.")
        elif kind in MEDIA:
            sentence = "Pictures, sound, files and places are not collected: they may show children."
            self._report("E_MEDIA", line, "type", kind, sentence, "Remove the question, or ask for a written note.")
        elif not NAME.fullmatch(name):
            sentence = "A name begins with a letter or _ and holds letters, digits and . _ - only."
            self._report("E_NAME", line, "name", name or None, sentence, "Correct the name.")
            self._skip_group(kind, line)
        elif name in self._names:
            self._report(
                "E_NAME_DUP", line, "name", name, "The name is taken by an earlier row.", "Choose another name."
            )
            self._skip_group(kind, line)
        else:
            self._names.add(name)
            self._read_named(line, kind, list_name, name)

    def _skip_group(self, kind: str, line: FormLine) -> None:
        """A group whose name cannot be used is passed over like a repeat, so that its end does not close another."""
        if kind == "begin_group":
            self._repeat, self._repeat_depth, self._repeat_rows = line, 1, 0

    def _read_named(self, line: FormLine, kind: str, list_name: str, name: str) -> None:
        if kind in METADATA:
            self.metadata.append((kind, name))
        elif kind == "calculate":
            self.calculations.append((name, line.get("calculation")))
            sentence = "The calculation is kept with the form and not computed: scoring happens on the server."
            self._report("W_CALCULATION", line, "name", name, sentence, "Nothing to do.")
        elif kind == "begin_group":
            self._begin_group(line, name)
        elif self._snapshot is not None:
            self._add_part(self._snapshot, line, kind, name)
        elif kind in ("select_one", "select_multiple"):
            self._add_select(line, kind, list_name, name)
        elif kind in _PLAIN_KINDS:
            self._add(line, name, _PLAIN_KINDS[kind], kind=kind)
        else:
            sentence = "This type of question is not among those we take."
            self._report("E_TYPE", line, "type", line.get("type"), sentence, "See docs/protocol-spreadsheets.md.")

    def _pass_repeat(self, kind: str) -> None:
        assert self._repeat is not None
        if kind in ("begin_repeat", "begin_group"):
            self._repeat_depth += 1
        elif kind in ("end_repeat", "end_group"):
            self._repeat_depth -= 1
        else:
            self._repeat_rows += 1
        if self._repeat_depth == 0:
            self._report_repeat()
            self._repeat = None

    def _report_repeat(self) -> None:
        assert self._repeat is not None
        sentence = "The questions of this repeat, or of a group whose name cannot be used, were left out."
        remedy = "For counts at several moments use a group with the appearance snapshot."
        self._report("E_REPEAT", self._repeat, "type", self._repeat.get("type"), sentence, remedy, self._repeat_rows)

    def _begin_group(self, line: FormLine, name: str) -> None:
        group = self._open[-1] if self._open else ""
        if SNAPSHOT in line.get("appearance").split():
            if self._snapshot is not None:
                self._report("E_SNAPSHOT", line, "name", name, "A snapshot holds no groups.", "Move the group out.")
                self._skip_group("begin_group", line)
                return
            self._snapshot = _Snapshot(line, name, group)
            return
        if self._snapshot is not None:
            self._snapshot.is_sound = False
            self._skip_group("begin_group", line)
            return
        texts = texts_of(line.texts, "label", self.languages)
        self.groups[name] = GroupDocument(name, texts, group, line.get("appearance"), line.get("relevant"))
        self._open.append(name)

    def _end_group(self, line: FormLine) -> None:
        if self._snapshot is not None:
            self._close_snapshot()
        elif self._open:
            self._open.pop()
        else:
            self._report("W_GROUP", line, "type", None, "An end_group closes nothing.", "Remove it.")

    def _add_part(self, snapshot: _Snapshot, line: FormLine, kind: str, name: str) -> None:
        number, side = len(snapshot.parts) // 2 + 1, ("on", "of")[len(snapshot.parts) % 2]
        if kind != "integer" or name != f"{snapshot.code}_{side}_{number}":
            snapshot.is_sound = False
        snapshot.parts.append((name, texts_of(line.texts, "label", self.languages)))

    def _close_snapshot(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        assert snapshot is not None
        if not snapshot.is_sound or not snapshot.parts or len(snapshot.parts) % 2:
            sentence = f"A snapshot holds integers {snapshot.code}_on_1, {snapshot.code}_of_1, {snapshot.code}_on_2 …"
            remedy = "Name the counts so, in this order, and put nothing else into the group."
            self._report("E_SNAPSHOT", snapshot.line, "name", snapshot.code, sentence, remedy)
            return
        self._add(snapshot.line, snapshot.code, Scale.SNAPSHOT, parts=tuple(snapshot.parts), drop=SNAPSHOT)

    def _add_select(self, line: FormLine, kind: str, list_name: str, name: str) -> None:
        choices = self.choices.get(list_name, ())
        if not choices:
            sentence = "The list of this question has no choices."
            self._report("E_LIST", line, "type", list_name, sentence, "Add the list to the choices sheet.")
            return
        observed = {choice.value for choice in choices if choice.missing is None}
        scale: Scale | AnswerKind = AnswerKind(kind)
        if kind == "select_one" and observed == RATING_VALUES:
            scale = Scale.RATING_1_4
        elif kind == "select_one" and observed == YES_NO_VALUES:
            scale = Scale.YES_NO
        elif kind == "select_one" and all(value.isdigit() for value in observed):
            sentence = "The numbers are not 1 to 4, so this is kept as a plain choice and not as a rating."
            self._report("W_SCALE", line, "type", list_name, sentence, "Use the choices 1, 2, 3, 4 for a rating.")
        self._add(line, name, scale, choices=choices)

    def _add(
        self,
        line: FormLine,
        name: str,
        scale: Scale | AnswerKind,
        *,
        kind: str = "",
        choices: tuple[ChoiceDocument, ...] = (),
        parts: tuple[tuple[str, Texts], ...] = (),
        drop: str = "",
    ) -> None:
        texts = texts_of(line.texts, "label", self.languages)
        if not texts:
            self._report("W_LABEL", line, "label", None, "The question has no label; its name was taken.", "Add one.")
            texts = ((self.languages[0][0], name),)
        for column in _PASSED_OVER:
            if line.get(column):
                sentence = f"The column {column} is not used and was passed over."
                self._report("W_COLUMN", line, column, line.get(column), sentence, "Check that nothing depends on it.")
        group = self._open[-1] if self._open else ""
        low, high, constraint = self._limits(line, kind)
        self.questions.append(
            LookForDocument(
                code=name,
                scale=scale,
                texts=texts,
                hint=texts_of(line.texts, "hint", self.languages),
                group=group,
                domain=line.get("domain") or group,
                required=self._required(line),
                choices=choices,
                minimum=low,
                maximum=high,
                constraint=constraint,
                constraint_message=texts_of(line.texts, "constraint_message", self.languages),
                relevant=line.get("relevant"),
                appearance=" ".join(word for word in line.get("appearance").split() if word != drop),
                case_item=line.get("case_item"),
                weight=number_of(line, "weight", self.file, self.findings),
                parts=parts,
                order=len(self.questions) + 1,
            )
        )

    def _required(self, line: FormLine) -> bool:
        required = boolean_of(line.get("required"))
        if required is None:
            sentence = "An expression decides whether this must be answered; it was read as not required."
            self._report("W_REQUIRED", line, "required", line.get("required"), sentence, "Write yes or no.")
        return bool(required)

    def _limits(self, line: FormLine, kind: str) -> tuple[float | None, float | None, str]:
        if kind == "range":
            pairs = dict(part.split("=", 1) for part in line.get("parameters").split() if "=" in part)
            numbers = FormLine(line.line, {key: pairs.get(key, "") for key in ("start", "end")}, {})
            low = number_of(numbers, "start", self.file, self.findings)
            return low, number_of(numbers, "end", self.file, self.findings), ""
        constraint = line.get("constraint")
        if not constraint:
            return None, None, ""
        limits = range_of(constraint, whole=kind == "integer") if kind in ("integer", "decimal") else None
        if limits is None:
            sentence = "The constraint says more than a range; it is kept as text and not checked by us."
            self._report("W_CONSTRAINT", line, "constraint", constraint, sentence, "Write it like . >= 0 and . <= 60.")
            return None, None, constraint
        return *limits, ""

    def _check_references(self) -> None:
        for line in self.sheet.lines:
            for name in REFERENCE.findall(line.get("relevant")):
                if name.strip() not in self._names:
                    sentence = "The condition speaks of a question that is not in the form."
                    self._report("W_REFERENCE", line, "relevant", name, sentence, "Correct the name.")
