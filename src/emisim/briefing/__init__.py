"""The briefing: one HTML file per language that opens from disk and prints on A4."""
