"""The source-receptor matrix: what a tonne from a cell adds to the air at a receptor.

Schema of the Dataset (whoever made it: this package, CMAQ, CAMx, a response-surface model):

    sensitivity (receptor, row, half, period, group, y, x)  s m-3   mean concentration in ug/m3 at
        ground level per ug/s emitted evenly over the cell through the half year; the hours of one
        period counted, so that day and night add to the mean
    coords: receptor  monitors and districts of the city, as named in its tables
            row       names of :data:`ROWS`: emitted -> received
            half      heating (November to March), non-heating
            period    day, night (regime of the hour at the receptor)
            group     source groups ``release|hourly profile``; ``*`` stands for any of either
            y, x      cell centres in the city's projected coordinates, m, evenly spaced
    attrs:  city, crs, cell_size (m), engine, weather

Rows received as another species count its mass: SO4, nitrate as NO3, ammonium as NH4. TN and TA are
gas and particle together; they deposit by the share that is gas, so each stands at two nodes,
``@low`` and ``@high``; a second variable ``gas_share (node)`` holds the gas shares there.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from scipy import sparse

from emisim.errors import InputError, require_known
from emisim.grid import Grid
from emisim.vocabulary import HALVES

PERIODS = ("day", "night")
NODES = ("low", "high")
DIMS = ("receptor", "row", "half", "period", "group", "y", "x")
ROWS = {
    "fine": "fine",
    "coarse": "coarse",
    "SO2": "SO2",
    "NOx": "NOx",
    "SO2-SO4": "SO2",
    "NOx-TN@low": "NOx",
    "NOx-TN@high": "NOx",
    "TA@low": "NH3",
    "TA@high": "NH3",
    "precursor-SOA": "precursor",
}
"""Row -> the emitted tracer that it multiplies."""
DIRECT = ("fine", "coarse", "SO2", "NOx")
"""Rows received as they were emitted, with a plume that shows within a cell."""
ANY = "*"
UNITS = ("s m-3", "s/m3", "s m**-3")


def join(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return parts of a matrix (some receptors, one half year each) as one Dataset."""
    halves: dict[str, list[xr.DataArray]] = {}
    for part in parts:
        for half in part["half"].values:
            halves.setdefault(str(half), []).append(part["sensitivity"].sel(half=[half]))
    names = [r for values in next(iter(halves.values())) for r in values["receptor"].values]
    by_half = [xr.concat(v, "receptor", join="exact").sel(receptor=names) for v in halves.values()]
    whole = xr.concat(by_half, "half", join="exact")
    whole.attrs = parts[0]["sensitivity"].attrs
    return xr.Dataset({"sensitivity": whole, "gas_share": parts[0]["gas_share"]},
                      attrs=parts[0].attrs)  # fmt: skip


def check(matrix: xr.Dataset, receptors: Sequence[str], groups: Sequence[str], *, city: str,
          file: str | Path = "matrix") -> xr.Dataset:  # fmt: skip
    """Return ``matrix`` with rows in order for the city's receptors, or raise.

    Parameters
    ----------
    matrix
        As in the module docstring.
    receptors, groups
        What the city needs. A group is met by its own name, or ``release|*``, ``*|profile``,
        ``*|*``.
    city
        Folder name of the city.
    file
        Named in errors.

    Raises
    ------
    InputError
        For missing dimensions or labels, wrong units, numbers that are not finite or negative,
        another city's matrix, uneven cells.
    """
    where = {"file": file}
    if "sensitivity" not in matrix or set(matrix["sensitivity"].dims) != set(DIMS):
        found = matrix["sensitivity"].dims if "sensitivity" in matrix else list(matrix.data_vars)
        msg = "not a source-receptor matrix: variable `sensitivity` with its dimensions is missing"
        raise InputError(msg, value=found, allowed=DIMS, hint="see docs/transport.md", **where)
    values = matrix["sensitivity"].transpose(*DIMS)
    unit = str(values.attrs.get("units", ""))
    if unit not in UNITS:
        msg = "the sensitivity has another unit"
        hint = "ug/m3 per ug/s is s m-3; convert and say so in the attribute `units`"
        raise InputError(msg, value=unit, allowed=UNITS[:1], hint=hint, **where)
    if str(matrix.attrs.get("city", city)) != city:
        msg = "the matrix was made for another city"
        raise InputError(msg, value=matrix.attrs["city"], allowed=[city], **where)
    for dim, names in (("row", ROWS), ("half", HALVES), ("period", PERIODS),
                       ("receptor", receptors)):  # fmt: skip
        _require(list(names), values[dim].values, dim, where)
    _check_numbers(values, where)
    for axis in ("y", "x"):
        step = np.diff(values[axis].values.astype(float))
        if not (step.size and (step > 0).all() and np.allclose(step, step[0])):
            msg = f"coordinate {axis} must rise evenly (cell centres, m)"
            raise InputError(msg, value=values[axis].values[:3].tolist(), **where)
    chosen = xr.concat([_group(values, g, where) for g in groups], "group")
    chosen = chosen.assign_coords(group=list(groups))
    keep = {"receptor": list(receptors), "row": list(ROWS), "half": list(HALVES),
            "period": list(PERIODS)}  # fmt: skip
    found = {"sensitivity": chosen.sel(keep).transpose(*DIMS), "gas_share": _nodes(matrix, where)}
    return xr.Dataset(found, attrs=matrix.attrs)


def _nodes(matrix: xr.Dataset, where: dict[str, object]) -> xr.DataArray:
    known = matrix.get("gas_share", xr.DataArray(dims=()))
    if known.dims != ("node",) or set(NODES) - {str(n) for n in known["node"].values}:
        msg = "the matrix lacks `gas_share (node)`, the gas share of TN and TA at low and high"
        raise InputError(msg, value=known.dims, allowed=NODES, **where)  # type: ignore[arg-type]
    nodes = known.sel(node=list(NODES)).astype(float)
    low, high = nodes.values
    if not 0 <= low < high <= 1:
        msg = "the gas shares of the nodes must lie between 0 and 1, low below high"
        raise InputError(msg, value=[low, high], **where)  # type: ignore[arg-type]
    return nodes


def _require(wanted: list[str], found: np.ndarray, dim: str, where: dict[str, object]) -> None:
    known = [str(name) for name in found]
    missing = [name for name in wanted if name not in known]
    if missing:
        msg = f"the matrix lacks a {dim}"
        hint = "make it for this city's monitors and districts, or remove it to use the engine"
        raise InputError(msg, value=missing[0], allowed=known, hint=hint, **where)


def _check_numbers(values: xr.DataArray, where: dict[str, object]) -> None:
    bad = ~np.isfinite(values.values) | (values.values < 0)
    if bad.any():
        at = np.argwhere(bad)[0]
        named = {d: str(values[d].values[i]) for d, i in zip(values.dims, at, strict=True)}
        msg = "a sensitivity is negative or not a number"
        raise InputError(msg, value=f"{values.values[tuple(at)]} at {named}", **where)


def _group(values: xr.DataArray, group: str, where: dict[str, object]) -> xr.DataArray:
    release, _, hours = group.partition("|")
    known = [str(g) for g in values["group"].values]
    for name in (group, f"{release}|{ANY}", f"{ANY}|{hours}", f"{ANY}|{ANY}"):
        if name in known:
            return values.isel(group=known.index(name), drop=True)
    require_known([group], known, "source group of the matrix", **where)  # type: ignore[arg-type]
    raise AssertionError(group)


def cells(matrix: xr.Dataset, domain: Grid) -> sparse.csr_array:
    """Return the share of each fine cell in each cell of the matrix (matrix cell, fine cell).

    Fine cells beyond the matrix have none. Cells of both are those of the same projection.
    """
    overlaps = []
    for axis, first in (("y", domain.y0), ("x", domain.x0)):
        centre = matrix[axis].values.astype(float)
        half = (centre[1] - centre[0]) / 2
        low, high = centre - half, centre + half
        count = domain.shape[0 if axis == "y" else 1]
        edge = first + domain.cell_size * np.arange(count + 1)
        inside = np.minimum(high[:, None], edge[1:]) - np.maximum(low[:, None], edge[:-1])
        overlaps.append(sparse.csr_array(np.maximum(inside, 0) / domain.cell_size))
    return sparse.csr_array(sparse.kron(*overlaps))


def at_sources(matrix: xr.Dataset, share: sparse.sparray, restrict: sparse.sparray,
               group: xr.DataArray, plume: xr.DataArray | None = None) -> xr.DataArray:  # fmt: skip
    """Return the sensitivity of each source (receptor, row, half, period, source), s/m3.

    Parameters
    ----------
    matrix
        As :func:`check` returns it.
    share
        (source, fine cell), share of each source in each fine cell.
    restrict
        Of :func:`cells`. What a source has beyond the matrix counts as having no effect.
    group
        Group of each source (source,).
    plume
        Of :func:`emisim.transport.subgrid.factors`: for its receptors, rows received as emitted
        count each fine cell by this factor.
    """
    values = matrix["sensitivity"]
    leading = [d for d in DIMS if d not in ("group", "y", "x")]
    out = np.zeros((*(values.sizes[d] for d in leading), group.size))
    share, turned = sparse.csr_array(share), sparse.csr_array(restrict).T
    fine = [i for i, row in enumerate(values["row"].values) if row in DIRECT]
    for name in values["group"].values:
        chosen = np.flatnonzero(group.values == name)
        field = values.sel(group=name).transpose(*leading, "y", "x").values.astype(float)
        field = field.reshape(*field.shape[:-2], -1)
        own = share[chosen]
        out[..., chosen] = _product(own @ turned, field)
        release = name.partition("|")[0]
        if plume is None or release not in plume["release"].values:
            continue
        for i, receptor in enumerate(values["receptor"].values):
            if receptor not in plume["receptor"].values:
                continue
            for h, half in enumerate(values["half"].values):
                factor = plume.sel(receptor=receptor, release=release, half=half).values
                near = own @ sparse.diags_array(factor) @ turned
                index = np.ix_([i], fine, [h], range(values.sizes["period"]), chosen)
                out[index] = _product(near, field[i, fine, h])[None, :, None]
    coords = {d: values[d].values for d in leading} | {"source": group["source"].values}
    return xr.DataArray(out, coords, (*leading, "source"), attrs={"units": "s m-3"})


def _product(weights: sparse.sparray, field: np.ndarray) -> np.ndarray:
    """Return (..., source) from weights (source, cell) and a field (..., cell)."""
    flat = weights @ field.reshape(-1, field.shape[-1]).T
    return flat.T.reshape(*field.shape[:-1], weights.shape[0])
