"""Weather tables from an hourly record: for the plume engine and the transport operator."""

import logging
from pathlib import Path

from emisim import tables, weather
from emisim.errors import InputError
from emisim.weather import class_tables, rain, readers, regimes

log = logging.getLogger(__name__)
CLIMATOLOGY = Path("weather") / "precipitation.csv"


def run(
    *,
    record: str,
    factors: str,
    out: str,
    surface: str | None = None,
    station: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    utc_offset: float | None = None,
) -> None:
    """Write the joint table ``out`` (CSV) and, in the folder of that name, the weather classes.

    Rain of a record without any comes from ``weather/precipitation.csv`` beside the factors.
    """
    if Path(out).suffix != ".csv":
        msg = "the joint table must be a .csv file; the classes go into the folder of its name"
        raise InputError(msg, value=out, hint="for instance --out inputs/weather/yushe.csv")
    inputs = Path(factors).parent
    sources = tables.read_sources(inputs / "sources.csv")
    p = tables.read_parameters(Path(factors) / "meteorology.csv", sources)
    given = {"station": station, "longitude": longitude, "latitude": latitude}
    site = {k: v for k, v in {**given, "utc_offset": utc_offset}.items() if v is not None}
    hours = readers.read(record, p, site)
    climatology = None
    if not rain.has_rain(hours):
        name = str(hours.attrs["station"])
        climatology = rain.read_climatology(inputs / CLIMATOLOGY, name, sources)
    table = weather.joint(hours, p)
    classes = regimes.build(hours, p, climatology=climatology, surface=surface or regimes.SURFACE)
    weather.write(table, out)
    class_tables.write(classes, Path(out).with_suffix(""))
    log.info("%s: %d plume classes, %d weather classes", out, len(table), classes.sizes["class"])
