"""What the transport stages share: mesh, surface, weather classes, receptors, source groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from emisim.chemistry.deposition import SURFACES
from emisim.city import City
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.stages import _domain, _inputs
from emisim.transport import groups, releases
from emisim.transport.chains import Setting
from emisim.transport.mesh import Mesh
from emisim.weather import class_tables

URBAN = "urban"


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
        at = self.mesh.restrict(self.grid)
        fine = np.zeros((len(names), self.grid.size))
        stations = dict(zip(self.stations, self.station_cells, strict=True))
        for i, name in enumerate(names):
            if name in stations:
                fine[i, stations[name]] = 1
            else:
                fine[i] = self.people.sel(district=name)
        columns = (at @ fine.T).reshape(*self.mesh.shape[:2], len(names))
        spread = columns.sum(axis=(0, 1))
        return columns / spread

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
            msg = "station lies outside the domain"
            name = str(table["station"].to_numpy()[~inside][0])
            hint = "correct the coordinates, remove the station, or enlarge the grid's margin"
            raise InputError(msg, file=self.place.folder / "monitors.csv", column="lon, lat",
                             value=name, hint=hint)  # fmt: skip
        return cell

    @cached_property
    def stacks(self) -> xr.Dataset:
        """The release classes."""
        factors = self.place.factors
        return releases.read(factors.folder / "stacks.csv", factors["dispersion"])

    def groups(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the source group of each source."""
        return groups.of_sources(inventory, self.stacks, self.place.factors["dispersion"])

    def weight(self, names: Sequence[str], half: str) -> np.ndarray:
        """Return the weights (group, class, layer) of source groups in a half year."""
        hours = pd.Series([groups.split(name)[1] for name in names])
        profiles = self.place.factors.profile(hours, "hour")
        return groups.weights(
            names, self.weather.sel(half=half), self.stacks, profiles, self.mesh.z_edges,
            self.place.factors["dispersion"],
        )  # fmt: skip
