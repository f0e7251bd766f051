"""Signals: has it changed, beyond noise? Judged from the visits themselves, not from period averages."""

from midcourse.signals.circumstances import Circumstances
from midcourse.signals.detection import Detection, UnitSeries, detect_changes
from midcourse.signals.folder import detect_folder
from midcourse.signals.records import VisitRecords
from midcourse.signals.rules import DEFAULT_RULE, Rule
from midcourse.signals.sufficiency import Shortfall
from midcourse.signals.verdicts import IndicatorVerdict

__all__ = [
    "DEFAULT_RULE",
    "Circumstances",
    "Detection",
    "IndicatorVerdict",
    "Rule",
    "Shortfall",
    "UnitSeries",
    "VisitRecords",
    "detect_changes",
    "detect_folder",
]
