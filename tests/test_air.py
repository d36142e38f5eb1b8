"""The response of the observed air to modelled local contributions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import air, tables
from emisim.air import background, inorganic, local, observations, response
from emisim.air.inorganic import Conditions
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.transport.emissions import season_days
from emisim.vocabulary import HALVES, SEASONS, SPECIES

FACTORS = Factors(Path("inputs/factors"))
AIR, COMPOSITION, CHEMISTRY = (FACTORS[n] for n in ("air", "composition", "chemistry"))
SHAPE = {"PM2.5": [80, 55, 50, 55], "PM10": [140, 130, 80, 100], "SO2": [70, 30, 17, 31],
         "NO2": [54, 45, 36, 49]}  # fmt: skip
STATIONS = ["A", "B"]
PERIODS = ["day", "night"]


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


def conditions(numerics=AIR, warmer=0.0):
    """Temperature, humidity and hours of a North China year, gas shares of the nodes."""
    coords = {"season": list(SEASONS), "period": PERIODS}

    def table(day, night):
        return xr.DataArray(np.array([day, night]).T, coords, ("season", "period"))

    return Conditions(
        table([273, 288, 301, 286], [267, 280, 295, 278]) + warmer,
        table([0.4, 0.35, 0.55, 0.45], [0.65, 0.55, 0.8, 0.7]),
        table([0.45, 0.5, 0.55, 0.5], [0.55, 0.5, 0.45, 0.5]),
        xr.DataArray([0.1, 0.7], {"node": ["low", "high"]}, "node"),
        CHEMISTRY,
        numerics,
    )


def base_local(receptors=("A", "B", "Town", "North")):
    """Modelled contributions (season, component, period, receptor), ug/m3."""
    rng = np.random.default_rng(3)
    names = list(local.COMPONENTS)
    coords = {"season": list(SEASONS), "component": names, "period": PERIODS,
              "receptor": list(receptors)}  # fmt: skip
    values = 1 + rng.random([len(v) for v in coords.values()])
    out = xr.DataArray(values, coords, tuple(coords))
    for name in ("TN", "TA"):
        out.loc[{"component": f"{name}@high"}] = 0.6 * out.sel(component=f"{name}@low")
    return out


def scenarios(*scales, start=None):
    """The base and one scenario per scale (component, without node -> factor)."""
    start = base_local() if start is None else start
    parts = [start]
    for scale in scales:
        factor = [scale.get(n.partition("@")[0], 1.0) for n in start["component"].values]
        parts.append(start * xr.DataArray(factor, {"component": start["component"]}, "component"))
    names = pd.Index(["base", *(f"s{i}" for i in range(len(scales)))], name="scenario")
    return xr.concat(parts, names)


def changed(p, **values):
    """Return parameters with the rows of a name set to a value."""
    frame = p.frame.copy()
    for name, value in values.items():
        assert (frame["parameter"] == name).any(), name
        frame.loc[frame["parameter"] == name, "value"] = float(value)
    return tables.Parameters(frame, p.path)


QUICK = changed(AIR, passes=1, bisections=6)
"""For what does not depend on how well the inorganic base has settled."""


def run(*scales, observed=None, numerics=AIR, start=None, station=None, mapped=False):
    frame = observed_table() if observed is None else observed
    basis = air.Air(frame, COMPOSITION, "", conditions(numerics), station, 2018)
    made = scenarios(*scales, start=start)
    cells = made.sel(receptor=STATIONS).rename(receptor="cell").drop_vars("cell")
    return air.concentrations(made, cells if mapped else None, STATIONS, basis)


def annual(means):
    return float(np.dot(means, season_days(2018).values) / 365)


CUTS = [0.33, 0.66, 0.99]
SCALES = {
    "SO2 halved": {"SO2": 0.5},
    "particles halved": dict.fromkeys(("POA", "EC", "other", "coarse"), 0.5),
    "NO2 by 0.7": {"NO2": 0.7},
    "SO4 halved": {"SO4": 0.5},
    "TN halved": {"TN": 0.5},
    "TN and TA": {"TN": 0.6, "TA": 0.6},
    "more": dict.fromkeys(("POA", "EC", "other", "coarse", "SO2", "NO2", "SOA"), 1.1),
    **{f"TA cut by {c}": {"TA": 1 - c} for c in CUTS},
}


@pytest.fixture(scope="module")
def found():
    """The base and one scenario for each of ``SCALES``, at the monitors, areas and on the map."""
    made = run(*SCALES.values(), mapped=True)
    names = ["base", *SCALES]
    return made.assign_coords(scenario=names, mapped=names)


def test_base_returns_the_observations(found):
    for species, means in SHAPE.items():
        value = float(found["by_area"].sel(species=species, area="city", scenario="base"))
        assert value == pytest.approx(annual(means), rel=1e-6)
    season = found["by_area_season"].sel(species="PM2.5", area="city", scenario="base")
    assert season.values == pytest.approx(SHAPE["PM2.5"], rel=1e-6)


def test_so2_responds_in_the_local_share_only(found):
    share = AIR.value("background_share", "fraction", process="SO2")
    value = found["by_area"].sel(species="SO2", area="city", scenario=["base", "SO2 halved"])
    assert float(value[1] / value[0]) == pytest.approx(share + (1 - share) / 2, rel=1e-9)


def test_halving_primary_particles_by_hand(found):
    both = found["component_by_area"].sel(area="city", scenario=["base", "particles halved"])
    for name in SCALES["particles halved"]:
        b = AIR.value("background_share", "fraction", process=name)
        part = both.sel(response=name)
        assert float(part[1] / part[0]) == pytest.approx(b + (1 - b) / 2, rel=1e-9)
    for name in ("SO4", "NO3", "NH4", "SOA", "SO2", "NO2", "unattributed"):
        part = both.sel(response=name)
        assert float(part[1]) == pytest.approx(float(part[0]), rel=1e-9)


def test_no2_keeps_its_power(found):
    b = AIR.value("background_share", "fraction", process="NO2")
    power = AIR.value("NOx_exponent", "fraction", process="NO2")
    value = found["by_area_season"].sel(area="city", species="NO2")
    ratio = value.sel(scenario="NO2 by 0.7") / value.sel(scenario="base")
    assert ratio.values == pytest.approx((b + (1 - b) * 0.7) ** power)


def test_ammonium_goes_with_the_sulfate_it_neutralises(found):
    parts = found["component_by_area"].sel(area="city")
    fall = parts.sel(scenario="base") - parts.sel(scenario="SO4 halved")
    so4, nh4 = (float(fall.sel(response=n)) for n in ("SO4", "NH4"))
    assert so4 > 0
    assert nh4 > 0
    assert abs(float(fall.sel(response="NO3"))) < 0.1 * so4


def test_less_ammonia_helps_late_and_more_than_in_proportion(found):
    names = ["base", *(f"TA cut by {c}" for c in CUTS)]
    level = found["by_area"].sel(area="city", species="PM2.5", scenario=names).values
    gain = -np.diff(level)
    assert (gain > 0).all()
    assert (np.diff(gain) > 0).all()


def test_nitrate_falls_with_its_total(found):
    parts = found["component_by_area"].sel(area="city", response="NO3")
    b = AIR.value("background_share", "fraction", process="NO3")
    ratio = parts.sel(scenario="TN halved") / parts.sel(scenario="base")
    assert float(ratio) == pytest.approx(b + (1 - b) / 2, abs=0.08)


def test_the_picard_loop_settles(found):
    """More passes than the default change nothing that anybody would print."""
    many = run(SCALES["TN and TA"], numerics=changed(AIR, passes=5))["by_area"]
    long = many.sel(area="city", species="PM2.5")
    short = found["by_area"].sel(area="city", species="PM2.5", scenario=["base", "TN and TA"])
    assert short.values == pytest.approx(long.values, abs=0.02)


def test_neighbours_move_the_background_of_scenarios_only():
    frame = QUICK.frame.copy()
    rows = (frame["parameter"] == "background_change") & (frame["process"] == "EC")
    frame.loc[rows, "value"] = -0.1
    found = run({}, numerics=tables.Parameters(frame, AIR.path))
    part = found["component_by_area"].sel(area="city", response="EC")
    b = AIR.value("background_share", "fraction", process="EC")
    assert float(part[1] / part[0]) == pytest.approx(1 - 0.1 * b)


def test_every_way_to_the_background_is_reported():
    upwind = pd.DataFrame({"component": ["SO2"], "season": [""], "value": [10.0]})
    found = run({"SO2": 0.0}, station=upwind, numerics=QUICK)["by_way"].sel(
        area="city", species="SO2"
    )
    after = found.sel(scenario="s0").to_series()
    assert set(after.index) == {"share", "share-low", "share-high", "residual", "station"}
    assert after["share-low"] < after["share"] < after["share-high"]
    assert after["station"] == pytest.approx(10)
    start = base_local().sel(component="SO2").sum("period")
    whole = start.sel(receptor=STATIONS).mean("receptor")
    assert after["residual"] == pytest.approx(annual(np.array(SHAPE["SO2"]) - whole.values))


def test_more_emission_never_lowers_primary_concentrations(found):
    level = found["on_cells"]
    assert (level.sel(mapped="more") >= level.sel(mapped="base") - 1e-9).all()


def test_pm10_holds_pm25(found):
    level = found["on_cells"]
    assert (level.sel(species="PM10") >= level.sel(species="PM2.5")).all()


def test_a_district_with_its_own_observation_uses_it():
    own = ("North", "", 2018, np.nan, "SO2", 66.0, "assumed")
    found = run({"SO2": 0.5}, observed=observed_table([own]), numerics=QUICK)
    north = found["by_area"].sel(area="North", species="SO2")
    b = AIR.value("background_share", "fraction", process="SO2")
    assert float(north[0]) == pytest.approx(66.0)
    assert float(north[1]) == pytest.approx(66 * (b + (1 - b) / 2), rel=1e-6)
    assert str(found["status"].sel(area="North", species="SO2").values) == "assumed"
    assert bool(found["own_observation"].sel(area="North", species="SO2"))
    assert str(found["status"].sel(area="Town", species="SO2").values) == "recalled"
    assert not bool(found["own_observation"].sel(area="Town", species="SO2"))


def test_anchor_ratio_is_observed_local_over_modelled(found):
    city = {"season": "winter", "area": "city"}
    modelled = float(found["modelled_local"].sel(**city, component="SO2", scenario="base"))
    gap = float((found["observed"] - found["background"]).sel(**city, response="SO2"))
    assert float(found["anchor_ratio"].sel(**city, response="SO2")) == pytest.approx(gap / modelled)


def test_scaling_all_emissions_changes_the_anchor_not_the_response():
    one, ten = (run({"SO2": 0.5}, start=n * base_local(), numerics=QUICK) for n in (1, 10))
    xr.testing.assert_allclose(one["by_area"], ten["by_area"], rtol=1e-6)
    ratio = one["anchor_ratio"] / ten["anchor_ratio"]
    assert float(ratio.sel(response="SO2").mean()) == pytest.approx(10)


def test_a_component_without_local_emission_is_held():
    start = base_local()
    start.loc[{"component": "EC"}] = 0
    found = run({"SO2": 0.5}, start=start, numerics=QUICK)
    part = found["component_by_area"].sel(response="EC", area="city")
    assert float(part[1]) == pytest.approx(float(part[0]))
    assert np.isnan(found["anchor_ratio"].sel(response="EC", area="city")).all()


@settings(max_examples=25)
@given(gas=st.floats(0, 1))
def test_a_contribution_at_a_gas_share_lies_on_its_curve(gas):
    start = base_local()
    nodes = conditions().gas_node
    at = inorganic.at_gas_share(start, "TN", xr.DataArray(gas), nodes)
    low, high = (start.sel(component=f"TN@{n}") for n in ("low", "high"))
    assert bool((at > 0).all())
    if 0.1 <= gas <= 0.7:
        assert bool(((at <= low + 1e-12) & (at >= high - 1e-12)).all())
    exact = inorganic.at_gas_share(start, "TN", nodes.sel(node="high"), nodes)
    assert exact.values == pytest.approx(high.values)


def test_emissions_become_contributions_by_hand():
    species = list(SPECIES)
    emission = xr.DataArray(
        np.zeros((1, 1, 12, len(species))),
        {"scenario": ["base"], "source": ["unit"], "month": range(1, 13), "species": species},
        ("scenario", "source", "month", "species"),
    )
    emission.loc[{"species": "SO2", "month": 1}] = 31 * 86.4
    rate = local.rates(emission, np.array(["power"]), FACTORS, 2018)
    assert float(rate.sel(tracer="SO2", month=1).squeeze()) == pytest.approx(1e6)
    rows = sorted({row for _, row in local.COMPONENTS.values()})
    coords = {"receptor": ["A"], "row": rows, "half": list(HALVES), "period": PERIODS,
              "source": ["unit"]}  # fmt: skip
    effect = xr.DataArray(np.full([len(v) for v in coords.values()], 2e-6), coords, tuple(coords))
    found = local.contributions(rate, effect, 2018).sel(component="SO2").squeeze()
    assert found.sel(season="winter").values == pytest.approx([2 * 31 / 90] * 2)
    assert float(found.sel(season="summer").sum()) == 0


def test_ammonia_is_counted_as_ammonium_and_tracers_hold_all_particles():
    species = list(SPECIES)
    mass = dict(zip(species, range(len(species), 0, -1), strict=True))
    mass |= {"PM10": 30, "PM2.5": 20, "BC": 3, "OC": 5}
    emission = xr.DataArray(
        np.array([mass[s] for s in species], float)[None, None, None] * np.ones((1, 1, 12, 1)),
        {"scenario": ["base"], "source": ["unit"], "month": range(1, 13), "species": species},
        ("scenario", "source", "month", "species"),
    )
    rate = local.rates(emission, np.array(["industry"]), FACTORS, 2018).sel(month=1).squeeze()
    per_kg = 1e9 / (31 * 86400)
    particles = rate.sel(tracer=["EC", "POA", "other", "coarse"]).sum()
    assert float(particles) == pytest.approx(30 * per_kg)
    assert float(rate.sel(tracer="NH3")) == pytest.approx(mass["NH3"] * per_kg * 18.039 / 17.031,
                                                          rel=1e-3)  # fmt: skip


def test_feedback_is_one_in_the_base_and_lifts_winter_nitrate():
    species = list(SPECIES)
    base = xr.DataArray(
        np.ones((1, 1, 12, len(species))),
        {"scenario": ["base"], "source": ["unit"], "month": range(1, 13), "species": species},
        ("scenario", "source", "month", "species"),
    )
    cut = base.copy().assign_coords(scenario=["cut"])
    cut.loc[{"species": "NOx"}] = 0.8
    rate = local.rates(xr.concat([base, cut], "scenario"), np.array(["power"]), FACTORS, 2018)
    found = local.feedback(rate, "base", "", CHEMISTRY)
    assert found.sel(scenario="base").values == pytest.approx(1)
    nitrate = found.sel(scenario="cut", component="TN@low")
    assert float(nitrate.sel(season="winter")) * 0.8 > 1
    assert float(nitrate.sel(season="summer")) * 0.8 == pytest.approx(0.8, rel=1e-6)
    assert found.sel(scenario="cut", component="EC").values == pytest.approx(1)


@pytest.mark.parametrize("group", ["", "north-plain", "central"])
def test_composition_sums_to_the_observed_mass(group):
    seasons, _ = observations.observed_seasons(observed_table(), "*", 2018)
    parts = response.split(seasons, COMPOSITION, group)
    fine = parts.sel(response=list(response.FINE)).sum("response")
    assert fine.values == pytest.approx(SHAPE["PM2.5"])
    assert (parts >= 0).all()


def test_nitrate_that_cannot_stay_in_particles_is_an_error():
    poor = changed(COMPOSITION, gas_ammonia=0)
    basis = air.Air(observed_table(), poor, "", conditions(warmer=25), None, 2018)
    with pytest.raises(InputError, match="does not stay in particles"):
        air.concentrations(scenarios(), None, STATIONS, basis)


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
def test_bad_observations_are_named(observed, message):
    with pytest.raises(InputError, match=message):
        run(observed=observed)


def test_a_missing_base_is_named():
    basis = air.Air(observed_table(), COMPOSITION, "", conditions(), None, 2018)
    renamed = scenarios().assign_coords(scenario=["plan"])
    with pytest.raises(InputError, match="base scenario is missing"):
        air.concentrations(renamed, None, STATIONS, basis)


def test_composition_above_one_is_named():
    frame = COMPOSITION.frame.copy()
    frame.loc[frame["parameter"] == "share", ["value", "high"]] *= 2
    seasons, _ = observations.observed_seasons(observed_table(), "*", 2018)
    with pytest.raises(InputError, match="composition of winter exceeds 1"):
        response.split(seasons, tables.Parameters(frame, COMPOSITION.path), "")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("smoke,,1,ug/m3", "unknown component"),
        ("SO2,monsoon,1,ug/m3", "unknown season"),
        ("SO2,,1,kg", "kg"),
    ],
)
def test_bad_upwind_concentrations_are_named(tmp_path, row, message):
    path = tmp_path / "background.csv"
    head = "component,season,value,unit,low,high,status,source,page,note\n"
    path.write_text(f"{head}{row},0,5,assumed,emisim-judgement,,made up\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        background.read(path, {"emisim-judgement": ""})
