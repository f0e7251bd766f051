"""Logins, educators, dated posts and agreements, and from them a user's standing: whose rows the user may read today.

A `User` is a login, not a person. An `Educator` is a person on a district's staff. Rights follow dates, not flags.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from midcourse.records.models.organizations import District, School
from midcourse.records.models.ownership import DistrictQuerySet, DistrictRow, SourcedRow, unique_source
from midcourse.vocabulary import Role

DISTRICT_ROLES = frozenset(
    {Role.SUPERINTENDENT, Role.ASSISTANT_SUPERINTENDENT, Role.CURRICULUM_DIRECTOR, Role.DATA_MANAGER}
)
"""Posts that reach the whole district when held at the district, not at a school."""

OUTSIDE_ROLES = frozenset({Role.PARTNER, Role.EVALUATOR, Role.BOARD})
"""Roles that see figures only, and only of districts that signed an agreement."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user's posts and agreements add up to on one day."""

    district_wide: frozenset[uuid.UUID]
    schools: frozenset[uuid.UUID]
    figures: frozenset[uuid.UUID]
    districts: frozenset[uuid.UUID]
    roles: Mapping[tuple[uuid.UUID, uuid.UUID | None], frozenset[Role]]

    def roles_in(self, district_id: uuid.UUID) -> frozenset[Role]:
        """Return the roles held anywhere in a district."""
        return frozenset(r for (d, _), roles in self.roles.items() if d == district_id for r in roles)


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """Return logins of staff in the districts whose people the user administers, and the user's own."""
        return self.filter(
            models.Q(educator__district_id__in=user.standing.district_wide)
            | models.Q(agreements__district_id__in=user.standing.district_wide)
            | models.Q(pk=user.pk)
        ).distinct()


class User(AbstractBaseUser):
    """A login. Personal data: the username. Seen by the district's administrators; goes with the person's last post."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True)
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    is_active = models.BooleanField(default=True)
    educator = models.OneToOneField(
        "records.Educator", null=True, blank=True, on_delete=models.PROTECT, related_name="user"
    )

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username

    @cached_property
    def standing(self) -> Standing:
        """Whose rows this user may read today; one query for posts and one for agreements."""
        today = timezone.localdate()
        roles: dict[tuple[uuid.UUID, uuid.UUID | None], set[Role]] = {}
        if self.educator_id and self.is_active:
            for district, school, role in (
                Post.objects.on(today)
                .filter(educator_id=self.educator_id)
                .values_list("district_id", "school_id", "role")
            ):
                roles.setdefault((district, school), set()).add(Role(role))
        agreements = Agreement.objects.on(today).filter(user=self) if self.is_active else Agreement.objects.none()
        figures = set()
        for district, role in agreements.values_list("district_id", "role"):
            figures.add(district)
            roles.setdefault((district, None), set()).add(Role(role))
        return Standing(
            district_wide=frozenset(d for (d, s), held in roles.items() if s is None and held & DISTRICT_ROLES),
            schools=frozenset(s for (_, s), held in roles.items() if s is not None and held - {Role.PENDING}),
            figures=frozenset(figures),
            districts=frozenset(d for (d, _), held in roles.items() if held - {Role.PENDING}),
            roles={place: frozenset(held) for place, held in roles.items()},
        )


class EducatorQuerySet(DistrictQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return a district's staff to its district-wide posts; a school's staff to that school; and oneself."""
        standing = user.standing
        return self.filter(
            models.Q(district_id__in=standing.district_wide)
            | models.Q(posts__school_id__in=standing.schools, posts__active=True)
            | models.Q(pk=user.educator_id)
        ).distinct()

    def leading(self) -> Self:
        """Return those who hold a post today that owns decisions: everyone but teachers and support staff."""
        posts = Post.objects.on(timezone.localdate()).exclude(role__in=[Role.TEACHER, Role.SUPPORT_STAFF, Role.PENDING])
        return self.filter(pk__in=posts.values("educator_id"))


class Educator(SourcedRow):
    """A person on a district's staff. Personal data: name, e-mail. Seen by the district's staff as their role needs;
    kept while a post is held and as long after as the district's agreement says. Never the subject of a figure."""

    given_name = models.CharField(max_length=120)
    family_name = models.CharField(max_length=120)
    email = models.CharField(max_length=254, blank=True)
    identifier = models.CharField(max_length=120, blank=True)
    username = models.CharField(max_length=150, blank=True, help_text="The roster's login, not ours.")
    arrived_on = models.DateField(null=True, blank=True, help_text="First day in this district.")
    had_pd_on = models.DateField(null=True, blank=True, help_text="When the initiative's PD was completed.")

    objects = EducatorQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name"]
        constraints = [unique_source("educator")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class DatedQuerySet(DistrictQuerySet):
    def on(self, day: object) -> Self:
        """Return rows in force on a day; the last day is still inside (standards 1.1)."""
        rows = self.filter(models.Q(begins_on__isnull=True) | models.Q(begins_on__lte=day))
        return rows.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day))


class PostQuerySet(DatedQuerySet):
    def on(self, day: object) -> Self:
        """Return active posts in force on a day."""
        return super().on(day).filter(active=True, educator__active=True)

    def visible_to(self, user: User) -> Self:
        """Return the posts of the educators that the user sees."""
        standing = user.standing
        return self.filter(
            models.Q(district_id__in=standing.district_wide)
            | models.Q(school_id__in=standing.schools)
            | models.Q(educator_id=user.educator_id)
        )


class Post(SourcedRow):
    """One educator in one role at one school (or at the district, when school is empty), with dates.
    Personal data by its link. Kept: rights and charts look back on it."""

    educator = models.ForeignKey(Educator, on_delete=models.PROTECT, related_name="posts")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32, choices=[(r.value, r.value) for r in Role])
    title = models.CharField(max_length=160, blank=True)
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["begins_on"]
        constraints = [unique_source("post")]
        indexes = [models.Index(fields=["educator", "active"])]


class AgreementQuerySet(DatedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Return agreements of the districts that the user leads, and the user's own."""
        return self.filter(models.Q(district_id__in=user.standing.district_wide) | models.Q(user_id=user.pk))


class Agreement(DistrictRow):
    """A district's signed consent that one outside person sees its figures for a purpose and a time.
    Crossing the wall between districts rests on this row alone. Kept for ever."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="agreements")
    role = models.CharField(max_length=32, choices=[(r.value, r.value) for r in sorted(OUTSIDE_ROLES)])
    purpose = models.CharField(max_length=200)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AgreementQuerySet.as_manager()


__all__ = ["DISTRICT_ROLES", "OUTSIDE_ROLES", "Agreement", "District", "Educator", "Post", "Standing", "User"]
