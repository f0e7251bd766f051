"""Intervisitations: an educator visits a colleague's class. Nobody rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.organizations import School
from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow
from midcourse.records.models.people import Educator
from midcourse.vocabulary import Role

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class IntervisitationQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the user's own; participation is otherwise seen only as groups (privacy 1)."""
        return self.filter(visitor_id=user.educator_id, visitor__isnull=False)


class Intervisitation(DistrictRow):
    """One visit of an educator to a colleague's class: who went (participation), which school hosted, what was taken
    home. The host teacher is not named here. Personal data: the visitor. Kept as participation."""

    visitor = models.ForeignKey(Educator, on_delete=models.PROTECT, related_name="intervisitations")
    visitor_role = models.CharField(max_length=32, choices=[(r.value, r.value) for r in Role])
    home_school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    host_school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    recorded_on = models.DateField()
    taken_home = models.TextField(blank=True)

    objects = IntervisitationQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on"]
