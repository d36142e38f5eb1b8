"""Joint frequencies of wind, stability and season from a user's hourly record."""

import logging
from pathlib import Path

from emisim import tables, weather

log = logging.getLogger(__name__)


def run(*, record: str, factors: str, out: str) -> None:
    """Write the weather table (CSV) that ``city.yaml`` can name."""
    parameters = tables.read_parameters(Path(factors) / "meteorology.csv")
    table = weather.build(record, parameters)
    weather.write(table, out)
    log.info("%s: %d classes with hours in them", out, len(table))
