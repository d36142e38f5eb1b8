"""Hand-calculated effects of the kinds beyond their worked examples."""

import numpy as np
import pytest

from emisim.errors import InputError
from emisim.inventory import emission
from emisim.measures._example import number, town
from measures.cases import STORES, measure

TOWN = town()


def activity(case, source, inventory=TOWN):
    after = case.apply(inventory, full_effect=True)
    return float(after["activity"].sel(source=source).sum())


def kept(case, source, species):
    """Return emission after the measure over emission before it."""
    after, before = (
        float(emission(x).sel(source=source, species=species).sum())
        for x in (case.apply(TOWN, full_effect=True), TOWN)
    )
    return after / before


def test_switch_fuel_splits_heat_by_share():
    # 1200 t x 10 GJ/t = 12000 GJ: 70 % as gas at 0.032 GJ/m3, 30 % as power at 0.0108 GJ/kWh
    case = measure("switch_fuel", "two")
    assert activity(case, "stoves") == pytest.approx(0, abs=1e-9)
    assert activity(case, "gas heaters") == pytest.approx(8400 / 0.032)
    assert activity(case, "heat pumps") == pytest.approx(3600 / 0.0108)


def test_retire_hands_heat_on():
    case = measure("retire", "moved", start="2019-10-01")
    assert activity(case, "boiler 20 t/h") == pytest.approx(4500)
    assert activity(case, "heat pumps") == pytest.approx(1500 * 17 / 0.0108)


@pytest.mark.parametrize(
    ("age", "left"),
    [({"built_before": 2005}, 0.0), ({"built_before": 2004}, None), ({"older_than": 15}, 0.0),
     ({"older_than": 16}, None)],
)  # fmt: skip
def test_retire_by_age(age, left):
    dated = TOWN.assign_coords(built=TOWN["built"].fillna(2004))
    more = {k: number(v, "year") if k == "older_than" else v for k, v in age.items()}
    case = measure("retire", "nowhere", **more)
    if left is None:
        with pytest.raises(InputError, match=r"no source in scope is that old.*\n.*2004"):
            case.apply(dated, full_effect=True)
    else:
        assert activity(case, "boiler 20 t/h", dated) == left


def test_retire_does_not_guess_ages():
    with pytest.raises(InputError, match=r"year of construction is unknown\n.*boiler 20 t/h"):
        measure("retire", "nowhere", built_before=2005).apply(TOWN, full_effect=True)


@pytest.mark.parametrize("change", [{"reason": ""}, {"to": {"source": "heat pumps"}}])
def test_retire_gives_a_reason_where_nobody_takes_over(change):
    with pytest.raises(InputError, match="field reason: belongs to `to: nowhere`"):
        measure("retire", "nowhere", **change)


def test_retire_knows_no_other_word_for_nowhere():
    with pytest.raises(InputError, match=r"to: unknown destination\n.*elsewhere.*\n.*nowhere"):
        measure("retire", "nowhere", to="elsewhere")


def test_retrofit_backs_out_the_control_in_place():
    controlled = TOWN.assign(removal=TOWN["removal"].where(TOWN["source"] != "boiler 20 t/h", 0.8))
    after = measure("retrofit", "particles").apply(controlled, full_effect=True)
    removal = after["removal"].sel(source="boiler 20 t/h")
    assert removal.sel(species=["SO2", "NOx", "PM10", "PM2.5"]).values.tolist() == [
        0.9,
        0.8,
        0.8,
        0.8,
    ]


def test_retrofit_names_unknown_species():
    with pytest.raises(InputError, match=r"removal: unknown species\n.*SO4"):
        measure("retrofit", "particles", removal={"SO4": number(0.5)})


def test_electrify_needs_electric_destinations():
    with pytest.raises(InputError, match=r"does not run on electricity\n.*new trucks"):
        measure(
            "electrify", "stock", scope={"standard": "china-3"}, to={"standard": "china-6"}
        ).apply(TOWN, full_effect=True)


def test_electrify_new_needs_its_share():
    with pytest.raises(InputError, match="field new_share: belongs to `of: new`"):
        measure("electrify", "new", of="stock")


def test_scrap_goes_by_standard():
    with pytest.raises(InputError, match=r"field scope.standard"):
        measure("scrap", "trucks", scope={"process": "heavy-truck"})


def test_shift_freight_keeps_first_and_last_mile_on_the_road():
    case = measure("shift_freight", "rail", coverage=number(0.5))
    moved = 0.5 * 0.2 * (1 - 0.1)
    assert activity(case, "old trucks") == pytest.approx(1.2e9 * (1 - moved))
    assert activity(case, "railway") == pytest.approx(6e8 + 1.2e9 * moved)
    assert activity(case, "road dust") == pytest.approx(1e7 * (1 - 0.5 * moved))


def test_suppress_dust_is_about_particles():
    with pytest.raises(InputError, match=r"unknown particle species\n.*SO2"):
        measure("suppress_dust", "roads", removal={"SO2": number(0.5)})
    with pytest.raises(InputError, match="suppress_dust does not fit source 'boiler 20 t/h'"):
        measure("suppress_dust", "roads", scope={"sector": "boilers"}).apply(TOWN, full_effect=True)


def test_abate_ammonia_follows_the_nitrogen():
    def flow(feed, stages):
        nitrogen, lost = 1 - feed, 0.0
        for loss, removal in stages:
            lost += nitrogen * loss * (1 - removal)
            nitrogen *= 1 - loss * (1 - removal)
        return lost

    before = flow(0, [(0.25, 0), (0.2, 0), (0.5, 0)])
    after = flow(0.1, [(0.25, 0), (0.2, 0.8), (0.5, 0.3)])
    assert kept(measure("abate_ammonia", "chain"), "pigs", "NH3") == pytest.approx(after / before)


def test_abate_ammonia_of_one_stage_is_its_removal():
    placed = [{"stage": "placement", "removal": number(60, "%")}]
    assert measure("abate_ammonia", "feed", stages=placed).removal() == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (STORES[1:3], "not those of one flow of nitrogen"),
        ([*STORES, {"stage": "placement"}], "not those of one flow of nitrogen"),
        ([*STORES[:3], {"stage": "spreading"}], "`lost` is missing.*\n.*spreading"),
        ([{"stage": "feed"}], "no stage has a removal"),
    ],
)
def test_abate_ammonia_wants_the_whole_chain(stages, message):
    with pytest.raises(InputError, match=message):
        measure("abate_ammonia", "chain", stages=stages)


def test_abate_ammonia_where_there_is_none():
    with pytest.raises(InputError, match=r"emits no NH3\n.*stoves"):
        measure("abate_ammonia", "chain", scope={"source": "stoves"}).apply(TOWN, full_effect=True)


def test_grow_compounds_and_shrinks():
    case = measure("grow", "rate", since=2016)
    assert activity(case, "railway") == pytest.approx(6e8 * 1.05**3)
    assert activity(measure("grow", "down"), "stoves") == pytest.approx(1080)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"multiplier": number(1.1)}, "either rate .* or multiplier\n.*both"),
        ({"rate": None}, "either rate .* or multiplier\n.*neither"),
        ({"since": None}, "field since: belongs to rate"),
    ],
)
def test_grow_has_one_trend(change, message):
    with pytest.raises(InputError, match=message):
        measure("grow", "rate", **change)


def test_grow_does_not_run_backwards():
    with pytest.raises(InputError, match="field since: lies after the plan year"):
        measure("grow", "rate", since=2020).apply(TOWN, full_effect=True)


def test_direct_acts_in_its_months():
    case = measure("direct", "three")
    after = case.apply(TOWN, full_effect=True)
    ratio = (after["activity"] / TOWN["activity"]).sel(source="stoves", month=[1, 12])
    np.testing.assert_allclose(ratio, 0.6)
    assert kept(case, "stoves", "SO2") == pytest.approx(0.6 * 0.8)
    assert kept(case, "stoves", "NOx") == pytest.approx(0.6 * 0.7)


def test_direct_shift_in_two_of_five_heating_months():
    case = measure("direct", "shift")
    assert activity(case, "stoves") == pytest.approx(1200 * (1 - 0.5 * 2 / 5))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"verb": "scale_factor", "value": number(0.5)}, "verb scale_factor needs species"),
        ({"verb": "scale_activity", "value": number(0.5), "species": ["SO2"]}, "takes no species"),
        ({"verb": "raise_removal", "value": number(2.0), "species": ["SO2"]}, "part of the whole"),
        ({"verb": "shift_activity", "value": number(0.5)}, "`to` belongs to shift_activity"),
        ({"verb": "scale_activity", "value": number(0.5), "months": [13]}, "unknown months\n.*13"),
        ({"verb": "scale_activity", "value": number(0.5), "months": "winter"}, "unknown months"),
        ({"verb": "scale_activity", "value": number(-0.5)}, "number out of range\n.*-0.5"),
        ({"verb": "scale_factor", "value": number(0.5), "species": ["SO3"]}, "unknown species"),
    ],
)
def test_direct_rows_are_complete(row, message):
    with pytest.raises(InputError, match=message):
        measure("direct", "three", rows=[row])


def test_direct_in_a_heating_season_that_is_not_known():
    unknown = TOWN.assign_attrs()
    del unknown.attrs["heating_months"]
    with pytest.raises(InputError, match="names no heating_months"):
        measure("direct", "three").apply(unknown, full_effect=True)


def test_what_is_no_machine_is_not_scrapped():
    kiln = TOWN.assign_coords(
        service=("source", np.where(TOWN["process"] == "boiler-coal", "product", TOWN["service"])),
        standard=("source", np.where(TOWN["process"] == "boiler-coal", "old", TOWN["standard"])),
    )
    case = measure("scrap", "trucks", scope={"process": "boiler-coal", "standard": "old"})
    with pytest.raises(InputError, match=r"is no vehicle or machine but\n.*boilers"):
        case.apply(kiln, full_effect=True)
