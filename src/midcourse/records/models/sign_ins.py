"""Failed sign-ins of the last quarter of an hour, so that nobody can guess passwords at leisure."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class SignInFailureQuerySet(models.QuerySet["SignInFailure"]):
    def visible_to(self, user: User) -> Self:
        """Return nothing: nobody looks at these."""
        return self.none()


class SignInFailure(models.Model):
    """One sign-in that failed: keyed marks of the account named and of the address it came from, never the words.
    Seen by nobody; kept for fifteen minutes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    account = models.CharField(max_length=32)
    address = models.CharField(max_length=32)

    objects = SignInFailureQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "at"]), models.Index(fields=["address", "at"])]
