"""What every stored row has: an unguessable id, a district, and a read that starts at `visible_to(user)`.

Rows from a roster also know their source. Which roles see which rows of a subject is decided by that subject's
QuerySet; what a role may *do* is decided in `records.access`.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class DistrictQuerySet(models.QuerySet[Any]):
    """Reads of rows that belong to a district. Deny is the default: a subject widens `visible_to` on purpose."""

    def visible_to(self, user: User) -> Self:
        """Return the rows of districts in which the user holds a district-wide post today."""
        return self.filter(district_id__in=user.standing.district_wide)


class SchoolQuerySet(DistrictQuerySet):
    """Rows that also name a school: district-wide posts see all, school posts see their own schools."""

    def visible_to(self, user: User) -> Self:
        """Return rows of the user's whole districts and of the user's own schools."""
        standing = user.standing
        return self.filter(models.Q(district_id__in=standing.district_wide) | models.Q(school_id__in=standing.schools))


class DistrictRow(models.Model):
    """Abstract: a row of one district. The id is a UUID, so an address cannot be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey("records.District", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


MANUAL = "manual"
"""Source system of a row that a person typed in; no import deactivates it."""


class SourcedRow(DistrictRow):
    """Abstract: a row that a roster may own, keyed by (source system, source id), never by e-mail or name.

    Absent from a bulk file means `active=False`, never deleted; a returning id becomes active again with its history.
    """

    source_system = models.CharField(max_length=80, default=MANUAL)
    source_id = models.CharField(max_length=255, blank=True)
    source_modified_at = models.DateTimeField(null=True, blank=True)
    last_run = models.ForeignKey("records.RosterRun", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    deactivated_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def unique_source(name: str) -> models.UniqueConstraint:
    """Return the constraint that one source id means one row in a district."""
    return models.UniqueConstraint(
        fields=["district", "source_system", "source_id"],
        condition=~models.Q(source_id=""),
        name=f"unique_{name}_source",
    )
