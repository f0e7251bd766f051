"""Received files: what came in, with its hash, mapping, counts and findings. The rows themselves become facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class ReceivedFileQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return a whole district's received files to its district-wide posts."""
        return self.filter(district_id__in=user.standing.district_wide)


class ReceivedFile(DistrictRow):
    """One file as received. Results stay on disk under their hash and are read at each refresh; a visits spreadsheet
    may hold names and is erased once its rows are stored. Seen by district-wide posts."""

    class Kind(models.TextChoices):
        RESULTS = "results"
        VISITS = "visits"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mapping = models.JSONField(default=dict)
    rows_in = models.PositiveIntegerField()
    rows_stored = models.PositiveIntegerField()
    rows_reported = models.PositiveIntegerField()
    findings = models.JSONField(default=list, help_text="Grouped by code and file; never a name or a password.")
    received_on = models.DateField()
    available_on = models.DateField(help_text="From when a calculation may use it.")
    erased_at = models.DateTimeField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = ReceivedFileQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["district", "kind", "sha256"], name="unique_received_file"),
        ]
