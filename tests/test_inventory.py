"""The inventory convention: totals by hand, and each broken rule named."""

import numpy as np
import pytest
import xarray as xr

from emisim import example, inventory
from emisim.errors import InputError
from emisim.vocabulary import OUTSIDE


@pytest.fixture
def base() -> xr.Dataset:
    return example.inventory()


def test_emission_is_activity_times_factor_times_what_passes(base):
    base["removal"].loc[{"source": "boiler 20 t/h", "species": "SO2"}] = 0.75
    kg = inventory.emission(base).sel(source="boiler 20 t/h", species="SO2").sum()
    assert float(kg) == pytest.approx(6000 * 17 * 0.25)


def test_totals_by_sector_add_to_the_city_and_leave_out_the_outside(base):
    base["activity"].loc[{"source": "heat pumps"}] = 1e6
    by_sector = inventory.totals(base, ("sector",))
    whole = inventory.totals(base, ())
    assert np.allclose(by_sector.sum("sector"), whole)
    with_outside = inventory.totals(base, (), outside=True)
    assert float((with_outside - whole).sel(species="CO2")) == pytest.approx(12e6 * 0.54)


def test_totals_by_two_names_and_month_agree_with_the_emissions(base):
    grouped = inventory.totals(base, ("district", "sector"), months=True)
    direct = inventory.emission(base)
    inside = direct.where(base["district"] != OUTSIDE, 0)
    picked = inside.where((base["district"] == "Lower") & (base["sector"] == "freight"), 0)
    assert np.allclose(
        grouped.sel(district="Lower", sector="freight").squeeze(), picked.sum("source")
    )


def test_totals_broadcast_over_draws(base):
    draws = xr.concat([base["activity"], 2 * base["activity"]], dim="draw")
    both = inventory.totals(base.assign(activity=draws), ("sector",))
    assert np.allclose(both.sel(draw=1), 2 * both.sel(draw=0))


def test_assumed_share_counts_activity_or_factor(base):
    status = np.where(base["source"] == "boiler 20 t/h", "reported", "assumed").astype(object)
    base = base.assign_coords(activity_status=("source", status))
    share = inventory.assumed_share(base).sel(species="SO2")
    assert float(share) == pytest.approx(21_600 / 123_600)
    base["factor_assumed"].loc[{"source": "boiler 20 t/h", "species": "SO2"}] = True
    assert float(inventory.assumed_share(base).sel(species="SO2")) == pytest.approx(1)
    only = inventory.assumed_share(base, factors_only=True).sel(species="SO2")
    assert float(only) == pytest.approx(102_000 / 123_600)


def test_select_combines_criteria(base):
    picked = inventory.select(base, fuel="coal", capacity_below=35)
    assert base["source"].values[picked.values].tolist() == ["boiler 20 t/h"]


@pytest.mark.parametrize(
    ("criteria", "message"),
    [
        ({"feul": "coal"}, "unknown source attribute"),
        ({"fuel": "cole"}, r"unknown fuel \(no source has it\)"),
        ({"district": ["Lower", "Uper"]}, "Upper"),
    ],
)
def test_select_names_what_exists(base, criteria, message):
    with pytest.raises(InputError, match=message):
        inventory.select(base, **criteria)


def broken(base, name, value, **at):
    base[name].loc[at] = value
    return base


@pytest.mark.parametrize(
    ("breakage", "message"),
    [
        (lambda b: broken(b, "activity", np.nan, source="stoves", month=1), "not a finite number"),
        (lambda b: broken(b, "activity", -1, source="stoves", month=1), "negative .*stoves"),
        (lambda b: broken(b, "removal", 1.1, source="stoves", species="CO"), "above 1"),
        (lambda b: broken(b, "factor", 9, source="stoves", species="PM2.5"), "PM2.5 above PM10"),
        (lambda b: broken(b, "factor", 9, source="stoves", species="BC"), "BC . OC above PM2.5"),
        (lambda b: b.drop_vars("removal"), "must have the dimensions"),
        (lambda b: b.isel(species=slice(None, None, -1)), "species"),
        (lambda b: b.assign_coords(source=["a"] * 7), "not unique"),
        (
            lambda b: b.assign_coords(sector=("source", ["trafic"] * 7)),
            "unknown sector",
        ),
        (
            lambda b: b.assign_coords(activity_unit=("source", ["lb"] * 7)),
            "unknown unit",
        ),
    ],
)
def test_check_names_the_breach(base, breakage, message):
    with pytest.raises(InputError, match=message):
        inventory.check(breakage(base))


def test_concat_refuses_duplicates_and_keeps_terms(base):
    other = base.assign_coords(source=[f"{s} (2)" for s in base["source"].values])
    whole = inventory.concat([base, other])
    assert np.allclose(inventory.totals(whole, ()), 2 * inventory.totals(base, ()))
    with pytest.raises(InputError, match="not unique"):
        inventory.concat([base, base])
