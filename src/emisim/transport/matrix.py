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
    attrs:  city, crs (both are required), cell_size (m), engine, weather

Rows received as another species count its mass: SO4, nitrate as NO3, ammonium as NH4. TN and TA are
gas and particle together; they deposit by the share that is gas, so each stands at two nodes,
``@low`` and ``@high``; a second variable ``gas_share (node)`` holds the gas shares there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import xarray as xr
from scipy import sparse

from emisim.errors import Faults, InputError, require_known
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
SLACK = 1e-6
"""Part of a fine cell by which a matrix may fall short of the grid."""
Where = dict[str, Any]
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
    found = {"sensitivity": whole, "gas_share": parts[0]["gas_share"]}
    return xr.Dataset(found, attrs=parts[0].attrs).drop_encoding()


def check(matrix: xr.Dataset, receptors: Sequence[str], groups: Sequence[str], *, city: str,
          domain: Grid, file: str | Path = "matrix") -> xr.Dataset:  # fmt: skip
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
    domain
        The city's grid, which the cells must cover.
    file
        Named in errors.

    Raises
    ------
    InputError
        For missing dimensions or labels, wrong units, numbers that are not finite or negative,
        another city's matrix or grid, uneven cells: all that is wrong at once.
    """
    where: Where = {"file": file}
    faults, parts = Faults(), []
    values = _sensitivity(matrix, where)
    needed = {"receptor": receptors, "row": ROWS, "half": HALVES, "period": PERIODS, "group": ()}
    with faults.held():
        _check_attributes(matrix, city, where)
    for dim, names in needed.items():
        for fault in _lacking(list(names), values[dim].values, dim, where):
            faults.add(fault)
    with faults.held():
        _check_numbers(values, where)
    with faults.held():
        _check_place(matrix, domain, where)
    for group in groups:
        with faults.held():
            parts.append(_group(values, group, where))
    with faults.held():
        nodes = _nodes(matrix, where)
    faults.tell()
    chosen = xr.concat(parts, "group").assign_coords(group=list(groups))
    keep = {dim: list(names) for dim, names in needed.items() if dim != "group"}
    found = {"sensitivity": chosen.sel(keep).transpose(*DIMS), "gas_share": nodes}
    return xr.Dataset(found, attrs=matrix.attrs)


def _sensitivity(matrix: xr.Dataset, where: Where) -> xr.DataArray:
    if "sensitivity" not in matrix or set(matrix["sensitivity"].dims) != set(DIMS):
        found = matrix["sensitivity"].dims if "sensitivity" in matrix else list(matrix.data_vars)
        msg = "not a source-receptor matrix: variable `sensitivity` with its dimensions is missing"
        raise InputError(msg, value=found, allowed=DIMS, hint="see docs/transport.md", **where)
    return matrix["sensitivity"].transpose(*DIMS)


def _check_attributes(matrix: xr.Dataset, city: str, where: Where) -> None:
    faults, value = Faults(), str(matrix.attrs.get("city", ""))
    unit = str(matrix["sensitivity"].attrs.get("units", ""))
    if unit not in UNITS:
        msg = "the sensitivity has another unit"
        hint = "ug/m3 per ug/s is s m-3; convert and say so in the attribute `units`"
        faults.add(InputError(msg, value=unit, allowed=UNITS[:1], hint=hint, **where))
    if value != city:
        msg = "the matrix was made for another city, or its attribute `city` is missing"
        hint = "set the attribute to the name of the city's folder"
        faults.add(InputError(msg, value=value, allowed=[city], hint=hint, **where))
    faults.tell()


def _check_place(matrix: xr.Dataset, domain: Grid, where: Where) -> None:
    """Raise unless the cells are even, in the grid's projection, and cover it."""
    faults = Faults()
    crs = str(matrix.attrs.get("crs", ""))
    if not same_projection(crs, domain.crs):
        msg = "the matrix has another projection than the city's grid, or none (attribute `crs`)"
        hint = "put y and x into the projection of the city's own results and name it"
        faults.add(InputError(msg, value=crs, allowed=[domain.crs], hint=hint, **where))
    ends = {"y": (domain.y0, domain.y1), "x": (domain.x0, domain.x1)}
    for axis, (low, high) in ends.items():
        with faults.held():
            _check_axis(matrix[axis].values, axis, (low, high), SLACK * domain.cell_size, where)
    faults.tell()


def _check_axis(centre: np.ndarray, axis: str, ends: tuple[float, float], slack: float,
                where: Where) -> None:  # fmt: skip
    step = np.diff(centre.astype(float)) if centre.dtype.kind in "iuf" else np.empty(0)
    if not (step.size and (step > 0).all() and np.allclose(step, step[0])):
        msg = f"coordinate {axis} must rise evenly (cell centres, m)"
        hint = "write the middle of each cell, from the south and from the west"
        raise InputError(msg, column=axis, value=centre[:3].tolist(), hint=hint, **where)
    (low, high), reach = ends, (centre[0] - step[0] / 2, centre[-1] + step[0] / 2)
    if reach[0] > low + slack or reach[1] < high - slack:
        msg = f"the cells do not cover the city's grid along {axis}: is it another city's grid?"
        hint = "let the cells cover the whole grid, with 0 where nothing arrives"
        raise InputError(msg, column=axis, value=f"{reach[0]:.0f} to {reach[1]:.0f} m", hint=hint,
                         allowed=[f"at least {low:.0f} to {high:.0f} m"], **where)  # fmt: skip


def same_projection(first: str, second: str) -> bool:
    """Return whether two descriptions that PROJ knows mean the same; False for an unknown one."""
    if first == second:
        return True
    try:
        return bool(pyproj.CRS.from_user_input(first) == pyproj.CRS.from_user_input(second))
    except pyproj.exceptions.CRSError:
        return False


def _nodes(matrix: xr.Dataset, where: Where) -> xr.DataArray:
    known = matrix.get("gas_share", xr.DataArray(dims=()))
    if known.dims != ("node",) or set(NODES) - {str(n) for n in known["node"].values}:
        msg = "the matrix lacks `gas_share (node)`, the gas share of TN and TA at low and high"
        hint = "add the variable with both nodes; see docs/transport.md"
        raise InputError(msg, value=known.dims, allowed=NODES, hint=hint, **where)
    nodes = known.sel(node=list(NODES)).astype(float)
    low, high = nodes.values
    if not 0 <= low < high <= 1:
        msg = "the gas shares of the nodes must lie between 0 and 1, low below high"
        hint = "write the shares that the two solutions were made with"
        raise InputError(msg, value=[low, high], allowed=["0 to 1"], hint=hint, **where)
    return nodes


def _lacking(wanted: list[str], found: np.ndarray, dim: str, where: Where) -> Iterator[InputError]:
    """Yield a fault for every name that stands twice or is missing."""
    known = [str(name) for name in found]
    for name in dict.fromkeys(n for n in known if known.count(n) > 1):
        msg, hint = f"the matrix holds a {dim} twice", "keep one of the two"
        yield InputError(msg, column=dim, value=name, hint=hint, **where)
    for name in (n for n in wanted if n not in known):
        msg = f"the matrix lacks a {dim}"
        hint = "make it for this city's monitors and districts, or remove it to use the engine"
        yield InputError(msg, column=dim, value=name, allowed=known, hint=hint, **where)


def _check_numbers(values: xr.DataArray, where: Where) -> None:
    if values.dtype.kind not in "iuf":
        msg = "the sensitivities are not numbers"
        raise InputError(msg, value=str(values.dtype), allowed=["float32", "float64"], **where)
    bad = ~np.isfinite(values.values) | (values.values < 0)
    if bad.any():
        at = np.argwhere(bad)[0]
        named = {d: str(values[d].values[i]) for d, i in zip(values.dims, at, strict=True)}
        msg = "a sensitivity is negative or not a number"
        hint = "write 0 where nothing arrives, and look for a fill value that was left in"
        value = f"{values.values[tuple(at)]} at {named}"
        raise InputError(msg, value=value, allowed=["0 or more"], hint=hint, **where)


def _group(values: xr.DataArray, group: str, where: Where) -> xr.DataArray:
    release, _, hours = group.partition("|")
    known = [str(g) for g in values["group"].values]
    for name in (group, f"{release}|{ANY}", f"{ANY}|{hours}", f"{ANY}|{ANY}"):
        if name in known:
            return values.isel(group=known.index(name), drop=True)
    require_known([group], known, "source group of the matrix", **where)
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
                every = np.arange(values.sizes["period"])
                index = np.ix_(*map(np.asarray, ([i], fine, [h], every, chosen)))
                out[index] = _product(near, field[i, fine, h])[None, :, None]
    coords = {d: values[d].values for d in leading} | {"source": group["source"].values}
    return xr.DataArray(out, coords, (*leading, "source"), attrs={"units": "s m-3"})


def _product(weights: sparse.sparray, field: np.ndarray) -> np.ndarray:
    """Return (..., source) from weights (source, cell) and a field (..., cell)."""
    flat = weights @ field.reshape(-1, field.shape[-1]).T
    return flat.T.reshape(*field.shape[:-1], weights.shape[0])
