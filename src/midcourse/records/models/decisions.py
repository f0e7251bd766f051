"""Decisions on signals: what was decided, by whom, until when, and whether it was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.organizations import School
from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow
from midcourse.records.models.people import Educator, User
from midcourse.vocabulary import Verdict

if TYPE_CHECKING:
    from uuid import UUID


class DecisionQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the decisions of a whole district, or those about the user's own schools."""
        standing = user.standing
        return self.filter(models.Q(district_id__in=standing.district_wide) | models.Q(school_id__in=standing.schools))

    def open_for(self, district_id: UUID) -> Self:
        """Return decisions that still wait for their check."""
        return self.filter(district_id=district_id, checked_on__isnull=True)


class Decision(DistrictRow):
    """What a district decided about one indicator, on the verdict and snapshot that it saw. Kept for ever."""

    indicator_id = models.CharField(max_length=8)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=20, choices=[(v.value, v.value) for v in Verdict])
    snapshot_id = models.CharField(max_length=32)
    text = models.TextField()
    owner = models.ForeignKey(Educator, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    check_on = models.DateField()
    checked_on = models.DateField(null=True, blank=True)
    outcome = models.TextField(blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on"]
