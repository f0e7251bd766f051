"""Facts: event-level columnar truth, as immutable snapshots. Keys, never names."""

from midcourse.facts.tables import SCHEMA_VERSION, TABLES, FactTable

__all__ = ["SCHEMA_VERSION", "TABLES", "FactTable"]
