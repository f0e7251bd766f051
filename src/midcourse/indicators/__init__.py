"""Indicators: what we measure and how it is computed."""

from midcourse.indicators.calculation import compute_values
from midcourse.indicators.definition import (
    AgreedTarget,
    Condition,
    Evidence,
    Form,
    Formula,
    Indicator,
    Kind,
    Metric,
    Minimums,
    RollUp,
    Roster,
    Test,
    Words,
)
from midcourse.indicators.describing import catalogue_document
from midcourse.indicators.disclosure import MinimumsRule, is_settled
from midcourse.indicators.loading import CatalogueError, load_catalogue, load_indicator
from midcourse.indicators.opening import FactCount, FactsBehind, facts_behind
from midcourse.indicators.roll_ups import NETWORK
from midcourse.indicators.storing import read_values, stored_definitions, write_values
from midcourse.indicators.values import IndicatorValue

__all__ = [
    "NETWORK",
    "AgreedTarget",
    "CatalogueError",
    "Condition",
    "Evidence",
    "FactCount",
    "FactsBehind",
    "Form",
    "Formula",
    "Indicator",
    "IndicatorValue",
    "Kind",
    "Metric",
    "Minimums",
    "MinimumsRule",
    "RollUp",
    "Roster",
    "Test",
    "Words",
    "catalogue_document",
    "compute_values",
    "facts_behind",
    "is_settled",
    "load_catalogue",
    "load_indicator",
    "read_values",
    "stored_definitions",
    "write_values",
]
