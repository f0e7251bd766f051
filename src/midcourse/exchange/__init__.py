"""Exchange: read and write foreign formats; report every bad row; store nothing.

Readers return rows and `Finding`s and raise only when nothing can be read.
"""

from midcourse.exchange.findings import Finding

__all__ = ["Finding"]
