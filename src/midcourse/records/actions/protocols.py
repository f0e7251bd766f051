"""Protocols, their versions and look-fors: drafted, published, and frozen by the first visit that uses them.

The same code in two versions means the same wording and the same scale, so that a line drawn through both is one line:
a change of wording makes a new version with a new code, and it is refused under the old one (standards 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, LookFor, Protocol, ProtocolVersion, User
from midcourse.vocabulary import Scale


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a rating or yes/no look-for: its value and its words in each language."""

    value: float
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LookForDraft:
    """One look-for as its authors wrote it; the fields are those of the model."""

    code: str
    scale: Scale
    text: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    present_from: float | None = None
    role: str = ""
    domain: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    case_item: str = ""


def create_protocol(*, district: District, form_id: str, title: Mapping[str, str], by: User | None) -> Protocol:
    """Begin a protocol; it is used through its versions."""
    require(by, Act.MANAGE_PROTOCOLS, district_id=district.id)
    with transaction.atomic():
        if Protocol.objects.filter(district=district, form_id=form_id).exists():
            raise Refused(
                "form_id_taken",
                _("A protocol with the form id “%(id)s” exists.") % {"id": form_id},
                _("Add a version to it, or choose another form id."),
            )
        protocol = Protocol.objects.create(district=district, form_id=form_id, title=dict(title))
        _log("create", protocol, by)
    return protocol


def retire_protocol(*, protocol: Protocol, on: dt.date, by: User | None) -> Protocol:
    """Offer a protocol no longer; its visits stay."""
    require(by, Act.MANAGE_PROTOCOLS, district_id=protocol.district_id)
    with transaction.atomic():
        protocol.retired_on = on
        protocol.save(update_fields=["retired_on"])
        _log("retire", protocol, by)
    return protocol


def draft_version(
    *, protocol: Protocol, number: str, look_fors: Sequence[LookForDraft], reason: str = "", by: User | None
) -> ProtocolVersion:
    """Add a version that nobody can use yet. After the first one, the reason is required."""
    require(by, Act.MANAGE_PROTOCOLS, district_id=protocol.district_id)
    with transaction.atomic():
        others = ProtocolVersion.objects.filter(protocol=protocol)
        if others.filter(number=number).exists():
            raise Refused(
                "version_taken",
                _("Version “%(number)s” of this protocol exists.") % {"number": number},
                _("Give the new one another number in the settings sheet."),
            )
        if others.exists() and not reason.strip():
            raise Refused("no_reason", _("A new version needs its reason."), _("Say in a sentence what it is for."))
        version = ProtocolVersion.objects.create(
            district_id=protocol.district_id, protocol=protocol, number=number, reason=reason.strip()
        )
        _write_look_fors(version, look_fors)
        _log("draft", version, by, look_fors=len(look_fors))
    return version


def change_draft(*, version: ProtocolVersion, look_fors: Sequence[LookForDraft], by: User | None) -> ProtocolVersion:
    """Replace the look-fors of a version that was not yet published."""
    require(by, Act.MANAGE_PROTOCOLS, district_id=version.district_id)
    with transaction.atomic():
        version = ProtocolVersion.objects.select_for_update().get(pk=version.pk)
        refuse_if_frozen(version)
        version.look_fors.all().delete()
        _write_look_fors(version, look_fors)
        _log("change", version, by, look_fors=len(look_fors))
    return version


def publish_version(*, version: ProtocolVersion, by: User | None) -> ProtocolVersion:
    """Publish a version: from now on it may be used, and is not changed again."""
    require(by, Act.MANAGE_PROTOCOLS, district_id=version.district_id)
    with transaction.atomic():
        version = ProtocolVersion.objects.select_for_update().get(pk=version.pk)
        if version.published_at is None:
            if not version.look_fors.exists():
                raise Refused("empty_version", _("The version has no look-for."), _("Add at least one."))
            version.published_at = timezone.now()
            version.save(update_fields=["published_at"])
            _log("publish", version, by)
    return version


def freeze_version(*, version: ProtocolVersion, by: User | None) -> None:
    """Freeze a version at its first use. Called by the recording of visits, within its transaction."""
    if version.published_at is None:
        raise Refused("not_published", _("This version is not published yet."), _("Publish it before visiting."))
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        if ProtocolVersion.objects.filter(pk=version.pk, frozen_at__isnull=True).update(frozen_at=version.frozen_at):
            _log("freeze", version, by)


def link_look_for(
    *, look_for: LookFor, role: str | None = None, case_item: str | None = None, by: User | None
) -> LookFor:
    """Say what a look-for stands for in the catalogue (`role`), or which CASE item it is aligned to.

    A link that is missing may be added at any time: it changes no word of the form. Changing one that visits were
    already counted under is refused.
    """
    require(by, Act.MANAGE_PROTOCOLS, district_id=look_for.district_id)
    with transaction.atomic():
        for name, value in (("role", role), ("case_item", case_item)):
            if value is None or value == getattr(look_for, name):
                continue
            if getattr(look_for, name):
                refuse_if_frozen(look_for.version)
            setattr(look_for, name, value)
        look_for.save(update_fields=["role", "case_item"])
        _log("link", look_for, by, code=look_for.code, role=look_for.role)
    return look_for


def refuse_if_frozen(version: ProtocolVersion) -> None:
    """Refuse any change of a version that is published or was used."""
    if version.frozen_at or version.published_at:
        raise Refused(
            "frozen",
            _("Version %(number)s is published and can no longer be changed.") % {"number": version.number},
            _("Make a new version; give changed look-fors a new code."),
        )


def _write_look_fors(version: ProtocolVersion, drafts: Sequence[LookForDraft]) -> None:
    codes = [d.code for d in drafts]
    if doubled := sorted({c for c in codes if codes.count(c) > 1}):
        raise Refused(
            "code_twice",
            _("The code “%(code)s” is used twice.") % {"code": doubled[0]},
            _("Give every look-for a code of its own."),
        )
    rows = [_row(version, draft, order) for order, draft in enumerate(drafts, start=1)]
    earlier = LookFor.objects.filter(version__protocol=version.protocol_id, code__in=codes).exclude(version=version)
    before: dict[str, list[LookFor]] = {}
    for row in earlier:
        before.setdefault(row.code, []).append(row)
    for row in rows:
        for old in before.get(row.code, ()):
            if changed := _changed_meaning(old, row):
                raise Refused(
                    "meaning_changed",
                    _("“%(code)s” has another %(what)s than in an earlier version.")
                    % {"code": row.code, "what": ", ".join(changed)},
                    _("Keep the wording and scale as they were, or give the look-for a new code."),
                )
    LookFor.objects.bulk_create(rows)


def _row(version: ProtocolVersion, draft: LookForDraft, order: int) -> LookFor:
    return LookFor(
        district_id=version.district_id,
        version=version,
        order=order,
        code=draft.code,
        scale=draft.scale.value,
        text=dict(draft.text),
        hint=dict(draft.hint),
        choices=[{"value": c.value, "text": dict(c.text)} for c in draft.choices],
        present_from=draft.present_from,
        role=draft.role,
        domain=draft.domain,
        required=draft.required,
        minimum=draft.minimum,
        maximum=draft.maximum,
        case_item=draft.case_item,
    )


def _changed_meaning(old: LookFor, new: LookFor) -> list[str]:
    """Return what differs between two look-fors of one code. A language that only one of them has is no difference."""
    changed = []
    if _differ(old.text, new.text):
        changed.append(_("wording"))
    if old.scale != new.scale or old.present_from != new.present_from:
        changed.append(_("scale"))
    same = [c["value"] for c in old.choices] == [c["value"] for c in new.choices]
    if not same or any(_differ(a["text"], b["text"]) for a, b in zip(old.choices, new.choices, strict=True)):
        changed.append(_("set of choices"))
    return changed


def _differ(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(one[language] != other[language] for language in one.keys() & other.keys())


def _log(act: str, row: Protocol | ProtocolVersion | LookFor, by: User | None, **details: object) -> None:
    append_entry(
        act=act,
        subject={"Protocol": "protocol", "ProtocolVersion": "version", "LookFor": "look_for"}[type(row).__name__],
        object_id=row.id,
        district_id=row.district_id,
        details=details,
        by=by,
    )
