"""Pipeline: carry records and received files into facts, run the core, publish."""

__all__: list[str] = []
