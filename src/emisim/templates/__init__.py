"""A new city's tables: assumed defaults, and the Excel workbook in which they are replaced."""
