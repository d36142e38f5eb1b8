"""A made-up town of two districts and two monitors, small enough to be transported in seconds."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import shapely

from emisim import cli, example, provenance, scenario
from emisim.stages import _files
from emisim.stages._domain import read
from emisim.stages._inputs import batches
from emisim.stages._transport import Case
from emisim.vocabulary import HALVES, SEASONS, SPECIES

ROOT = Path(__file__).parents[2]
TABLES = "factors", "weather/yushe", "weather/yushe.csv", "sources.csv"
COARSE = (
    ("mesh,,default,,mesh_cell_size,3000,m,1000,3000", "mesh,,default,,mesh_cell_size,6e3,m,1,9e3"),
    ("ring_width,120,km,100", "ring_width,20,km,20"),
    ("numerics,,default,,residual_tolerance,1e-2", "numerics,,default,,residual_tolerance,1e-3"),
    ("receptors_at_once,8", "receptors_at_once,3"),
)
CITY = """\
name: Town
name_zh: 小城
base_year: 2018
districts:
  Upper: {adcode: 140901, name_zh: 上区}
  Lower: {adcode: 140902, name_zh: 下区}
grid: {cell_size: 2000, margin: 4000, crs: auto}
heating_months: [11, 12, 1, 2, 3]
weather: yushe
boundary: districts.geojson
"""
DISTRICTS = {
    "Upper": (140901, shapely.box(113.0, 38.0, 113.2, 38.1)),
    "Lower": (140902, shapely.box(113.0, 37.9, 113.2, 38.0)),
}
MONITORS = """\
station,name_zh,district,lon,lat,status,source,note
north,北,Upper,113.05,38.06,assumed,emisim-judgement,made up
south,南,Lower,113.14,37.95,assumed,emisim-judgement,made up
"""
PLACES = """\
place,weight,geometry,status,source,note
builtup:Upper,1,"POLYGON ((113.01 38.01, 113.12 38.01, 113.12 38.09, 113.01 38.09, 113.01 38.01))",\
assumed,emisim-judgement,made up
builtup:Lower,1,"POLYGON ((113.09 37.91, 113.18 37.91, 113.18 37.98, 113.09 37.98, 113.09 37.91))",\
assumed,emisim-judgement,made up
"""
PEOPLE = """\
district,item,value,unit,low,high,status,source,page,note
Upper,population,30000,person,20000,40000,assumed,emisim-judgement,,made up
Lower,population,10000,person,5000,15000,assumed,emisim-judgement,,made up
"""
LEVEL = {"PM2.5": 60.0, "PM10": 110.0, "SO2": 30.0, "NO2": 45.0}
SEASON = {"winter": 1.4, "spring": 1.0, "summer": 0.7, "autumn": 0.9}
SOURCES = (
    pd.DataFrame(
        [
            ("stoves", "residential", "heat", "t", "Upper", 10.0, np.nan),
            ("boiler", "boilers", "heat", "t", "Lower", 17.0, 45.0),
            ("trucks", "freight", "freight", "t km", "Lower", 1.0, np.nan),
            ("pigs", "ammonia", "product", "head", "Upper", 1.0, np.nan),
        ],
        columns=[
            "source",
            "sector",
            "service",
            "activity_unit",
            "district",
            "output",
            "stack_height",
        ],
    )
    .set_index("source")
    .assign(fuel="none", process="process-free")
)
EMITTED = {
    "stoves": {"SO2": 18, "NOx": 2, "CO": 90, "VOC": 5, "PM10": 8, "PM2.5": 6, "BC": 2, "OC": 3},
    "boiler": {"SO2": 30, "NOx": 20, "CO": 9, "VOC": 1, "PM10": 10, "PM2.5": 4, "BC": 1, "OC": 1},
    "trucks": {"NOx": 60, "CO": 20, "VOC": 9, "PM10": 3, "PM2.5": 3, "BC": 2, "OC": 1},
    "pigs": {"NH3": 40, "VOC": 3},
}
"""kg per hour through the year."""


class Town:
    """The town's inputs in a folder, and the results of its stages."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, and write the inputs where there are none."""
        self.folder, self.inputs = folder, folder / "inputs"
        self.city, self.factors = self.inputs / "cities/town", self.inputs / "factors"
        if not self.city.is_dir():
            self._write()

    def _write(self) -> None:
        for name in TABLES:
            source, target = ROOT / "inputs" / name, self.inputs / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for old, new in COARSE:
            self.replace("factors/transport.csv", old, new)
        self.city.mkdir(parents=True)
        tables = {"monitors": MONITORS, "places": PLACES, "districts": PEOPLE}
        for name, text in {"city.yaml": CITY, **{f"{n}.csv": t for n, t in tables.items()}}.items():
            (self.city / name).write_text(text, encoding="utf-8")
        (self.city / "districts.geojson").write_text(json.dumps(geometry()), encoding="utf-8")
        observed().to_csv(self.city / "observed.csv", index=False)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace text in an input; the text must be there."""
        path = self.inputs / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} holds no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def copy(self, folder: Path) -> "Town":
        """Return the same town, with its results, in another folder."""
        shutil.copytree(self.folder, folder)
        return Town(folder)

    def path(self, name: str) -> str:
        return str(self.folder / "results" / name)

    def emisim(self, verb: str, *options: str) -> int:
        """Run a verb of the command line and return its exit code."""
        place = ("--city", str(self.city), "--factors", str(self.factors))
        return cli.main([verb, *place, *options])

    def matrix(self, half: str = "heating", batch: int = 0, out: str = "") -> int:
        """Make a part of the source-receptor matrix."""
        name = out or f"matrix/{half}-{batch}.nc"
        options = ("--inventory", self.path("inventory.nc"), "--half", half, "--batch", str(batch))
        return self.emisim("matrix", *options, "--out", self.path(name))

    def fields(self, half: str) -> int:
        """Make the maps of one half."""
        read_from = ("--shares", self.path("shares.nc"), "--scenarios", self.path("scenarios.nc"))
        return self.emisim("fields", *read_from, "--half", half, "--out",
                           self.path(f"fields-{half}.nc"))  # fmt: skip

    def air(self, *matrix: str, out: str = "air.nc") -> int:
        """Compute concentrations with the parts of a matrix, by name of the result."""
        return self.emisim(
            "air", "--shares", self.path("shares.nc"), "--scenarios", self.path("scenarios.nc"),
            "--receptors", self.path("receptors.nc"), "--matrix", *matrix,
            "--fields", *(self.path(f"fields-{half}.nc") for half in HALVES),
            "--out", self.path(out),
        )  # fmt: skip

    @property
    def case(self) -> Case:
        """The town as transport sees it."""
        return Case(read(self.city, self.factors), "default")

    @property
    def parts(self) -> list[str]:
        """Paths of the parts of the matrix."""
        count = len(batches(self.city, self.factors))
        return [self.path(f"matrix/{half}-{batch}.nc") for half in HALVES for batch in range(count)]

    def begin(self) -> None:
        """Make what the transport stages read: inventory, shares, kernels, scenarios."""
        record = provenance.record("inventory", [])
        base = inventory()
        _files.save(base, self.path("inventory.nc"), record)
        cut = base.assign(activity=base["activity"] * np.array([[0.5], [0.8], [1.0], [1.0]]))
        named = [SimpleNamespace(id=name, names={}) for name in ("base", "stated")]
        many = scenario.dataset(named, {"base": base, "stated": cut})
        _files.save(many, self.path("scenarios.nc"), record)
        outputs = ("--out", self.path("emissions.nc"), "--budget", self.path("budget.csv"))
        made = self.emisim("grid", "--inventory", self.path("inventory.nc"), *outputs, "--shares",
                           self.path("shares.nc"))  # fmt: skip
        assert (made, self.emisim("receptors", "--out", self.path("receptors.nc"))) == (0, 0)


def inventory():
    """Return the inventory of four sources, stoves in winter only, with one stack."""
    hours = np.array([pd.Timestamp(2018, m, 1).days_in_month * 24 for m in range(1, 13)])
    activity = np.tile(hours.astype(float), (len(SOURCES), 1))
    activity[0] *= np.isin(np.arange(1, 13), (11, 12, 1, 2, 3)) * 2.4
    factor = np.array([[EMITTED[n].get(s, 0.0) for s in SPECIES] for n in SOURCES.index])
    made = example.made_up(SOURCES, activity, factor, 2018)
    stack = {"stack_diameter": 1.4, "exit_temperature": 410.0, "exit_velocity": 9.0}
    tall = np.isfinite(made["stack_height"].values)
    made["place"] = "district:" + made["district"]
    return made.assign_coords({n: ("source", np.where(tall, v, np.nan)) for n, v in stack.items()})


def geometry():
    """Return the districts as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code, "name": name},
            "geometry": shapely.geometry.mapping(box),
        }
        for name, (code, box) in DISTRICTS.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def observed():
    """Return ``observed.csv``: annual and monthly means of the whole town."""
    of_month = {m: SEASON[name] for name, months in SEASONS.items() for m in months}
    rows = [
        ("*", "", 2018, month, species, level * factor, "ug/m3", 0, 500)
        for species, level in LEVEL.items()
        for month, factor in (("", 1.0), *of_month.items())
    ]
    columns = ["district", "station", "year", "month", "species", "value", "unit", "low", "high"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(status="assumed", source="emisim-judgement", page="", note="made up")
