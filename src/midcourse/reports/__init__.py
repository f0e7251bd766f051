"""Reports: turn results and labels into documents, figures and packages."""

__all__: list[str] = []
