import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import sparse

from emisim import air, tables, weather
from emisim.air import observations, response
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.transport import emissions, receptors, releases
from emisim.vocabulary import SEASONS, SPECIES

FACTORS = "inputs/factors"
DISPERSION = tables.read_parameters(f"{FACTORS}/dispersion.csv")
AIR = tables.read_parameters(f"{FACTORS}/air.csv")
COMPOSITION = tables.read_parameters(f"{FACTORS}/composition.csv")
N = 15
GRID = Grid("+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m", -7500, -7500, 1000.0, N, N)
SHAPE = {"PM2.5": [80, 55, 50, 55], "PM10": [140, 130, 80, 100], "SO2": [70, 30, 17, 31],
         "NO2": [54, 45, 36, 49]}  # fmt: skip


def observed_table(extra=()):
    rows = []
    season_of = {m: i for i, months in enumerate(SEASONS.values()) for m in months}
    days = {m: pd.Timestamp(2018, m, 1).days_in_month for m in range(1, 13)}
    for species, means in SHAPE.items():
        annual = sum(means[season_of[m]] * d for m, d in days.items()) / 365
        rows.append(("*", "", 2018, np.nan, species, annual, "recalled"))
        rows += [("*", "", 2018, m, species, means[season_of[m]], "derived") for m in days]
    rows += list(extra)
    frame = pd.DataFrame(
        rows, columns=["district", "station", "year", "month", "species", "value", "status"]
    )
    return frame.assign(unit="ug/m3")


@pytest.fixture(scope="module")
def kernels():
    stacks = releases.read(f"{FACTORS}/stacks.csv", DISPERSION)
    table = weather.read("inputs/weather/yushe.csv")
    return receptors.build(GRID, table, DISPERSION, stacks.sel(release=["ground", "power-stack"]))


@pytest.fixture(scope="module")
def base():
    """Emission (scenario, source, month, species) kg, share and release of three sources."""
    kg = {"SO2": 2e5, "NOx": 2e5, "VOC": 1e5, "NH3": 0, "CO": 0, "CO2": 0, "PM10": 9e4,
          "PM2.5": 5e4, "BC": 1e4, "OC": 2e4}  # fmt: skip
    values = np.array([kg[s] for s in SPECIES], float)
    data = values * np.array([1.0, 0.5, 3.0])[:, None, None] * np.ones((3, 12, 1))
    emission = xr.DataArray(
        data[None],
        {"scenario": ["base"], "source": ["town", "north", "unit"], "month": range(1, 13),
         "species": list(SPECIES)},
        ("scenario", "source", "month", "species"),
    )  # fmt: skip
    share = sparse.lil_matrix((3, N * N))
    for i, j in ((7, 7), (7, 8), (8, 7), (8, 8)):
        share[0, i * N + j] = 0.25
    share[1, 12 * N + 7] = 1
    share[2, 2 * N + 2] = 1
    release = xr.DataArray(
        ["ground", "ground", "power-stack"], {"source": emission["source"].values}, ("source",)
    )
    return emission, share.tocsr(), release


MONITORS = emissions.bilinear(
    GRID, pd.DataFrame({"station": ["A", "B"], "lon": [113.5, 113.51], "lat": [38.0, 38.01]})
)


def districts():
    weights = np.zeros((2, N, N))
    weights[0, 6:9, 6:9] = 1 / 9
    weights[1, 11:14, 6:9] = 1 / 9
    return xr.DataArray(
        weights.reshape(2, -1), {"district": ["Town", "North"]}, ("district", "cell")
    )


def run(base, kernels, *scales, observed=None, air_parameters=AIR):
    """Concentrations of base and one scenario per scale (species -> factor)."""
    emission, share, release = base
    parts = [emission]
    for i, scale in enumerate(scales):
        factor = xr.DataArray(
            [scale.get(s, 1.0) for s in SPECIES], {"species": list(SPECIES)}, "species"
        )
        parts.append((emission * factor).assign_coords(scenario=[f"s{i}"]))
    whole = xr.concat(parts, "scenario")
    fields = emissions.release_fields(whole, share, release, (N, N), 2018)
    voc = emissions.voc_totals(whole, share)
    observed = observed_table() if observed is None else observed
    return air.concentrations(
        fields, voc, kernels, observed, air_parameters, COMPOSITION, monitors=MONITORS,
        districts=districts(), year=2018,
    )  # fmt: skip


def annual(means):
    days = emissions.season_days(2018).values
    return float(np.dot(means, days) / 365)


def test_season_days():
    assert emissions.season_days(2018).values.tolist() == [90, 92, 92, 91]
    assert emissions.season_days(2016).values.sum() == 366


def test_fields_keep_the_mass(base):
    emission, share, release = base
    fields = emissions.release_fields(emission, share, release, (N, N), 2018)
    days = emissions.season_days(2018)
    total = xr.dot(fields.sum(["release", "y", "x"]), days) * 86400 / 1e9
    inventory = emission.sum(["source", "month"])
    assert float(total.sel(tracer="SO2")[0]) == pytest.approx(
        float(inventory.sel(species="SO2")[0])
    )
    fine = total.sel(tracer=["EC", "POA", "other"]).sum()
    assert float(fine) == pytest.approx(float(inventory.sel(species="PM2.5")[0]))
    assert fields.sel(release="power-stack").sum(["tracer", "season"]).values[0, 2, 2] > 0


def test_sources_without_a_cell_put_nothing_on_the_grid(base):
    emission, share, release = base
    none = sparse.csr_matrix(share.shape)
    assert float(emissions.release_fields(emission, none, release, (N, N), 2018).sum()) == 0
    assert float(emissions.voc_totals(emission, none).sum()) == 0


def test_base_returns_the_observations(base, kernels):
    found = run(base, kernels)
    for species, means in SHAPE.items():
        value = float(found["by_area"].sel(species=species, area="city", scenario="base"))
        assert value == pytest.approx(annual(means), rel=1e-9)
    stations = found["at_monitors"].sel(species="SO2", scenario="base")
    assert float(stations.mean()) == pytest.approx(annual(SHAPE["SO2"]), rel=1e-9)
    season = found["by_area_season"].sel(species="PM2.5", area="city", scenario="base")
    assert season.values == pytest.approx(SHAPE["PM2.5"])


def test_so2_responds_in_the_local_share_only(base, kernels):
    found = run(base, kernels, {"SO2": 0.5})
    share = AIR.value("background_share", "fraction", process="SO2")
    ratio = found["by_area"].sel(species="SO2", area="city")
    assert float(ratio[1] / ratio[0]) == pytest.approx(share + (1 - share) / 2, rel=1e-9)


def test_cutting_everything_leaves_the_background(base, kernels):
    off = dict.fromkeys(SPECIES, 0.0)
    found = run(base, kernels, off)
    left = found["component_by_area"].sel(scenario="s0", area="city")
    floor = found["background"].sel(area="city")
    days = emissions.season_days(2018)
    for name in ("SO4", "NO3", "POA", "EC", "other", "coarse", "SO2", "unattributed"):
        expected = float(xr.dot(floor.sel(response=name), days) / days.sum())
        assert float(left.sel(response=name)) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    grid = found["concentration"].sel(scenario="s0", species="SO2").values
    assert grid == pytest.approx(np.full_like(grid, grid[0, 0]))


def test_halving_primary_particles_by_hand(base, kernels):
    half = dict.fromkeys(("PM2.5", "BC", "OC", "PM10"), 0.5)
    found = run(base, kernels, half)["component_by_area"].sel(area="city")
    for name in ("POA", "EC", "other", "coarse"):
        b = AIR.value("background_share", "fraction", process=name)
        part = found.sel(response=name)
        assert float(part[1] / part[0]) == pytest.approx(b + (1 - b) / 2, rel=1e-9)
    for name in ("SO4", "NO3", "NH4", "SOA", "SO2", "NO2", "unattributed"):
        part = found.sel(response=name)
        assert float(part[1]) == pytest.approx(float(part[0]), rel=1e-9)


def test_ammonium_follows_its_anions_and_no2_keeps_its_power(base, kernels):
    found = run(base, kernels, {"SO2": 0.6, "NOx": 0.7})
    by_season = found["by_area_season"].sel(area="city")
    b = AIR.value("background_share", "fraction", process="NO2")
    power = AIR.value("NOx_exponent", "fraction", process="NO2")
    ratio = by_season.sel(species="NO2")[1] / by_season.sel(species="NO2")[0]
    assert ratio.values == pytest.approx((b + (1 - b) * 0.7) ** power)
    parts = found["component_by_area"].sel(area="city")
    fall = {
        n: float(parts.sel(response=n)[1] / parts.sel(response=n)[0]) for n in ("SO4", "NO3", "NH4")
    }
    assert min(fall["SO4"], fall["NO3"]) < fall["NH4"] < max(fall["SO4"], fall["NO3"])


def test_more_emission_never_lowers_any_concentration(base, kernels):
    more = dict.fromkeys(SPECIES, 1.1)
    found = run(base, kernels, more)["concentration"]
    assert (found[1] >= found[0] - 1e-9).all()


def test_pm10_holds_pm25(base, kernels):
    found = run(base, kernels)["concentration"]
    assert (found.sel(species="PM10") >= found.sel(species="PM2.5")).all()


def test_a_district_with_its_own_observation_uses_it(base, kernels):
    own = ("North", "", 2018, np.nan, "SO2", 66.0, "assumed")
    found = run(base, kernels, {"SO2": 0.5}, observed=observed_table([own]))
    north = found["by_area"].sel(area="North", species="SO2")
    assert float(north[0]) == pytest.approx(66.0)
    floor = annual(
        np.array(SHAPE["SO2"]) * AIR.value("background_share", "fraction", process="SO2")
    )
    assert float(north[1]) == pytest.approx(floor + (66 - floor) / 2, rel=1e-6)
    assert str(found["status"].sel(area="North", species="SO2").values) == "assumed"
    assert bool(found["own_observation"].sel(area="North", species="SO2"))
    assert str(found["status"].sel(area="Town", species="SO2").values) == "recalled"
    assert not bool(found["own_observation"].sel(area="Town", species="SO2"))


def test_anchor_ratio_is_observed_local_over_modelled(base, kernels):
    found = run(base, kernels)
    city = {"season": "winter", "area": "city"}
    local = float(found["modelled_local"].sel(**city, component="SO2", scenario="base"))
    gap = float((found["observed"] - found["background"]).sel(**city, response="SO2"))
    assert float(found["anchor_ratio"].sel(**city, response="SO2")) == pytest.approx(gap / local)


def test_scaling_all_emissions_changes_the_anchor_not_the_response(base, kernels):
    emission, share, release = base
    one = run(base, kernels, {"SO2": 0.5})
    ten = run((emission * 10, share, release), kernels, {"SO2": 0.5})
    xr.testing.assert_allclose(one["concentration"], ten["concentration"])
    ratio = one["anchor_ratio"] / ten["anchor_ratio"]
    assert float(ratio.sel(response="SO2").mean()) == pytest.approx(10)


def test_a_component_without_local_emission_is_held(base, kernels):
    emission, share, release = base
    no_carbon = emission.copy()
    no_carbon.loc[{"species": ["BC", "OC"]}] = 0
    found = run((no_carbon, share, release), kernels, {"SO2": 0.5})
    part = found["component_by_area"].sel(response="EC", area="city")
    assert float(part[1]) == pytest.approx(float(part[0]))
    assert np.isnan(found["anchor_ratio"].sel(response="EC", area="city")).all()


def test_draws_pass_through(base, kernels):
    emission, share, release = base
    drawn = xr.concat([emission, 2 * emission], "draw")
    fields = emissions.release_fields(drawn, share, release, (N, N), 2018)
    voc = emissions.voc_totals(drawn, share)
    assert fields.dims[:2] == ("draw", "scenario")
    assert voc.dims == ("draw", "scenario", "season") or set(voc.dims) == {
        "draw",
        "scenario",
        "season",
    }


def test_composition_sums_to_the_observed_mass():
    seasons, _ = observations.observed_seasons(observed_table(), "*", 2018)
    parts = response.split(seasons, COMPOSITION)
    fine = parts.sel(response=list(response.FINE)).sum("response")
    assert fine.values == pytest.approx(SHAPE["PM2.5"])
    assert (parts >= 0).all()


def test_seasonal_shape_without_the_base_year_is_the_mean_of_the_others():
    frame = observed_table()
    earlier = frame[frame["month"].notna()].assign(year=2015)
    frame = pd.concat([frame[frame["month"].isna()], earlier])
    found = observations.seasonal_shape(frame, "SO2", 2018)
    assert found["winter"] == pytest.approx(70 / annual(SHAPE["SO2"]), rel=1e-9)


def _without(frame, **where):
    keep = pd.Series(True, index=frame.index)
    for column, value in where.items():
        keep &= frame[column].isna() if value is None else frame[column] == value
    return frame[~keep]


@pytest.mark.parametrize(
    ("observed", "message"),
    [
        (
            _without(observed_table(), species="NO2", month=None),
            "no annual mean of NO2 for the city",
        ),
        (
            _without(observed_table(), species="SO2", month=4),
            "no year has twelve monthly means of SO2",
        ),
        (observed_table().replace({"PM10": "PM2.5", "PM2.5": "PM10"}), "PM10 lies below PM2.5"),
    ],
)
def test_bad_observations_are_named(base, kernels, observed, message):
    with pytest.raises(InputError, match=message):
        run(base, kernels, observed=observed)


def test_missing_base_and_other_sources_are_named(base, kernels):
    emission, share, release = base
    renamed = emission.assign_coords(scenario=["plan"])
    with pytest.raises(InputError, match="base scenario is missing"):
        run((renamed, share, release), kernels)
    with pytest.raises(InputError, match="different sources"):
        emissions.release_fields(emission, share, release[::-1], (N, N), 2018)


def test_composition_above_one_is_named():
    frame = COMPOSITION.frame.copy()
    frame.loc[frame["parameter"] == "share", ["value", "high"]] *= 2
    seasons, _ = observations.observed_seasons(observed_table(), "*", 2018)
    with pytest.raises(InputError, match="composition of winter exceeds 1"):
        response.split(seasons, tables.Parameters(frame, COMPOSITION.path))


def test_bilinear_weights_interpolate_and_sum_to_one():
    lon, lat = GRID.unproject(np.array([250.0]), np.array([-600.0]))
    weights = emissions.bilinear(GRID, pd.DataFrame({"station": ["A"], "lon": lon, "lat": lat}))
    assert float(weights.sum()) == pytest.approx(1)
    plane = (3 * GRID.x[None, :] + 5 * GRID.y[:, None]).ravel()
    assert float((weights.values @ plane)[0]) == pytest.approx(3 * 250 - 5 * 600, abs=0.1)


def test_a_station_outside_is_named():
    far = pd.DataFrame({"station": ["Z"], "lon": [120.0], "lat": [38.0]})
    with pytest.raises(InputError, match="station lies outside the domain"):
        emissions.bilinear(GRID, far)
