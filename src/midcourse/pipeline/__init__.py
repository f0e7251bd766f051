"""Pipeline: carry records and received files into facts, run the core, publish."""

from midcourse.pipeline.demonstration import (
    DemonstrationReport,
    RealDataError,
    SignIn,
    Story,
    build_demonstration,
)
from midcourse.pipeline.publication import Published, published
from midcourse.pipeline.refreshing import RefreshReport, RefreshRunningError, Step, TableRows, refresh
from midcourse.pipeline.serving import serve_site

__all__ = [
    "DemonstrationReport",
    "Published",
    "RealDataError",
    "RefreshReport",
    "RefreshRunningError",
    "SignIn",
    "Step",
    "Story",
    "TableRows",
    "build_demonstration",
    "published",
    "refresh",
    "serve_site",
]
