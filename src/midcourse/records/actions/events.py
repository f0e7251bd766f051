"""Recording dated events that every chart flags. Their text names posts, never people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from midcourse.records.access import Act, require
from midcourse.records.actions.audit import append_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import District, Event, School, User


def record_event(
    *,
    district: District,
    kind: Event.Kind,
    happened_on: dt.date,
    title: Mapping[str, str],
    school: School | None = None,
    by: User | None,
) -> Event:
    """Record an event of the district or of one school. `title` holds the text by language code."""
    require(by, Act.DECIDE, district_id=district.id, school_id=school.id if school else None)
    if school is not None and school.district_id != district.id:
        raise Refused("foreign_row", _("The school belongs to another district."), _("Choose again."))
    if not any(text.strip() for text in title.values()):
        raise Refused("no_text", _("An event needs a title."), _("Say in a few words what happened."))
    with transaction.atomic():
        event = Event.objects.create(
            district=district, kind=kind.value, happened_on=happened_on, title=dict(title), school=school
        )
        append_entry(
            act="record",
            subject="event",
            object_id=event.id,
            district_id=district.id,
            details={"kind": kind.value, "on": happened_on.isoformat()},
            by=by,
        )
    return event
