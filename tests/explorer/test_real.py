"""The engine and the package on the plans that have been run here, and the time of a change."""

import json
from pathlib import Path

import pytest

from emisim import plan as plans
from emisim import scenario
from emisim.errors import InputError
from emisim.explorer import page, payload
from emisim.stages import _domain, _files, _findings, _record, _transport
from emisim.stages import explorer as stage
from emisim.target_model import DAYS
from emisim.vocabulary import OUTSIDE
from explorer import towns

ROOT = Path(__file__).parents[2]
RUNS = sorted(path.parent for path in ROOT.glob("results/*/*/air.nc"))
TOLERANCE, COUNT, AT_ONCE, LARGEST = 1e-6, 200, 20, 3_000_000
TIMED = """
const settings = given; const times = [];
for (const setting of settings) {
  const begin = performance.now();
  explorer.evaluate(setting);
  times.push(performance.now() - begin);
}
return times;
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=RUNS, ids=lambda path: path.name)
def run(request):
    """A plan with its page's data."""
    folder, city = request.param, request.param.parent.name
    place, factors = ROOT / "inputs/cities" / city, ROOT / "inputs/factors"
    above = folder.parent
    base = _files.load(above / "base/inventory.nc")
    many, means = (_files.load(folder / name) for name in ("scenarios.nc", "air.nc"))
    path = ROOT / "inputs/plans" / f"{folder.name}.yaml"
    plan, text = plans.read(path), path.read_text(encoding="utf-8")
    case = _transport.Case(_domain.read(place, factors), "default")
    start = payload.begun(plan, base)
    spread, kernels = (_files.load(above / n) for n in ("base/shares.nc", "transport/receptors.nc"))
    rows = [_files.load(p) for p in sorted((above / "transport/matrix").glob("*.nc"))]
    air = stage.transported(case, start, spread, kernels, rows)
    outcome = stage.outcome(plan, many, means, str(place), str(factors))
    data = payload.make(
        plan, base, start, air, (outcome, _findings.table(folder / "verdict.csv")), text
    )
    record = _record.read(str(place), str(factors))
    return towns.Made(plan, text, base, start, air, record, data)


def worst(found, wanted):
    return max(abs(a / b - 1) for a, b in zip(found, wanted, strict=True))


def test_every_setting_agrees(run, engine):
    settings = towns.random_settings(run.plan, COUNT, seed=3)
    found = list(zip(settings, engine(run.data, towns.ALL, settings), strict=True))
    known = {t["id"] for t in run.data["targets"] if t["form"]}
    judged = tuple(t.id for t in run.plan.targets if t.metric not in DAYS and t.id in known)
    good = [pair for pair in found if not pair[1]["faults"]]
    assert len(good) > COUNT / 2
    for first in range(0, len(good), AT_ONCE):
        some, answers = zip(*good[first : first + AT_ONCE], strict=True)
        package = towns.answers(run, list(some), judged)
        for k, answer in enumerate(answers):
            agree(answer, package, f"s{k}", run, judged)
    for setting, _ in [pair for pair in found if pair[1]["faults"]][:5]:
        with pytest.raises(InputError):
            scenario.run(towns.scenarios_of(run.plan, [setting]), run.base)


def agree(answer, package, name, run, judged):
    """Compare one setting's answers, scenario ``name`` of the package's."""
    total = package.many["total"].sel(scenario=name).sum(["month", "sector"]) / 1000
    inside = total.sel(district=total["district"] != OUTSIDE).sum("district")
    emitted = inside.sel(species=list(answer["emissions"]))
    assert worst(answer["emissions"].values(), emitted.values) < TOLERANCE
    for point, means in answer["receptors"].items():
        monitor = point in run.air.stations
        variable, axis = ("at_monitors", "station") if monitor else ("by_area", "area")
        values = package.air[variable].sel({axis: point, "scenario": name})
        assert worst(means.values(), values.sel(species=list(means)).values) < TOLERANCE
    verdicts = package.verdict.set_index(["scenario", "target"])
    for verdict in answer["verdicts"]:
        if verdict["target"] in judged:
            row = verdicts.loc[(name, verdict["target"])]
            assert verdict["value"] == pytest.approx(row["value"], rel=TOLERANCE, abs=1e-7)
            near = abs(row["margin"]) <= TOLERANCE * max(abs(row["target_value"]), 1)
            assert verdict["verdict"] == row["verdict"] or near


def test_a_page_is_small_and_quick(run, engine):
    assert len(page.render(run.data).encode()) < LARGEST
    times = sorted(engine(run.data, TIMED, towns.random_settings(run.plan, 60, seed=4)))
    print(json.dumps({"plan": run.plan.id, "median": times[30], "largest": times[-1]}))
    assert times[30] < 100
