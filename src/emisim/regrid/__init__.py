"""Someone else's gridded inventory on our grid, and the city's own inside it (docs/regrid.md)."""
