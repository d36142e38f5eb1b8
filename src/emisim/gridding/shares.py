"""The sparse place-to-cell matrix of an inventory, gridded emissions and the mass budget.

Every source belongs to a place, and a place's shares over cells and its share beyond the domain add
to 1. Gridding is ``share.T @ emission``; the (source, species, cell) product is never built.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from emisim import boundaries, grid, inventory
from emisim.city import City
from emisim.convention import TERMS, net_factor
from emisim.errors import InputError, MassError
from emisim.grid import Grid
from emisim.gridding.places import DISTRICT, POINT, read_places, weigh
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
    names, position = np.unique(_place_of(base), return_inverse=True)
    _check_pairs(base)
    _check_points(base, domain)
    pairs = zip(base["lon"].values, base["lat"].values, strict=True)
    points = dict(zip(base["source"].values, pairs, strict=True))
    weights = weigh(names.tolist(), domain, places, districts, points)
    entries = base.assign(
        share=("entry", weights.share),
        entry_place=("entry", weights.place),
        entry_cell=("entry", weights.cell),
        outside_share=("place_name", weights.outside),
    )
    labels = {"place_name": names.astype(object), "source_place": ("source", position)}
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
    sectors = sorted(set(gridded["sector"].values))
    parts = [_to_cells(gridded, _emission_at_places(gridded, sector)) for sector in sectors]
    whole = xr.concat(parts, dim=pd.Index(sectors, name="sector"), join="exact")
    whole.attrs = {"units": "kg", "long_name": "emission per month"}
    return whole.transpose(..., "sector", "species", "month", "y", "x").rename("emission")


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


def _emission_at_places(gridded: xr.Dataset, sector: str) -> xr.DataArray:
    """Emission of one sector by place: (place_name, ..., month, species), a species at a time."""
    part = gridded.isel(source=gridded["sector"].values == sector)
    bare = part[list(TERMS)].reset_coords(drop=True)
    net = net_factor(bare)
    by_species = [
        _to_places(part, bare["activity"] * net.isel(species=number))
        for number in range(gridded.sizes["species"])
    ]
    return xr.concat(by_species, dim=gridded["species"], join="exact")


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


def _place_of(base: xr.Dataset) -> NDArray[np.str_]:
    """Name of each source's place."""
    named, label, district = (base[n].values.astype(str) for n in ("place", "source", "district"))
    point = np.isfinite(base["lon"].values) & np.isfinite(base["lat"].values)
    own = np.where(point, np.char.add(POINT, label), np.char.add(DISTRICT, district))
    return np.where(district == OUTSIDE, OUTSIDE, np.where(named != "", named, own))


def _check_pairs(base: xr.Dataset) -> None:
    lon, lat = base["lon"].values, base["lat"].values
    half = np.isfinite(lon) != np.isfinite(lat)
    if half.any():
        first = int(np.flatnonzero(half)[0])
        message = f"source {base['source'].values[first]!r} has one coordinate of two"
        value = (float(lon[first]), float(lat[first]))
        raise InputError(message, column="lon, lat", value=value, hint="give both or neither")


def _check_points(base: xr.Dataset, domain: Grid) -> None:
    point = np.char.startswith(_place_of(base), POINT)
    lon, lat = base["lon"].values[point], base["lat"].values[point]
    _, valid = domain.cells(lon, lat)
    if valid.all():
        return
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
