"""Which indicators a district adopted, under which name, with which target and owner, from when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow
from midcourse.records.models.people import Educator

if TYPE_CHECKING:
    import datetime as dt

    from midcourse.records.models.people import User


class AdoptionQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the adopted indicators of every district in which the user has a standing: names and targets only."""
        return self.filter(district_id__in=user.standing.districts)

    def on(self, day: dt.date) -> Self:
        """Return the adoptions in force on a day."""
        return self.filter(adopted_on__lte=day).filter(models.Q(ended_on__isnull=True) | models.Q(ended_on__gt=day))


class Adoption(DistrictRow):
    """One indicator adopted by one district, signed off before data are collected. A change ends this row and begins
    another with its reason; nothing is overwritten. No personal data but the owner's name."""

    indicator_id = models.CharField(max_length=8)
    definition_version = models.PositiveSmallIntegerField()
    local_name = models.JSONField(default=dict, help_text="Language code to the district's own words.")
    target = models.FloatField(null=True, blank=True)
    owner = models.ForeignKey(Educator, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    adopted_on = models.DateField()
    counts_from = models.DateField(help_text="Day from which the declared lag counts.")
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        ordering = ["indicator_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "indicator_id"],
                condition=models.Q(ended_on__isnull=True),
                name="one_adoption_at_a_time",
            ),
        ]
