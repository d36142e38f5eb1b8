"""Maps: forward fields and the source-receptor matrix tell the same, and the halves add up."""

import numpy as np
import pytest
import xarray as xr

from emisim.air import local
from emisim.stages import _files, air, fields
from emisim.transport import matrix
from emisim.vocabulary import HALVES, SEASONS

TOLERANCE = 0.01
"""Relative; either solution has a residual of 1e-3."""
YEAR = 2018


@pytest.fixture(scope="module")
def forward(town):
    """Annual means at the monitors (half, scenario, component, period, receptor), ug/m3."""
    case = town.case
    weight = case.ground(case.stations)[case.mesh.inner]
    at = xr.DataArray(weight, {"receptor": case.stations}, ("y", "x", "receptor"))
    parts = []
    for half in HALVES:
        field = _files.load(town.path(f"fields-{half}.nc"))["local"].drop_vars(["y", "x"])
        parts.append(xr.dot(annual(field.astype(float)), at, dim=["y", "x"]))
    return xr.concat(parts, "half").assign_coords(half=list(HALVES))


@pytest.fixture(scope="module")
def product(town):
    """The same from emissions by month and the matrix."""
    case = town.case
    spread, many = (_files.load(town.path(f"{n}.nc")) for n in ("shares", "scenarios"))
    whole = case.checked(matrix.join([_files.load(p) for p in town.parts]), many)
    effect = matrix.at_sources(
        whole, air.by_source(spread), matrix.cells(whole, case.grid), case.groups(many)
    )
    rate = local.rates(many["emission"], many["source_sector"].values, case.place.factors, YEAR)
    parts = [
        annual(local.contributions(rate, effect.where(effect["half"] == half, 0), YEAR))
        for half in HALVES
    ]
    found = xr.concat(parts, "half").assign_coords(half=list(HALVES))
    return found.sel(receptor=case.stations)


def annual(values):
    """Mean over the seasons by their days."""
    days = local.days(YEAR)
    length = [float(days.sel(month=list(m)).sum()) for m in SEASONS.values()]
    weight = xr.DataArray(length, {"season": list(SEASONS)}, "season")
    return xr.dot(values, weight / weight.sum(), dim="season")


def test_a_field_at_a_monitor_is_the_product_of_matrix_and_emissions(forward, product):
    dims = ("half", "scenario", "component", "period", "receptor")
    a, b = (v.transpose(*dims).sel(component=list(local.COMPONENTS)) for v in (forward, product))
    assert a.sizes == b.sizes
    assert float(b.min()) > 0
    np.testing.assert_allclose(a.values, b.values, rtol=TOLERANCE)


def test_the_halves_add_to_the_year(forward, product):
    a, b = (v.sum(["half", "period"]).transpose(..., "receptor") for v in (forward, product))
    np.testing.assert_allclose(a.values, b.transpose(*a.dims).values, rtol=TOLERANCE)


def test_stoves_heat_in_one_half_only(forward):
    """SO2 of the other half is the boiler's alone, which the plan cuts by a fifth."""
    both = forward.sel(component="SO2").sum(["period"])
    ratio = both.sel(scenario="stated") / both.sel(scenario="base")
    assert ratio.sel(half="non-heating").values == pytest.approx(0.8, rel=TOLERANCE)
    assert (ratio.sel(half="heating") < 0.75).all()


def test_seasons_take_their_days_of_a_steady_emission():
    parts = []
    for half, months in HALVES.items():
        steady = xr.DataArray(
            np.ones((1, len(months), 1)),
            {"scenario": ["base"], "month": list(months), "tracer": ["SO2"]},
            ("scenario", "month", "tracer"),
        )
        parts.append(fields.seasonal_parts(steady, half, YEAR).squeeze())
    assert parts[0].sel(season="winter") == pytest.approx(1)
    assert parts[0].sel(season="spring") == pytest.approx(31 / 92)
    assert parts[0].sel(season="summer") == 0
    assert (parts[0] + parts[1]).values == pytest.approx(1)


def test_a_season_takes_the_months_it_emits_in():
    months = list(HALVES["heating"])
    rate = xr.DataArray(
        np.array([[[0.0], [0.0], [1.0], [0.0], [0.0]]]),
        {"scenario": ["base"], "month": months, "tracer": ["SO2"]},
        ("scenario", "month", "tracer"),
    )
    found = fields.seasonal_parts(rate, "heating", YEAR).squeeze()
    days = {m: 31 if m in (1, 3, 12) else 28 if m == 2 else 30 for m in months}
    mean = days[months[2]] / sum(days.values())
    assert found.sel(season="winter") == pytest.approx(days[months[2]] / 90 / mean)
    assert float(found.sel(season="spring")) == 0
