"""Rosters: the front door. Plan, apply, undo, drop, re-key; what a plan holds, and how a district stands."""

from midcourse.records.actions.roster_plans import plan_roster
from midcourse.records.actions.roster_writes import apply_roster, drop_roster, undo_roster

__all__ = ["apply_roster", "drop_roster", "plan_roster", "undo_roster"]
