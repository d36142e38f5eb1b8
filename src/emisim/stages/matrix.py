"""Rows of the source-receptor matrix: some receptors of a city in one half of the year."""

import hashlib
import logging
from pathlib import Path

import numpy as np
import xarray as xr

from emisim import codegraph, provenance
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.stages import _domain, _files, _inputs, _transport
from emisim.transport import chains, matrix
from emisim.transport.matrix import DIMS, NODES, PERIODS

log = logging.getLogger(__name__)
KEY = "key"
DIGITS = {"significant_digits": 13, "quantize_mode": "BitRound"}
"""Bits of the mantissa that are kept (6e-5); rounded again they stay as they are."""
TABLES = ("chemistry", "deposition", "meteorology", "transport", "dispersion", "stacks")


def run(*, city: str, factors: str, inventory: str, setting: str, half: str, batch: int,
        out: str) -> None:  # fmt: skip
    """Write the rows (netCDF); rows that are there and made from the same are kept."""
    case = _transport.Case(_domain.read(city, factors), setting)
    base = _files.load(inventory)
    names = sorted(set(case.groups(base).values.tolist()))
    wanted = _inputs.batches(city, factors)[batch]
    ground = case.ground(wanted)
    key = digest(case, half, names, wanted, ground)
    found = _kept(out, key)
    if found is None:
        found = solve(case, half, names, wanted, ground).assign_attrs({KEY: key})
    else:
        log.info("%s, %s: nothing that they rest on has changed", half, ", ".join(wanted))
    made_from = provenance.record(
        "matrix",
        _inputs.files("matrix", city=city, factors=factors, plan=""),
        [provenance.of(base, inventory)],
        city=case.place.settings.name,
    )
    _files.save(_tidy(found), out, made_from, {"sensitivity": DIGITS})


def solve(case: _transport.Case, half: str, names: list[str], wanted: list[str],
          ground: np.ndarray) -> xr.Dataset:  # fmt: skip
    """Return the rows of receptors ``wanted`` with weights ``ground`` (ny, nx, receptor)."""
    weight = case.weight(names, half)
    rows, inner = {}, case.mesh.inner
    told = _transport.Told(f"{half}, {', '.join(wanted)}", len(matrix.ROWS) + len(NODES))
    with _transport.solving(case, half, told):
        for row, values in chains.backward(case.half(half), ground, weight, notify=told):
            rows[row] = np.maximum(values[..., inner[0], inner[1]], 0)
    x, y, _ = case.mesh.centres
    coords = {
        "receptor": wanted,
        "row": list(matrix.ROWS),
        "half": [half],
        "period": list(PERIODS),
        "group": names,
        "y": y[inner[0]],
        "x": x[inner[1]],
    }
    stacked = np.stack([rows[r] for r in matrix.ROWS], axis=1)[:, :, None]
    sensitivity = xr.DataArray(stacked.astype(np.float32), coords, DIMS, attrs={"units": "s m-3"})
    attrs = {
        "city": Path(case.place.folder).name,
        "crs": case.grid.crs,
        "cell_size": float(
            case.mesh.x_edges[inner[1].start + 1] - case.mesh.x_edges[inner[1].start]
        ),
        "engine": f"Markov-coupled finite volumes, setting {case.setting}",
        "weather": str(case.weather.attrs.get("station", "unnamed")),
    }
    return xr.Dataset({"sensitivity": sensitivity, "gas_share": case.gas_share}, attrs=attrs)


def digest(case: _transport.Case, half: str, names: list[str], wanted: list[str],
           ground: np.ndarray) -> str:  # fmt: skip
    """Return a hash of all that the rows rest on: mesh, weather, tables, receptors, code."""
    one = case.weather.sel(half=half)
    arrays = [
        case.mesh.x_edges, case.mesh.y_edges, case.mesh.z_edges, case.surface, ground,
        case.weight(names, half), *(one[n].values for n in sorted(map(str, one.data_vars))),
    ]  # fmt: skip
    total = hashlib.sha256("\n".join([case.setting, half, *names, *wanted]).encode())
    for array in arrays:
        total.update(np.ascontiguousarray(array).tobytes())
    factors: Factors = case.place.factors
    for name in TABLES:
        total.update((factors.folder / f"{name}.csv").read_bytes())
    for path in (*codegraph.closure("transport.chains"), Path(__file__)):
        total.update(path.read_bytes())
    return total.hexdigest()


def _kept(out: str, key: str) -> xr.Dataset | None:
    if not Path(out).is_file():
        return None
    try:
        stored = _files.load(out)
    except InputError:
        return None
    return stored if stored.attrs.get(KEY) == key else None


def _tidy(rows: xr.Dataset) -> xr.Dataset:
    """Return rows in one form, solved or kept, so that they give the same bytes."""
    data = {
        name: (rows[name].dims, rows[name].values, {"units": rows[name].attrs["units"]})
        for name in ("sensitivity", "gas_share")
    }
    coords = {name: (name, rows[name].values) for name in (*DIMS, "node")}
    return xr.Dataset(data, coords, rows.attrs)
