"""Reports: turn results and labels into documents, figures and packages."""

from midcourse.reports.figures import (
    Flag,
    Point,
    Scale,
    Words,
    draw_history,
    draw_small_multiples,
    draw_sparkline,
)

__all__ = ["Flag", "Point", "Scale", "Words", "draw_history", "draw_small_multiples", "draw_sparkline"]
