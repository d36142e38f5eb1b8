"""EDGAR netCDF: one file of a substance and sector, 0.1 degree.

Up to version 7 the variable is ``emi_<substance>`` (kg m-2 s-1); from version 8 on ``fluxes``
(kg m-2 s-1) or ``emissions`` (tonnes per cell), with substance and year among the attributes.
"""

import re
from pathlib import Path

from emisim.errors import InputError
from emisim.regrid import axes, cf, layers, quantity, settings
from emisim.regrid.layers import Layer
from emisim.regrid.quantity import Steps
from emisim.regrid.settings import Job

SUFFIXES = (".nc",)
WHOLE = "TOTALS"
NAME = re.compile(
    r"(?:.+?)_(?P<substance>[A-Za-z][A-Za-z0-9.]*(?:_excl_short-cycle_org_C)?)_(?P<year>\d{4})"
    r"(?:_(?P<month>1[0-2]|[1-9]))?_(?:bkl_)?(?P<sector>[A-Za-z][A-Za-z0-9_]*?)"
    r"(?:_flx|_emi)?(?:\.0\.1x0\.1)?"
)


def read(job: Job) -> list[Layer]:
    """Return the layers of the year, one for each file.

    Raises
    ------
    InputError
        For a file name or variable of no known version, a total beside its parts, and as
        :func:`emisim.regrid.cf.variable`.
    """
    given, files = job.given, {}
    for path in settings.found(job, SUFFIXES):
        match = NAME.fullmatch(path.stem)
        if match is None:
            message = "the file name does not say substance, year and sector"
            hint = "e.g. v8.1_FT2022_AP_SO2_2022_IND_flx.nc"
            raise InputError(message, file=path, hint=hint)
        parts = match.groupdict()
        ignored = {parts["sector"], parts["substance"]} & set(given.ignore)
        if int(parts["year"]) == given.year and not ignored:
            files[path] = parts
    if not files:
        message = "no file is of the year and not ignored"
        raise InputError(message, file=job.folder, column="year", value=given.year)
    layers.not_whole_and_parts({parts["sector"] for parts in files.values()}, WHOLE, job.folder)
    terms = job.maps.terms("edgar", {parts["substance"] for parts in files.values()})
    found = []
    for path, parts in files.items():
        (species,) = terms[parts["substance"]]
        found += _layers(job, path, parts, species)
    return found


def _layers(job: Job, path: Path, parts: dict[str, str], species: str) -> list[Layer]:
    with axes.load(path) as data:
        good = [f"emi_{parts['substance'].split('_')[0].lower()}", "fluxes", "emissions"]
        names = [str(n) for n in data.data_vars if str(n).lower() in good]
        if len(names) != 1:
            message = "the file has not one variable of EDGAR's"
            value = sorted(map(str, data.data_vars))
            raise InputError(message, file=path, value=value, allowed=good)
        whole = data[names[0]]
        said = {key: str(whole.attrs.get(key, parts[key])) for key in ("substance", "year")}
        said["year"] = said["year"].removesuffix(".0")
        wrong = {key: text for key, text in said.items() if text != parts[key]}
        if wrong:
            message = "the attributes do not agree with the file name"
            raise InputError(message, file=path, value=wrong, allowed=[parts[k] for k in wrong])
        when = _steps(whole.sizes.get("time", 1), parts["month"], job.given.year, path)
        return cf.variable(job, path, whole, data, when, (parts["sector"], species))


def _steps(count: int, month: str | None, year: int, path: Path) -> tuple[Steps, slice]:
    """Steps of a file: the twelve months, the one of its name, or the year."""
    if count not in (1, len(layers.MONTHS)) or (month and count > 1):
        message = "the file holds neither a year, a month nor twelve months"
        raise InputError(message, file=path, column="time", value=count)
    months = layers.MONTHS if count > 1 else [int(month)] if month else ()
    return quantity.steps_of_year(year, months), slice(None)
