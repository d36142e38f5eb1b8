"""A province's lists: 1e5 rows taken in, 1e6 facilities from table to grid: make bench.

Each chain runs in a process of its own, so that its peak memory is its own. Seconds are those of
this machine with whatever else it was doing; the ratio of two sizes in one run means something
elsewhere too: 10 where time grows with the facilities, 100 where it grows with their square.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import facilities
import numpy as np

from emisim import gridding, intake, inventory
from emisim.stages import _domain
from emisim.stages import inventory as inventory_stage
from emisim.vocabulary import OUTSIDE

Laps = dict[str, list[float]]
SIZES = (100_000, 1_000_000)
LISTED = (10_000, 100_000)
MEGABYTE = 1024
"""Kilobytes, in which Linux counts the resident set."""


def chain(folder: Path) -> Laps:
    """Take a city folder from its tables to gridded emissions; return CPU and wall s by step."""
    laps, clock = _stopwatch()
    base = inventory_stage.build(str(folder), str(facilities.FACTORS))
    clock("tables to inventory")
    inventory.check(base)
    clock("check")
    gridded = gridding.of_city(_domain.read(folder, facilities.FACTORS), base)
    clock("shares on the grid")
    field = gridding.emissions(gridded)
    clock("emissions on the grid")
    budget = gridding.budget(gridded, field)
    clock("mass budget")
    totals = inventory.totals(base, ("sector", "district"))
    clock("totals by sector, district")
    inside = budget[["in", "outside"]].to_numpy().sum(axis=0) @ (1, -1)
    np.testing.assert_allclose(field.values.sum(), inside, rtol=1e-9)
    own = inventory.annual(base)[base["district"].values != OUTSIDE]
    np.testing.assert_allclose(totals.values.sum(), own.sum(), rtol=1e-9)
    return laps | {"sources": [base.sizes["source"], base.sizes["source"]]}


def take_in(folder: Path) -> Laps:
    """Read a workbook and a text of the same list, and the list with its permits."""
    city = facilities.province(folder)
    laps, clock = _stopwatch()
    options = {"datum": "WGS84", "use": "boilers"}
    books = {"text": ["list.csv"], "two lists": ["list.csv", "permits.csv"]}
    books |= {"workbook": ["list.xlsx"]} if (folder / "list.xlsx").is_file() else {}
    for name, files in books.items():
        found = intake.read([folder / file for file in files], city, **options)
        clock(f"intake of {name}")
    return laps | {"sources": [len(found.tables["boilers"])] * 2}


def _stopwatch():  # type: ignore[no-untyped-def]
    laps: Laps = {}
    last = [time.process_time(), time.perf_counter()]

    def clock(name: str) -> None:
        now = [time.process_time(), time.perf_counter()]
        laps[name] = [a - b for a, b in zip(now, last, strict=True)]
        last[:] = now

    return laps, clock


def measured(work: str, folder: Path) -> tuple[Laps, float]:
    """Return the laps of ``work`` in a process of its own, and its peak memory in MB."""
    run = [sys.executable, __file__, work, str(folder)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["laps"], found["peak"]


def grid_of(number: int) -> tuple[Laps, float]:
    """Return laps and peak memory (MB) of a city of ``number`` facilities."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "cities" / "many"
        facilities.write_city(folder, number)
        return measured("chain", folder)


def intake_of(number: int, *, workbook: bool) -> tuple[Laps, float]:
    """Return laps and peak memory (MB) of a province's list of ``number`` boilers."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "cities" / "province"
        listed = facilities.registry(facilities.province(folder), number)
        facilities.write_text(folder / "list.csv", facilities.sheet_rows(listed))
        facilities.write_text(folder / "permits.csv", facilities.permits(listed))
        if workbook:
            facilities.write_book(folder / "list.xlsx", listed)
        return measured("take_in", folder)


def show(small: tuple[Laps, float], large: tuple[Laps, float]) -> None:
    """Print the steps of the large run, and their ratio to the small one."""
    for name, (cpu, wall) in large[0].items():
        if name != "sources":
            ratio = f"{cpu / small[0][name][0]:6.1f} x the small one" if name in small[0] else ""
            print(f"  {name:34} {cpu:8.2f} s CPU {wall:8.2f} s wall {ratio}")
    sums = [sum(lap[i] for name, lap in large[0].items() if name != "sources") for i in (0, 1)]
    print(f"  {'all':34} {sums[0]:8.2f} s CPU {sums[1]:8.2f} s wall, peak {large[1]:.0f} MB")


def alone(work: str, folder: Path) -> None:
    """Do one piece of work and print what it took as JSON."""
    laps = {"chain": chain, "take_in": take_in}[work](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(json.dumps({"laps": laps, "peak": peak}))


def main() -> None:
    """Print everything."""
    print(f"A list of {LISTED[1]} boilers taken in, beside one of {LISTED[0]}:")
    show(*(intake_of(number, workbook=number == max(LISTED)) for number in LISTED))
    print(f"{SIZES[1]} facilities from table to grid, beside {SIZES[0]}:")
    show(*(grid_of(number) for number in SIZES))


if __name__ == "__main__":
    alone(sys.argv[1], Path(sys.argv[2]))
