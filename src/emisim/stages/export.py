"""Emissions of a scenario in the files that other models and programs take."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import __version__, bars, gridding, provenance
from emisim.errors import InputError, MassError
from emisim.export import (
    amounts,
    annexes,
    cf,
    hours,
    iamc,
    ioapi,
    raster,
    speciation,
    wrfchem,
)
from emisim.export.hours import Hours
from emisim.export.target import Target
from emisim.stages import _files
from emisim.stages._export import BASE, MONTHS, Day, Job, days
from emisim.vocabulary import SPECIES

log = logging.getLogger(__name__)
MECHANISM = {"cmaq": "cb6_ae6", "wrfchem": "radm2_sorgam"}
HOURS = {"cmaq": 25, "wrfchem": 24, "cf": 24}
"""Hours of a file; CMAQ interpolates to the first hour of the next day."""


@dataclass(frozen=True)
class Options:
    """How hourly files are made."""

    kind: str
    where: Target
    folder: Path
    layers: Sequence[float]
    mechanism: str


def run(
    *,
    format: str,
    city: str,
    factors: str,
    shares: str,
    out: str,
    inventory: str | None = None,
    scenarios: str | None = None,
    scenario: str = BASE,
    grid: str | None = None,
    grid_name: str | None = None,
    day: str | None = None,
    month: Sequence[int] = (),
    layers: Sequence[float] = (),
    mechanism: str | None = None,
    ledger: str | None = None,
    verdict: str | None = None,
    lang: str = "zh",
) -> None:
    """Write the files of a format into the folder ``out``, read them back, and the mass budget.

    Raises
    ------
    InputError
        Options that do not fit together, or an input that cannot be used.
    MassError
        If a file does not hold the inventory's mass.
    """
    source = scenarios or inventory
    if source is None:
        message = "nothing to export"
        raise InputError(message, hint="give --inventory, or --scenarios with --scenario")
    job, folder = Job.read(city, factors, shares, source, scenario), Path(out)
    if format == "iamc":
        _iamc(job, folder)
    elif format == "xlsx":
        _xlsx(job, folder, ledger, verdict, lang)
    elif format == "geotiff" or (format == "cf" and day is None and not month):
        _yearly(job, format, job.target(grid, grid_name), folder)
    else:
        chosen = mechanism or MECHANISM.get(format, "")
        options = Options(format, job.target(grid, grid_name), folder, layers, chosen)
        _hourly(job, options, days(day, month, job.year))
    job.record(folder)
    log.info("%s: %s", format, folder)


def _hourly(job: Job, options: Options, chosen: Sequence[Day]) -> None:
    """Write hourly files of each day, with the budget and the totals read back."""
    budgets, compared = [], []
    for day in bars.over(chosen, options.kind):
        rates, missing = _rates(job, options, day)
        compared.append(_write(job, options, rates, day))
        budget = amounts.budget(rates.amounts)
        budgets.append(budget.assign(period=day.words, not_carried=missing))
    _files.save_table(pd.concat(budgets), options.folder / "budget.csv")
    _files.save_table(pd.concat(compared), options.folder / "totals.csv")


def _rates(job: Job, options: Options, day: Day) -> tuple[Hours, str]:
    """Return the hours of a day, and what the mechanism does not carry."""
    times = hours.times(day.start, HOURS[options.kind])
    laid = job.lay(job.months(day, times), options.where, options.layers)
    clock = job.clock(laid)
    share = hours.mean_day(clock, times) if day.mean else hours.day(clock, laid.periods, times)
    if options.kind == "cf":
        told, yields = hours.as_inventory(laid)
        return Hours(laid, times, share, SPECIES, told, yields), ""
    chosen = speciation.read(job.tables, options.mechanism, laid.by_sector())
    told, yields = hours.of_mechanism(laid, chosen)
    missing = " ".join(chosen.missing())
    return Hours(laid, times, share, chosen.species, told, yields), missing


def _write(job: Job, options: Options, rates: Hours, day: Day) -> pd.DataFrame:
    """Write one day; return the totals read back beside the inventory's."""
    where, tops, about = options.where, options.layers, f"{job.title}, {day.words}"
    date = day.first.isoformat()
    if options.kind == "cmaq":
        path = options.folder / f"emis.{where.name}.{date.replace('-', '')}.nc"
        ioapi.write(path, rates, where, tops, about)
        return hours.compare(rates, ioapi.totals(path, rates.species), path.name)
    if options.kind == "cf":
        path = options.folder / f"emissions-hourly-{date}.nc"
        cf.write(path, rates, where, {**job.stamp, "title": about})
        found = cf.totals(path, rates.species, where)
        return hours.compare(rates, found, path.name, hours.AGREED)
    folder = options.folder / date[:7] if day.mean else options.folder
    paths = []
    for name, chosen in wrfchem.names(date, where.name, mean=day.mean):
        paths.append(folder / name)
        wrfchem.write(folder / name, rates, where, chosen, max(len(tops), 1))
    name = paths[0].relative_to(options.folder).as_posix()
    return hours.compare(rates, wrfchem.totals(paths, rates, where), name)


def _yearly(job: Job, kind: str, where: Target, folder: Path) -> None:
    """GeoTIFF of the year, or CF netCDF by sector and month."""
    laid = job.lay(MONTHS, where)
    if kind == "geotiff":
        raster.write(folder, laid, job.title)
    else:
        title = {"title": f"Gridded anthropogenic emissions: {job.title}", **job.stamp}
        title["history"] = f"written by emisim {__version__}"
        field, path = cf.monthly(laid), folder / "emissions.nc"
        gridding.write(path, field, where.grid, job.year, title, cf.PRECISION)
        _compare(gridding.read(path), field, path)
    _files.save_table(amounts.budget(laid).assign(period=str(job.year)), folder / "budget.csv")


def _compare(found: xr.DataArray, field: xr.DataArray, path: Path) -> None:
    read, made = (f.sum(("month", "y", "x")).values for f in (found, field))
    if not np.allclose(read, made, rtol=hours.AGREED, atol=0):
        message = f"{path} does not hold the inventory's mass"
        raise MassError(message)


def _iamc(job: Job, folder: Path) -> None:
    totals, years = job.totals()
    table = iamc.variables(job.tables / "iamc.csv")
    city, path = job.place.settings.name, folder / "iamc.csv"
    iamc.write(iamc.table(totals, table, city, years), path)
    iamc.check(path, totals, table, city)


def _xlsx(job: Job, folder: Path, ledger: str | None, verdict: str | None, lang: str) -> None:
    from emisim.stages import _findings

    totals, years = job.totals()
    settings = job.place.settings
    districts = {name: district.name_zh for name, district in settings.districts.items()}
    about = {
        "city": settings.name_zh if lang == "zh" else settings.name,
        "scenario": ", ".join(f"{name} ({year})" for name, year in years.items()),
        "made": f"emisim {__version__}",
        "record": job.stamp[provenance.DIGEST],
    }
    rows, judged = (None if path is None else _findings.table(path) for path in (ledger, verdict))
    book = annexes.Book(totals, rows, judged, about, districts if lang == "zh" else {})
    annexes.write(folder / f"annexes-{lang}.xlsx", book, lang)
