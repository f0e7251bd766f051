"""Stats: arrays in, numbers out. Knows nothing of schools, files or Arrow."""

__all__: list[str] = []
