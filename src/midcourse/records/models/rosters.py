"""Courses, sections, who teaches them and when, how many students; and each roster run with what it changed.

Students are counts here: no individual pupil is stored.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models.functions import RowNumber

from midcourse.records.models.calendars import Term
from midcourse.records.models.organizations import School
from midcourse.records.models.ownership import (
    DistrictQuerySet,
    DistrictRow,
    SchoolQuerySet,
    SourcedRow,
    unique_source,
)
from midcourse.records.models.people import Educator, User
from midcourse.vocabulary import GradeBand, Subgroup, Subject


class Course(SourcedRow):
    """A course of the district's catalogue. No personal data."""

    title = models.CharField(max_length=200)
    code = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=24, choices=[(s.value, s.value) for s in Subject], default=Subject.OTHER)
    grades = models.CharField(max_length=120, blank=True, help_text="CEDS codes, comma-separated.")

    objects = DistrictQuerySet.as_manager()

    class Meta:
        constraints = [unique_source("course")]

    def __str__(self) -> str:
        return self.title


class Section(SourcedRow):
    """One class of a course at a school. No personal data by itself; kept so that history keeps its place."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="sections")
    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.PROTECT, related_name="sections")
    terms = models.ManyToManyField(Term, related_name="sections", blank=True)
    title = models.CharField(max_length=200)
    code = models.CharField(max_length=80, blank=True)
    room = models.CharField(max_length=80, blank=True)
    grades = models.CharField(max_length=120, blank=True)
    grade_band = models.CharField(max_length=8, choices=[(b.value, b.value) for b in GradeBand])
    subject = models.CharField(max_length=24, choices=[(s.value, s.value) for s in Subject])
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [unique_source("section")]

    def __str__(self) -> str:
        return self.title


class TeachingAssignmentQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return a school's assignments to its own posts, a district's to its district-wide posts."""
        standing = user.standing
        return self.filter(
            models.Q(district_id__in=standing.district_wide) | models.Q(section__school_id__in=standing.schools)
        )

    def on(self, day: dt.date) -> Self:
        """Return the assignments in force on a day; one that a roster dropped later still counts before that."""
        rows = self.filter(models.Q(begins_on__isnull=True) | models.Q(begins_on__lte=day))
        rows = rows.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day))
        return rows.filter(models.Q(active=True) | models.Q(deactivated_on__gt=day))


class TeachingAssignment(SourcedRow):
    """One educator teaching one section, with dates. Personal data by its link; seen by the school and the district."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="assignments")
    educator = models.ForeignKey(Educator, on_delete=models.PROTECT, related_name="assignments")
    primary = models.BooleanField(default=False)
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = TeachingAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [unique_source("assignment")]


class StudentCountQuerySet(SchoolQuerySet):
    def in_force(self, day: dt.date) -> Self:
        """Return the latest count of each section, or school, grade and subgroup, on a day. A count is written only
        when it differs from the one before, so older rows still hold for places that did not change."""
        latest = models.Window(
            RowNumber(),
            partition_by=["school_id", "section_id", "grade", "subgroup_kind", "subgroup"],
            order_by=[models.F("counted_on").desc(), models.F("run__applied_at").desc(nulls_last=True)],
        )
        return self.filter(counted_on__lte=day).annotate(place_in_time=latest).filter(place_in_time=1)


class StudentCount(DistrictRow):
    """How many students one section, or one school, grade and subgroup, had when a roster was applied.
    A count, never a pupil; small counts are shown to nobody (indicators/disclosure.py)."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="student_counts")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="student_counts")
    grade = models.CharField(max_length=8, blank=True)
    subgroup_kind = models.CharField(max_length=24, choices=[(s.value, s.value) for s in Subgroup])
    subgroup = models.CharField(max_length=80, blank=True)
    students = models.PositiveIntegerField()
    counted_on = models.DateField()
    run = models.ForeignKey("records.RosterRun", null=True, blank=True, on_delete=models.PROTECT, related_name="counts")

    objects = StudentCountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["district", "counted_on"])]


class RosterRun(DistrictRow):
    """One application of a roster bundle or staff list, or one re-keying: who, when, which files, what changed.
    Kept for ever."""

    class State(models.TextChoices):
        PLANNED = "planned"
        APPLIED = "applied"
        UNDONE = "undone"
        DROPPED = "dropped"

    class Kind(models.TextChoices):
        ONEROSTER = "oneroster"
        STAFF_LIST = "staff_list"
        REKEY = "rekey"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    source_system = models.CharField(max_length=80)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    planned_at = models.DateTimeField(auto_now_add=True)
    planned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateField()
    guards = models.JSONField(default=list, help_text="Guards that stopped the plan: code, sentence, remedy, count.")
    override_reason = models.CharField(max_length=500, blank=True)
    findings = models.JSONField(default=list, help_text="Findings grouped by code and file.")
    rows = models.JSONField(default=dict, help_text="Data rows per file.")
    unchanged = models.JSONField(default=dict, help_text="Rows per subject that are already as the files say.")
    places = models.JSONField(
        default=dict, help_text="Foreign organization id to the source id of our school; empty for the district."
    )
    built_on = models.UUIDField(
        null=True, blank=True, help_text="The last applied run of the district when this one was planned."
    )

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at"]


class RosterChange(DistrictRow):
    """One row that a run would change or has changed, field by field, so that it can be read before and undone after.
    Holds the values it replaced (personal data); erased with the run's retention."""

    class Act(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        REACTIVATE = "reactivate"
        DEACTIVATE = "deactivate"

    run = models.ForeignKey(RosterRun, on_delete=models.CASCADE, related_name="changes")
    order = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    subject = models.CharField(max_length=24, help_text="Our word for what changes: school, term, educator, post, …")
    source_id = models.CharField(max_length=255)
    object_id = models.UUIDField(help_text="The row's id; decided when planned, so apply writes exactly the plan.")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    file = models.CharField(max_length=80, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        indexes = [models.Index(fields=["run", "subject", "act"])]
