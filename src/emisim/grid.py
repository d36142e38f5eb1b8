"""A regular planar grid: origin, cell size, shape, projection.

The default projection is Lambert azimuthal equal-area centred on the city, so that a cell's planar
area is its ground area; with any other one the ground area follows from the areal scale.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyproj
import shapely
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from emisim.errors import InputError

Floats = NDArray[np.float64]
WGS84 = "EPSG:4326"
OUTSIDE = -1
MAPPING = "crs"
CENTRE_DECIMALS = 2
EQUAL_AREA = "+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs"


@dataclass(frozen=True)
class Grid:
    """A grid of ``ny`` rows by ``nx`` columns of square cells.

    Parameters
    ----------
    crs
        Any projected coordinate system in metres that PROJ knows (PROJ string, EPSG code, WKT).
    x0, y0
        Projected coordinates of the lower left corner, m.
    cell_size
        Side of a cell, m.
    nx, ny
        Number of columns (eastward) and rows (northward).

    Notes
    -----
    Cell ``k`` is row ``k // nx`` (from the south), column ``k % nx`` (from the west). A cell owns
    its western and southern edge.
    """

    crs: str
    x0: float
    y0: float
    cell_size: float
    nx: int
    ny: int

    def __post_init__(self) -> None:
        if not (self.cell_size > 0 and self.nx > 0 and self.ny > 0):
            message = "a grid needs a positive cell size and at least one cell"
            raise InputError(message, value=(self.cell_size, self.nx, self.ny))
        _projected(self.crs)

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx)."""
        return self.ny, self.nx

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.nx * self.ny

    @property
    def x1(self) -> float:
        """Eastern edge, m."""
        return self.x0 + self.nx * self.cell_size

    @property
    def y1(self) -> float:
        """Northern edge, m."""
        return self.y0 + self.ny * self.cell_size

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north edge in projected metres."""
        return self.x0, self.y0, self.x1, self.y1

    @property
    def x(self) -> Floats:
        """Column centres (nx,), m."""
        return self.x0 + (np.arange(self.nx, dtype=np.float64) + 1 / 2) * self.cell_size

    @property
    def y(self) -> Floats:
        """Row centres (ny,), m."""
        return self.y0 + (np.arange(self.ny, dtype=np.float64) + 1 / 2) * self.cell_size

    @cached_property
    def _forward(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True)

    def project(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return projected x and y (m) of WGS84 longitude and latitude (degrees)."""
        x, y = self._forward.transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        return np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    def unproject(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return WGS84 longitude and latitude (degrees) of projected x and y (m)."""
        lon, lat = self._forward.transform(
            np.asarray(x, dtype=float), np.asarray(y, dtype=float), direction="INVERSE"
        )
        return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)

    def lonlat(self) -> tuple[Floats, Floats]:
        """Return longitude and latitude of the cell centres, each (ny, nx), degrees."""
        return self.unproject(*np.meshgrid(self.x, self.y))

    def cells(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the cell index of each point and whether it lies on the grid (index -1 if not)."""
        return self.cells_of_xy(*self.project(lon, lat))

    def cells_of_xy(
        self, x: ArrayLike, y: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """As :meth:`cells` for projected coordinates (m)."""
        column = np.floor((np.asarray(x, dtype=float) - self.x0) / self.cell_size)
        row = np.floor((np.asarray(y, dtype=float) - self.y0) / self.cell_size)
        valid = (column >= 0) & (column < self.nx) & (row >= 0) & (row < self.ny)
        index = np.where(valid, row * self.nx + column, OUTSIDE).astype(np.int64)
        return index, valid

    def areas(self) -> Floats:
        """Return the ground area of each cell on the WGS84 ellipsoid, (ny, nx), m2.

        ``cell_size**2`` over the areal scale of the projection at the cell's centre.
        """
        factors = pyproj.Proj(self.crs).get_factors(*self.lonlat())
        return self.cell_size**2 / np.asarray(factors.areal_scale)

    def attrs(self) -> dict[str, Any]:
        """Return what defines the grid, as netCDF attributes (see :func:`from_attrs`)."""
        return {f"grid_{key}": value for key, value in asdict(self).items()}

    def dataset(self) -> xr.Dataset:
        """Return CF coordinates: x, y with bounds, 2-D lon and lat, grid mapping ``crs``."""
        lon, lat = self.lonlat()
        edges = self.cell_size * np.array([-1 / 2, 1 / 2])
        dataset = xr.Dataset(
            {MAPPING: ((), np.int32(0), mapping_attributes(self.crs))},
            coords={
                "x": ("x", self.x, _axis("x", "X")),
                "y": ("y", self.y, _axis("y", "Y")),
                "x_bounds": (("x", "nv"), self.x[:, None] + edges),
                "y_bounds": (("y", "nv"), self.y[:, None] + edges),
                "lon": (("y", "x"), lon, _geographic("longitude", "degrees_east")),
                "lat": (("y", "x"), lat, _geographic("latitude", "degrees_north")),
            },
        )
        return dataset.assign_attrs(self.attrs())


def around(geometries: ArrayLike, cell_size: float, margin: float, crs: str = "auto") -> Grid:
    """Return the grid that covers ``geometries`` and a margin on every side.

    Parameters
    ----------
    geometries
        Shapely geometries in WGS84 longitude and latitude (array, list or GeoSeries).
    cell_size, margin
        Metres. Edges are whole multiples of the cell size.
    crs
        ``"auto"`` for an equal-area projection centred on the geometries, or what PROJ accepts.
    """
    shapes = np.asarray(geometries, dtype=object).ravel()
    if not len(shapes) or shapely.is_empty(shapes).all():
        message = "a grid needs at least one geometry to lie around"
        raise InputError(message, hint="check the boundary file and the district codes")
    if not (cell_size > 0 and margin >= 0):
        message = "cell size must be positive and the margin not negative (metres)"
        raise InputError(message, value=(cell_size, margin))
    crs = equal_area(shapes) if crs == "auto" else crs
    to_plane = pyproj.Transformer.from_crs(WGS84, _projected(crs), always_xy=True)
    lon, lat = shapely.get_coordinates(shapes).T
    x, y = to_plane.transform(lon, lat)
    west, south = (np.floor((v.min() - margin) / cell_size) for v in (x, y))
    east, north = (np.ceil((v.max() + margin) / cell_size) for v in (x, y))
    return Grid(
        crs=crs,
        x0=float(west * cell_size),
        y0=float(south * cell_size),
        cell_size=float(cell_size),
        nx=int(east - west),
        ny=int(north - south),
    )


def equal_area(geometries: ArrayLike) -> str:
    """Return the PROJ string of an equal-area projection centred on WGS84 ``geometries``.

    The centre is the middle of their bounds to a hundredth of a degree, so that small edits of a
    boundary do not move the grid.
    """
    west, south, east, north = shapely.total_bounds(np.asarray(geometries, dtype=object))
    centre = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    return EQUAL_AREA.format(**{k: round(float(v), CENTRE_DECIMALS) for k, v in centre.items()})


def from_attrs(attrs: dict[str, Any]) -> Grid:
    """Return the grid that :meth:`Grid.attrs` described."""
    given = {name: attrs.get(f"grid_{name}") for name in Grid.__dataclass_fields__}
    missing = [name for name, value in given.items() if value is None]
    if missing:
        message = "the dataset does not describe its grid"
        raise InputError(message, value=missing, hint="make it with the gridding step")
    x0, y0, cell_size = (float(attrs[f"grid_{name}"]) for name in ("x0", "y0", "cell_size"))
    nx, ny = (int(attrs[f"grid_{name}"]) for name in ("nx", "ny"))
    return Grid(str(given["crs"]), x0, y0, cell_size, nx, ny)


def mapping_attributes(crs: str) -> dict[str, Any]:
    """Return the CF grid-mapping attributes of ``crs``."""
    attributes = pyproj.CRS.from_user_input(crs).to_cf()
    return {key: value for key, value in attributes.items() if value != "unknown"}


def _projected(crs: str) -> str:
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        message = f"unknown coordinate system ({error})"
        raise InputError(
            message, column="crs", value=crs, hint="use 'auto', an EPSG code or a PROJ string"
        ) from None
    unit = system.axis_info[0].unit_name if system.axis_info else ""
    if not system.is_projected or unit != "metre":
        message = "the grid needs a projected coordinate system in metres"
        raise InputError(message, column="crs", value=crs, hint="use 'auto' or a PROJ string")
    return crs


def _axis(name: str, axis: str) -> dict[str, str]:
    return {
        "standard_name": f"projection_{name}_coordinate",
        "long_name": f"{name} coordinate of projection",
        "units": "m",
        "axis": axis,
        "bounds": f"{name}_bounds",
    }


def _geographic(name: str, units: str) -> dict[str, str]:
    return {"standard_name": name, "long_name": name, "units": units}
