"""A fold writes into its own arrays only, and ends where step by step ends."""

import re

import numpy as np
import pytest
import xarray as xr

from emisim import inventory as inv
from emisim import scenario, verbs, workspace
from emisim.convention import check_terms
from emisim.errors import InputError
from emisim.measures._example import town
from measures import cases

TOWN = town()


class Plain:
    """A measure applied outside any workspace."""

    def __init__(self, step):
        self.step = step

    def apply(self, inventory, *, full_effect):
        return self.step.apply(workspace.closed(inventory), full_effect=full_effect)


def chain(names):
    """Return measures of the contract with seasons of their own, so that terms become monthly."""
    dates = [f"2019-{1 + i % 12:02}-15" for i in range(len(names))]
    return [
        cases.measure(kind, name, start=day, id=f"{kind}-{name}-{day}")
        for (kind, name), day in zip(names, dates, strict=True)
    ]


@pytest.mark.parametrize("name", cases.NAMES, ids="-".join)
def test_each_kind_does_the_same_in_a_fold(name):
    steps = chain([name, name])
    before = TOWN.copy(deep=True)
    folded = scenario.fold(steps, TOWN, full_effect=True)
    one_by_one = TOWN
    for step in steps:
        one_by_one = step.apply(one_by_one, full_effect=True)
    xr.testing.assert_allclose(folded, one_by_one, rtol=1e-13)
    xr.testing.assert_identical(TOWN, before)


def test_all_kinds_one_after_the_other():
    alone = {"grow", "ban_burning", "cap_activity", "direct", "curtail", "renew_fleet"}
    names = sorted(cases.NAMES, key=lambda name: name[0] in alone)
    steps = [s for s in chain(names) if s.id.split("-")[0] not in {"abate_ammonia"}]
    folded = scenario.fold(steps, TOWN, full_effect=True)
    one_by_one = scenario.fold([Plain(s) for s in steps], TOWN, full_effect=True)
    for name in ("activity", "factor", "removal"):
        np.testing.assert_allclose(folded[name], one_by_one[name], rtol=1e-12, err_msg=name)
    assert workspace.of(folded) is None


def test_a_result_is_no_longer_written_into():
    first = scenario.fold(chain(cases.FIRST[:4]), TOWN, full_effect=True)
    kept = first.copy(deep=True)
    scenario.fold(chain(cases.FIRST), first, full_effect=True)
    xr.testing.assert_identical(first, kept)


def test_a_fold_inside_a_fold_shares_the_workspace():
    inner = scenario.Scenario("inner", tuple(chain(cases.FIRST[:3])))
    outer = scenario.fold([inner, *chain(cases.FIRST[3:5])], TOWN, full_effect=True)
    flat = scenario.fold(chain(cases.FIRST[:3]) + chain(cases.FIRST[3:5]), TOWN, full_effect=True)
    xr.testing.assert_allclose(outer, flat, rtol=1e-13)


def test_the_step_that_breaks_the_convention_is_named(monkeypatch):
    steps = chain(cases.FIRST[:3])

    def broken(inventory, uptake):
        return inventory.assign(removal=inventory["removal"] + 2)

    monkeypatch.setattr(type(steps[1]), "change", lambda self, i, u: broken(i, u))
    with pytest.raises(InputError, match=re.escape(f"{steps[1].label}: removal is above 1")):
        scenario.fold(steps, TOWN, full_effect=True)


def test_a_term_with_draws_grows_a_dimension():
    draws = xr.DataArray([0.0, 0.5, 1.0], dims="draw")
    uptake = (draws * xr.DataArray(np.ones(12), {"month": TOWN["month"]})).transpose(
        "draw", "month"
    )
    where = inv.select(TOWN, process="household-coal")
    opened = workspace.opened(TOWN)
    for start in (TOWN, opened):
        after = verbs.scale_activity(start, where, 0.0, uptake)
        served = verbs.shift_activity(after, where, {"stoves": "gas heaters"}, uptake)
        assert served["activity"].dims == ("draw", "source", "month")
        left = served["activity"].sel(source="stoves").sum("month")
        np.testing.assert_allclose(left / 1200, (1 - draws) ** 2)


def test_codes_name_every_label():
    numbers, words = workspace.codes(TOWN, "process")
    names = np.array(list(words), dtype=object)
    assert (names[numbers] == TOWN["process"].values).all()
    opened = workspace.opened(TOWN)
    assert workspace.codes(opened, "process") is workspace.codes(opened, "process")


def test_a_workspace_knows_what_has_changed():
    opened = workspace.opened(TOWN)
    assert [rows.size for rows in list(workspace.changed(opened).values())[:3]] == [0, 0, 0]
    where = inv.select(TOWN, process="boiler-coal")
    after = verbs.scale_factor(opened, where, {"SO2": 0.5}, TOWN["activity"][0] * 0 + 1)
    rows = workspace.changed(after)
    assert rows["factor"].tolist() == np.flatnonzero(where.values).tolist()
    assert rows["activity"].size == rows["removal"].size == 0
    replaced = after.assign(removal=after["removal"] * 1)
    assert workspace.changed(replaced) is None
    assert workspace.changed(TOWN) is None


@pytest.mark.parametrize(
    ("term", "value", "message"),
    [
        ("activity", -1.0, "activity is negative"),
        ("activity", np.nan, "is not a finite number"),
        ("removal", 1.5, "removal is above 1"),
        ("factor", 1e9, "PM2.5 above PM10"),
    ],
)
def test_a_fault_written_into_one_source_is_found(monkeypatch, term, value, message):
    steps = chain(cases.FIRST[:2])
    row = int(np.flatnonzero(TOWN["factor"].sel(species="PM10").values > 0)[0])

    def broken(inventory, uptake):
        dims = inventory.variables[term].dims
        old = workspace.lift(inventory.variables[term], dims, np.array([row])).copy()
        old[..., 6 if term == "factor" else slice(None)] = value
        return workspace.write(inventory, term, np.array([row]), dims, old)

    monkeypatch.setattr(type(steps[1]), "change", lambda self, i, u: broken(i, u))
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        scenario.fold(steps, TOWN, full_effect=True)
    assert str(caught.value).startswith(steps[1].label)


def test_fine_dust_above_coarse_after_a_monthly_removal_is_found_at_its_source():
    coarse = TOWN["factor"].sel(species="PM10") * 0.5 < TOWN["factor"].sel(species="PM2.5")
    row = int(np.flatnonzero(coarse.values & (TOWN["factor"].sel(species="PM2.5") > 0).values)[-1])
    dims = ("source", "month", "species")
    new = np.zeros((1, 12, TOWN.sizes["species"]))
    new[0, 6, TOWN["species"].values.tolist().index("PM10")] = 0.5
    after = workspace.write(workspace.opened(TOWN), "removal", np.array([row]), dims, new)
    source = re.escape(repr(TOWN["source"].values[row]))
    with pytest.raises(
        InputError, match=f"PM2.5 above PM10 in the factor after removal .*{source}"
    ):
        check_terms(after, workspace.changed(after))
