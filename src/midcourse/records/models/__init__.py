"""Every table of the site. Read from here; write through `records.actions`."""

from midcourse.records.models.adoptions import Adoption
from midcourse.records.models.audit import AuditEntry
from midcourse.records.models.calendars import Closure, Term
from midcourse.records.models.decisions import Decision
from midcourse.records.models.events import Event
from midcourse.records.models.imports import ReceivedFile
from midcourse.records.models.intervisitations import Intervisitation
from midcourse.records.models.organizations import District, Network, School, Team
from midcourse.records.models.ownership import MANUAL, SourcedRow
from midcourse.records.models.people import (
    DISTRICT_ROLES,
    OUTSIDE_ROLES,
    Agreement,
    Educator,
    Post,
    Standing,
    User,
)
from midcourse.records.models.protocols import LookFor, Protocol, ProtocolVersion
from midcourse.records.models.rosters import (
    Course,
    RosterChange,
    RosterRun,
    Section,
    StudentCount,
    TeachingAssignment,
)
from midcourse.records.models.sign_ins import SignInFailure
from midcourse.records.models.visits import (
    KeySecret,
    Visit,
    VisitHost,
    VisitItem,
    VisitNote,
    VisitObserver,
    Walkthrough,
)

__all__ = [
    "DISTRICT_ROLES",
    "MANUAL",
    "OUTSIDE_ROLES",
    "Adoption",
    "Agreement",
    "AuditEntry",
    "Closure",
    "Course",
    "Decision",
    "District",
    "Educator",
    "Event",
    "Intervisitation",
    "KeySecret",
    "LookFor",
    "Network",
    "Post",
    "Protocol",
    "ProtocolVersion",
    "ReceivedFile",
    "RosterChange",
    "RosterRun",
    "School",
    "Section",
    "SignInFailure",
    "SourcedRow",
    "Standing",
    "StudentCount",
    "TeachingAssignment",
    "Team",
    "Term",
    "User",
    "Visit",
    "VisitHost",
    "VisitItem",
    "VisitNote",
    "VisitObserver",
    "Walkthrough",
]
