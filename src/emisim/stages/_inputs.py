"""Which input files each stage reads itself, and from which stages it descends.

The workflow's rules and the provenance records both take their lists from here; a test watches
every stage open its files and compares. Only paths are handled, so that importing is cheap.
"""

import csv
from functools import cache
from pathlib import Path

from emisim import paths, strict_yaml

SECTOR_TABLES = (
    *("power", "boilers", "residential", "industry", "vehicles", "freight", "nonroad", "dust"),
    *("ammonia", "burning", "solvents"),
)
CITY_TABLES = ("districts", "coal_quality", "climate", "roads")
INVENTORY_FACTORS = (
    *("processes", "profiles", "controls", "stacks", "combustion", "industry", "solvents"),
    *("vehicles", "vehicle_corrections", "fleet", "freight", "electricity", "nonroad", "dust"),
    *("ammonia", "burning"),
)
TRANSPORT_FACTORS = (
    *("chemistry", "deposition", "meteorology", "transport", "dispersion", "stacks"),
    *("profiles", "processes"),
)
STANDARDS = ("limits", "breakpoints", "grades", "rules", "daily_joint")
HINDCAST = ("hindcast", "neighbours", "outcomes", "remarks", "forecasts")
WEATHER_CLASSES = ("bins", "classes", "clock", "profiles", "transitions")
UPSTREAM: dict[str, tuple[str, ...]] = {
    "inventory": (),
    "grid": ("inventory",),
    "receptors": (),
    "matrix": ("inventory",),
    "scenarios": ("inventory",),
    "fields": ("grid", "scenarios"),
    "air": ("inventory", "grid", "receptors", "matrix", "scenarios", "fields"),
    "verdict": ("scenarios", "air"),
    "provenance": ("grid", "receptors", "matrix", "scenarios", "fields", "air", "verdict"),
    "figures": ("provenance",),
    "briefing": ("figures",),
    "slides": ("figures",),
    "comparison": ("scenarios", "air", "verdict"),
    "report": ("figures", "comparison"),
    "explorer": ("inventory", "grid", "receptors", "matrix", "scenarios", "air", "verdict"),
}
"""Stage -> the stages whose results it reads."""


def lineage(stage: str) -> list[str]:
    """Return the stage and all that it descends from, each once."""
    found = [stage]
    for name in found:
        found += [parent for parent in UPSTREAM[name] if parent not in found]
    return sorted(found)


def files(stage: str, *, city: str | Path, factors: str | Path, plan: str | Path) -> list[Path]:
    """Return the input files that a stage itself reads, sorted.

    Parameters
    ----------
    stage
        A key of :data:`UPSTREAM`.
    city, factors
        The city's folder and the folder of factor tables.
    plan
        The plan file.
    """
    folder, tables, document = Path(city), Path(factors), Path(plan)
    sources = tables.parent / "sources.csv"
    topics = [folder / f"{name}.csv" for name in (*SECTOR_TABLES, *CITY_TABLES)]
    transport = [
        *(tables / f"{name}.csv" for name in TRANSPORT_FACTORS),
        *(folder / name for name in ("city.yaml", "monitors.csv", "places.csv")),
        *(weather_classes(folder) / f"{name}.csv" for name in WEATHER_CLASSES),
        *(sources, *boundary(folder)),
    ]
    judged = of_verdict(folder, tables, document)
    unread = [tables / f"{name}.csv" for name in ("meteorology", "profiles", "processes")]
    own = {
        "inventory": [
            *topics,
            *(tables / f"{name}.csv" for name in INVENTORY_FACTORS),
            folder / "city.yaml",
            sources,
        ],
        "grid": [folder / "city.yaml", folder / "places.csv", sources, *boundary(folder)],
        "receptors": [
            *(tables / f"{name}.csv" for name in ("dispersion", "stacks")),
            *(folder / "city.yaml", sources, weather(folder), *boundary(folder)),
        ],
        "matrix": transport,
        "scenarios": of_plan(document),
        "fields": [path for path in transport if path.name != "monitors.csv"],
        "air": [
            *transport,
            *(tables / f"{name}.csv" for name in ("air", "composition")),
            *(folder / "observed.csv", folder / "districts.csv"),
            *(*background(folder), *own_matrix(folder), *(of_plan(document) if plan else [])),
        ],
        "verdict": judged,
        "provenance": judged,
        "figures": [document, folder / "city.yaml", folder / "monitors.csv", *boundary(folder)],
        "comparison": [document, folder / "city.yaml"],
        "briefing": [document, folder / "city.yaml"],
        "slides": [document, folder / "city.yaml"],
        "explorer": [
            *(path for path in transport if path not in unread),
            *(tables / f"{name}.csv" for name in ("air", "composition")),
            *(*background(folder), *own_matrix(folder), *judged),
        ],
        "report": [document, folder / "city.yaml", sources, *hindcast(tables)],
    }
    return sorted(set(own[stage]))


def of_verdict(city: Path, factors: Path, plan: Path) -> list[Path]:
    """Return what a verdict rests on beside results: plan, observations, standards, peers."""
    return [
        *of_plan(plan),
        *(city / name for name in ("city.yaml", "observed.csv")),
        *(factors / "deposition.csv", factors.parent / "sources.csv"),
        *(*standards(factors), *counted(city, factors)),
    ]


def of_plan(plan: str | Path) -> list[Path]:
    """Return the plan file, and where progress is reported beside it that table and its sources."""
    document = Path(plan)
    table = document.parent / f"{document.stem}.progress.csv"
    return [document, *([table, citations(plan)] if table.is_file() else [])]


def citations(plan: str | Path) -> Path:
    """Return the table of sources that the inputs of a plan file cite."""
    return Path(plan).parents[1] / "sources.csv"


def ancestry(stage: str, *, city: str | Path, factors: str | Path, plan: str | Path) -> list[Path]:
    """Return the input files that a stage's result descends from, sorted."""
    found = set()
    for name in lineage(stage):
        found.update(files(name, city=city, factors=factors, plan=plan))
    return sorted(found)


def of_export(factors: str | Path) -> list[Path]:
    """Return what an export rests on beside results: its own tables and the hourly profiles."""
    tables = (Path(factors).parent / "export").glob("*.csv")
    return [*sorted(tables), Path(factors) / "profiles.csv"]


def weather(city: str | Path) -> Path:
    """Return the weather table that ``city.yaml`` names."""
    name = paths.stem(_setting(city, "weather"), "weather", file=Path(city) / "city.yaml")
    return Path(city).parents[1] / "weather" / f"{name}.csv"


def weather_classes(city: str | Path) -> Path:
    """Return the folder of weather classes beside that table."""
    return weather(city).with_suffix("")


def background(city: str | Path) -> list[Path]:
    """Return the table of upwind concentrations, if the city has one."""
    path = Path(city) / "background.csv"
    return [path] if path.is_file() else []


def standards(factors: str | Path) -> list[Path]:
    """Return the tables of the air-quality standards, beside the factor tables."""
    return [Path(factors).parent / "standards" / f"{name}.csv" for name in STANDARDS]


def counted(city: str | Path, factors: str | Path) -> list[Path]:
    """Return the city's own daily observations, with the rules that they are read by, and its
    table of peers, where it has them.
    """
    rules = Path(factors).parent / "standards" / "observation_rules.csv"
    daily, peers = (Path(city) / name for name in ("daily.csv", "peers.csv"))
    found = [daily, rules] if daily.is_file() else []
    return [*found, *([peers] if peers.is_file() else [])]


def hindcast(factors: str | Path) -> list[Path]:
    """Return the tables of forecasts and outcomes, beside the factor tables, where there are any,
    with the backgrounds that forecasts rest on.
    """
    folder = Path(factors).parent / "hindcast"
    tables = [folder / f"{name}.csv" for name in HINDCAST]
    return [*tables, Path(factors) / "air.csv"] if folder.is_dir() else []


def own_matrix(city: str | Path) -> list[Path]:
    """Return the source-receptor matrix that ``city.yaml`` names, if it does."""
    name = _setting(city, "matrix")
    return [_named(city, name)] if name else []


def batches(city: str | Path, factors: str | Path) -> list[list[str]]:
    """Return the receptors of a city (monitors, then districts) in the groups solved together."""
    with (Path(city) / "monitors.csv").open(encoding="utf-8", newline="") as text:
        names = [row["station"] for row in csv.DictReader(text)]
    settings, _ = strict_yaml.read(Path(city) / "city.yaml")
    names += list(settings["districts"])
    with (Path(factors) / "transport.csv").open(encoding="utf-8", newline="") as text:
        rows = [r for r in csv.DictReader(text) if r["parameter"] == "receptors_at_once"]
    size = int(float(rows[0]["value"]))
    return [names[i : i + size] for i in range(0, len(names), size)]


def boundary(city: str | Path) -> list[Path]:
    """Return the vector file that ``city.yaml`` names; none when a package holds the polygons."""
    path = _named(city, _setting(city, "boundary"))
    return [path] if path.is_file() else []


def _named(city: str | Path, name: str) -> Path:
    return paths.inside(name, Path(city), file=Path(city) / "city.yaml")


def _setting(city: str | Path, key: str) -> str:
    path = Path(city) / "city.yaml"
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return str(_settings(path, changed).get(key, ""))


@cache
def _settings(path: Path, changed: int) -> dict[str, object]:
    """Return what ``city.yaml`` holds; read again when the file has ``changed`` (ns)."""
    settings, _ = strict_yaml.read(path)
    return settings
