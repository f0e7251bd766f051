"""Rosters: the front door. Plan, apply, undo, drop, re-key; what a plan holds, and how a district stands.

How a row is wished for, compared, guarded, counted and written is decided in the `roster_*` modules next door.
"""

from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.roster_plans import plan_roster
from midcourse.records.actions.roster_rekeys import RekeyPair, proposed_pairs, rekey
from midcourse.records.actions.roster_summaries import (
    ChangeExample,
    ChangeGroup,
    FieldChange,
    FindingNote,
    GuardNote,
    PlanSummary,
    ProposedPair,
    RosterStatus,
    RunLine,
    SubjectCounts,
    roster_plan_summary,
    roster_status,
)
from midcourse.records.actions.roster_writes import apply_roster, drop_roster, undo_roster
from midcourse.records.actions.staff_lists import STAFF_LIST, plan_staff_list

__all__ = [
    "STAFF_LIST",
    "ChangeExample",
    "ChangeGroup",
    "FieldChange",
    "FindingNote",
    "GuardNote",
    "PlanSummary",
    "ProposedPair",
    "Refused",
    "RekeyPair",
    "RosterStatus",
    "RunLine",
    "SubjectCounts",
    "apply_roster",
    "drop_roster",
    "plan_roster",
    "plan_staff_list",
    "proposed_pairs",
    "rekey",
    "roster_plan_summary",
    "roster_status",
    "undo_roster",
]
