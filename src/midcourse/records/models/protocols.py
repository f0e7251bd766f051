"""Protocols, their versions (frozen once used) and look-fors. Wording carries its languages as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow
from midcourse.vocabulary import Scale

if TYPE_CHECKING:
    from midcourse.records.models.people import User


class ProtocolQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the protocols of every district in which the user works: what is looked for is no secret."""
        return self.filter(district_id__in=user.standing.districts - user.standing.figures)


class Protocol(DistrictRow):
    """A named set of look-fors that a district agreed on. No personal data; kept for ever."""

    title = models.JSONField(help_text="Language code to text, e.g. {en, es}.")
    form_id = models.CharField(max_length=120)
    retired_on = models.DateField(null=True, blank=True)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "form_id"], name="unique_protocol_form")]

    def __str__(self) -> str:
        return str(self.title.get("en") or next(iter(self.title.values())))


class ProtocolVersion(DistrictRow):
    """One version of a protocol. Once a visit uses it `frozen_at` is set and no action changes it again: a change of
    wording makes a new version, a change of choices a new look-for code."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(max_length=40)
    published_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why this version was made.")

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        ordering = ["published_at"]
        constraints = [models.UniqueConstraint(fields=["protocol", "number"], name="unique_protocol_version")]

    def __str__(self) -> str:
        return f"{self.protocol} {self.number}"


class LookFor(DistrictRow):
    """One look-for of one version. The same code in two versions means the same wording and the same scale."""

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="look_fors")
    code = models.CharField(max_length=80)
    role = models.CharField(
        max_length=40, blank=True, help_text="What it stands for in the catalogue, e.g. priority_practice."
    )
    scale = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Scale])
    order = models.PositiveSmallIntegerField()
    domain = models.CharField(max_length=80, blank=True)
    text = models.JSONField()
    hint = models.JSONField(default=dict)
    choices = models.JSONField(default=list, help_text="[{value, text: {en, es}}] for ratings and yes/no.")
    present_from = models.FloatField(
        null=True, blank=True, help_text="Value from which the look-for counts as present."
    )
    required = models.BooleanField(default=False)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    case_item = models.CharField(max_length=80, blank=True, help_text="1EdTech CASE item that it is aligned to.")

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="unique_look_for_code")]

    def __str__(self) -> str:
        return self.code
