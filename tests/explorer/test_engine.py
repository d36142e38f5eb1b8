"""The engine of the page and the package say the same, setting by setting."""

import copy

import numpy as np
import pandas as pd
import pytest

from emisim.explorer import payload, program
from emisim.inventory import annual
from emisim.measures import registry
from emisim.vocabulary import OUTSIDE
from explorer import towns

TOLERANCE = 1e-6
COUNT = 200


@pytest.fixture(scope="module")
def compared(place, engine):
    """Settings of a town with the engine's answers and the package's."""
    settings = towns.random_settings(place.plan, COUNT, seed=11)
    judged = tuple(t.id for t in place.plan.targets if t.id not in towns.DRAWN)
    return engine(place.data, towns.ALL, settings), towns.answers(place, settings, judged)


def close(found, wanted):
    """Compare numbers, relative to the largest of each kind."""
    wanted = np.asarray(wanted)
    scale = np.abs(wanted).max()
    assert scale > 0
    assert np.abs(np.asarray(found) - wanted).max() <= TOLERANCE * scale


def test_every_kind_is_written_down():
    assert set(program.RULES) == set(registry())


def test_emissions(compared):
    found, package = compared
    total = package.many["total"].sum("month") / 1000
    inside = total.sel(district=[d for d in total["district"].values if d != OUTSIDE])
    for k, answer in enumerate(found):
        of_species = inside.sel(scenario=f"s{k}").sum(["sector", "district"]).to_series()
        assert pd.Series(answer["emissions"]).to_numpy() == pytest.approx(
            of_species[list(answer["emissions"])].to_numpy(), rel=TOLERANCE
        )
        by_sector = inside.sel(scenario=f"s{k}").sum("district").to_pandas()
        sectors = pd.DataFrame(answer["bySector"]).T.loc[by_sector.index, by_sector.columns]
        close(sectors, by_sector)
        by_district = total.sel(scenario=f"s{k}").sum("sector").to_pandas()
        close(pd.DataFrame(answer["byDistrict"]).T.loc[by_district.index, by_district.columns],
              by_district)  # fmt: skip


def test_settings_differ(compared):
    found, _ = compared
    values = [a["receptors"]["city"]["PM2.5"] for a in found]
    assert len(set(values)) > len(values) / 2
    assert max(values) / min(values) > 1.05


@pytest.mark.parametrize("species", ["PM2.5", "PM10", "SO2", "NO2"])
def test_concentrations(compared, species):
    found, package = compared
    for variable, axis in (("at_monitors", "station"), ("by_area", "area")):
        values = package.air[variable].sel(species=species)
        for name in values[axis].values.tolist():
            engine = [a["receptors"][name][species] for a in found]
            wanted = values.sel({axis: name})[2:].values
            assert engine == pytest.approx(wanted, rel=TOLERANCE)


def test_verdicts(compared, place):
    found, package = compared
    rows = package.verdict.set_index(["scenario", "target"])
    seen = set()
    for k, answer in enumerate(found):
        for verdict in answer["verdicts"]:
            name = verdict["target"]
            if name in towns.DRAWN:
                continue
            row = rows.loc[(f"s{k}", name)]
            assert verdict["moves"], name
            assert verdict["value"] == pytest.approx(row["value"], rel=TOLERANCE, abs=1e-9), name
            near = abs(row["margin"]) <= TOLERANCE * abs(row["target_value"])
            assert verdict["verdict"] == row["verdict"] or near, name
            seen.add((name, verdict["verdict"]))
    assert len(seen) > len(place.plan.targets) + 5


def test_what_the_page_cannot_follow_stands_still(compared, place):
    found, _ = compared
    for k, answer in enumerate(found):
        scenario = ("stated", "expected")[k % 2]
        days = next(v for v in answer["verdicts"] if v["target"] == "days")
        target = next(t for t in place.data["targets"] if t["id"] == "days")
        assert not days["moves"]
        assert days["value"] == target["scenarios"][scenario]["value"]


def test_ledger(compared, place):
    found, _ = compared
    for k in range(2):
        setting = towns.random_settings(place.plan, 2, seed=11)[k]
        wanted = towns.in_sequence(place, setting)
        rows = pd.DataFrame(found[k]["ledger"])
        assert rows["measure"].drop_duplicates().tolist() == list(wanted)
        both = np.stack(list(wanted.values()))
        close(rows["in_sequence"], both[:, 0].ravel())
        close(rows["outside"], both[:, 1].ravel())


WORSE = """
const setting = explorer.defaults("stated");
for (const id of Object.keys(setting.measures)) setting.measures[id].on = id === "coarse";
return [explorer.evaluate(setting).faults, explorer.evaluate(explorer.defaults("stated")).faults];
"""


def test_what_the_package_refuses_is_a_fault(place, engine):
    """PM10 is held back and PM2.5 is not: the fine particles would be more than all."""
    data = copy.deepcopy(place.data)
    rule = next(m for m in data["measures"] if m["id"] == "retrofit-particles")
    target = [0.0] * len(data["species"])
    target[data["species"].index("PM10")] = 0.9
    coarse = {**rule, "id": "coarse", "coverage": 1.0}
    coarse["operations"] = [{**rule["operations"][0], "target": target}]
    data["measures"].append(coarse)
    faults, none = engine(data, WORSE)
    assert faults == [{"measure": "coarse", "what": "PM2.5 > PM10"}]
    assert none == []


def test_a_plan_without_measures_has_a_page(place, engine):
    bare = place.plan.model_copy(update={"clauses": ()})
    data = payload.make(bare, place.base, payload.begun(bare, place.base), place.air)
    found = engine(data, "return explorer.evaluate(explorer.defaults('stated'));")
    total = annual(place.start)[place.start["district"].values != OUTSIDE].sum(axis=0) / 1000
    assert list(found["emissions"].values()) == pytest.approx(total, rel=TOLERANCE)
    assert found["receptors"]["city"]["PM2.5"] > 0
    assert found["ledger"] == []
