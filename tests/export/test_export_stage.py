"""``emisim export`` from the command line, every format, and what it refuses."""

import json
from pathlib import Path

import netCDF4
import pandas as pd
import pytest

from emisim import gridding, inventory
from emisim import scenario as scenarios
from emisim.cli import main
from export import made
from export.paths import CITY, FACTORS
from export.test_export_tables import kg


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    base = made.city()
    shares = ["share", "entry_place", "entry_cell", "outside_share", "source_place"]
    base.drop_vars(shares, errors="ignore").to_netcdf(folder / "inventory.nc")
    base[shares].to_netcdf(folder / "shares.nc")
    later = scenarios.Scenario("stated", (scenarios.Scenario("base"),), year=2020)
    several = [scenarios.Scenario("base"), later]
    many = scenarios.dataset(several, scenarios.run(several, base.drop_vars(shares)))
    many.to_netcdf(folder / "scenarios.nc")
    made.wrfinput(folder / "wrfinput_d01")
    made.griddesc(folder)
    return folder, base


def export(results, kind, *more, source="inventory"):
    folder, _ = results
    out = folder / kind
    given = ["--city", CITY, "--factors", FACTORS, "--shares", folder / "shares.nc", "--out", out]
    given += [f"--{source}", folder / f"{source}.nc"]
    return main(["export", kind, *(str(g) for g in (*given, *more))]), out


def sulphur(results, out):
    """Parts of the SO2 budget, in order, and what the inventory holds."""
    table = pd.read_csv(out / "budget.csv")
    came = float(inventory.totals(results[1], by=(), outside=True).sel(species="SO2"))
    rows = table[table["species"] == "SO2"].groupby("period", sort=False)
    return rows.sum(numeric_only=True), came


def test_cmaq_of_two_months_on_a_griddesc(results):
    more = ("--month", 1, 7, "--grid", results[0] / "GRIDDESC", "--grid_name", "TEST_3KM")
    code, out = export(results, "cmaq", *more)
    assert code == 0
    with netCDF4.Dataset(out / "emis.TEST_3KM.20190701.nc") as file:
        assert file.GDTYP == 2
        assert (file.P_ALP, file.P_BET, file.XCENT, file.YCENT) == (30, 60, 113.1, 38)
        assert file["SO2"].shape == (25, 1, 14, 16)
    table = pd.read_csv(out / "budget.csv")
    assert set(table["not_carried"]) == {"CO2"}
    made_from = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    for name in ("lumping", "profiles", "molar_masses", "weekly", "settings", "iamc"):
        assert f"inputs/export/{name}.csv" in made_from["inputs"]
    assert {Path(p).name for p in made_from["outputs"]} >= {"budget.csv", "totals.csv"}
    assert "export" in made_from["stages"]
    assert len(set(pd.read_csv(out / "totals.csv")["file"])) == 2


def test_wrfchem_of_a_day_of_a_scenario(results):
    more = ("--day", "2020-01-31", "--grid", results[0] / "wrfinput_d01", "--scenario", "stated")
    code, out = export(results, "wrfchem", *more, source="scenarios")
    assert code == 0
    with netCDF4.Dataset(out / "wrfchemi_d01_2020-01-31_00:00:00") as file:
        assert file["E_NO"].shape == (24, 1, 14, 16)
        assert float(file["E_NO"][:].sum()) > 0


def test_cf_by_month_is_the_gridded_inventory(results):
    code, out = export(results, "cf")
    assert code == 0
    found = gridding.read(out / "emissions.nc")
    field = gridding.emissions(results[1])
    sums = [f.sum(("month", "y", "x")).values for f in (found, field)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-9)
    rows, came = sulphur(results, out)
    assert rows["in"].iloc[0] == pytest.approx(came, rel=1e-12)
    parts = rows[["inside", "beyond_city_grid", "beyond_target_grid"]].iloc[0].sum()
    assert parts == pytest.approx(came, rel=1e-12)


def test_geotiff(results):
    code, out = export(results, "geotiff")
    assert code == 0
    assert len(list(out.glob("*.tif"))) == 10


def test_iamc_of_all_scenarios(results):
    code, out = export(results, "iamc", source="scenarios")
    assert code == 0
    frame = pd.read_csv(out / "iamc.csv")
    assert {"2019", "2020"} < set(frame.columns)
    assert set(frame["scenario"]) == {"base", "stated"}
    whole = frame[(frame["region"] == "Yangquan") & (frame["variable"] == "Emissions|Sulfur")]
    frame = inventory.totals(results[1], by=("district",), outside=True).rename("kg")
    rows = frame.to_series().reset_index().assign(scenario="base")
    expected = kg(rows, "SO2") / 1e6
    assert whole.set_index("scenario").loc["base", "2019"] == pytest.approx(expected, rel=1e-12)


def test_xlsx_without_a_plan(results):
    code, out = export(results, "xlsx", "--lang", "zh")
    assert code == 0
    assert (out / "annexes-zh.xlsx").is_file()


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("cmaq", ("--day", "2019-02-30"), "not a date"),
        ("cmaq", ("--day", "2019-02-03", "--month", "2"), "a day or months, not both"),
        ("cmaq", ("--month", "13"), "unknown month"),
        ("cmaq", ("--month", "1", "--mechanism", "cb7"), "unknown mechanism"),
        ("cmaq", ("--month", "1", "--layers", "100", "50"), "layer tops must rise"),
        ("wrfchem", ("--month", "1"), "needs the grid of the WRF run"),
        ("cf", ("--scenario", "stated"), "unknown scenario"),
    ],
)
def test_what_does_not_fit_is_refused(results, capsys, kind, more, message):
    code, _ = export(results, kind, *more)
    assert code == 2
    assert message in capsys.readouterr().err


def test_nothing_to_export(results, capsys):
    folder, _ = results
    given = ["--city", CITY, "--factors", FACTORS, "--shares", folder / "shares.nc"]
    code = main(["export", "cf", *(str(g) for g in given), "--out", str(folder / "x")])
    assert code == 2
    assert "nothing to export" in capsys.readouterr().err
