"""Network > district > school > team: who belongs where, with dates. A closing keeps its history."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.ownership import DistrictQuerySet, SchoolQuerySet, SourcedRow, unique_source
from midcourse.vocabulary import GradeBand

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class Network(models.Model):
    """The one network that this installation serves. No personal data; kept for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    invented = models.BooleanField(default=False, help_text="Every page says so when the data are invented.")

    def __str__(self) -> str:
        return self.name


class DistrictsQuerySet(models.QuerySet["District"]):
    def visible_to(self, user: User) -> Self:
        """Return the districts in which the user holds any post, or which signed an agreement for the user."""
        return self.filter(id__in=user.standing.districts)


class District(models.Model):
    """One school district: the wall that every row stands behind. No personal data; kept for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="districts")
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    state_id = models.CharField(max_length=20, blank=True, help_text="The state's code, leading zeros kept.")
    initiative_began_on = models.DateField(
        null=True, blank=True, help_text="The day from which the declared lags of indicators count."
    )
    counts_subgroups = models.BooleanField(
        default=False, help_text="The district asked for student counts by subgroup; off unless it did."
    )

    objects = DistrictsQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SchoolsQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return all schools of the user's whole districts, and the user's own schools elsewhere."""
        standing = user.standing
        return self.filter(models.Q(district_id__in=standing.district_wide) | models.Q(id__in=standing.schools))

    def hosting(self, user: User) -> Self:
        """Return the open schools of the districts where the user works: their names only, to say where one was."""
        return self.filter(district_id__in=user.standing.districts - user.standing.figures, active=True)

    def with_figures_for(self, user: User) -> Self:
        """Return the schools whose figures the user may see: the visible ones, and those under an agreement."""
        standing = user.standing
        return self.filter(
            models.Q(district_id__in=standing.district_wide | standing.figures) | models.Q(id__in=standing.schools)
        )


class School(SourcedRow):
    """One school with its dates of membership. No personal data; never deleted, only closed."""

    name = models.CharField(max_length=200)
    state_id = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = SchoolsQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [unique_source("school")]

    def __str__(self) -> str:
        return self.name


class Team(SourcedRow):
    """A standing group of one school (grade team, department). Who is in it comes from posts. Kept with the school."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    grade_band = models.CharField(max_length=8, choices=[(b.value, b.value) for b in GradeBand], blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
