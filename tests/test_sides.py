"""Scenarios beside each other: numbers by hand, names of results, lines, files and pictures."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import cli, sides
from emisim.comparison import Result
from emisim.errors import InputError
from emisim.figures import comparison as figures
from emisim.figures import language, style
from emisim.sides import Side
from emisim.stages import _beside, _files, _sides, check

SCENARIOS = ("base", "reference", "stated", "expected")
SPECIES = ("SO2", "PM2.5")
SECTORS = ("power", "residential")


def totals(power, residential):
    """Return kg a month by scenario: so many t a year in the city, and as much again outside."""
    tonnes = np.array([power, residential], dtype=float).T[:, :, None, None, None]
    kilograms = np.broadcast_to(tonnes * 1000 / 12, (4, 2, 2, 2, 12))
    axes = {"scenario": list(SCENARIOS), "sector": list(SECTORS), "district": ["Upper", "outside"],
            "species": list(SPECIES), "month": range(1, 13)}  # fmt: skip
    return xr.DataArray(kilograms.copy(), axes, list(axes))


def means(*levels):
    """Return the city's means by scenario, all species alike."""
    values = np.repeat(np.array(levels, dtype=float)[:, None, None], 2, 1)
    axes = {"scenario": list(SCENARIOS), "species": list(SPECIES), "area": ["city"]}
    return xr.DataArray(values, axes, list(axes))


def monitors(first, second):
    values = np.repeat(np.array([first, second], dtype=float).T[:, None], 2, 1)
    axes = {"scenario": list(SCENARIOS), "species": list(SPECIES), "station": ["1A", "2A"]}
    return xr.DataArray(values, axes, list(axes))


def judged(ceiling, *verdicts):
    """Return a verdict: a ceiling of PM2.5 in the city, and further targets by (id, verdict)."""
    of = {"metric": "concentration", "species": "PM2.5", "area": "city", "period": "year",
          "unit": "ug/m3", "target_value": ceiling}  # fmt: skip
    rows = [{"target": "air", "scenario": s, "verdict": "met", **of} for s in SCENARIOS[2:]]
    for number, (stated, expected) in enumerate(verdicts):
        name = f"more-{number}"
        rows += [{"target": name, "scenario": "stated", "verdict": stated},
                 {"target": name, "scenario": "expected", "verdict": expected}]  # fmt: skip
    rows.append({"target": "rank", "scenario": np.nan, "verdict": "not computable"})
    return pd.DataFrame(rows)


def made(city, plan, *, base_year=2018, ceiling=35.0, scale=1.0, **more):
    return Result(
        city, plan, {"en": city.title(), "zh": "阳泉"},
        totals([100 * scale, 100 * scale, 60 * scale, 80 * scale], [50, 50, 50, 49]),
        dict(zip(SCENARIOS, (base_year, 2019, 2019, 2019), strict=True)),
        means(50, 50, 40, 45), judged(ceiling, ("met", "not met"), ("not met", "not met")),
        **{"monitors": monitors([60, 60, 50, 55], [58, 58, 52, 54]), **more},
    )  # fmt: skip


@pytest.fixture(scope="module")
def pair():
    result = made("alpha", "alpha-2019")
    return [Side("A", result, "stated"), Side("B", result, "expected")]


@pytest.fixture(scope="module")
def rows(pair):
    return sides.beside(pair)


def at(rows, **where):
    found = rows.loc[(rows[list(where)] == pd.Series(where)).all(axis=1)]
    assert len(found) == 1, found
    return found.iloc[0]


def test_emissions_by_hand(rows):
    whole = at(rows, side="B", part="emission", item="SO2", sector="")
    assert (whole["base"], whole["value"]) == pytest.approx((150, 129))
    assert whole["change"] == pytest.approx(-21)
    assert whole["change_percent"] == pytest.approx(-14)
    assert whole["difference"] == pytest.approx(-21 + 40)
    power = at(rows, side="B", part="emission", item="SO2", sector="power")
    assert power["difference"] == pytest.approx(20)
    assert at(rows, side="A", part="emission", item="SO2", sector="")["difference"] == 0


def test_the_air_by_hand(rows):
    city = at(rows, side="B", part="concentration", item="PM2.5")
    assert city[["value", "change", "difference"]].tolist() == pytest.approx([45, -5, 5])
    first, second = (at(rows, side=s, part="worst monitor", item="PM2.5") for s in "AB")
    assert (first["receptor"], first["value"], first["base"]) == ("2A", 52, 58)
    assert (second["receptor"], second["value"], second["base"]) == ("1A", 55, 60)


def test_targets_by_hand(rows):
    numbers = rows[rows["part"] == "targets"].pivot(index="item", columns="side", values="value")
    assert numbers["A"].to_dict() == {"met": 2, "not met": 1, "not computable": 1}
    assert numbers["B"].to_dict() == {"met": 1, "not met": 2, "not computable": 1}
    assert at(rows, side="B", part="targets", item="not met")["difference"] == 1
    ceiling = at(rows, side="A", part="target")
    assert ceiling[["item", "value", "unit"]].tolist() == ["PM2.5", 35, "ug/m3"]


def test_the_sector_that_differs_most(rows):
    found = sides.largest(rows)
    assert found["side"].tolist() == ["B", "B"]
    assert found["sector"].tolist() == ["power", "power"]
    assert found["difference"].tolist() == pytest.approx([20, 20])


def test_a_base_year_is_not_judged_and_changes_nothing(pair):
    rows = sides.beside([pair[0], Side("base", pair[0].result, "base")])
    own = rows[rows["side"] == "base"]
    assert not (own["part"] == "targets").any()
    assert (own["change"].dropna() == 0).all()


def test_what_differs_is_told():
    one = Side("A", made("alpha", "alpha-2019", inputs={"a.csv": "1", "b.csv": "2"}), "stated")
    same = Side("B", one.result, "expected")
    assert sides.differing([one, same]) == []
    other = made("beta", "b", base_year=2015, ceiling=40.0, inputs={"a.csv": "9", "c.csv": "2"})
    told = sides.differing([one, Side("B", other, "base")])
    assert told == ["city", "base_year", "year", "target", "inputs"]
    notes = _beside.told([one, Side("B", other, "base")], "en")
    assert len(notes) == len(told)
    assert "A 2018, B 2015" in notes[1]
    assert "a.csv" in notes[-1]
    assert "c.csv" not in notes[-1]


def test_a_name_stands_once_and_scenarios_are_known(pair):
    with pytest.raises(InputError, match="names the same scenario twice"):
        sides.beside([pair[0], pair[0]])
    with pytest.raises(InputError, match="unknown scenario of plan alpha-2019") as caught:
        sides.beside([Side("A", pair[0].result, "state")])
    assert caught.value.allowed == list(SCENARIOS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_are_aligned_as_the_screen_shows_them(pair, rows, lang):
    told = _beside.text(rows, pair, lang).split("\n")
    so2 = next(line for line in told if line.startswith("  SO"))
    assert "110 (–27%)" in so2
    assert so2.endswith("+19.0")
    ends = [so2.index("(–27%)") + len("(–27%)"), len(so2)]
    assert language.columns(told[0]) == language.columns(so2)
    assert language.columns(told[0][: told[0].index("A") + 1]) == ends[0]
    assert any("52.0 (–10%) 2A" in line for line in told)
    assert any("+20.0" in line and language.term("power", lang) in line for line in told)
    assert ("城市" in told[1]) == (lang == "zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_shows_changes_on_the_base_year_and_targets(rows, lang):
    drawn = figures.beside(rows, style.Stamp("a1b2c3d4e5f6"), lang)
    so2, *_, targets = drawn.axes
    assert [bar.get_width() for bar in so2.patches] == pytest.approx([-4000 / 150, -14])
    assert [bar.get_width() for bar in targets.patches] == [2, 1, 1, 1, 2, 1]
    assert [label.get_text() for label in so2.get_yticklabels()] == ["A", "B"]
    said, below = style.caption(drawn)
    assert "A –27%; B –14%" in said
    assert below == language.say("beside.subtitle", lang)


def test_gaps_are_stated():
    bare = made("alpha", "a", monitors=None)
    pair = [Side("A", bare, "stated"), Side("B", made("beta", "b"), "stated")]
    told = _beside.text(sides.beside(pair), pair, "en").split("\n")
    at_monitors = told.index("highest annual mean of a monitor, µg/m³")
    assert told[at_monitors + 1].split() == ["PM2.5", "-", "52.0", "(–10%)", "2A", "-"]
    alone = [pair[0], Side("C", bare, "expected")]
    assert "monitor, µg/m³: none" in _beside.text(sides.beside(alone), alone, "en")


def written(root, place, result, lacking=()):
    """Write results as the workflow does."""
    folder = root / place
    made_from = {"inputs": dict(result.inputs), "stages": {}}
    years = ("scenario", list(result.years.values()))
    many = result.total.to_dataset(name="total").assign_coords(year=years)
    air = xr.Dataset({"by_area": result.means, "at_monitors": result.monitors})
    folder.mkdir(parents=True)
    for name, dataset in (("scenarios.nc", many), ("air.nc", air)):
        if name not in lacking:
            _files.save(dataset, folder / name, made_from)
    result.verdict.to_csv(folder / "verdict.csv", index=False)


ODD = "计划 (2019): new.v2"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    root = tmp_path_factory.mktemp("house")
    results = root / "results"
    written(results, "alpha/alpha-2019", made("alpha", "alpha-2019", inputs={"a.csv": "1"}))
    written(results, f"beta/{ODD}", made("beta", ODD, base_year=2015, scale=2.0))
    written(results, "beta/twin", made("beta", "twin"))
    written(results, "alpha/twin", made("alpha", "twin"))
    written(results, "beta/half", made("beta", "half"), lacking=["air.nc"])
    written(results, "beta/stopped", made("beta", "stopped"))
    (results / "beta/stopped/.verdict.csv.unfinished").touch()
    (results / "logs/rule").mkdir(parents=True)
    return root


@pytest.fixture
def inside(house, monkeypatch):
    monkeypatch.chdir(house)
    for name in ("EMISIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert check.RESULTS.is_dir()


PLACES = ["alpha/alpha-2019", "alpha/twin", "beta/half", "beta/stopped", "beta/twin",
          f"beta/{ODD}"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("alpha-2019", ("alpha/alpha-2019", "stated")),
        ("alpha/alpha-2019:base", ("alpha/alpha-2019", "base")),
        ("alpha-2019：expected", ("alpha/alpha-2019", "expected")),
        (ODD, (f"beta/{ODD}", "stated")),
        (f"{ODD}:expected", (f"beta/{ODD}", "expected")),
        ("beta/twin", ("beta/twin", "stated")),
    ],
)
def test_names_of_results(house, name, meant):
    assert _sides.found(house / "results") == PLACES
    assert _sides.resolve(name, PLACES) == meant


def test_a_heading_names_the_city_only_where_it_must(house):
    read = _sides.read(["alpha-2019", "alpha/twin", f"{ODD}:base"], house / "results")
    assert [side.name for side in read] == ["alpha-2019:stated", "alpha/twin:stated", f"{ODD}:base"]


@pytest.mark.parametrize(
    ("names", "what", "allowed"),
    [
        (["alpha-2018", "alpha-2019"], "no results of that name", PLACES),
        (["twin", "alpha-2019"], "stand in several cities", ["alpha/twin", "beta/twin"]),
        (["half", "alpha-2019"], "not finished", list(_sides.NEEDED)),
        (["stopped", "alpha-2019"], "not finished", list(_sides.NEEDED)),
        (["alpha-2019:foo", "alpha-2019"], "unknown scenario of plan", list(SCENARIOS)),
        (["alpha-2019", "alpha/alpha-2019:stated"], "names the same scenario twice", None),
        (["alpha-2019"], "needs two scenarios", PLACES),
    ],
)
def test_what_is_missing_is_named(inside, capsys, names, what, allowed):
    assert cli.main(["compare", *names]) == 2
    told = capsys.readouterr().err
    assert what in told
    assert all(good in told for good in allowed or [])
    assert cli.main(["compare", *names, "--out", "never.csv"]) == 2
    assert not check.RESULTS.with_name("never.csv").exists()


def test_nothing_computed_yet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no results") as caught:
        _sides.read(["a", "b"], check.RESULTS)
    assert caught.value.allowed is None
    assert "snakemake" in caught.value.hint


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_table_keeps_what_is_printed(inside, house, capsys, ending):
    assert cli.main(["compare", "alpha-2019", ODD, "--out", f"of {ODD}.{ending}"]) == 0
    assert "The base years differ (alpha-2019:stated 2018" in capsys.readouterr().out
    path = house / f"of {ODD}.{ending}"
    if ending == "csv":
        table = pd.read_csv(path, encoding="utf-8-sig")
    else:
        table = pd.read_excel(path, engine="calamine")
    own = table[table["quantity"].str.startswith("emission") & (table["item"] == "PM2.5")]
    whole = own[own["sector"].isna()].iloc[0]
    assert float(whole[f"{ODD}:stated: value"]) == pytest.approx(170)
    assert float(whole[f"{ODD}:stated: base year"]) == pytest.approx(250)
    assert float(whole[f"{ODD}:stated: difference"]) == pytest.approx(-80 + 40)
    years = table[table["quantity"] == "base year"].iloc[0]
    assert str(years["alpha-2019:stated: value"]) == "2018"


def test_the_users_language_and_a_picture(inside, house, capsys, monkeypatch):
    monkeypatch.setenv("EMISIM_LANG", "zh")
    assert cli.main(["compare", "alpha-2019", f"{ODD}：base", "--figure", "图.SVG"]) == 0
    assert "基准年不同" in capsys.readouterr().out
    assert (house / "图.SVG").read_text(encoding="utf-8").startswith("<?xml")
    assert cli.main(["compare", "alpha-2019", ODD, "--figure", "a.gif"]) == 2
    assert "未知的文件类型" in capsys.readouterr().err


def test_the_inputs_of_results_are_read(house):
    (side,) = _sides.read(["alpha-2019"], house / "results")
    assert side.result.inputs == {"a.csv": "1"}
