"""Check every input that a configuration names, before anything is computed."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emisim import config as configuration
from emisim import messages, provenance
from emisim.config import Config, Run
from emisim.errors import Faults, InputError
from emisim.figures.language import columns, labels
from emisim.stages import _inputs

if TYPE_CHECKING:
    import xarray as xr

    from emisim.city import City

INPUTS, RESULTS = Path("inputs"), Path("results")
DOUBTS = "doubts"
"""Of what :func:`everything` returns: lines on what can be used and should be looked at."""
NOT_MEASURED = "the base year's air is not this city's, and a verdict on it is worth nothing"
WIDE = 10
"""Columns of the titles that are printed."""
OF_CITY, OF_PLAN = "air", "briefing"
"""Stages whose ancestry holds all inputs of a city but the plan's, and all."""


def run(*, config: str, name: str | None = None, draft: bool = False) -> None:
    """Check all inputs and print what each plan rests on; ``draft``: plans may be half written.

    ``name`` stands for the configuration ``inputs/NAME.yaml``.
    """
    read = settings(INPUTS / f"{name}.yaml" if name else config)
    work = partial(everything, draft=draft or read.draft, setting=read.transport)
    with _workers(len(read.runs)) as each:
        for item, sheet in zip(read.runs, each(work, read.runs), strict=True):
            _print(item, sheet)


def settings(file: str | Path) -> Config:
    """Return a configuration that may stand away from the inputs that it names.

    Cities and plans are looked for beside the file, else in the working directory's inputs.

    Raises
    ------
    InputError
        As :func:`emisim.config.read`; no cities in either place.
    """
    places = [Path(file).parent, INPUTS]
    found = [place for place in places if (place / "cities").is_dir()]
    if Path(file).is_file() and not found:
        message = f"no folder cities in {places[0]} (beside the configuration) or in {INPUTS}"
        hint = "run emisim where inputs/ stands, or move the configuration into inputs/"
        raise InputError(message, file=file, hint=hint)
    return configuration.read(file, inputs=next(iter(found), None))


def once(config: Config, stamp: Path) -> None:
    """Check all inputs that have changed since they last passed.

    Parameters
    ----------
    config
        The configuration.
    stamp
        JSON file that holds the digests of what has passed.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    passed = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    waiting: list[tuple[Run, bool, dict[str, str]]] = []
    for item in config.runs:
        name = f"{item.city}/{item.plan}{' (draft)' if config.draft else ''}"
        now = {
            item.city: _digest(item, OF_CITY, config.transport),
            name: _digest(item, OF_PLAN, config.transport),
        }
        if passed.get(name) != now[name]:
            waiting.append((item, passed.get(item.city) == now[item.city], now))
    with _workers(len(waiting)) as each:
        runs, fine = [item for item, _, _ in waiting], [known for _, known, _ in waiting]
        work = partial(_passes, draft=config.draft, setting=config.transport)
        for (_, _, now), _ in zip(waiting, each(work, runs, fine), strict=True):
            passed |= now
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(json.dumps(passed), encoding="utf-8")


def _passes(run: Run, city_is_fine: bool, draft: bool, setting: str) -> None:
    everything(run, city_is_fine=city_is_fine, draft=draft, setting=setting)


@contextmanager
def _workers(jobs: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """Yield a ``map`` that spreads over the processors when there is more than one job."""
    many = min(jobs, os.cpu_count() or 1)
    if many < 2:
        yield map
        return
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        yield pool.map


def everything(run: Run, *, city_is_fine: bool = False, draft: bool = False,
               setting: str = "default") -> dict[str, Any]:  # fmt: skip
    """Read and check all inputs of one city and plan; return the plan's balance sheet.

    Parameters
    ----------
    run
        City and plan.
    city_is_fine
        The city's inputs have passed before: a computed inventory may stand in for them.
    draft
        The plan file is half written: check what is there.
    setting
        Of the transport engine.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    from emisim import plan as plans
    from emisim.stages import _plan

    path = locate(run)["plan"]
    document = _plan.read(str(path), draft=draft)
    _plan.scenarios(document, str(path))
    if document.city != run.city:
        message = f"plan {run.plan} binds {document.city}"
        raise InputError(message, value=run.city, allowed=[document.city], hint="correct the run")
    base = computed(run) if city_is_fine else None
    base = built(run, setting) if base is None else base
    plans.check(document, base, file=path)
    lacking = {"draft": f"{len(document.left_out)} left out"} if document.left_out else {}
    counts = plans.balance_sheet(document) | {"sources": base.sizes["source"]} | lacking
    return counts | {DOUBTS: doubts(locate(run)["city"], locate(run)["factors"])}


def doubts(city: Path, factors: Path) -> list[str]:
    """Return what can be used and should be looked at: stand-ins, and totals beside facilities.

    An area row with less than the facilities beside it is taken for what others have.
    """
    from emisim.city import ACTIVITY_COLUMNS
    from emisim.csvtable import read_table
    from emisim.stages import _domain, _observed
    from emisim.templates import overlaps

    observed = _observed.read(_domain.read(city, factors))
    mine = (observed["status"] != "assumed").any()
    said = [] if mine else [f"observed.csv: {len(observed)} rows, all assumed: {NOT_MEASURED}"]
    for topic in overlaps.TOPICS:
        found = overlaps.find(read_table(city / f"{topic}.csv", ACTIVITY_COLUMNS))
        within = [each for each in found if each.amount <= each.value]
        said += overlaps.tell(topic, within)
    return said


def locate(run: Run) -> dict[str, Path]:
    """Return where the inputs of a run stand."""
    return {
        "city": INPUTS / "cities" / run.city,
        "factors": INPUTS / "factors",
        "plan": INPUTS / "plans" / f"{run.plan}.yaml",
    }


def built(run: Run, setting: str = "default") -> "xr.Dataset":
    """Return the base-year inventory made from the inputs, all of the city's inputs checked."""
    from emisim.stages import _domain

    paths = locate(run)
    place = _domain.read(paths["city"], paths["factors"])
    try:
        return _built(place, paths, setting)
    except InputError:
        tables(_domain.read(paths["city"], paths["factors"]))
        raise


def _built(place: "City", paths: dict[str, Path], setting: str) -> "xr.Dataset":
    from emisim.stages import _domain, _observed, _record, _transport, inventory

    base = inventory.build(str(paths["city"]), str(paths["factors"]))
    _domain.check(place, base)
    _observed.check(place)
    _transport.check(_transport.Case(place, setting), base)
    _record.read(str(paths["city"]), str(paths["factors"]))
    return base


def tables(place: "City") -> None:
    """Read every table of a city and every factor table that its inventory rests on.

    Raises
    ------
    InputError
        Every faulty cell of all of them.
    """
    from emisim import gridding
    from emisim.stages import _domain, _observed

    factors, faults = place.factors, Faults()
    listed = [name for name in _inputs.INVENTORY_FACTORS if name not in ("processes", "profiles")]
    readers: list[Callable[[], Any]] = [
        *(lambda: factors.sources, lambda: factors.processes, lambda: factors.profiles),
        *(partial(factors.__getitem__, name) for name in listed),
        lambda: place.districts,
        *(partial(place.table, topic) for topic in _inputs.SECTOR_TABLES),
        *(partial(place.parameters, name) for name in ("coal_quality", "climate", "roads")),
        *(lambda: _domain.monitors(place), lambda: _observed.read(place)),
        lambda: gridding.read_places(place.folder / "places.csv", place.names, factors.sources),
    ]
    for read in readers:
        with faults.held():
            read()
    faults.tell()


def computed(run: Run) -> "xr.Dataset | None":
    """Return the inventory of an earlier run if it was made from the inputs as they are."""
    from emisim.stages import _files

    path = RESULTS / run.city / "base/inventory.nc"
    if not path.is_file():
        return None
    base = _files.load(path)
    now = provenance.record("inventory", _inputs.files("inventory", **locate(run)))
    return base if provenance.of(base, path)["inputs"] == now["inputs"] else None


def _digest(run: Run, stage: str, setting: str) -> str:
    """Return the digest of a stage's input files and the setting; the missing count as empty."""
    files = _inputs.ancestry(stage, **locate(run))
    if stage == OF_CITY:
        files = [path for path in files if path not in _inputs.of_plan(locate(run)["plan"])]
    return provenance.digest(
        {str(path): provenance.sha256(path) if path.is_file() else "" for path in files}
        | {"transport": setting}
    )


def _print(run: Run, sheet: dict[str, Any]) -> None:
    lang = messages.language()
    print(messages.say(f"{run.city}, {run.plan}: every input can be used", lang))
    said = [("look at", line) for line in sheet.pop(DOUBTS, [])]
    for title, counts in [*sheet.items(), *said]:
        text = str(counts)
        if isinstance(counts, dict):
            text = ", ".join(_counted(count, name, lang) for name, count in counts.items())
        head = messages.say(title, lang)
        print(f"  {head}{' ' * (WIDE - columns(head))}{messages.say(text, lang)}")


def _counted(count: int, name: str, lang: str) -> str:
    """Return a count; in English things go by their names in the plan file."""
    from emisim.plan_model import REASONS

    if lang == "en":
        return f"{count} {name}"
    word = REASONS[name][1].partition(",")[0] if name in REASONS else messages.say(name, lang)
    return f"{labels(lang).get(f'kind.{name}', word)} {count}"
