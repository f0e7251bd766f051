"""Pipeline: carry records and received files into facts, run the core, publish."""

from midcourse.pipeline.publication import Published, published
from midcourse.pipeline.refreshing import RefreshReport, RefreshRunningError, Step, TableRows, refresh

__all__ = [
    "Published",
    "RefreshReport",
    "RefreshRunningError",
    "Step",
    "TableRows",
    "published",
    "refresh",
]
