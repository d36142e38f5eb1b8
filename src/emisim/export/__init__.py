"""Emissions in the files that other models and programs take (see docs/export.md)."""
