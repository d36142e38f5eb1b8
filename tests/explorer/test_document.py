"""The plan file that the page gives away is one that the package runs to the same emissions."""

import numpy as np
import pytest

from emisim import plan as plans
from emisim import plan_scenarios, scenario
from emisim.explorer import document
from emisim.measures._base import Cite
from emisim.vocabulary import OUTSIDE
from explorer import towns

TAKE = """
return given.map((s) => ({text: explorer.document(s), emissions: explorer.evaluate(s).emissions}));
"""


@pytest.fixture(scope="module")
def taken(place, engine):
    """Settings of a town, with the plan file and the emissions that the engine makes of each."""
    settings = towns.random_settings(place.plan, 4, seed=7)
    settings.append(towns.default(place.plan, "stated"))
    return list(zip(settings, engine(place.data, TAKE, settings), strict=True))


def test_the_package_computes_the_same(taken, place, tmp_path):
    for setting, made_of in taken[:3]:
        plan = plans.read(towns.write_plan(tmp_path, made_of["text"]))
        chosen = {s.id: s for s in plan_scenarios.scenarios(plan)}[setting["scenario"]]
        many = scenario.run([chosen], place.base)
        total = scenario.dataset([chosen], many)["total"].isel(scenario=0)
        inside = total.sel(district=total["district"] != OUTSIDE).sum(
            ["sector", "district", "month"]
        )
        wanted = np.array([made_of["emissions"][s] for s in inside["species"].values])
        assert inside.values / 1000 == pytest.approx(wanted, rel=1e-9)


def test_what_was_changed_is_assumed_and_says_so(taken, place, tmp_path):
    setting, made_of = taken[0]
    plan = plans.read(towns.write_plan(tmp_path, made_of["text"]))
    before = {m.id: m for m in place.plan.measures}
    seen = 0
    for measure in plan.measures:
        own, old = setting["measures"][measure.id], before[measure.id]
        if own["coverage"] != old.coverage.to("fraction"):
            assert measure.coverage.cite.basis == "assumed"
            assert f"was {old.coverage.to('fraction'):g}" in measure.coverage.cite.note
            seen += 1
        if own["start"] != old.start.isoformat():
            assert measure.cites["start"] == Cite(
                basis="assumed",
                clause=measure.clause,
                note=f"set in the explorer; was {old.start}",
            )
            seen += 1
    assert seen > 10
    off = [name for name, own in setting["measures"].items() if not own["on"]]
    assert all(set(s.without) == set(off) for s in plan.scenarios if s.steps == "measures")
    assert made_of["text"].startswith("# set in the explorer: ")


def test_the_plan_itself_comes_back_unchanged(taken, place):
    assert taken[-1][1]["text"] == place.text


FLOW = """\
# 𠮷 stands outside the basic plane of Unicode
clauses:
  - clause: '1'
    measures:
      - {kind: grow, id: a, start: 2019-01-01, cites: {start: {basis: stated}}}
      - kind: grow
        id: b
        start: 2019-02-01  # a remark
        coverage:
          value: 1

        full: 2019-03-01
scenarios:
  - {id: stated, steps: measures, without: [a]}
"""


def test_places_in_braces_and_in_blocks():
    class Named:
        measures = (type("M", (), {"id": "a"}), type("M", (), {"id": "b"}))

    found = document.of_plan(Named(), FLOW, ["stated"])

    def text(place, name):
        begin, end = place["spans"][name]
        return FLOW[begin:end]

    one, other = found["measures"]["a"], found["measures"]["b"]
    assert (one["flow"], other["flow"], other["indent"]) == (True, False, 8)
    assert text(one, "start") == "2019-01-01"
    assert text(one["cites"], "start") == "{basis: stated}"
    assert text(other, "coverage") == "value: 1"
    assert text(other, "full") == "2019-03-01"
    assert FLOW[: other["after"]].endswith("start: 2019-02-01")
    assert text(found["scenarios"]["stated"], "without") == "[a]"
