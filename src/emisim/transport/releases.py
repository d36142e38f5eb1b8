"""Release classes: a few typical heights and stacks, and which class each source belongs to."""

from pathlib import Path

import numpy as np
import xarray as xr

from emisim import tables
from emisim.errors import InputError, require_known
from emisim.tables import Parameters
from emisim.transport import gaussian

UNITS = {
    "stack_height": "m",
    "stack_diameter": "m",
    "exit_temperature": "K",
    "exit_velocity": "m/s",
    "initial_sigma_z": "m",
}
STACK = ("stack_height", "stack_diameter", "exit_temperature", "exit_velocity")


def read(path: str | Path, parameters: Parameters | None = None) -> xr.Dataset:
    """Read the release classes of ``stacks.csv``: variables of :data:`UNITS` by ``release``.

    A parameter without a row is NaN (a ground release has no exit temperature). With
    ``parameters`` (dispersion.csv), only the classes that its process ``surface`` names: the few
    that get kernels; :func:`group` sends every source to the nearest of them.

    Raises
    ------
    InputError
        If there is no class, a class has neither stack height nor initial sigma-z, or a wrong unit.
    """
    return from_parameters(tables.read_parameters(path), parameters)


def from_parameters(p: Parameters, parameters: Parameters | None = None) -> xr.Dataset:
    """As :func:`read`, from a table already read."""
    names = list(dict.fromkeys(p.frame.loc[p.frame["process"] == "release", "technology"]))
    if not names:
        msg = "no release class: there is no row with process 'release'"
        raise InputError(msg, file=p.path, column="process", allowed=["release"])
    if parameters is not None:
        names = _with_kernels(names, parameters)
    data = {n: ("release", [_value(p, name, n) for name in names]) for n in UNITS}
    out = xr.Dataset(data, coords={"release": names})
    nothing = np.isnan(out["stack_height"]) & np.isnan(out["initial_sigma_z"])
    if nothing.any():
        bad = out["release"].values[nothing.values][0]
        msg = "release class has neither stack_height nor initial_sigma_z"
        raise InputError(msg, file=p.path, column="parameter", value=str(bad), allowed=list(UNITS))
    return out


def _with_kernels(names: list[str], parameters: Parameters) -> list[str]:
    frame = parameters.frame
    kept = frame.loc[(frame["process"] == "surface") & (frame["technology"] != ""), "technology"]
    require_known(kept, names, "release class", file=parameters.path, column="technology")
    return list(kept)


def _value(p: Parameters, name: str, parameter: str) -> float:
    key = {"process": "release", "technology": name}
    found = p.row(parameter, **key)
    return np.nan if found is None else p.value(parameter, UNITS[parameter], **key)


def effective_height(stacks: xr.Dataset, p: Parameters) -> np.ndarray:
    """Return stack height plus Briggs rise (n,), m, in the neutral reference wind of ``grouping``.

    NaN where any stack number is missing.
    """
    speed = p.value("reference_speed", "m/s", process="grouping")
    air = p.value("reference_temperature", "K", process="grouping")
    neutral = np.full(len(gaussian.CLASSES), air)
    heights = []
    for h, d, t, v in zip(*(np.atleast_1d(stacks[n].values) for n in STACK), strict=True):
        if not np.isfinite([h, d, t, v]).all():
            heights.append(np.nan)
            continue
        one = xr.Dataset({"stack_diameter": d, "exit_temperature": t, "exit_velocity": v})
        u = gaussian.wind_at(float(h), np.full_like(neutral, speed), "rural", p)
        rise = gaussian.plume_rise(one, u, neutral, p)[gaussian.CLASSES.index("D")]
        heights.append(float(h) + float(rise))
    return np.array(heights)


def depth(stacks: xr.Dataset) -> np.ndarray:
    """Return release height plus initial sigma-z (n,), m, missing numbers counted as 0."""
    parts = [np.atleast_1d(stacks[n].values) for n in ("stack_height", "initial_sigma_z")]
    return np.nan_to_num(parts[0].astype(float)) + np.nan_to_num(parts[1].astype(float))


def group(inventory: xr.Dataset, releases: xr.Dataset, parameters: Parameters) -> xr.DataArray:
    """Return the release class of each source (source,).

    A source with a full set of stack data goes to the class with a stack whose effective height
    is nearest in the logarithm; any other to the class without rise of nearest release depth.

    Raises
    ------
    InputError
        If ``releases`` has no class of the kind a source needs.
    """
    names = releases["release"].values
    of_class, of_source = (effective_height(d, parameters) for d in (releases, inventory))
    rises, tall = np.isfinite(of_class), np.isfinite(of_source)
    for kind, there, needed in (("with", rises, tall), ("without", ~rises, ~tall)):
        if needed.any() and not there.any():
            msg = f"a source needs a release class {kind} full stack data and there is none"
            source = inventory["source"].values[needed][0]
            raise InputError(msg, file="stacks.csv", value=str(source), allowed=list(names))
    chosen = np.empty(len(tall), dtype=int)
    for kind, there, x, y in (
        (tall, rises, np.log(of_source), np.log(of_class)),
        (~tall, ~rises, depth(inventory), depth(releases)),
    ):
        places = np.flatnonzero(there)
        if kind.any():
            chosen[kind] = places[abs(x[kind][:, None] - y[places]).argmin(axis=1)]
    return xr.DataArray(
        names[chosen], dims="source", coords={"source": inventory["source"].values}, name="release"
    )
