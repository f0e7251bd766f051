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
from midcourse.exchange.finding_groups import FindingGroup, group_findings, write_findings_csv
from midcourse.exchange.findings import Finding
from midcourse.exchange.oneroster import read_oneroster
from midcourse.exchange.oneroster_writing import write_oneroster
from midcourse.exchange.protocol_documents import (
    AnswerKind,
    ChoiceDocument,
    GroupDocument,
    LookForDocument,
    ProtocolDocument,
    ProtocolReading,
    Texts,
)
from midcourse.exchange.result_cells import Cell
from midcourse.exchange.result_organizations import Organization, OrganizationMatch, match_organization
from midcourse.exchange.result_rows import AchievementReading, LevelResult, ResultRow
from midcourse.exchange.rosters import (
    Change,
    CourseRow,
    DemographicsRow,
    EnrollmentRow,
    KnownIds,
    Mode,
    OrgRow,
    PersonKind,
    PersonRow,
    PostRow,
    RosterBundle,
    RosterFile,
    RosterReading,
    RosterRow,
    SectionRow,
    TeachingRow,
    TermRow,
)
from midcourse.exchange.spreadsheets import Table, read_table
from midcourse.exchange.staff_list import StaffListReading, StaffRow, read_staff_list
from midcourse.exchange.visit_mapping import AnswerColumn, VisitField, VisitMapping, propose_mapping
from midcourse.exchange.visit_sheet import VisitAnswer, VisitSheetReading, VisitSheetRow, read_visit_sheet
from midcourse.exchange.xlsform import read_xlsform, write_xlsform

__all__ = [
    "AchievementReading",
    "AnswerColumn",
    "AnswerKind",
    "Cell",
    "Change",
    "ChoiceDocument",
    "CourseRow",
    "DemographicsRow",
    "DetectionFolder",
    "DetectionFolderError",
    "EnrollmentRow",
    "FileAccount",
    "Finding",
    "FindingGroup",
    "GroupDocument",
    "KnownIds",
    "LevelResult",
    "LookForDocument",
    "Mode",
    "OrgRow",
    "Organization",
    "OrganizationMatch",
    "PersonKind",
    "PersonRow",
    "PostRow",
    "ProtocolDocument",
    "ProtocolReading",
    "ResultRow",
    "RosterBundle",
    "RosterFile",
    "RosterReading",
    "RosterRow",
    "SectionRow",
    "StaffListReading",
    "StaffRow",
    "Table",
    "TeachingRow",
    "TermRow",
    "Texts",
    "VerdictRow",
    "VisitAnswer",
    "VisitField",
    "VisitMapping",
    "VisitSheetReading",
    "VisitSheetRow",
    "account_package",
    "group_findings",
    "match_organization",
    "propose_mapping",
    "read_achievement",
    "read_achievement_bytes",
    "read_achievement_package",
    "read_detection_folder",
    "read_oneroster",
    "read_staff_list",
    "read_table",
    "read_visit_sheet",
    "read_xlsform",
    "write_findings_csv",
    "write_oneroster",
    "write_verdicts",
    "write_xlsform",
]
