"""Dust: every equation by hand, and road dust that follows the traffic."""

import math
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import inventory
from emisim.city import City
from emisim.errors import InputError
from emisim.sectors import _dustfactors, dust

DRY = 1 - 80 / 365 / 4
WIND = (1.37, 1.76, 2.05, 2.05)


@pytest.fixture(scope="module")
def built(city):
    return dust.build(city, city.factors)


def factor(built, source, species="PM10"):
    return float(built["factor"].sel(source=source, species=species))


def test_paved_road_by_hand(built):
    trunk = "paved-road-freight-pingding-trunk"
    grams = 0.62 * 0.5**0.91 * 31**1.02 * DRY
    assert factor(built, trunk) == pytest.approx(grams * 1e-3)
    assert factor(built, trunk, "PM2.5") == pytest.approx(grams * 1e-3 * 0.15 / 0.62)
    assert factor(built, trunk, "BC") == pytest.approx(0.02 * factor(built, trunk, "PM2.5"))


def test_unpaved_road_by_hand(built):
    shape = 8 / 12 * math.sqrt(20 / 48.28) / 2**0.2 * (1 - 80 / 365)
    found = factor(built, "unpaved-road-freight-yuxian-coal-haul")
    assert found == pytest.approx(0.50742 * shape)


def test_construction_site_by_hand(built):
    assert factor(built, "construction-site-chengqu") == pytest.approx(0.1318 * 12)


def test_handling_by_hand(city, built):
    table = city.parameters("climate")
    wind = [
        table.value("wind_speed", "m/s", process="climate", technology=f"{m:02d}")
        for m in range(1, 13)
    ]
    assert wind[:4] == list(WIND)
    windy = np.mean([(u / 2.2) ** 1.3 for u in wind])
    expected = 4 * 0.35 * 0.0016 * windy / (4.5 / 2) ** 1.4
    assert factor(built, "coal-handling-yuxian") == pytest.approx(expected)


def test_erosion_by_hand(built):
    grams = 0
    for days, speed in ((69, 6.30), (17, 8.53), (4, 10.25), (2, 12.0), (2, 15.5)):
        excess = max(0.4 * speed / math.log(10 / 0.2) - 0.54, 0)
        grams += days * (58 * excess**2 + 25 * excess)
    assert factor(built, "coal-yards-yuxian") == pytest.approx(0.5 * grams * 1e-3)


def test_erosion_needs_wind_above_the_threshold(city, monkeypatch):
    calm = (np.array([365.0]), np.array([5.0]))
    monkeypatch.setattr(_dustfactors, "gusts", lambda _: calm)
    rows = city.table("dust").query("process == 'stockpile-erosion'")
    found, _ = _dustfactors.erosion(rows, city.factors["dust"], city)
    assert found.max() == 0


def test_bare_soil_by_hand(city, built):
    table = city.parameters("climate")
    index = 0.0
    wind = []
    for m in range(1, 13):
        key = {"process": "climate", "technology": f"{m:02d}"}
        warmth = max(table.value("temperature", "degC", **key), -2)
        rain = table.value("precipitation", "mm", **key)
        index += 3.16 * (rain / (1.8 * warmth + 22)) ** (10 / 9)
        wind.append(table.value("wind_speed", "m/s", **key))
    dryness = 3.86 * np.mean(wind) ** 3 / index**2
    expected = 0.3 * 12.55 * 0.025 * 0.5 * 0.7 * 0.9 * dryness
    assert factor(built, "bare-soil-yuxian") == pytest.approx(expected, rel=1e-4)
    assert 20 < index < 80


def test_coarse_dust_is_watered_away_more_easily(built):
    removed = built["removal"].sel(source="paved-road-freight-yuxian-coal-haul")
    assert float(removed.sel(species="PM2.5")) == pytest.approx(0.46)
    assert float(removed.sel(species="PM10")) == pytest.approx(0.55, abs=0.01)


def test_freight_dust_drives_the_distance_of_the_trucks(city, built):
    rows = city.table("freight").query("process == 'heavy-truck' and fuel == 'diesel'")
    km = built["activity"].where(
        (built["grade"] == "freight") & built["process"].isin(["paved-road", "unpaved-road"]), 0
    )
    assert float(km.sum()) == pytest.approx(rows["value"].sum() / 15)


def test_dust_halves_with_the_freight(tmp_path, city, built):
    folder = tmp_path / "yangquan"
    shutil.copytree(city.folder, folder)
    table = pd.read_csv(folder / "freight.csv", dtype=str, keep_default_na=False)
    for column in ("value", "low", "high"):
        table[column] = (table[column].astype(float) / 2).map(repr)
    table.to_csv(folder / "freight.csv", index=False)
    half = dust.build(City.read(folder, city.factors), city.factors)
    mass = [inventory.totals(x, ("grade",)).sel(species="PM10") for x in (built, half)]
    assert float(mass[1].sel(grade="freight")) == pytest.approx(
        0.5 * float(mass[0].sel(grade="freight"))
    )
    assert float(mass[1].sel(grade="light")) == pytest.approx(float(mass[0].sel(grade="light")))


def test_a_road_class_without_traffic_raises_no_dust(tmp_path, city, built):
    folder = tmp_path / "yangquan"
    shutil.copytree(city.folder, folder)
    table = pd.read_csv(folder / "freight.csv", dtype=str, keep_default_na=False)
    idle = table["technology"] == "coal-haul"
    table.loc[idle, ["value", "low", "high"]] = "0"
    table.to_csv(folder / "freight.csv", index=False)
    found = dust.build(City.read(folder, city.factors), city.factors)
    assert np.isfinite(found["factor"]).all()
    source = "paved-road-freight-yuxian-coal-haul"
    assert float(found["activity"].sel(source=source).sum()) == 0
    assert float(built["activity"].sel(source=source).sum()) > 0
    weights = city.factors["freight"].match(
        city.table("freight").query("technology == 'coal-haul'"), ["vehicle_weight"], "t"
    )[0]
    assert weights.min() <= dust.traffic(City.read(folder, city.factors)).loc[
        ("freight", "Yuxian", "coal-haul"), "weight"
    ] <= weights.max()  # fmt: skip


def test_traffic_without_a_road_row_is_named(city):
    rows = city.table("dust").drop("paved-road-freight-yuxian-trunk")
    with pytest.raises(InputError, match="freight, Yuxian, trunk do not take up") as caught:
        dust.dust_activity(rows, dust.traffic(city), city)
    assert caught.value.value == 0


def test_unknown_dust_process_is_named(city, monkeypatch):
    wrong = city.table("dust").assign(process="volcano")
    monkeypatch.setattr(City, "table", lambda self, topic: wrong)
    with pytest.raises(InputError, match="unknown dust process"):
        dust.build(city, city.factors)


@settings(max_examples=10, deadline=None)
@given(weight=st.floats(0.5, 40), times=st.floats(1.01, 5))
def test_heavier_traffic_raises_more_dust(city, weight, times):
    rows = pd.DataFrame(
        {"process": "paved-road", "fuel": "none", "technology": "trunk", "standard": ""},
        index=["road"],
    )
    light, heavy = (
        _dustfactors.paved(rows, np.array([w]), city.factors["dust"], city)[0]
        for w in (weight, weight * times)
    )
    assert heavy == pytest.approx(light * times**1.02)
