"""The append-only audit log, each entry chained by hash to the one before. It holds ids, never contents or names."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: User) -> Self:
        """Return the entries of the user's whole districts."""
        return self.filter(district_id__in=user.standing.district_wide)


class AuditEntry(models.Model):
    """One act: who did what to which row, when. Written by actions only; never changed, never deleted."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True, help_text="The user; empty for the machine itself.")
    district_id = models.UUIDField(null=True, db_index=True)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    object_id = models.UUIDField(default=uuid.uuid4)
    details = models.JSONField(default=dict, help_text="Counts, codes and ids only.")
    previous_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
