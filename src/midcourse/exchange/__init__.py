"""Exchange: read and write foreign formats; report every bad row; store nothing.

Readers return rows and `Finding`s and raise only when nothing can be read.
"""

from midcourse.exchange.achievement import (
    FileAccount,
    account_package,
    read_achievement,
    read_achievement_bytes,
    read_achievement_package,
)
from midcourse.exchange.detection_folder import (
    DetectionFolder,
    DetectionFolderError,
    VerdictRow,
    read_detection_folder,
    write_verdicts,
)
from midcourse.exchange.findings import Finding
from midcourse.exchange.result_cells import Cell
from midcourse.exchange.result_organizations import Organization, OrganizationMatch, match_organization
from midcourse.exchange.result_rows import AchievementReading, LevelResult, ResultRow
from midcourse.exchange.spreadsheets import Table, read_table

__all__ = [
    "AchievementReading",
    "Cell",
    "DetectionFolder",
    "DetectionFolderError",
    "FileAccount",
    "Finding",
    "LevelResult",
    "Organization",
    "OrganizationMatch",
    "ResultRow",
    "Table",
    "VerdictRow",
    "account_package",
    "match_organization",
    "read_achievement",
    "read_achievement_bytes",
    "read_achievement_package",
    "read_detection_folder",
    "read_table",
    "write_verdicts",
]
