"""Scenarios of plans by the names that people give them, read from results."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from emisim import models, provenance
from emisim.city import CitySettings
from emisim.comparison import Result
from emisim.errors import InputError, require_known
from emisim.messages import LANGUAGES
from emisim.output import UNFINISHED
from emisim.sides import Side
from emisim.stages import _files, _findings, check

SHOWN = "stated"
"""The scenario where none is named."""
NEEDED = ("scenarios.nc", "air.nc", "verdict.csv")
MARKS = (*NEEDED, "ledger.csv")
"""Files that tell the folder of a plan's results, finished or not."""
PARTED = re.compile("(.+)[:\uff1a](.+)", re.DOTALL)
"""A plan and its scenario, parted by a colon (or a Chinese one)."""
RUN = "snakemake --cores 2 makes what inputs/config.yaml names"


def read(names: Sequence[str], root: Path) -> list[Side]:
    """Return the scenarios that ``names`` mean: ``PLAN`` or ``CITY/PLAN``, and ``:SCENARIO``.

    Raises
    ------
    InputError
        A name fits no results below ``root``, or those of several cities; results are not
        finished; the plan has no such scenario.
    """
    there = found(root)
    meant = [resolve(name, there) for name in names]
    results = {place: result(root / place, place) for place in dict.fromkeys(p for p, _ in meant)}
    for place, scenario in meant:
        ids = results[place].total["scenario"].values.tolist()
        require_known([scenario], ids, f"scenario of plan {place}")
    return [Side(name(*one, there), results[one[0]], one[1]) for one in meant]


def found(root: Path) -> list[str]:
    """Return ``CITY/PLAN`` of every plan that has results below ``root``, finished or not."""
    folders = {path.parent for mark in MARKS for path in root.glob(f"*/*/{mark}")}
    folders |= {p.parent for m in MARKS for p in root.glob(f"*/*/.{m}{UNFINISHED}")}
    return sorted(folder.relative_to(root).as_posix() for folder in folders)


def resolve(text: str, there: Iterable[str]) -> tuple[str, str]:
    """Return city/plan and scenario that a name means among the results that are there.

    A plan whose name holds a colon is found by its whole name first.
    """
    there, parted = list(there), PARTED.fullmatch(text)
    for plan, scenario in ((text, SHOWN), *([parted.groups()] if parted else [])):
        fit = [place for place in there if plan in (place, place.partition("/")[2])]
        if len(fit) == 1:
            return fit[0], scenario
        if fit:
            what = "results of this plan stand in several cities"
            raise InputError(what, value=text, allowed=fit, hint="write CITY/PLAN")
    what = "there are no results of that name"
    raise InputError(what, value=text, allowed=there or None, hint=RUN)


def name(place: str, scenario: str, there: Iterable[str]) -> str:
    """Return the heading of a side: the plan, with its city where two cities have such a plan."""
    plan = place.partition("/")[2]
    alone = [other.partition("/")[2] for other in there].count(plan) == 1
    return f"{plan if alone else place}:{scenario}"


def result(folder: Path, place: str) -> Result:
    """Return the results of one plan.

    Raises
    ------
    InputError
        A file is missing, or the run that makes it did not finish.
    """
    lacking = [n for n in NEEDED if not (folder / n).is_file()
               or (folder / f".{n}{UNFINISHED}").exists()]  # fmt: skip
    if lacking:
        what = "the results are not finished: one or more files are missing or half made"
        raise InputError(what, file=folder, value=", ".join(lacking), allowed=NEEDED, hint=RUN)
    many, air = (_files.load(folder / name) for name in NEEDED[:2])
    city, _, plan = place.partition("/")
    scenarios = many["scenario"].values.tolist()
    made_from = provenance.of(air, folder / "air.nc")
    return Result(
        city=city,
        plan=plan,
        place=_place(city),
        total=many["total"],
        years=dict(zip(scenarios, many["year"].values.tolist(), strict=True)),
        means=air["by_area"],
        verdict=_findings.table(folder / "verdict.csv"),
        monitors=air.get("at_monitors"),
        inputs=made_from["inputs"],
    )


def _place(city: str) -> dict[str, str]:
    """Return language -> name of a city; the name of its folder where its inputs do not tell."""
    path = check.INPUTS / "cities" / city / "city.yaml"
    if path.is_file():
        with suppress(InputError):
            settings = models.read(path, CitySettings)
            return {"en": settings.name, "zh": settings.name_zh}
    return dict.fromkeys(LANGUAGES, city)
