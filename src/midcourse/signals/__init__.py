"""Signals: has it changed, beyond noise? Judged from the visits themselves, not from period averages."""

from midcourse.signals.adopted import Adopted
from midcourse.signals.circumstances import Circumstances
from midcourse.signals.detection import Detection, UnitSeries, detect_changes
from midcourse.signals.folder import detect_folder
from midcourse.signals.judging import PAGE_FALSE_CALL_YEARS, judge, page_rule
from midcourse.signals.records import VisitRecords
from midcourse.signals.rules import DEFAULT_RULE, Rule
from midcourse.signals.storing import read_signals, write_signals
from midcourse.signals.sufficiency import Shortfall
from midcourse.signals.verdicts import IndicatorVerdict
from midcourse.signals.visit_facts import BASELINE_WEEKS, RoleRecords, visit_records
from midcourse.signals.visit_verdicts import Watched, watched_role

__all__ = [
    "BASELINE_WEEKS",
    "DEFAULT_RULE",
    "PAGE_FALSE_CALL_YEARS",
    "Adopted",
    "Circumstances",
    "Detection",
    "IndicatorVerdict",
    "RoleRecords",
    "Rule",
    "Shortfall",
    "UnitSeries",
    "VisitRecords",
    "Watched",
    "detect_changes",
    "detect_folder",
    "judge",
    "page_rule",
    "read_signals",
    "visit_records",
    "watched_role",
    "write_signals",
]
