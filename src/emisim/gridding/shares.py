"""The sparse place-to-cell matrix of an inventory, gridded emissions and the mass budget.

Every source belongs to a place, and a place's shares over cells and its share beyond the domain add
to 1. Gridding is ``share.T @ emission``; the (source, species, cell) product is never built.
"""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from emisim import boundaries, grid, inventory
from emisim.city import City
from emisim.convention import TERMS, bare, net_variable
from emisim.errors import InputError, MassError
from emisim.grid import Grid
from emisim.gridding.places import DISTRICT, POINT, read_places, weigh
from emisim.overlay import Weights
from emisim.vocabulary import OUTSIDE

MASS_TOLERANCE = 1e-9


def of_city(city: City, base: xr.Dataset) -> xr.Dataset:
    """Return ``base`` with its shares on the city's grid (see :func:`allocate`)."""
    districts = boundaries.of_city(city)
    settings = city.settings.grid
    domain = grid.around(districts, settings.cell_size, settings.margin, settings.crs)
    places = read_places(city.folder / "places.csv", city.names, city.factors.sources)
    return allocate(base, domain, places, districts)


def allocate(
    base: xr.Dataset, domain: Grid, places: pd.DataFrame, districts: pd.Series
) -> xr.Dataset:
    """Return an inventory with its place-to-cell shares on ``domain``.

    A source stands at its ``place``, else at its ``lon`` and ``lat``, else all over its
    district.

    Parameters
    ----------
    places
        As :func:`~emisim.gridding.places.read_places` gives them.
    districts
        WGS84 polygons by district name.

    Returns
    -------
    Dataset
        ``base`` with ``share``, ``entry_place`` and ``entry_cell`` (entry), ``outside_share``
        (place_name), the coordinate ``source_place`` (position of each source's
        place) and the grid's attributes.

    Raises
    ------
    InputError
        For a place or district that does not exist, or a point outside the domain.
    MassError
        If shares do not add to 1.
    """
    _check_pairs(base)
    point, words = _places_of(base)
    numbers, named = pd.factorize(words[~point], sort=True)
    weights = weigh(named.tolist(), domain, places, districts)
    single = _points(base, point, domain)
    position = np.empty(len(point), dtype=np.int64)
    position[~point] = numbers
    position[point] = len(named) + np.arange(point.sum())
    weights = weights.followed_by(single)
    names = np.concatenate([named, POINT + base["source"].values[point]])
    entries = base.assign(
        share=("entry", weights.share),
        entry_place=("entry", weights.place),
        entry_cell=("entry", weights.cell),
        outside_share=("place_name", weights.outside),
    )
    labels = {"place_name": names, "source_place": ("source", position)}
    return entries.assign_coords(labels).assign_attrs(domain.attrs())


def matrix(gridded: xr.Dataset) -> sparse.csr_array:
    """Return the (place, cell) matrix of an inventory with shares."""
    if "share" not in gridded:
        message = "the inventory has no shares on a grid"
        raise InputError(message, hint="allocate it first (emisim grid)")
    at = gridded["entry_place"].values, gridded["entry_cell"].values
    shape = gridded.sizes["place_name"], grid.from_attrs(gridded.attrs).size
    return sparse.csr_array((gridded["share"].values, at), shape)


def spread(gridded: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Lay any amount per source on the grid.

    Parameters
    ----------
    gridded
        Inventory with shares.
    values
        (..., source): an extensive amount of each source, in the order of the inventory.

    Returns
    -------
    DataArray
        (..., y, x), same unit.
    """
    return _to_cells(gridded, _to_places(gridded, values))


def emissions(gridded: xr.Dataset) -> xr.DataArray:
    """Return gridded emissions, kg per month, (..., sector, species, month, y, x).

    Sources of district ``outside`` have no cell and do not appear (see :func:`budget`).
    """
    sectors = sorted(pd.unique(gridded["sector"].values))
    terms = bare(gridded[list(TERMS)]).drop_vars("source")
    domain, month, species = grid.from_attrs(gridded.attrs), terms["month"], terms["species"]
    draws = [terms.sizes["draw"]] if "draw" in terms.dims else []
    whole = np.empty((len(sectors), species.size, *draws, month.size, *domain.shape))
    cells = matrix(gridded).T.tocsr()
    for field, sector in zip(whole, sectors, strict=True):
        at = np.flatnonzero(gridded["sector"].values == sector)
        _fill(field, terms.isel(source=at), cells, gridded["source_place"].values[at])
    dims = ("sector", "species", *("draw" for _ in draws), "month", "y", "x")
    coords: dict[str, Any] = {"species": species.values, "month": month.values}
    coords |= {"sector": pd.Index(sectors, name="sector"), "y": domain.y, "x": domain.x}
    if draws and "draw" in gridded.coords:
        coords["draw"] = gridded["draw"].values
    found = xr.DataArray(whole, coords, dims, "emission")
    found.attrs = {"units": "kg", "long_name": "emission per month"}
    return found.transpose(..., "sector", "species", "month", "y", "x")


def _fill(
    field: NDArray[np.float64],
    terms: xr.Dataset,
    cells: sparse.csr_array,
    place: NDArray[np.int64],
) -> None:
    """Write the emission of one sector to ``field`` (species, ..., month, y, x).

    ``cells`` are all shares (cell, place), ``place`` the place of each source of ``terms``. One
    species at a time, so that no product over sources, months and species is built.
    """
    activity, net = terms.variables["activity"], net_variable(terms)
    used, number = np.unique(place, return_inverse=True)
    gather = sparse.csr_array(
        (np.ones(len(number)), (number, np.arange(len(number)))), (len(used), len(number))
    )
    onto = cells[:, used]
    for one, factor in zip(field, net.transpose("species", "source", ...), strict=True):
        mass = (activity * factor).transpose("source", ..., "month")
        laid = onto @ (gather @ mass.values.reshape(len(number), -1))
        one[...] = laid.T.reshape(one.shape)


def budget(gridded: xr.Dataset, field: xr.DataArray) -> pd.DataFrame:
    """Return where the mass went, and raise if some is missing.

    Parameters
    ----------
    field
        What :func:`emissions` returned.

    Returns
    -------
    DataFrame
        sector, species, unit, in, inside, outside, dropped; kg per year. ``outside`` holds
        sources that serve the city from elsewhere and parts of places beyond the domain.

    Raises
    ------
    MassError
        If more than 1e-9 of a total was dropped.
    """
    came = inventory.totals(gridded, outside=True)
    inside = field.sum(["month", "y", "x"], skipna=False)
    share = xr.DataArray(gridded["outside_share"].values[gridded["source_place"]], dims="source")
    beyond = inventory.totals(gridded.assign(activity=gridded["activity"] * share), outside=True)
    came, inside, beyond = xr.align(came, inside, beyond, join="exact")
    terms = {"in": came, "inside": inside, "outside": beyond, "dropped": came - inside - beyond}
    columns = {name: term.rename(name).to_dataframe()[name] for name, term in terms.items()}
    frame = pd.DataFrame(columns)
    lost = frame["dropped"].abs() > MASS_TOLERANCE * frame["in"]
    if lost.any():
        where = frame.index[lost][0]
        message = f"gridding did not conserve {where}: {frame.loc[where].to_dict()} (kg per year)"
        raise MassError(message)
    frame.insert(0, "unit", "kg")
    return frame.reset_index()


def _to_places(gridded: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Sum (..., source) over the sources of each place: (place_name, ...)."""
    values = values.transpose("source", ...)
    position, count = gridded["source_place"].values, gridded.sizes["place_name"]
    at = position, np.arange(len(position))
    gather = sparse.csr_array((np.ones(len(position)), at), (count, len(position)))
    summed = gather @ values.values.reshape(len(position), -1)
    return _labelled(summed.reshape(count, *values.shape[1:]), values, ("place_name",))


def _to_cells(gridded: xr.Dataset, at_places: xr.DataArray) -> xr.DataArray:
    """Contract (place_name, ...) with the shares: (..., y, x)."""
    domain = grid.from_attrs(gridded.attrs)
    at_places = at_places.transpose("place_name", ...)
    flat = at_places.values.reshape(at_places.sizes["place_name"], -1)
    cells = np.asarray(matrix(gridded).T @ flat).T
    values = np.ascontiguousarray(cells).reshape(*at_places.shape[1:], *domain.shape)
    return _labelled(values, at_places, (), ("y", "x")).assign_coords(y=domain.y, x=domain.x)


def _labelled(
    values: NDArray[np.float64],
    like: xr.DataArray,
    before: tuple[str, ...],
    after: tuple[str, ...] = (),
) -> xr.DataArray:
    """Wrap ``values`` with the dimensions of ``like`` but its first."""
    kept = like.dims[1:]
    coords = {dim: like[dim].values for dim in kept if dim in like.coords}
    return xr.DataArray(values, dims=(*before, *kept, *after), coords=coords)


def _places_of(base: xr.Dataset) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Return which sources stand at a point of their own, and the place of each of the others."""
    named, district = (base[name].values for name in ("place", "district"))
    given = np.isfinite(base["lon"].values) & np.isfinite(base["lat"].values)
    beyond, alone = district == OUTSIDE, named == ""
    point = given & ~beyond & alone
    words = np.where(alone & ~point, DISTRICT + district, named)
    return point, np.where(beyond, OUTSIDE, words)


def _check_pairs(base: xr.Dataset) -> None:
    lon, lat = base["lon"].values, base["lat"].values
    half = np.isfinite(lon) != np.isfinite(lat)
    if half.any():
        first = int(np.flatnonzero(half)[0])
        message = f"source {base['source'].values[first]!r} has one coordinate of two"
        value = (float(lon[first]), float(lat[first]))
        raise InputError(message, column="lon, lat", value=value, hint="give both or neither")


def _points(base: xr.Dataset, point: NDArray[np.bool_], domain: Grid) -> Weights:
    """Return the cells of the sources at a point; InputError names the first beyond the domain."""
    lon, lat = base["lon"].values[point], base["lat"].values[point]
    cell, valid = domain.cells(lon, lat)
    if valid.all():
        return Weights(np.arange(len(cell)), cell, np.ones(len(cell)), np.zeros(len(cell)))
    first = int(np.flatnonzero(~valid)[0])
    east, north = domain.lonlat()
    message = f"source {base['source'].values[point][first]!r} lies outside the domain"
    raise InputError(
        message,
        column="lon, lat",
        value=(float(lon[first]), float(lat[first])),
        allowed=[f"lon {east.min():.2f} to {east.max():.2f}",
                 f"lat {north.min():.2f} to {north.max():.2f}"],
        hint="correct the position (WGS84), widen grid.margin, or set the district to 'outside'",
    )  # fmt: skip
