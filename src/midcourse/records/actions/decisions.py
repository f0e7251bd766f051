"""Deciding on what an indicator says, and noting what came of it. A decision keeps the verdict that it was made on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.staff_names import staff_names_in_district
from midcourse.records.models import Decision, District, Educator, School, User
from midcourse.vocabulary import Verdict


def decide(
    *,
    district: District,
    indicator_id: str,
    verdict: Verdict,
    snapshot_id: str,
    text: str,
    check_on: dt.date,
    school: School | None = None,
    owner: Educator | None = None,
    decided_on: dt.date | None = None,
    accept_names: bool = False,
    by: User,
) -> Decision:
    """Record what was decided about an indicator, who owns it, and when it will be checked.

    A text that seems to name staff is refused unless `accept_names`: a decision is about schools, never about a person.
    """
    school_id = school.id if school else None
    require(by, Act.DECIDE, district_id=district.id, school_id=school_id)
    decided_on = decided_on or timezone.localdate()
    if any(row is not None and row.district_id != district.id for row in (school, owner)):
        raise Refused("foreign_row", _("School and owner belong to this district."), _("Choose again."))
    if not text.strip():
        raise Refused("no_text", _("A decision says what will be done."), _("Write it in a sentence or two."))
    _refuse_names(text, district, accept=accept_names)
    if check_on < decided_on:
        raise Refused(
            "check_before_decision", _("The check lies before the decision."), _("Choose a later day for the check.")
        )
    with transaction.atomic():
        decision = Decision.objects.create(
            district=district,
            indicator_id=indicator_id,
            school=school,
            verdict=verdict.value,
            snapshot_id=snapshot_id,
            text=text.strip(),
            owner=owner,
            decided_on=decided_on,
            decided_by=by,
            check_on=check_on,
        )
        append_entry(
            act="decide",
            subject="decision",
            object_id=decision.id,
            district_id=district.id,
            details={"indicator": indicator_id, "snapshot": snapshot_id},
            by=by,
        )
    return decision


def _refuse_names(text: str, district: District, *, accept: bool) -> None:
    if not accept and (names := staff_names_in_district(text, district)):
        raise Refused(
            "names_in_text",
            _("The text seems to name staff: %(names)s.") % {"names": ", ".join(names)},
            _("Write the post or the school instead, or say that no person is meant."),
        )


def check_decision(
    *, decision: Decision, outcome: str, checked_on: dt.date | None = None, accept_names: bool = False, by: User
) -> Decision:
    """Record the check of a decision: what came of it. Names are refused as in `decide`."""
    require(by, Act.DECIDE, district_id=decision.district_id, school_id=decision.school_id)
    checked_on = checked_on or timezone.localdate()
    if not outcome.strip():
        raise Refused("no_outcome", _("A check says what came of it."), _("Write it in a sentence or two."))
    _refuse_names(outcome, decision.district, accept=accept_names)
    with transaction.atomic():
        row: Decision = Decision.objects.select_for_update().get(pk=decision.pk)
        if row.checked_on is not None:
            raise Refused("already_checked", _("This decision was checked already."), _("Make a new decision instead."))
        if checked_on < row.decided_on:
            raise Refused("check_before_decision", _("The check lies before the decision."), _("Check the date."))
        row.checked_on, row.outcome = checked_on, outcome.strip()
        row.save(update_fields=["checked_on", "outcome"])
        append_entry(
            act="check",
            subject="decision",
            object_id=row.id,
            district_id=row.district_id,
            details={"on": checked_on.isoformat()},
            by=by,
        )
    return row
