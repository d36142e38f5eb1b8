"""A city's record beyond emissions and mean concentrations, from its folder and the standards."""

import logging
from pathlib import Path

import xarray as xr

from emisim import observations, target_record
from emisim.air.observations import month_shape
from emisim.city import City
from emisim.errors import InputError, require_known
from emisim.indices import joint, standards
from emisim.stages import _domain, _observed
from emisim.target_model import POLLUTANTS
from emisim.target_record import DAILY_FILE, PEERS_FILE, Record

log = logging.getLogger(__name__)
PARTICLES = ("fine", "coarse")


def read(city: str, factors: str) -> Record:
    """Return what targets of days, indices, ranks and dustfall need; absent files leave gaps."""
    place = _domain.read(city, factors)
    settings, tables = place.settings, Path(factors).parent / "standards"
    deposition = place.factors["deposition"]
    observed, peers = _observed.read(place), place.folder / PEERS_FILE
    return Record(
        observed=observed,
        year=settings.base_year,
        names=(place.folder.name, settings.name, settings.name_zh),
        month_shapes={s: month_shape(observed, s, settings.base_year) for s in POLLUTANTS},
        standards=standards.read(tables),
        joint=joint.read(tables / "daily_joint.csv"),

        conductance={
            kind: deposition.value(
                "surface_conductance", "m/s", process="dry-deposition", technology=kind,
                standard="urban",
            )
            for kind in PARTICLES
        },
        peers=target_record.read_peers(peers, place.factors.sources) if peers.is_file() else None,
        daily=_daily(place, tables),
    )  # fmt: skip


def _daily(place: City, tables: Path) -> xr.DataArray | None:
    """Return the city's own daily means of the base year (place, day, species), if it has them.

    Raises
    ------
    InputError
        The table holds several places, hours, or no day of the base year.
    """
    path, year = place.folder / DAILY_FILE, place.settings.base_year
    if not path.is_file():
        return None
    rules = observations.read_rules(tables / "observation_rules.csv")
    read = observations.read(path, rules=rules)
    for line in read.report.itertuples():
        log.warning("%s: %s: %s (%s)", path, line.rule, line.count, line.action)
    series = read.concentration
    if "day" not in series.dims or series.sizes["place"] > 1:
        what = "the city's daily means are wanted: one place, one value a day"
        hint = "take them with emisim.observations.daily_of and city_mean"
        raise InputError(what, file=path, value=series["place"].values.tolist(), hint=hint)
    years = sorted(set(series["day"].dt.year.values.tolist()))
    require_known([year], years, "base year among the days", file=path)
    return series.sel(day=series["day"].dt.year == year)
