"""Solvent use and fuel storage: VOC by hand, capture and recovery, nothing but VOC."""

import pytest

from emisim import inventory
from emisim.sectors import solvents


@pytest.fixture(scope="module")
def built(city):
    return solvents.build(city, city.factors)


def by_source(built, prefix: str) -> float:
    annual = inventory.emission(built).sel(species="VOC").sum("month")
    chosen = [label.startswith(prefix) for label in built["source"].values]
    return float(annual[chosen].sum())


def test_fuel_stations_by_hand(built):
    # 165 kt of gasoline x 3.243 kg/t, four fifths recovered; diesel is not
    assert by_source(built, "fuel-station-gasoline") == pytest.approx(165e3 * 3.243 * 0.2)
    assert by_source(built, "fuel-station-diesel") == pytest.approx(250e3 * 0.081)


def test_household_solvent_by_head(built):
    assert by_source(built, "household-solvent") == pytest.approx(1.33e6 * 0.1)


def test_capture_limits_the_device(built):
    # activated carbon takes 15 % of the 40 % that a hood catches
    assert by_source(built, "car-refinish") == pytest.approx(85 * 720 * (1 - 0.15 * 0.4))


def test_nothing_but_voc(built):
    totals = inventory.totals(built, ())
    assert float(totals.sel(species="VOC")) > 0
    assert float(totals.drop_sel(species="VOC").sum()) == 0


def test_city_totals_split_over_districts(built):
    labels = [s for s in built["source"].values if s.startswith("printing-solvent-offset@")]
    assert len(labels) == 5
    assert float(built["activity"].sel(source=labels).sum()) == pytest.approx(60)
