"""Signals: has it changed, beyond noise? Judged from the visits themselves, not from period averages."""

__all__: list[str] = []
