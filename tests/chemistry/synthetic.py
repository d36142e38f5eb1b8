"""Weather halves with a few classes, for the chemistry tests."""

from pathlib import Path

import xarray as xr

from emisim.factors import Factors

FACTORS = Factors(Path(__file__).parents[2] / "inputs" / "factors")
CHEMISTRY = FACTORS["chemistry"]


def weather(half="heating", **changes):
    """Return dry day, dry night, humid day, rainy day; ``changes`` replace variables."""
    names = {
        "temperature": [275.0, 268.0, 280.0, 278.0],
        "relative_humidity": [0.3, 0.55, 0.85, 0.95],
        "rain": [0.0, 0.0, 0.0, 1.14],
        "friction_velocity": [0.4, 0.08, 0.3, 0.35],
        "inverse_obukhov_length": [-0.02, 0.1, 0.0, -0.005],
    } | changes
    return xr.Dataset(
        {name: ("class", values) for name, values in names.items()},
        {
            "regime": ("class", ["day", "night", "day", "day"]),
            "wet": ("class", [False, False, False, True]),
        },
        {"half": half},
    )
