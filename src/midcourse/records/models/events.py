"""Dated events that every chart flags: a leader leaves, a rubric is revised, a pause, a scale break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.organizations import School
from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class EventQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the events of every district in which the user has a standing; they carry no names."""
        return self.filter(district_id__in=user.standing.districts)


class Event(DistrictRow):
    """Something dated that may explain a turn in a chart. Text names posts, never people. Kept for ever."""

    class Kind(models.TextChoices):
        LEADER = "leader"
        RUBRIC = "rubric"
        SCALE = "scale"
        PAUSE = "pause"
        OTHER = "other"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    happened_on = models.DateField()
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    title = models.JSONField(help_text="Language code to text.")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["happened_on"]
