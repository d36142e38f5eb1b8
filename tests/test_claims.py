"""What a document claims, beside hand-calculated results."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emisim import claims, ledger, plan, scenario
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.target_values import Outcome

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
CITE = "cite: {basis: stated, clause: '1'}"


def with_claims(tmp_path, *lines):
    rows = "".join(f"  - {{id: c{i}, text_en: x, text_zh: 甲, {x}}}\n" for i, x in enumerate(lines))
    text = EXAMPLE.read_text(encoding="utf-8").replace(
        "scenarios:\n", f"claims:\n{rows}scenarios:\n"
    )
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return plan.read(path)


def compared(document):
    chosen = plan.scenarios(document)
    inventories = scenario.run(chosen, town(2018))
    rows = ledger.build(chosen, inventories)
    air = xr.DataArray(
        np.array([[[50.0]], [[50]], [[40]], [[45]]]),
        {"scenario": [s.id for s in chosen], "species": ["SO2"], "area": ["city"]},
        ("scenario", "species", "area"),
    )
    outcome = Outcome(scenario.dataset(chosen, inventories), air)
    return claims.compare(document, outcome, rows).set_index(["claim", "scenario"])


def test_by_hand(tmp_path):
    document = with_claims(
        tmp_path,
        f"clause: '1', metric: reduction, species: SO2, value: {{value: 51, unit: t, {CITE}}}",
        "clause: '1', metric: project_reduction, species: SO2, "
        f"value: {{value: 0.102, unit: kt, {CITE}}}",
        "clause: '2', metric: activity_reduction, scope: {process: household-coal}, "
        f"value: {{value: 576, unit: t, {CITE}}}",
        "clause: '3', metric: concentration_change, species: SO2, "
        f"value: {{value: -10, unit: '%', {CITE}}}",
        "clause: '3', not_computable_en: no such thing here, not_computable_zh: 无, "
        f"value: {{value: 3, unit: t, {CITE}}}",
    )
    table = compared(document)
    assert table.loc[("c0", "stated"), "computed"] == pytest.approx(25.5)
    assert table.loc[("c0", "stated"), "ratio"] == pytest.approx(0.5)
    assert table.loc[("c0", "expected"), "computed"] == pytest.approx(12.75)
    assert table.loc[("c1", "stated"), "ratio"] == pytest.approx(1)
    # 60 % of 1200 t in two of five heating months
    assert table.loc[("c2", "stated"), "computed"] == pytest.approx(1200 * 0.6 * 2 / 5)
    assert table.loc[("c2", "stated"), "ratio"] == pytest.approx(0.5)
    assert table.loc[("c3", "expected"), "computed"] == pytest.approx(-10)
    assert table.loc[("c3", "stated"), "ratio"] == pytest.approx(2)
    missing = table.loc[("c4", "")]
    assert missing["reason_en"] == "no such thing here"
    assert np.isnan(missing["computed"])


def test_a_claim_about_measures_that_are_not_there(tmp_path):
    line = f"clause: '3', metric: reduction, species: SO2, value: {{value: 51, unit: t, {CITE}}}"
    with pytest.raises(InputError, match="claim c0: its clause has no measure"):
        plan.require_cited(with_claims(tmp_path, line))


def test_an_unknown_measure_is_named(tmp_path):
    line = (
        "clause: '3', metric: reduction, species: SO2, measures: [scruber], "
        f"value: {{value: 51, unit: t, {CITE}}}"
    )
    with pytest.raises(InputError, match=r"measure of claim c0(.|\n)*scruber(.|\n)*scrubber"):
        with_claims(tmp_path, line)


def test_no_claims_make_an_empty_table(tmp_path):
    table = compared(plan.read(EXAMPLE))
    assert table.empty
    claims.write(table.reset_index(), tmp_path / "claims.csv")
    assert (tmp_path / "claims.csv").read_text(encoding="utf-8").startswith("claim,")
