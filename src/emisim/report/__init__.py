"""The report of a plan: one PDF per language, set by typst from data alone."""
