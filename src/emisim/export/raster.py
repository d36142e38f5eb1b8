"""GeoTIFF for geographic information systems: one file per species, one band per sector."""

from pathlib import Path

import numpy as np

from emisim import units
from emisim.errors import MassError
from emisim.export.amounts import Amounts
from emisim.gridding.netcdf import variable
from emisim.output import atomic
from emisim.vocabulary import SPECIES

TOLERANCE = 1e-12
UNIT = "t"


def write(folder: str | Path, amounts: Amounts, about: str = "") -> dict[str, Path]:
    """Write t per cell of the whole period, double precision; return the file of each species.

    The last band is the sum over sectors. Rows run from north to south, as the format has them.
    """
    import rasterio
    from rasterio.transform import from_origin

    grid = amounts.grid
    bands = sector_tonnes(amounts)
    written = {}
    for number, species in enumerate(SPECIES):
        path = Path(folder) / f"{variable(species)}.tif"
        profile = {
            **{"driver": "GTiff", "dtype": "float64", "count": len(bands) + 1},
            **{"height": grid.ny, "width": grid.nx, "crs": grid.crs, "compress": "deflate"},
            "transform": from_origin(grid.x0, grid.y1, grid.cell_size, grid.cell_size),
        }
        layers = np.array([band[number] for band in bands.values()])
        layers = np.concatenate([layers, layers.sum(axis=0, keepdims=True)])
        with atomic(path) as temporary, rasterio.open(temporary, "w", **profile) as file:
            file.write(layers[:, ::-1])
            file.descriptions = (*bands, "total")
            file.units = (UNIT,) * file.count
            file.update_tags(species=species, unit=f"{UNIT} per cell", title=about)
        _check(path, float(layers[-1].sum()), species)
        written[species] = path
    return written


def sector_tonnes(amounts: Amounts) -> dict[str, np.ndarray]:
    """Return t by sector: (species, ny, nx), all periods together."""
    sectors = amounts.groups["sector"].to_numpy()
    kg = amounts.kg.sum(axis=2).reshape(len(sectors), len(SPECIES), *amounts.grid.shape)
    scale = units.factor("kg", UNIT)
    return {str(s): kg[sectors == s].sum(axis=0) * scale for s in sorted(set(sectors))}


def total(path: str | Path) -> float:
    """Return the sum of the bands of sectors, t, read back."""
    import rasterio

    with rasterio.open(path) as file:
        return float(sum(file.read(band).sum() for band in range(1, file.count)))


def _check(path: Path, expected: float, species: str) -> None:
    found = total(path)
    if not abs(found - expected) <= TOLERANCE * abs(expected):
        message = f"{species} in {path} is {found!r} t, not {expected!r} t"
        raise MassError(message)
