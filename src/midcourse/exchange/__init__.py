"""Exchange: read and write foreign formats; report every bad row; store nothing.

Readers return rows and `Finding`s and raise only when nothing can be read.
"""

from midcourse.exchange.findings import Finding
from midcourse.exchange.spreadsheets import Table, read_table

__all__ = ["Finding", "Table", "read_table"]
