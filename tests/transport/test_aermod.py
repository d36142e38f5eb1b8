"""Against AERMOD: one year of hourly winds, a 1 km2 ground-level area source, flat terrain."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import tables
from emisim.transport import receptors
from emisim.weather import frequencies

REFERENCE = Path(os.environ.get("EMISIM_REFERENCE", "../shared/reference")) / "aermod_area"
FACTORS = "inputs/factors/dispersion.csv"
GOLDER = {"A": -12, "B": -25, "C": -83, "D": 125, "E": 40}
"""Limits of stability by Obukhov length for 0.5 m roughness, read off Golder's nomogram (1972)."""


def joint_table(p):
    hours = pd.read_csv(REFERENCE / "hours.csv")
    inverse = 1 / hours["L"]
    limits = np.array([1 / GOLDER[k] for k in "ABCDE"])
    stability = np.array(list("ABCDEF"))[np.searchsorted(limits, inverse)]
    month = pd.date_range("1999-01-01 00:30", periods=len(hours), freq="h").month
    speed = hours["u10"].to_numpy()
    sector = np.rint(hours["wd"] * 16 / 360).astype(int) % 16
    frame = pd.DataFrame(
        {
            "season": frequencies.season_of(month),
            "direction": np.array(frequencies.DIRECTIONS)[sector],
            "speed_class": np.searchsorted(frequencies.speed_edges(p), speed, side="right"),
            "stability": stability,
            "mean_speed": speed,
            "harmonic_speed": 1 / speed,
            "mean_temperature": hours["T"],
            "mixing_height": hours["h"],
        }
    )
    mixing = frame.groupby(list(frequencies.KEY))["mixing_height"].mean()
    table = frequencies._aggregate(frame)
    table["mixing_height"] = mixing.loc[
        pd.MultiIndex.from_frame(table[list(frequencies.KEY)])
    ].values
    return table


def without_losses(p):
    frame = p.frame.copy()
    lost = frame["parameter"].isin(["velocity", "rate"])
    frame.loc[lost, ["value", "low"]] = 0.0
    rural = frame["parameter"] == "urban_weight"
    frame.loc[rural, ["value", "low"]] = 0.0
    return tables.Parameters(frame, p.path)


@pytest.fixture(scope="module")
def comparison():
    if not (REFERENCE / "area1km.plt").is_file():
        pytest.skip("reference/aermod_area is not there")
    p = without_losses(tables.read_parameters(FACTORS))
    nan = float("nan")
    release = xr.Dataset(
        {
            "stack_height": ("release", [2.0]),
            "initial_sigma_z": ("release", [2.0]),
            **{n: ("release", [nan]) for n in ("stack_diameter", "exit_temperature")},
            "exit_velocity": ("release", [nan]),
        },
        coords={"release": ["ground"]},
    )
    grid = SimpleNamespace(cell_size=1000.0, nx=60, ny=60)
    table = joint_table(p)
    kernels = receptors.build(grid, table, p, release)
    days = table.groupby("season")["hours"].sum()
    weights = xr.DataArray(days / days.sum(), dims="season")
    ours = xr.dot(kernels["kernel"].sel(family="PM2.5", release="ground"), weights) * 1e6
    reference = pd.read_csv(
        REFERENCE / "area1km.plt", comment="*", sep=r"\s+", header=None, usecols=[0, 1, 2, 9]
    ).set_axis(["x", "y", "value", "net"], axis=1)
    points = [xr.DataArray(reference[c], dims="point") for c in "yx"]
    reference["ours"] = ours.interp(dy=points[0], dx=points[1]).values
    reference["r"] = np.hypot(reference["x"], reference["y"])
    reference.attrs["source_cell"] = float(ours.sel(dy=0, dx=0))
    return reference


def test_source_cell_mean_is_within_a_factor_of_two(comparison):
    inside = comparison[comparison["net"] == "SUB"]["value"].mean()
    ratio = comparison.attrs["source_cell"] / inside
    print(f"source cell: ours/AERMOD = {ratio:.2f}")
    assert 1 / 2 < ratio < 2


def test_ring_means_are_within_a_factor_of_two_from_2_to_20_km(comparison):
    rings = [(1500, 2500), (2500, 4500), (4500, 7500), (7500, 12500), (12500, 17500)]
    far = comparison[comparison["net"] == "POL"]
    cart = comparison[comparison["net"] == "CAR"]
    means = {
        f"{a / 1000:g}-{b / 1000:g} km": cart[cart["r"].between(a, b)][["ours", "value"]].mean()
        for a, b in rings
    }
    for r in (20000, 30000):
        means[f"{r / 1000:g} km"] = far[abs(far["r"] - r) < 1][["ours", "value"]].mean()
    ratios = {k: m["ours"] / m["value"] for k, m in means.items()}
    print({k: round(float(v), 2) for k, v in ratios.items()})
    within = [v for k, v in ratios.items() if k != "30 km"]
    assert all(1 / 2 < v < 2 for v in within)


def test_pattern_correlates_beyond_the_source(comparison):
    ring = comparison[comparison["r"].between(1500, 30100)]
    log = np.log(ring[["ours", "value"]])
    r = log.corr().iloc[0, 1]
    print(f"correlation of logarithms: {r:.3f}")
    assert r > 0.9
