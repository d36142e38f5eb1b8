"""AQI: exact at every concentration, monotone, flagged where the scale ends or data are missing."""

import math
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.indices import aqi, standards
from emisim.indices.standards import SPECIES

ALL = standards.read(Path(__file__).parents[2] / "inputs/standards")
OLD, NEW = ALL.on("2020-01-01"), ALL.on("2027-01-01")
SCALES = [
    (tables, *key)
    for tables in (OLD, NEW)
    for key in tables.tables["breakpoints"].groupby(["species", "averaging"]).groups
]
CLEAN = {"SO2": 10, "NO2": 20, "PM10": 40, "PM2.5": 20, "CO": 0.5, "O3": 60}
IDS = [f"{t.aqi_standard} {s} {a}" for t, s, a in SCALES]


def table(*rows: dict, first: str = "2020-01-01", time: str = "day", step: str = "D"):
    """One place; each row is a day that differs from a clean one."""
    days = pd.date_range(first, periods=len(rows), freq=step)
    values = [[(CLEAN | row)[s] for s in SPECIES] for row in rows]
    coords = {"place": ["A"], time: days, "species": list(SPECIES)}
    return xr.DataArray(np.array([values], float), coords, ("place", time, "species"))


def plain(value: Fraction, points: list, indices: list) -> int | None:
    """IAQI of a rounded concentration in fractions; None beyond the last breakpoint."""
    for low, high, base, top in zip(points, points[1:], indices, indices[1:], strict=False):
        if low <= value <= high:
            return math.ceil(base + (top - base) * (value - low) / (high - low))
    return None


@pytest.mark.parametrize(("tables", "species", "averaging"), SCALES, ids=IDS)
def test_every_break_point_is_met_exactly(tables, species, averaging):
    points, indices = tables.breakpoints(species, averaging)
    found, beyond = aqi.sub_index(points, species, averaging, tables)
    np.testing.assert_array_equal(found, indices)
    assert not beyond.any()


@pytest.mark.parametrize(("tables", "species", "averaging"), SCALES, ids=IDS)
def test_iaqi_of_every_reported_concentration_is_that_of_fractions(tables, species, averaging):
    points, indices = (list(map(int, a)) for a in tables.breakpoints(species, averaging))
    parts = 10 if species == "CO" else 1
    steps = range(points[-1] * parts + 50)
    end = {("SO2", "1h"): 200, ("O3", "8h"): 300}.get((species, averaging), 500)
    wanted = [plain(Fraction(step, parts), points, indices) for step in steps]
    found, beyond = aqi.sub_index(np.array(steps) / parts, species, averaging, tables)
    assert found.tolist() == [end if w is None else w for w in wanted]
    assert beyond.tolist() == [w is None for w in wanted]


@pytest.mark.parametrize(("species", "unit"), [("PM2.5", "1"), ("CO", "0.1")])
@given(st.lists(st.integers(0, 59999), min_size=1, max_size=60))
def test_concentrations_are_rounded_as_decimal_numbers(species, unit, thousandths):
    table_ = aqi.scale(OLD, species, "24h")
    wanted = [
        int((Decimal(t) / 1000).quantize(Decimal(unit), ROUND_HALF_EVEN) / Decimal(unit))
        for t in thousandths
    ]
    assert table_.codes(np.array(thousandths) / 1000).tolist() == wanted


@pytest.mark.parametrize(("tables", "species", "averaging"), SCALES, ids=IDS)
def test_iaqi_never_falls(tables, species, averaging):
    top = tables.breakpoints(species, averaging)[0][-1]
    found, _ = aqi.sub_index(np.linspace(0, 1.2 * top, 5000), species, averaging, tables)
    assert (np.diff(found) >= 0).all()
    assert (found == np.ceil(found)).all()


def test_numbers_that_another_package_agrees_with():
    """Drawn at random once and kept where aqi-hub 0.3.3 gives the same; its SO2 24 h is wrong."""
    agreed = pd.read_csv(Path(__file__).with_name("agreed_iaqi.csv"))
    assert len(agreed) > 100
    for (species, averaging), rows in agreed.groupby(["species", "averaging"]):
        found, _ = aqi.sub_index(rows["concentration"].to_numpy(), species, averaging, NEW)
        assert found.tolist() == rows["iaqi"].tolist(), (species, averaging)


@pytest.mark.parametrize(("given_", "iaqi"), [(2.2, 55), (65.4, 218)])
def test_exact_quotients_are_not_pushed_up_by_binary_noise(given_, iaqi):
    """50 + 50 x 0.2/2 is 55, and 200 + 100 x 5.4/30 is 218; naive arithmetic gives one more."""
    averaging = "24h" if given_ < 10 else "1h"
    assert aqi.sub_index(given_, "CO", averaging, NEW)[0] == iaqi


@pytest.mark.parametrize(
    ("species", "value", "as_if"),
    [("PM2.5", 34.5, 34), ("PM2.5", 35.5, 36), ("PM2.5", 36.51, 37), ("CO", 2.15, 2.2),
     ("CO", 2.25, 2.2), ("CO", 0.35, 0.4), ("PM2.5", 35.499999999999, 36),
     ("PM2.5", 35.4999, 35)],
)  # fmt: skip
def test_concentrations_are_rounded_half_to_even(species, value, as_if):
    steps = aqi.scale(OLD, species, "24h").codes(np.array([value, as_if]))
    assert steps[0] == steps[1]


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.floats(0, 700)] * 6), min_size=1, max_size=8), st.data())
def test_more_of_anything_never_lowers_the_aqi(rows, data):
    low = np.array(rows)
    low[:, 4] /= 10
    more = np.array(data.draw(st.lists(st.floats(0, 300), min_size=low.size, max_size=low.size)))
    pair = [dict(zip(SPECIES, r, strict=True)) for r in (*low, *(low + more.reshape(low.shape)))]
    found = aqi.daily(table(*pair), ALL, standard="HJ 633-2012")["aqi"].values[0]
    assert (found[len(low) :] >= found[: len(low)]).all()


@settings(max_examples=10)
@given(st.permutations(range(6)), st.permutations(range(5)), st.integers(0, 99))
def test_order_of_places_and_pollutants_does_not_matter(species, places, seed):
    rng = np.random.default_rng(seed)
    values = rng.gamma(1.0, 60.0, (5, 4, 6))
    values[rng.random(values.shape) < 0.05] = np.nan
    days = pd.date_range("2026-02-27", periods=4)
    coords = {"place": list("ABCDE"), "day": days, "species": list(SPECIES)}
    some = xr.DataArray(values, coords, ("place", "day", "species"))
    mixed = some.isel(place=list(places), species=list(species)).transpose(
        "day", "species", "place"
    )
    xr.testing.assert_identical(
        aqi.daily(mixed, ALL).sel(place=list("ABCDE")), aqi.daily(some, ALL)
    )


def test_each_day_by_the_standard_of_that_day():
    found = aqi.daily(table({"PM2.5": 70}, {"PM2.5": 70}, first="2026-02-28"), ALL)
    assert found["aqi"].values.tolist() == [[94, 110]]
    assert found["grade"].values.tolist() == [[2, 3]]
    assert found.attrs["standards"] == "HJ 633-2012, HJ 633-2026"
    forced = aqi.daily(table({"PM2.5": 70}, first="2026-03-01"), ALL, standard="HJ 633-2012")
    assert forced["aqi"].item() == 94


def test_a_missing_pollutant_leaves_the_day_without_aqi():
    found = aqi.daily(table({"O3": np.nan, "PM2.5": 160}, {}), ALL).isel(place=0)
    assert found["complete"].values.tolist() == [False, True]
    assert np.isnan(found["aqi"][0])
    assert found["at_least"][0] == 210
    assert found["grade"].values.tolist() == [0, 1]
    assert not found["primary"][0].any()


def test_a_pollutant_that_is_not_in_the_table_is_missing_everywhere():
    found = aqi.daily(table({}, {}).sel(species=["PM2.5", "SO2"]), ALL)
    assert not found["complete"].any()
    assert found["at_least"].notnull().all()


def test_primary_pollutants_above_50_and_ties():
    rows = ({}, {"PM2.5": 75, "SO2": 150}, {"PM10": 51})
    found = aqi.daily(table(*rows), ALL)["primary"].isel(place=0)
    named = [list(np.array(SPECIES)[r]) for r in found.values]
    assert named == [[], ["SO2", "PM2.5"], ["PM10"]]


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        (0, 1),
        (50, 1),
        (51, 2),
        (100, 2),
        (101, 3),
        (151, 4),
        (201, 5),
        (300, 5),
        (301, 6),
        (500, 6),
    ],
)
def test_grades(index, grade):
    """Breakpoints of SO2 24 h: the concentration whose IAQI is the index."""
    points, indices = OLD.breakpoints("SO2", "24h")
    value = math.floor(np.interp(index, indices, points))
    found = aqi.daily(table(dict.fromkeys(SPECIES, 0) | {"SO2": value}), ALL)
    assert (found["aqi"].item(), found["grade"].item()) == (index, grade)


def test_beyond_500_the_index_is_500_and_flagged():
    found = aqi.daily(table({"PM2.5": 500}, {"PM2.5": 501}, {"PM10": 4000}), ALL)
    assert found["aqi"].values.tolist() == [[500, 500, 500]]
    assert found["above_scale"].any("species").values.tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    ("first", "one_hour", "iaqi"),
    [("2020-01-01", None, 300), ("2020-01-01", 1100, 450), ("2027-01-01", 1100, 300)],
)
def test_ozone_above_800(first, one_hour, iaqi):
    some = table({"O3": 801}, first=first)
    extra = None if one_hour is None else some.sel(species="O3", drop=True) * 0 + one_hour
    found = aqi.daily(some, ALL, ozone_1h=extra).sel(species="O3")
    assert (found["iaqi"].item(), found["above_scale"].item()) == (iaqi, True)


@pytest.mark.parametrize(("first", "iaqi"), [("2020-01-01", 125), ("2027-01-01", 92)])
def test_one_hour_ozone_is_an_item_of_the_daily_report_of_2012_only(first, iaqi):
    some = table({"O3": 150}, first=first)
    extra = some.sel(species="O3", drop=True) * 0 + 250
    assert aqi.daily(some, ALL, ozone_1h=extra)["aqi"].item() == iaqi


@pytest.mark.parametrize(
    ("first", "whole_day", "iaqi"),
    [("2020-01-01", None, 200), ("2020-01-01", 150, 100), ("2027-01-01", 150, 200)],
)
def test_hourly_sulphur_dioxide_above_800(first, whole_day, iaqi):
    some = table({"SO2": 900}, first=first, time="hour", step="h")
    extra = None if whole_day is None else some.sel(species="SO2", drop=True) * 0 + whole_day
    found = aqi.hourly(some, ALL, sulphur_24h=extra).sel(species="SO2")
    assert (found["iaqi"].item(), found["above_scale"].item()) == (iaqi, True)


def test_the_hour_takes_one_hour_points_for_gases_and_daily_ones_for_particles():
    rows = {"SO2": 150, "NO2": 200, "PM10": 150, "PM2.5": 75, "CO": 10, "O3": 160}
    found = aqi.hourly(table(rows, time="hour", step="h"), ALL)["iaqi"]
    assert found.values.tolist() == [[[50, 100, 100, 100, 100, 50]]]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda a: a * -1, "negative or infinite; first: SO2 of A on 2020-01-01"),
        (lambda a: a / 0.0, "12 concentrations are negative or infinite"),
        (lambda a: a.isel(day=[1, 0]), "out of order or given twice"),
        (lambda a: a.isel(day=[0, 0]), "out of order or given twice"),
        (lambda a: a.assign_coords(species=[*SPECIES[:-1], "TSP"]), "unknown pollutant"),
        (lambda a: a.assign_coords(species=["SO2", *SPECIES[:-1]]), "given twice"),
        (lambda a: a.rename(day="date"), "unknown dimension"),
        (lambda a: a.assign_coords(unit=("species", ["ug/m3"] * 6)), "CO is not in mg/m3"),
    ],
)
def test_what_cannot_be_used_is_refused(spoil, words):
    with pytest.raises(InputError, match=words):
        aqi.daily(spoil(table({}, {})), ALL)
