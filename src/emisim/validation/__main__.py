"""Run the suite and write docs/validation.md: ``make validate``."""

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from emisim import tables
from emisim.validation import aermod, analytic, conservation, hourly_section, inorganic, page
from emisim.validation.hourly_section import Inputs
from emisim.validation.section import Section
from emisim.weather import class_tables

log = logging.getLogger("emisim.validation")
WEATHER = "yushe"
"""Station whose shipped classes serve where any will do."""


def sections(
    inputs: Path, kept: Path, reference: Path | None, records: Path | None
) -> list[Section]:
    """Return all parts of the page.

    Parameters
    ----------
    inputs
        The ``inputs`` folder.
    kept
        Where long runs are kept.
    reference
        Folder of the reference data (AERMOD, partition, analytic cases); None: not at hand.
    records
        Folder of hourly weather records (``*.epw``); None: not at hand.
    """
    sources = tables.read_sources(inputs / "sources.csv")
    p, transport, meteorology, chemistry = (
        tables.read_parameters(inputs / "factors" / f"{name}.csv", sources)
        for name in ("validation", "transport", "meteorology", "chemistry")
    )
    weather = class_tables.read(inputs / "weather" / WEATHER)
    rain = inputs / "weather" / "precipitation.csv"
    hourly = Inputs(p, meteorology, transport, rain, kept)
    found = hourly_section.find_records(records, meteorology)
    parts: Sequence[Callable[[], Section]] = (
        lambda: conservation.section(weather, p, transport),
        lambda: analytic.section(p, transport, reference),
        lambda: hourly_section.section(hourly, found),
        lambda: aermod.section(reference, p, transport, meteorology),
        lambda: inorganic.section(reference, p, chemistry),
        lambda: inorganic.ammonia(weather, p, chemistry),
    )
    return [timed(part) for part in parts]


def timed(part: Callable[[], Section]) -> Section:
    """Run one part and say how long it took."""
    begin = time.perf_counter()
    section = part()
    missed = sum(not check.reached for check in section.checks)
    seconds = time.perf_counter() - begin
    log.info(
        "%s: %d targets, %d missed, %.0f s", section.title, len(section.checks), missed, seconds
    )
    return section


def folder(text: str) -> Path | None:
    """Return the folder if it is there; an empty text or an absent folder is none."""
    return Path(text) if text and Path(text).is_dir() else None


def main() -> None:
    """Read the command line, run, write."""
    parser = argparse.ArgumentParser(prog="python -m emisim.validation", description=__doc__)
    for name, default, what in (
        ("--inputs", "inputs", "the inputs folder"),
        ("--kept", "results/validation", "where long runs are kept"),
        ("--page", "docs/validation.md", "the page to write"),
        ("--reference", "", "folder of the reference data"),
        ("--records", "", "folder of hourly weather records (EPW)"),
    ):
        parser.add_argument(name, default=default, help=what)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    found = sections(
        Path(given.inputs), Path(given.kept), folder(given.reference), folder(given.records)
    )
    target = Path(given.page)
    page.write(found, target, target.with_suffix(""))
    log.info("wrote %s", target)


if __name__ == "__main__":
    main()
