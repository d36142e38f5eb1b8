"""What measures do to the air adds up, and every receptor's air is shared out whole."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emisim import air, contributions, effects, plan, progress, scenario
from emisim.air import local
from emisim.effects import CityAir
from emisim.errors import InputError, MassError
from emisim.measures._example import town
from emisim.stages import _effects
from emisim.transport.matrix import PERIODS, ROWS
from emisim.vocabulary import HALVES, OUTSIDE
from test_air import AIR, COMPOSITION, FACTORS, QUICK, STATIONS, conditions, observed_table

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
RECEPTORS = [*STATIONS, "Upper", "Lower"]
AREAS = ["city", "Upper", "Lower"]


def base_year():
    """The example town, whose traffic and stoves emit every tracer."""
    made = town(2018)
    factor = made["factor"].copy()
    for name, of, part in (("VOC", "NOx", 0.4), ("BC", "PM2.5", 0.2), ("OC", "PM2.5", 0.3)):
        factor.loc[{"species": name}] = part * factor.sel(species=of)
    return made.assign(factor=factor)


@pytest.fixture(scope="module")
def chosen():
    return plan.scenarios(plan.read(EXAMPLE))


@pytest.fixture(scope="module")
def many(chosen):
    return scenario.dataset(chosen, scenario.run(chosen, base_year()))


def sensitivities(many):
    """What a ug/s of each source adds, (receptor, row, half, period, source): made up."""
    coords = {"receptor": RECEPTORS, "row": list(ROWS), "half": list(HALVES),
              "period": list(PERIODS), "source": many["source"].values}  # fmt: skip
    rng = np.random.default_rng(5)
    values = rng.uniform(1e-6, 4e-6, [len(v) for v in coords.values()])
    found = xr.DataArray(values, coords, tuple(coords))
    for name in ("NOx-TN", "TA"):
        found.loc[{"row": f"{name}@high"}] = 0.6 * found.sel(row=f"{name}@low").values
    return found * (many["source_district"].values != OUTSIDE)


def received(many):
    """Local contributions of the scenarios, and the base's total rates."""
    rate = local.rates(many["emission"], many["source_sector"].values, FACTORS, 2018)
    factor = local.feedback(rate, "base", "", FACTORS["chemistry"])
    found = local.contributions(rate, sensitivities(many), 2018) * factor
    return found, rate.sel(scenario="base", drop=True).sum("source")


@pytest.fixture(scope="module")
def both(many):
    """The air of the scenarios the direct way, and what makes it of emissions."""
    basis = air.Air(observed_table(), COMPOSITION, "", conditions(QUICK), None, 2018)
    arrived, total = received(many)
    at_base = air.over_areas(arrived.sel(scenario="base", drop=True), STATIONS)
    anchor, sectors = air.anchored(at_base, basis), many["source_sector"].values
    city_air = CityAir(sensitivities(many), anchor, STATIONS, total, sectors, FACTORS, "")
    found = air.concentrations(arrived, None, STATIONS, basis, anchor=anchor)
    return _effects.at_receptors(found), city_air


def of_areas(scenarios, city_air):
    """Concentrations (scenario, species, receptor) of the last scenario by area, directly."""
    arrived, _ = received(scenario.dataset(scenarios, scenario.run(scenarios, base_year())))
    areas = air.over_areas(arrived.isel(scenario=[-1]), STATIONS)
    return city_air.anchor.respond(areas).rename(point="receptor")


@pytest.fixture(scope="module")
def rows(chosen, both):
    level, city_air = both
    told = [s for s in chosen if s.id in ("stated", "expected")]
    return effects.build(told, base_year(), level.sel(scenario="base"), city_air)


@pytest.fixture(scope="module")
def shares(many, both):
    return contributions.build(many.sel(scenario=["base", "stated"]), both[1])


def test_in_sequence_adds_to_the_scenario_less_the_base(rows, both):
    level = both[0]
    for name in ("stated", "expected"):
        added = rows[rows["scenario"] == name].groupby(["species", "receptor"])
        change = (level.sel(scenario=name) - level.sel(scenario="base")).reset_coords(drop=True)
        wanted = change.to_series()
        assert added["in_sequence_ug_m3"].sum()[wanted.index].to_numpy() == pytest.approx(
            wanted.to_numpy(), abs=1e-9
        )
        assert wanted.abs().max() > 1
    effects.check(rows, level)


def test_a_lost_measure_is_seen(rows, both):
    with pytest.raises(MassError, match=r"effects of measures, \('stated', .*: they add to"):
        effects.check(rows[(rows["scenario"] != "stated") | (rows["order"] != 2)], both[0])


def test_every_measure_in_its_order_at_every_receptor(rows):
    first = rows[(rows["receptor"] == "city") & (rows["species"] == "SO2")]
    stated = first[first["scenario"] == "stated"]
    assert stated["id"].tolist() == ["reference", "boilers", "scrubber", "heat-pumps"]
    assert stated["clause"].tolist() == ["", "1", "2", "2"]
    assert stated["order"].tolist() == [0, 1, 2, 3]
    assert set(rows["receptor"]) == {*STATIONS, *AREAS}
    assert not rows.isna().any(axis=None)
    assert (stated["in_sequence_ug_m3"].iloc[1:] < 0).all()
    assert first["in_sequence_ug_m3"].iloc[5] > stated["in_sequence_ug_m3"].iloc[1]


@pytest.mark.parametrize("name", ["boilers", "scrubber", "heat-pumps"])
def test_alone_is_the_reference_with_this_measure_only(chosen, rows, both, name):
    level, city_air = both
    stated = next(s for s in chosen if s.id == "stated")
    only = [s for s in stated.own_steps if s.id == name]
    single = scenario.Scenario("only", (stated.parent, *only), stated.year, True)
    reference = next(s for s in chosen if s.id == "reference")
    base = next(s for s in chosen if s.id == "base")
    listed = (base, reference, single)
    again = of_areas(listed, city_air).isel(scenario=0, drop=True)
    wanted = again - level.sel(scenario="reference", receptor=AREAS, drop=True)
    found = rows[(rows["scenario"] == "stated") & (rows["id"] == name)]
    alone = found.set_index(["species", "receptor"])["alone_ug_m3"].to_xarray()
    alone = alone.sel(receptor=AREAS, species=wanted["species"].values)
    np.testing.assert_allclose(alone, wanted.transpose(*alone.dims), atol=1e-9)
    assert float(abs(wanted).max()) > 1e-3


def test_what_is_reported_as_done_has_effects_too(both):
    document = plan.read(EXAMPLE)
    reports = progress.read(EXAMPLE.with_name("example-2019.progress.csv"), document.measures)
    chosen = plan.scenarios(document, reports)
    done = [s for s in chosen if s.id == progress.ID]
    level, city_air = both
    found = effects.build(done, base_year(), level.sel(scenario="base"), city_air)
    again = xr.concat(
        [level.sel(scenario=["base"], receptor=AREAS), of_areas(chosen, city_air)], "scenario"
    )
    effects.check(found[found["receptor"].isin(AREAS)], again)
    assert set(zip(found["id"], found["clause"], strict=True)) == {
        ("reference", ""),
        ("boilers", "1"),
    }
    assert set(found["scenario"]) == {progress.ID}


def test_a_plan_without_measures_has_no_effects(both):
    level, city_air = both
    none = effects.build([], base_year(), level.sel(scenario="base"), city_air)
    assert none.empty
    assert list(none) == list(effects.COLUMNS)


def test_contributions_of_a_receptor_add_to_its_concentration(shares, both):
    contributions.check(shares, both[0])
    assert set(shares["receptor"]) == {*STATIONS, *AREAS}
    assert (shares["ug_m3"] > -1e-12).all()
    assert OUTSIDE not in set(shares["district"])
    with pytest.raises(MassError, match=r"contributions, \('base', .*: they add to"):
        contributions.check(shares[shares["sector"] != "background"], both[0])


def test_sulphur_dioxide_is_shared_by_hand(shares, both, many):
    """SO2 is linear: background share, and the rest by modelled contribution."""
    share = AIR.value("background_share", "fraction", process="SO2")
    found = shares.query("scenario == 'base' and receptor == 'city' and species == 'SO2'")
    level = float(both[0].sel(scenario="base", receptor="city", species="SO2"))
    table = found.set_index(["sector", "district"])["ug_m3"]
    assert table["background", ""] == pytest.approx(share * level)
    rate = local.rates(
        many["emission"].sel(scenario="base", drop=True), many["source_sector"].values, FACTORS,
        2018,
    )  # fmt: skip
    own = many["source_sector"].values == "residential"
    received = [
        local.contributions(rate.isel(source=chosen), both[1].at_source.isel(source=chosen), 2018)
        .sel(component="SO2", receptor=STATIONS).sum("period").mean("receptor")
        for chosen in (own, np.ones(own.size, dtype=bool))
    ]  # fmt: skip
    seen = both[1].anchor.bases.observed.sel(response="SO2", point="city", drop=True)
    part = both[1].anchor.annual(seen * (1 - share) * received[0] / received[1])
    assert table["residential"].sum() == pytest.approx(float(part), rel=1e-9)
    assert 0 < float(part) < (1 - share) * level


def test_ammonia_is_in_the_fine_particles_alone(shares):
    """Pigs emit NH3 and nothing else: they are in PM2.5 as ammonium, not in the gases."""
    pigs = shares[(shares["sector"] == "ammonia") & (shares["scenario"] == "base")]
    by_species = pigs.groupby("species")["ug_m3"].sum()
    assert by_species["PM2.5"] > 0
    assert by_species["SO2"] == by_species["NO2"] == 0
    assert by_species["PM10"] == pytest.approx(by_species["PM2.5"])


def test_what_a_plan_cuts_leaves_its_sector(shares):
    boilers = shares[(shares["sector"] == "boilers") & (shares["species"] == "SO2")]
    by_scenario = boilers.groupby(["receptor", "scenario"])["ug_m3"].sum().unstack()
    assert (by_scenario["stated"] < 0.5 * by_scenario["base"]).all()


def test_half_of_the_options_is_refused():
    assert _effects.wanted(None, None, None, None) is None
    with pytest.raises(InputError, match="add --inventory --effects"):
        _effects.wanted("plan.yaml", None, None, "contributions.csv")
