"""A house of good inputs, spoilt by one edit at a time, and the readers that must say what is."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from emisim import boundaries, config, observations, plan, progress, published
from emisim.air import background
from emisim.city import City
from emisim.factors import Factors
from emisim.gridding import read_places
from emisim.observations.cities import read_stations
from emisim.sectors._common import annual
from emisim.stages import _domain, _observed
from emisim.tables import read_parameters, read_sources
from emisim.target_record import read_peers
from emisim.weather import class_tables, frequencies, hourly_csv
from emisim.weather import readers as weather_readers

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA = HERE.parent / "data"
OF_CITY = ("monitors.csv", "places.csv", "observed.csv", "peers.csv", "background.csv")
CODES = {"Upper": 110101, "Lower": 110102}


def build(inputs: Path) -> Path:
    """Write the good inputs into a folder and return it."""
    shutil.copytree(DATA / "mini", inputs)
    for name in (*OF_CITY, "districts.geojson"):
        shutil.copy(HERE / "good" / name, inputs / "cities/mini" / name)
    for name in ("published.csv", "stations.csv", "config.yaml", "hourly.csv", "daily.csv"):
        shutil.copy(HERE / "good" / name, inputs / name)
    (inputs / "year.csv").write_text(year(), encoding="utf-8")
    (inputs / "plans").mkdir()
    shutil.copy(DATA / "plan.yaml", inputs / "plans/example-2019.yaml")
    text = (DATA / "example-2019.progress.csv").read_text(encoding="utf-8")
    table = inputs / "plans/example-2019.progress.csv"
    table.write_text(text.replace(",example,", ",made-up,"), encoding="utf-8")
    (inputs / "weather").mkdir()
    shutil.copy(ROOT / "inputs/weather/yushe.csv", inputs / "weather")
    shutil.copytree(ROOT / "inputs/weather/yushe", inputs / "weather/yushe")
    return inputs


def year() -> str:
    """Return an hourly record of a whole year."""
    head = (HERE / "good/hourly.csv").read_text(encoding="utf-8").splitlines()[:5]
    hours = pd.date_range("2018-01-01", periods=8760, freq="h")
    rows = [f"{h:%Y-%m-%d %H:%M},{2 + h.hour % 5},{h.hour * 15},{h.month},0.5" for h in hours]
    return "\n".join([*head, *rows, ""])


def readers(inputs: Path) -> dict[str, Callable[[], Any]]:
    """Return what reads the inputs of a house, by the name that the catalogue uses."""
    folder, plans = inputs / "cities/mini", inputs / "plans/example-2019.yaml"

    def factors() -> Factors:
        return Factors(inputs / "factors")

    def city() -> City:
        return City.read(folder, factors())

    sources, shipped = {"made-up": ""}, ROOT / "inputs"
    rules = observations.read_rules(ROOT / observations.rules.DEFAULT)
    cited = read_sources(shipped / "sources.csv")
    meteorology = read_parameters(shipped / "factors/meteorology.csv", cited)
    return {
        "city": city,
        "districts": lambda: city().districts,
        "boilers": lambda: city().table("boilers"),
        "annual": lambda: annual(city().table("boilers"), city(), "boilers"),
        "combustion": lambda: factors()["combustion"],
        "factor": lambda: factors()["combustion"].value(
            "SO2", "kg/t", process="boiler-coal", fuel="coal"
        ),
        "processes": lambda: factors().processes,
        "profiles": lambda: factors().profiles,
        "sources": lambda: factors().sources,
        "places": lambda: read_places(folder / "places.csv", list(CODES), sources),
        "monitors": lambda: _domain.monitors(city()),
        "observed": lambda: _observed.read(city()),
        "peers": lambda: read_peers(folder / "peers.csv", sources),
        "background": lambda: background.read(folder / "background.csv", sources),
        "published": lambda: published.read(inputs / "published.csv", sources),
        "stations": lambda: read_stations(inputs / "stations.csv"),
        "plan": lambda: plan.read(plans),
        "progress": lambda: progress.read(
            progress.beside(plans), plan.read(plans).measures, sources
        ),
        "config": lambda: config.read(inputs / "config.yaml"),
        "boundary": lambda: boundaries.read("districts.geojson", CODES, folder),
        "hourly": lambda: hourly_csv.read(inputs / "hourly.csv", factors()["combustion"]),
        "record": lambda: weather_readers.read(inputs / "year.csv", meteorology),
        "observations": lambda: observations.read(inputs / "daily.csv", rules=rules),
        "weather": lambda: frequencies.read(inputs / "weather/yushe.csv"),
        "classes": lambda: class_tables.read(inputs / "weather/yushe"),
    }


@contextmanager
def spoilt(inputs: Path, case: dict[str, Any]) -> Iterator[None]:
    """Spoil a house as a case of the catalogue says, and repair it afterwards."""
    path = inputs / case["file"]
    good = path.read_bytes()
    text = good.decode("utf-8")
    if "old" in case:
        assert case["old"] in text, f"{case['file']} holds no {case['old']!r}"
        text = text.replace(case["old"], case["new"], 1)
    elif "new" in case:
        text = case["new"]
    for old, new in case.get("edits", ()):
        assert old in text, f"{case['file']} holds no {old!r}"
        text = text.replace(old, new, 1)
    try:
        if case.get("remove"):
            path.unlink()
        else:
            path.write_bytes(text.encode(case.get("encoding", "utf-8")))
        yield
    finally:
        path.write_bytes(good)


def told(text: str, inputs: Path) -> str:
    """Return a message as it reads wherever the house stands."""
    return text.replace(str(inputs.parent), "...")
