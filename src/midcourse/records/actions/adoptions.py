"""Adopting an indicator, changing what was agreed, and ending it. A change ends one row and begins another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import Adoption, District, Educator, User


def adopt_indicator(
    *,
    district: District,
    indicator_id: str,
    definition_version: int,
    adopted_on: dt.date,
    local_name: Mapping[str, str] | None = None,
    target: float | None = None,
    owner: Educator | None = None,
    counts_from: dt.date | None = None,
    reason: str = "",
    by: User | None,
) -> Adoption:
    """Adopt an indicator for a district: its name there, its target and owner, and the day from which its lag counts
    (the initiative's first day, or else the adoption's)."""
    require(by, Act.ADOPT_INDICATORS, district_id=district.id)
    if owner is not None and owner.district_id != district.id:
        raise Refused("foreign_owner", _("The owner is not on this district's staff."), _("Choose one of its own."))
    with transaction.atomic():
        if Adoption.objects.filter(district=district, indicator_id=indicator_id, ended_on__isnull=True).exists():
            raise Refused(
                "already_adopted",
                _("%(id)s is already adopted.") % {"id": indicator_id},
                _("Change the present adoption instead."),
            )
        return _begin(
            Adoption(
                district=district,
                indicator_id=indicator_id,
                definition_version=definition_version,
                local_name=dict(local_name or {}),
                target=target,
                owner=owner,
                adopted_on=adopted_on,
                counts_from=counts_from or district.initiative_began_on or adopted_on,
                reason=reason,
            ),
            "adopt",
            by,
        )


def change_adoption(
    *,
    adoption: Adoption,
    on: dt.date,
    reason: str,
    definition_version: int | None = None,
    local_name: Mapping[str, str] | None = None,
    target: float | None = None,
    owner: Educator | None = None,
    by: User | None,
) -> Adoption:
    """End an adoption and begin its successor with what is given changed and the rest kept. The reason is required;
    the lag goes on counting from the same day."""
    with transaction.atomic():
        end_adoption(adoption=adoption, on=on, reason=reason, by=by)
        return _begin(
            Adoption(
                district_id=adoption.district_id,
                indicator_id=adoption.indicator_id,
                definition_version=definition_version or adoption.definition_version,
                local_name=dict(local_name) if local_name is not None else adoption.local_name,
                target=adoption.target if target is None else target,
                owner=owner or adoption.owner,
                adopted_on=on,
                counts_from=adoption.counts_from,
                reason=reason,
            ),
            "change",
            by,
        )


def end_adoption(*, adoption: Adoption, on: dt.date, reason: str, by: User | None) -> Adoption:
    """End an adoption, with the reason; what was computed under it stays."""
    require(by, Act.ADOPT_INDICATORS, district_id=adoption.district_id)
    if not reason.strip():
        raise Refused("no_reason", _("A change of what was agreed needs its reason."), _("Say why in a sentence."))
    with transaction.atomic():
        row = Adoption.objects.select_for_update().get(pk=adoption.pk)
        if row.ended_on is not None:
            raise Refused("already_ended", _("This adoption has already ended."), _("Reload the page."))
        if on < row.adopted_on:
            raise Refused("ends_before_begin", _("It would end before it began."), _("Give a later day."))
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        append_entry(
            act="end",
            subject="adoption",
            object_id=row.id,
            district_id=row.district_id,
            details={"indicator": row.indicator_id, "on": on.isoformat()},
            by=by,
        )
    adoption.ended_on = on
    return adoption


def _begin(adoption: Adoption, act: str, by: User | None) -> Adoption:
    adoption.save(force_insert=True)
    append_entry(
        act=act,
        subject="adoption",
        object_id=adoption.id,
        district_id=adoption.district_id,
        details={"indicator": adoption.indicator_id, "definition": adoption.definition_version},
        by=by,
    )
    return adoption
