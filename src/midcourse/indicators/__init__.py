"""Indicators: what we measure and how it is computed."""

from midcourse.indicators.values import IndicatorValue

__all__ = ["IndicatorValue"]
