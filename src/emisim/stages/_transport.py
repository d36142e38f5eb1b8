"""What the transport stages share: mesh, surface, weather classes, receptors, source groups."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import xarray as xr

from emisim import bars
from emisim.chemistry.deposition import SURFACES
from emisim.city import City
from emisim.errors import InputError
from emisim.grid import WGS84, Grid
from emisim.stages import _domain, _files, _inputs
from emisim.transport import chains, groups, matrix, releases
from emisim.transport.chains import Setting
from emisim.transport.krylov import ConvergenceError
from emisim.transport.matrix import NODES
from emisim.transport.mesh import Mesh
from emisim.vocabulary import HALVES
from emisim.weather import class_tables

URBAN = "urban"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """A city as transport sees it: ``setting`` names the mesh in ``transport.csv``."""

    place: City
    setting: str

    @cached_property
    def polygons_and_grid(self) -> tuple[pd.Series, Grid]:
        """District polygons and the city's grid."""
        return _domain.polygons_and_grid(self.place)

    @property
    def grid(self) -> Grid:
        """The city's fine grid."""
        return self.polygons_and_grid[1]

    @cached_property
    def mesh(self) -> Mesh:
        """The mesh around the grid."""
        return Mesh.around(self.grid.bounds, None, self.place.factors["transport"], self.setting)

    @cached_property
    def people(self) -> xr.DataArray:
        """Where people live, (district, cell)."""
        return _domain.people(self.place, *self.polygons_and_grid)

    @cached_property
    def weather(self) -> xr.Dataset:
        """The weather classes of both halves."""
        return class_tables.read(_inputs.weather_classes(self.place.folder))

    @cached_property
    def surface(self) -> np.ndarray:
        """Index of the kind of surface (ny, nx): urban where at least half of a column is."""
        known = self.people.values * self.grid.size
        dense = known.max(axis=0) > known.mean(axis=1).max()
        area = self.mesh.restrict(self.grid) @ dense.astype(float)
        built = area * self.grid.cell_size**2 >= self.mesh.areas.ravel() / 2
        urban, rural = (SURFACES.index(n) for n in (URBAN, self.place.settings.landscape))
        return np.where(built, urban, rural).reshape(self.mesh.shape[:2])

    def half(self, name: str) -> Setting:
        """Return the transport of one half year."""
        weather, factors = self.weather.sel(half=name), self.place.factors
        return Setting(self.mesh, weather, self.surface, factors, self.setting)

    @property
    def receptors(self) -> list[str]:
        """Names of the receptors: monitors, then districts."""
        return [*_domain.monitors(self.place)["station"], *self.place.names]

    def ground(self, names: Sequence[str]) -> np.ndarray:
        """Return the weights (ny, nx, receptor) of monitors (their column) and districts (people).

        Raises
        ------
        InputError
            If a monitor lies outside the city's grid.
        """
        fine = self.cells_of(names)
        at = self.mesh.restrict(self.grid)
        columns = (at @ fine.T).reshape(*self.mesh.shape[:2], len(names))
        spread = columns.sum(axis=(0, 1))
        return columns / spread

    def cells_of(self, names: Sequence[str]) -> np.ndarray:
        """Return the weights (receptor, fine cell) of monitors (theirs) and districts (people)."""
        fine = np.zeros((len(names), self.grid.size))
        stations = dict(zip(self.stations, self.station_cells, strict=True))
        for i, name in enumerate(names):
            if name in stations:
                fine[i, stations[name]] = 1
            else:
                fine[i] = self.people.sel(district=name)
        return fine

    @property
    def stations(self) -> list[str]:
        """Names of the monitors."""
        return list(_domain.monitors(self.place)["station"])

    @cached_property
    def station_cells(self) -> np.ndarray:
        """Fine cell of each monitor."""
        table = _domain.monitors(self.place)
        cell, inside = self.grid.cells(table["lon"].to_numpy(), table["lat"].to_numpy())
        if not inside.all():
            first = table.iloc[int(np.argmin(inside))]
            msg = "station lies outside the domain"
            hint = "correct the coordinates, remove the station, or enlarge margin in city.yaml"
            raise InputError(
                msg, file=self.place.folder / "monitors.csv", row=int(str(first.name)),
                column="lon, lat", value=f"{first['station']} at {first['lon']}, {first['lat']}",
                allowed=[_reach(self.grid)],
                hint=hint,
            )  # fmt: skip
        return cell

    @cached_property
    def stacks(self) -> xr.Dataset:
        """The release classes."""
        factors = self.place.factors
        return releases.read(factors.folder / "stacks.csv", factors["dispersion"])

    def groups(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the source group of each source.

        Raises
        ------
        InputError
            If a source's own stack ends above the top of the model.
        """
        top = float(self.mesh.z_edges[-1])
        above = inventory["stack_height"].values > top
        if above.any():
            i = int(np.argmax(above))
            name, height = (inventory[n].values[i] for n in ("source", "stack_height"))
            msg = "a source lies above the top of the model"
            raise InputError(
                msg, file=self.place.folder, column="stack_height", value=f"{name}: {height:g} m",
                allowed=[f"0 to {top:g} m"],
                hint="correct the height (m above ground), or raise layer_top in transport.csv",
            )  # fmt: skip
        return groups.of_sources(inventory, self.stacks, self.place.factors["dispersion"])

    @property
    def gas_share(self) -> xr.DataArray:
        """Gas share of TN and TA at which the engine solves them (node,)."""
        shares = [chains.gas_share(n, self.place.factors["deposition"]) for n in NODES]
        return xr.DataArray(shares, {"node": list(NODES)}, "node", attrs={"units": "1"})

    def checked(self, whole: xr.Dataset, inventory: xr.Dataset) -> xr.Dataset:
        """Return a source-receptor matrix in order for the sources of an inventory, or raise."""
        folder, own = self.place.folder, self.place.settings.matrix
        names = sorted(set(self.groups(inventory).values.tolist()))
        return matrix.check(whole, self.receptors, names, city=folder.name, domain=self.grid,
                            file=folder / own if own else "matrix")  # fmt: skip

    def weight(self, names: Sequence[str], half: str) -> np.ndarray:
        """Return the weights (group, class, layer) of source groups in a half year."""
        hours = pd.Series([groups.split(name)[1] for name in names])
        profiles = self.place.factors.profile(hours, "hour")
        return groups.weights(
            names, self.weather.sel(half=half), self.stacks, profiles, self.mesh.z_edges,
            self.place.factors["dispersion"],
        )  # fmt: skip


def check(case: Case, inventory: xr.Dataset) -> None:
    """Check what transport reads: classes, receptors, releases, and a matrix of the city's own.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    names = sorted(set(case.groups(inventory).values.tolist()))
    case.ground(case.receptors)
    for half in HALVES:
        case.weight(names, half)
    for path in _inputs.own_matrix(case.place.folder):
        case.checked(read_matrix(path), inventory)


def read_matrix(path: Path) -> xr.Dataset:
    """Return the matrix that a city supplies, not checked.

    Raises
    ------
    InputError
        If there is no such file or it is not netCDF.
    """
    if not path.is_file():
        msg = "there is no such matrix"
        there = sorted(p.name for p in path.parent.glob("*.nc"))
        hint = "put it there, or take the key `matrix` out of city.yaml to use the engine"
        raise InputError(msg, file=path, allowed=there, hint=hint)
    return _files.load(path)


class Told:
    """Tells of every solve, by a bar or in the log, and keeps the last; ``where`` leads."""

    def __init__(self, where: str, count: int) -> None:
        self.where, self.count, self.done, self.last = where, count, 0, ""
        self.bar = bars.upto(count, where)

    def __call__(self, what: str) -> None:
        self.done, self.last = self.done + 1, what
        self.bar.update()
        if self.bar.disable:
            log.info("%s: %2d of %d %s", self.where, self.done, self.count, what)


@contextmanager
def solving(case: Case, half: str, told: Told) -> Iterator[None]:
    """Name city, half and family when a solve in the block does not converge.

    Raises
    ------
    ConvergenceError
        In place of the solver's own.
    """
    try:
        yield
    except ConvergenceError as error:
        table = case.place.factors.folder / "transport.csv"
        station = _inputs.weather_classes(case.place.folder)
        message = (
            f"{case.place.folder.name}, {half} half, {told.last}: {error.args[0]}\n"
            f"  next:    raise iteration_limit, or residual_tolerance of the setting "
            f"{case.setting!r}, in {table}; if only this city fails, check its weather classes in "
            f"{station}"
        )
        raise ConvergenceError(message) from error


def _reach(domain: Grid) -> str:
    """Return in words between which meridians and parallels a grid lies."""
    to_wgs84 = pyproj.Transformer.from_crs(domain.crs, WGS84, always_xy=True)
    west, south, east, north = to_wgs84.transform_bounds(*domain.bounds)
    return f"{west:.2f} to {east:.2f} E, {south:.2f} to {north:.2f} N"
