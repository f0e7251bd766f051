"""Walkthroughs, visits, who observed, what was seen; and, apart and short-lived, whom a visit concerned.

`VisitHost` is the only row that ties an observation to the visited teacher (decisions/0002, privacy 2.1). Nothing else
here may point to an educator except the observer's own row. A visit carries instead what later analysis may use.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.utils import timezone

from midcourse.records.models.organizations import School
from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow, SchoolQuerySet
from midcourse.records.models.people import Educator, User
from midcourse.records.models.protocols import LookFor, ProtocolVersion
from midcourse.records.models.rosters import Section
from midcourse.vocabulary import GradeBand, Missing, Subject, VisitStatus


class WalkthroughQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the walkthroughs of every district in which the user works."""
        return self.filter(district_id__in=user.standing.districts - user.standing.figures)


class Walkthrough(DistrictRow):
    """A planned set of visits on agreed look-fors over some weeks. No personal data; kept for ever."""

    title = models.CharField(max_length=200)
    question = models.TextField(blank=True, help_text="The question that the visits should answer.")
    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="walkthroughs")
    begins_on = models.DateField()
    ends_on = models.DateField()
    visits_aim = models.PositiveSmallIntegerField(default=0, help_text="Visits aimed at in each school.")

    objects = WalkthroughQuerySet.as_manager()

    class Meta:
        ordering = ["-begins_on"]

    def __str__(self) -> str:
        return self.title


class VisitQuerySet(SchoolQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return visits to the schools whose team the user belongs to, of whole districts, and those the user made,
        while a post is held."""
        standing = user.standing
        rows = self.filter(
            models.Q(district_id__in=standing.district_wide)
            | models.Q(school_id__in=standing.schools)
            | models.Q(
                district_id__in=standing.districts,
                observers__observer_id=user.educator_id,
                observers__observer__isnull=False,
            )
        )
        return rows.distinct()

    def done(self) -> Self:
        """Return visits that took place."""
        return self.filter(status=VisitStatus.DONE)


class Visit(DistrictRow):
    """One classroom, seen once. Its id is the UUID that the client made, so pressing the button five times stores one.

    It names no teacher, section or room. The server stamps school, grade band, subject, whether the visited teacher had
    the PD, whether new, and a room key = HMAC(secret of the school year, educator), which only the core may use.
    Seen by the school's team and the district; screens show the week at the finest. Kept; the secret is not.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="visits")
    walkthrough = models.ForeignKey(Walkthrough, null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="visits")
    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in VisitStatus])
    visited_on = models.DateField(help_text="The day, or the planned day.")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    school_year = models.PositiveSmallIntegerField()
    grade_band = models.CharField(max_length=8, choices=[(b.value, b.value) for b in GradeBand])
    subject = models.CharField(max_length=24, choices=[(s.value, s.value) for s in Subject])
    had_pd = models.BooleanField(null=True, blank=True)
    new_arrival = models.BooleanField(null=True, blank=True)
    room_key = models.CharField(max_length=32, blank=True)
    recorded_on = models.DateField(help_text="The day on which it reached the server.")
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the sheet as sent; tells a repeat.")
    imported_from = models.ForeignKey(
        "records.ReceivedFile", null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on"]
        indexes = [models.Index(fields=["district", "visited_on"]), models.Index(fields=["school", "visited_on"])]


class VisitPartQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return the parts of visits that the user sees."""
        return self.filter(visit__in=Visit.objects.visible_to(user))


class VisitObserver(DistrictRow):
    """One observer's sheet in one visit. Personal data: who observed. Seen by that observer and, as a count, by all."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="observers")
    observer = models.ForeignKey(Educator, on_delete=models.PROTECT, related_name="observed_visits")
    lead = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "observer"], name="unique_visit_observer")]


class VisitItem(DistrictRow):
    """One observer's answer to one look-for. An empty value always has its reason: not applicable and not looked for
    are kept apart and never enter a mean."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="items")
    sheet = models.ForeignKey(VisitObserver, on_delete=models.CASCADE, related_name="items")
    look_for = models.ForeignKey(LookFor, on_delete=models.PROTECT, related_name="items")
    value = models.FloatField(null=True, blank=True)
    scanned = models.PositiveSmallIntegerField(null=True, blank=True)
    missing = models.CharField(max_length=16, blank=True, choices=[(m.value, m.value) for m in Missing])

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "look_for"], name="unique_visit_item"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False, missing="")
                | (models.Q(value__isnull=True) & ~models.Q(missing="")),
                name="visit_item_value_or_reason",
            ),
        ]


class VisitNoteQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return notes to their writer while a post is held, and to the school's own team until the round closes
        (without a walkthrough, for eight weeks); never to the district (privacy 2.3)."""
        today = timezone.localdate()
        round_open = models.Q(visit__walkthrough__ends_on__gte=today) | models.Q(
            visit__walkthrough__isnull=True, visit__visited_on__gte=today - dt.timedelta(weeks=8)
        )
        return self.filter(
            models.Q(visit__school_id__in=user.standing.schools) & round_open
            | models.Q(
                district_id__in=user.standing.districts,
                sheet__observer_id=user.educator_id,
                sheet__observer__isnull=False,
            )
        )


class VisitNote(DistrictRow):
    """A low-inference note. Open to the school's own team during the round. May be asked for as a public record, so it
    is checked for staff names before it is saved."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="notes")
    sheet = models.ForeignKey(VisitObserver, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    language = models.CharField(max_length=5, default="en")

    objects = VisitNoteQuerySet.as_manager()


class VisitHostQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return only the rows in which the user is the visited teacher."""
        return self.filter(educator_id=user.educator_id, educator__isnull=False)

    def due(self, today: dt.date) -> Self:
        """Return rows whose time is over."""
        return self.filter(delete_after__lt=today)


class VisitHost(DistrictRow):
    """Whom a visit concerns, for a while: to plan it, to give that teacher feedback, to count classrooms.

    Personal and sensitive. Read by two actions only (`actions.hosts`). Deleted when the feedback was read or the cycle
    closes, whichever is first, and at the latest eight weeks after the visit.
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="host")
    educator = models.ForeignKey(Educator, on_delete=models.CASCADE, related_name="+")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    delete_after = models.DateField()

    objects = VisitHostQuerySet.as_manager()


class KeySecretQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return nothing: nobody sees a secret."""
        return self.none()


class KeySecret(DistrictRow):
    """A secret from which keys are made: of one school year for rooms and participation, or of the district for
    observers. Never leaves the server; `secret` is emptied when the year's last refresh is done."""

    class Purpose(models.TextChoices):
        YEAR = "year"
        OBSERVERS = "observers"

    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    school_year = models.PositiveSmallIntegerField(default=0)
    secret = models.BinaryField(max_length=64, null=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    objects = KeySecretQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "purpose", "school_year"], name="unique_key_secret"),
        ]
