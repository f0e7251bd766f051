"""Terms and the days without school, from which the school weeks of the calendar facts are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow, SourcedRow, unique_source
from midcourse.vocabulary import TermKind

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class CalendarQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the calendar of every district in which the user has a standing; it is not sensitive."""
        return self.filter(district_id__in=user.standing.districts)


class Term(SourcedRow):
    """One span of a school year: the year itself, a semester, a term, a grading period. No personal data."""

    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in TermKind])
    title = models.CharField(max_length=200)
    begins_on = models.DateField()
    ends_on = models.DateField()
    school_year = models.PositiveSmallIntegerField(help_text="The year in which the school year ends.")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["begins_on", "ends_on"]
        constraints = [
            unique_source("term"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("begins_on")), name="term_ends_after_begin"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Closure(DistrictRow):
    """A span of days without school (holiday, break, snow). No personal data."""

    begins_on = models.DateField()
    ends_on = models.DateField()
    title = models.CharField(max_length=120)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["begins_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("begins_on")), name="closure_ends_after_begin"
            ),
        ]

    def __str__(self) -> str:
        return self.title
