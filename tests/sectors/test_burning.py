"""Straw burning: the chain by hand, the assumed share flagged, an unknown crop named."""

import pandas as pd
import pytest

from emisim import inventory
from emisim.errors import InputError
from emisim.sectors import burning


@pytest.fixture(scope="module")
def built(city):
    return burning.build(city, city.factors)


def test_maize_straw_by_hand(built):
    burnt = 180_000 * 1.04 * 0.02 * 0.9 * 0.87
    maize = built.isel(source=built["process"].values == "straw-maize")
    assert float(maize["activity"].sum()) == pytest.approx(burnt)
    totals = inventory.totals(maize, ())
    assert float(totals.sel(species="PM2.5")) == pytest.approx(burnt * 11.7)
    assert float(totals.sel(species="VOC")) == pytest.approx(burnt * 10.4)


def test_wheat_straw_by_hand(built):
    wheat = built.isel(source=built["process"].values == "straw-wheat")
    burnt = 2_000 * 1.17 * 0.02 * 0.9 * 0.87
    assert float(inventory.totals(wheat, ()).sel(species="SO2")) == pytest.approx(burnt * 0.85)


def test_biogenic_co2_is_not_counted(built):
    assert float(inventory.totals(built, ()).sel(species="CO2")) == 0


def test_rests_on_the_assumed_burnt_share(built):
    assumed = built["factor_assumed"].sel(species=["PM2.5", "NOx", "CO"])
    assert bool(assumed.all())
    assert not bool(built["factor_assumed"].sel(species="CO2").any())


def test_only_where_there_are_fields(built):
    totals = inventory.totals(built, by=("district",)).sel(species="PM10").to_series()
    assert totals["Yuxian"] > totals["Pingding"] > totals["Jiaoqu"] > totals["Chengqu"] == 0


def test_unknown_crop_is_named(city):
    rows = pd.DataFrame(
        {"process": "straw-oats", "fuel": "", "technology": "", "standard": ""}, index=["oats"]
    )
    with pytest.raises(InputError, match="unknown process") as error:
        burning.burnt_share(rows, city.factors["burning"])
    assert "straw-maize" in str(error.value)
