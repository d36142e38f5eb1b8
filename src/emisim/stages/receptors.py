"""Source-receptor kernels of a city, from its weather table and its grid."""

import logging
from pathlib import Path

import numpy as np

from emisim import provenance
from emisim.stages import _domain, _files, _inputs
from emisim.transport import receptors, releases
from emisim.weather import frequencies

log = logging.getLogger(__name__)


def run(*, city: str, factors: str, out: str) -> None:
    """Write the kernels (netCDF, single precision)."""
    place = _domain.read(city, factors)
    _, grid = _domain.polygons_and_grid(place)
    kernels = receptors.build(
        grid,
        frequencies.read(_inputs.weather(city)),
        place.factors["dispersion"],
        releases.read(Path(factors) / "stacks.csv", place.factors["dispersion"]),
    )
    made_from = provenance.record(
        "receptors",
        _inputs.files("receptors", city=city, factors=factors, plan=""),
        city=place.settings.name,
    )
    _files.save(kernels.astype(np.float32), out, made_from)
    classes = kernels.sizes["release"]
    log.info("kernels of %d release classes on %d x %d cells", classes, grid.ny, grid.nx)
