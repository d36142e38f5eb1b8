"""Names of files beside the figures."""

ABSENT = "absent.csv"
"""Which figures could not be drawn, and why: columns figure, reason."""
