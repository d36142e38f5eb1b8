"""Days from means: what goes in comes out, counts are monotone, and the error is as printed."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.indices import days, joint, standards
from emisim.indices.days import MODELLED
from emisim.observations.readers import read
from emisim.tables import check_sources, read_sources
from emisim.vocabulary import SEASONS

ROOT = Path(__file__).parents[2]
RECORDS = Path(os.environ.get("EMISIM_DAILY", "../shared/obs/air-quality-daily"))
STANDARDS = standards.read()
SHIPPED = joint.read()
ANNUAL = xr.DataArray([40.0, 42, 110, 65, 1.5], {"species": list(MODELLED)}, ("species",))
SHAPE = xr.DataArray([1.5, 0.9, 0.6, 1.0], {"season": list(SEASONS)}, ("season",))
MEANS = SHAPE * ANNUAL
NONE = xr.zeros_like(SHAPE)


def changed(parameter: str, value: float, **where: str) -> joint.Joint:
    """Return the shipped distribution with other numbers in the rows of a parameter."""
    frame = SHIPPED.frame.copy()
    rows = frame["parameter"] == parameter
    for column, name in where.items():
        rows &= frame[column] == name
    assert rows.any()
    frame.loc[rows, ["low", "value", "high"]] = value
    return joint.Joint(frame, SHIPPED.path)


FEW = changed("draws", 24)


def test_every_row_has_a_known_source_and_fits_its_neighbours():
    check_sources(SHIPPED.frame, read_sources(ROOT / "inputs/sources.csv"), SHIPPED.path)
    shares = SHIPPED.frame.query("parameter == 'ozone_share'")["value"]
    assert shares.sum() == pytest.approx(1)
    assert np.linalg.eigvalsh(SHIPPED.correlation).min() > 0
    low, value, high = SHIPPED.variation
    assert ((low > 0) & (low < value) & (value < high)).all()


def test_drawn_years_have_the_given_means():
    drawn = joint.simulate(MEANS, FEW, 2016)
    assert drawn.sizes == {"place": 24, "day": 366, "species": 5}
    season = xr.DataArray(days.seasons_of(drawn["day"]), dims="day", name="season")
    found = drawn.groupby(season).mean("day").sel(season=list(SEASONS))
    np.testing.assert_allclose(found, MEANS.expand_dims(place=24).transpose(*found.dims))
    annual = joint.simulate(ANNUAL, FEW, 2015)
    np.testing.assert_allclose(annual.mean("day"), ANNUAL.expand_dims(place=24))


def test_fitting_drawn_years_gives_the_parameters_back():
    drawn = joint.simulate(MEANS, SHIPPED, 2015).isel(place=slice(60))
    fitted = joint.fit(drawn, 75).set_index(["parameter", "season", "species", "other"])["value"]
    shipped = SHIPPED.frame.set_index(["parameter", "season", "species", "other"])["value"]
    off = (fitted - shipped.loc[fitted.index]).abs()
    assert off["variation"].max() < 0.06
    assert off["correlation"].max() < 0.08
    assert off["persistence"].max() < 0.08
    wanted = (MEANS / ANNUAL / 0.9975).to_series()
    ratio = fitted["seasonal_ratio"].droplevel("other").loc[wanted.index]
    np.testing.assert_allclose(ratio, wanted, rtol=0.01)


@settings(max_examples=8)
@given(st.floats(0.4, 1.4), st.floats(0.4, 1.4))
def test_higher_means_never_make_more_good_or_fewer_heavy_days(one, other):
    levels = xr.DataArray(sorted((one, other)), dims="scenario")
    found = joint.outcomes(MEANS * levels, FEW, STANDARDS, 2016, limited=SHAPE)
    low, high = found.isel(scenario=0), found.isel(scenario=1)
    assert (low["good_days"] >= high["good_days"]).all()
    assert (low["heavy_days"] <= high["heavy_days"]).all()
    assert (low["percentile"] <= high["percentile"]).all()


def test_the_range_holds_the_value_and_the_year():
    found = joint.expected(MEANS, FEW, STANDARDS, 2016, limited=NONE)
    for name in found:
        low, value, high = (found[name].sel(bound=b) for b in ("low", "value", "high"))
        assert ((low <= value) & (value <= high)).all(), name
    assert (found["counted_days"] == 366).all()
    value = found.sel(bound="value")
    assert 0 < float(value["heavy_days"]) < float(value["good_days"]) < 366
    assert float(value["good_share"]) == pytest.approx(float(value["good_days"]) / 366)
    assert (value["percentile"] > ANNUAL).all()
    assert found.equals(joint.expected(MEANS, FEW, STANDARDS, 2016, limited=NONE))


def test_without_spread_the_days_follow_from_the_means():
    even = changed("variation", 1e-6)
    for factor, good in ((0.5, 366), (2.0, 0)):
        flat = xr.ones_like(SHAPE) * ANNUAL * factor
        found = joint.expected(flat, even, STANDARDS, 2016, limited=NONE)
        assert found["good_days"].values.tolist() == [good] * 3


def test_ozone_must_be_given_and_takes_good_days():
    for given_both in ({}, {"ozone": NONE, "limited": NONE}):
        with pytest.raises(InputError, match="O3 is not modelled: give either"):
            joint.outcomes(MEANS, FEW, STANDARDS, 2016, **given_both)
    dates = pd.date_range("2016-01-01", "2016-12-31")
    without = joint.outcomes(MEANS, FEW, STANDARDS, 2016, limited=NONE)
    for level, good in ((100.0, without["good_days"]), (200.0, 0 * without["good_days"])):
        ozone = xr.DataArray(np.full(366, level), {"day": dates}, ("day",))
        found = joint.outcomes(MEANS, FEW, STANDARDS, 2016, ozone=ozone)
        assert found["good_days"].equals(good)
        assert (found["good_days"] + found["ozone_limited_days"]
                == found["others_good_days"]).all()  # fmt: skip


def test_limited_days_keep_their_share_of_the_days_good_in_all_others():
    limited = joint.limited_by_season(20, SHIPPED)
    assert float(limited.sum()) == pytest.approx(20)
    assert float(limited.sel(season="winter")) == 0
    given_days = {"limited": limited, "base": MEANS}
    base = joint.outcomes(MEANS, FEW, STANDARDS, 2016, **given_days)
    np.testing.assert_allclose(base["ozone_limited_days"], 20)
    cut = joint.outcomes(MEANS * 0.7, FEW, STANDARDS, 2016, **given_days)
    assert (cut["ozone_limited_days"] > 20).all()
    assert (cut["good_days"] > base["good_days"]).all()


def test_carbon_monoxide_may_be_left_out_and_nothing_else():
    without = MEANS.sel(species=[s for s in MODELLED if s != "CO"])
    found = joint.expected(without, FEW, STANDARDS, 2016, limited=NONE)
    assert found.attrs["left_out"] == "CO"
    assert "CO" not in found["species"].values
    whole = joint.expected(MEANS, FEW, STANDARDS, 2016, limited=NONE)
    assert float(abs(found["good_days"] - whole["good_days"]).max()) < 1
    with pytest.raises(InputError, match="unknown mean, which is needed"):
        joint.simulate(MEANS.drop_sel(species="PM10"), FEW, 2016)


@pytest.mark.parametrize("bad", [0.0, -3.0, np.nan, np.inf])
def test_means_that_cannot_be_are_refused(bad):
    means = MEANS.copy()
    means[1, 2] = bad
    with pytest.raises(InputError, match="positive and finite: PM10"):
        joint.simulate(means, FEW, 2016)


def test_a_table_that_contradicts_itself_or_lacks_a_row_is_refused():
    with pytest.raises(InputError, match="correlations of winter contradict each other"):
        joint.simulate(MEANS, changed("correlation", -0.9, season="winter"), 2016)
    frame = SHIPPED.frame.query("parameter != 'persistence'")
    with pytest.raises(InputError, match="no row persistence, winter"):
        joint.simulate(MEANS, joint.Joint(frame, SHIPPED.path), 2016)


def test_too_short_a_series_is_not_fitted():
    drawn = joint.simulate(MEANS, FEW, 2015).isel(place=[0], day=slice(100))
    with pytest.raises(InputError, match="75 days with five pollutants in winter"):
        joint.fit(drawn, 75)


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import good_days as module
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return module


@pytest.mark.skipif(not RECORDS.is_dir(), reason=f"no daily tables in {RECORDS}")
def test_the_shipped_fit_and_the_printed_error_are_those_of_the_five_cities(script):
    text = script.TABLE.read_text(encoding="utf-8")
    fitted, found = script.refit(read(RECORDS).concentration, text)
    assert fitted == text, "run docs/good_days.py"
    page = script.PAGE.read_text(encoding="utf-8")
    assert script.filled(page, script.blocks(found)) == page, "run docs/good_days.py"
    summary = script.summary(found, script.widened(found, SHIPPED))
    square, held = summary["root mean square"], summary["years in the range"]
    assert len(found) == 12
    for kind, most in (("seasonal", (9, 6)), ("annual", (11, 7))):
        for what, limit in zip(("good", "heavy"), most, strict=True):
            name = f"{what} days from {kind} means"
            assert square[name] < limit
            assert square[name] < square[f"{what} days from a straight line"]
            assert held[name] >= 10
