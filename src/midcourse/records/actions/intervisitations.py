"""Recording that an educator visited a colleague's class. Nobody rates, and the host teacher is not named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midcourse.records.access import Act, may, may_anywhere, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.staff_names import staff_names_in
from midcourse.records.models import District, Educator, Intervisitation, Post, School, User
from midcourse.vocabulary import Role


@dataclass(frozen=True, slots=True)
class IntervisitationDraft:
    """One intervisitation as handed in; the visitor's role and home school are those of the day."""

    visitor: Educator
    host_school: School
    happened_on: dt.date
    taken_home: str = ""
    recorded_on: dt.date | None = None


def record_intervisitation(
    *,
    visitor: Educator,
    host_school: School,
    happened_on: dt.date,
    taken_home: str = "",
    intervisitation_id: UUID | None = None,
    recorded_on: dt.date | None = None,
    by: User | None,
) -> Intervisitation:
    """Record one's own visit to a colleague's class, or (for who plans visits there) that of somebody at the school.

    The client's id makes it idempotent: sent again, the stored row comes back unchanged.
    """
    draft = IntervisitationDraft(visitor, host_school, happened_on, taken_home, recorded_on)
    _refuse_stranger(draft, by)
    with transaction.atomic():
        if intervisitation_id is not None:
            known: Intervisitation | None = Intervisitation.objects.filter(pk=intervisitation_id).first()
            if known is not None and known.visitor_id == visitor.id:
                return known
            if known is not None:
                raise PermissionDenied("this id belongs to another row")
        row = _row(draft, _posts(draft.visitor.district_id, [draft]))
        row.id = intervisitation_id or uuid4()
        row.save(force_insert=True)
        append_entry(act="record", subject="intervisitation", object_id=row.id, district_id=row.district_id, by=by)
    return row


def record_intervisitations(*, district: District, drafts: Sequence[IntervisitationDraft], by: User | None) -> int:
    """Record many at once, as an import does, under one audit entry. Returns how many."""
    require(by, Act.IMPORT_FILES, district_id=district.id)
    if any(d.visitor.district_id != district.id for d in drafts):
        raise PermissionDenied("a visitor of another district")
    with transaction.atomic():
        posts = _posts(district.id, drafts)
        Intervisitation.objects.bulk_create([_row(draft, posts) for draft in drafts], batch_size=500)
        append_entry(
            act="record_many",
            subject="intervisitation",
            object_id=district.id,
            district_id=district.id,
            details={"rows": len(drafts)},
            by=by,
        )
    return len(drafts)


def _refuse_stranger(draft: IntervisitationDraft, by: User | None) -> None:
    if by is None:
        return
    district_id = draft.visitor.district_id
    own = by.educator_id == draft.visitor.id and may_anywhere(by, Act.RECORD_INTERVISITATION, district_id=district_id)
    homes = Post.objects.on(draft.happened_on).filter(educator=draft.visitor).values_list("school_id", flat=True)
    if not own and not any(may(by, Act.PLAN_VISITS, district_id=district_id, school_id=home) for home in homes):
        raise PermissionDenied("recording this intervisitation is not granted")


def _posts(district_id: UUID, drafts: Sequence[IntervisitationDraft]) -> dict[UUID, list[Post]]:
    posts: dict[UUID, list[Post]] = {}
    visitors = {d.visitor.id for d in drafts}
    for post in Post.objects.filter(district_id=district_id, active=True).order_by("begins_on", "id"):
        if post.educator_id in visitors:
            posts.setdefault(post.educator_id, []).append(post)
    return posts


def _row(draft: IntervisitationDraft, posts: dict[UUID, list[Post]]) -> Intervisitation:
    visitor, day = draft.visitor, draft.happened_on
    recorded_on = draft.recorded_on or timezone.localdate()
    if draft.host_school.district_id != visitor.district_id:
        raise Refused(
            "foreign_row", _("The school belongs to another district."), _("Choose a school of the same district.")
        )
    if day > recorded_on:
        raise Refused("future_visit", _("The visit lies in the future."), _("Record it when it has taken place."))
    held = [
        p
        for p in posts.get(visitor.id, ())
        if (p.begins_on is None or p.begins_on <= day) and (p.ends_on is None or p.ends_on >= day)
    ]
    if not held:
        raise Refused(
            "no_post", _("The visitor held no post on that day."), _("Check the date, or the person's posts.")
        )
    if names := staff_names_in(draft.taken_home, draft.host_school) if draft.taken_home else ():
        raise Refused(
            "names_in_notes",
            _("The note seems to name staff: %(names)s.") % {"names": ", ".join(names)},
            _("Write “the teacher” instead."),
        )
    return Intervisitation(
        district_id=visitor.district_id,
        visitor=visitor,
        visitor_role=Role(held[0].role).value,
        home_school_id=held[0].school_id,
        host_school=draft.host_school,
        happened_on=day,
        recorded_on=recorded_on,
        taken_home=draft.taken_home.strip(),
    )
