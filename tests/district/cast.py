"""A small invented network for tests: two districts, three schools, people in every role, classes and a protocol.

All names are invented. Everything is written through the actions, by the machine or by the person who would do it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from midcourse.records.actions.calendars import add_closure, add_term
from midcourse.records.actions.organizations import create_district, create_network, open_school
from midcourse.records.actions.people import add_educator, add_post, create_login, sign_agreement
from midcourse.records.actions.protocols import (
    Choice,
    LookForDraft,
    create_protocol,
    draft_version,
    publish_version,
)
from midcourse.records.models import (
    District,
    Educator,
    Network,
    ProtocolVersion,
    School,
    Section,
    TeachingAssignment,
    User,
)
from midcourse.vocabulary import GradeBand, Role, Scale, Subject, TermKind

PASSWORD = "a-long-invented-passphrase"

LOOK_FORS = (
    LookForDraft(
        "reasoning",
        Scale.RATING_1_4,
        {"en": "Pupils explain their reasoning.", "es": "El alumnado explica su razonamiento."},
        choices=tuple(
            Choice(value, {"en": en, "es": es})
            for value, en, es in (
                (1.0, "not yet", "todavía no"),
                (2.0, "few pupils", "poco alumnado"),
                (3.0, "most pupils", "la mayoría"),
                (4.0, "nearly all", "casi todo"),
            )
        ),
        present_from=3.0,
        role="priority_practice",
        domain="Talk",
        required=True,
    ),
    LookForDraft(
        "goal_posted",
        Scale.YES_NO,
        {"en": "The learning goal is in sight.", "es": "El objetivo está a la vista."},
        choices=(Choice(1.0, {"en": "yes", "es": "sí"}), Choice(0.0, {"en": "no", "es": "no"})),
        present_from=1.0,
        domain="Task",
    ),
    LookForDraft(
        "open_questions",
        Scale.COUNT,
        {"en": "Open questions asked by pupils.", "es": "Preguntas abiertas del alumnado."},
        minimum=0.0,
        maximum=60.0,
        domain="Talk",
    ),
    LookForDraft(
        "on_learning",
        Scale.SNAPSHOT,
        {"en": "Pupils on learning at the scan.", "es": "Alumnado en tarea en el recuento."},
        role="engaged_pupils",
        domain="Task",
    ),
)
"""One look-for on each scale."""


@dataclass
class Town:
    """One district of the cast with its people by role, its classes and its protocol."""

    district: District
    schools: list[School]
    people: dict[str, Educator] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    version: ProtocolVersion = field(init=False)


@dataclass
class Cast:
    """The network. `north` has two schools, `south` one. People are found by their role's name: `north.users["coach"]`.

    Teachers are `teacher`, `teacher_2` (first school) and `teacher_3` (north's second school). `sections[i]` of a town
    is taught by its i-th teacher. Outside people have agreements with `north` alone. `today` is the real day.
    """

    network: Network
    north: Town
    south: Town
    outside: dict[str, User]
    today: dt.date

    def fresh(self, user: User) -> User:
        """Return the user as a new request would see it: standings are kept for one request only."""
        return User.objects.get(pk=user.pk)

    def everyone(self) -> dict[str, User]:
        """Return every login by a speaking name."""
        named = {
            f"{town.district.slug}/{name}": u for town in (self.north, self.south) for name, u in town.users.items()
        }
        return named | {f"outside/{name}": user for name, user in self.outside.items()}


_NORTH = {
    "superintendent": ("Ingrid", "Vasterholt", Role.SUPERINTENDENT, None),
    "assistant_superintendent": ("Tomás", "Quillén", Role.ASSISTANT_SUPERINTENDENT, None),
    "curriculum_director": ("Wanda", "Ostrovic", Role.CURRICULUM_DIRECTOR, None),
    "data_manager": ("Farid", "Belmonde", Role.DATA_MANAGER, None),
    "principal": ("Odile", "Harrowgate", Role.PRINCIPAL, 0),
    "principal_2": ("Bram", "Castellane", Role.PRINCIPAL, 1),
    "coach": ("Noor", "Whitlock-Amari", Role.COACH, 0),
    "teacher": ("Marisol", "Núñez Prado", Role.TEACHER, 0),
    "teacher_2": ("Derek", "Okonjo", Role.TEACHER, 0),
    "teacher_3": ("Hanne", "Lindqvist", Role.TEACHER, 1),
    "support_staff": ("Pell", "Aronoff", Role.SUPPORT_STAFF, 0),
    "pending": ("Rook", "Delacourt", Role.PENDING, 0),
}
_SOUTH = {
    "superintendent": ("Yusra", "Penhallow", Role.SUPERINTENDENT, None),
    "assistant_superintendent": ("Cleve", "Montrachet", Role.ASSISTANT_SUPERINTENDENT, None),
    "data_manager": ("Anneke", "Thorsby", Role.DATA_MANAGER, None),
    "principal": ("Silas", "Brannigan", Role.PRINCIPAL, 0),
    "coach": ("Petra", "Zelenko", Role.COACH, 0),
    "teacher": ("Ines", "Farrokhzad", Role.TEACHER, 0),
}
_CLASSES = (
    ("Grade 4 Mathematics", "12", GradeBand.ELEMENTARY, Subject.MATHEMATICS),
    ("Grade 5 Reading", "14", GradeBand.ELEMENTARY, Subject.ELA),
    ("Grade 7 Science", "B2", GradeBand.MIDDLE, Subject.SCIENCE),
)


def build_cast() -> Cast:
    """Write the cast into the empty test database."""
    today = timezone.localdate()
    network = create_network(name="Invented Valley Network", invented=True, by=None)
    north = _town(network, "Northfold", "northfold", ["Alder School", "Birch School"], _NORTH, today)
    south = _town(network, "Southmere", "southmere", ["Cedar School"], _SOUTH, today)
    outside = {}
    for role in (Role.PARTNER, Role.EVALUATOR, Role.BOARD):
        user = create_login(username=f"outside.{role.value}", password=PASSWORD, district=north.district, by=None)
        sign_agreement(
            district=north.district,
            user=user,
            role=role,
            purpose="yearly review",
            begins_on=today - dt.timedelta(days=30),
            by=None,
        )
        outside[role.value] = user
    return Cast(network, north, south, outside, today)


def _town(
    network: Network,
    name: str,
    slug: str,
    schools: list[str],
    people: dict[str, tuple[str, str, Role, int | None]],
    today: dt.date,
) -> Town:
    began = dt.date(today.year - 2, 9, 1)
    district = create_district(network=network, name=name, slug=slug, initiative_began_on=began, by=None)
    town = Town(district, [open_school(district=district, name=s, opened_on=began, by=None) for s in schools])
    _write_calendar(district, today)
    for key, (given, family, role, place) in people.items():
        educator = add_educator(
            district=district,
            given_name=given,
            family_name=family,
            email=f"{key}@{slug}.example",
            arrived_on=began,
            had_pd_on=began if key in {"teacher", "coach"} else None,
            by=None,
        )
        school = None if place is None else town.schools[place]
        add_post(educator=educator, role=role, school=school, begins_on=began, by=None)
        town.people[key] = educator
        town.users[key] = create_login(username=f"{slug}.{key}", password=PASSWORD, educator=educator, by=None)
    teachers = [town.people[key] for key in people if key.startswith("teacher")]
    for (title, room, band, subject), teacher in zip(_CLASSES, teachers, strict=False):
        school = teacher.posts.get().school
        # classes come from a roster, which has actions of its own
        section = Section.objects.create(
            district=district, school=school, title=title, room=room, grade_band=band, subject=subject
        )
        TeachingAssignment.objects.create(
            district=district, section=section, educator=teacher, primary=True, begins_on=began
        )
        town.sections.append(section)
    protocol = create_protocol(
        district=district, form_id="talk-and-task", title={"en": "Talk and task", "es": "Habla y tarea"}, by=None
    )
    town.version = publish_version(
        version=draft_version(protocol=protocol, number="1", look_fors=LOOK_FORS, by=None), by=None
    )
    return town


def _write_calendar(district: District, today: dt.date) -> None:
    """Three school years around today, without a gap, so that a test may run on any day of the year."""
    this_year = today.year + 1 if today.month >= 7 else today.year
    for year in (this_year - 2, this_year - 1, this_year):
        first, last = dt.date(year - 1, 7, 1), dt.date(year, 6, 30)
        add_term(
            district=district,
            kind=TermKind.SCHOOL_YEAR,
            title=f"{year - 1}-{year}",
            begins_on=first,
            ends_on=last,
            school_year=year,
            by=None,
        )
        winter = dt.date(year - 1, 12, 24)
        add_closure(
            district=district,
            title="Winter break",
            begins_on=winter,
            ends_on=winter + dt.timedelta(days=8),
            by=None,
        )
