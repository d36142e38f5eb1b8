"""Small weather tables, release classes and parameter changes for the transport tests."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import xarray as xr

from emisim import tables
from emisim.vocabulary import SEASONS
from emisim.weather.frequencies import DIRECTIONS

P = tables.read_parameters("inputs/factors/dispersion.csv")
NAN = float("nan")


def table(shares, *, speed=3.0, stability="D", temperature=283.15):
    """Joint table with the same direction shares (dict) in every season, one class."""
    rows = [
        {
            "season": season,
            "direction": direction,
            "speed_class": 0 if direction == "calm" else 3,
            "stability": stability,
            "frequency": share,
            "mean_speed": speed,
            "harmonic_speed": speed,
            "mean_temperature": temperature,
            "hours": round(2190 * share),
        }
        for season in SEASONS
        for direction, share in shares.items()
    ]
    return pd.DataFrame(rows)


def even():
    return dict.fromkeys(DIRECTIONS, 1 / len(DIRECTIONS))


def uneven():
    weights = np.arange(1, 17) ** 2
    return dict(zip(DIRECTIONS, weights / weights.sum(), strict=True))


def releases(**stacks):
    """Release classes from name -> (height, diameter, temperature, velocity, sigma_z)."""
    names = ("stack_height", "stack_diameter", "exit_temperature", "exit_velocity")
    columns = zip(*stacks.values(), strict=True)
    data = {
        n: ("release", list(c)) for n, c in zip((*names, "initial_sigma_z"), columns, strict=True)
    }
    return xr.Dataset(data, coords={"release": list(stacks)})


GROUND = releases(ground=(1.0, NAN, NAN, NAN, 1.5))
POWER = releases(power=(180.0, 6.5, 325.0, 18.0, NAN))


def changed(parameters=P, **values):
    """Return parameters with every row of a named parameter set to a value."""
    frame = parameters.frame.copy()
    for name, value in values.items():
        rows = frame["parameter"] == name
        assert rows.any(), name
        frame.loc[rows, ["value", "low", "high"]] = float(value)
    return tables.Parameters(frame, parameters.path)


def grid(n=21, cell_size=1000.0):
    return SimpleNamespace(cell_size=cell_size, nx=n, ny=n)
