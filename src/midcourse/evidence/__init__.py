"""Evidence: did what we did cause it, and how sure are we? Empty until evaluations are built."""

__all__: list[str] = []
