"""One sector and species of a gridded inventory, month by month, as mass per cell."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emisim.errors import InputError
from emisim.grid import Grid
from emisim.regrid.lattice import Floats, Lattice, lonlat, wrapped

Bools = NDArray[np.bool_]

MONTHS = tuple(range(1, 13))
SHOWN = 5


@dataclass(frozen=True)
class Layer:
    """Mass of one sector and species.

    Parameters
    ----------
    sector, species
        The file's sector, and our species.
    months
        Months (1 to 12) of the values.
    mass
        (month, y, x), kg per month and cell, of the cells near the domain; 0 without a datum.
    total
        (month,), kg of the whole file.
    missing
        (y, x), cells for which the file declares that it holds no datum in some month.
    lattice
        The cells near the domain.
    file
        Where it was read.
    """

    sector: str
    species: str
    months: tuple[int, ...]
    mass: Floats
    total: Floats
    missing: Bools
    lattice: Lattice
    file: Path


def near(
    names: tuple[str, str],
    when: tuple[tuple[int, ...], Floats],
    fields: Iterable[tuple[Floats, Bools]],
    kilograms: Floats | float,
    lattice: Lattice,
    grid: Grid,
    file: Path,
) -> Layer:
    """Return a layer of the cells that may meet ``grid``, with the total of all cells.

    Parameters
    ----------
    names
        The file's sector, and our species.
    when
        Months, and (month, step) what a step's field is multiplied by to be a month's.
    fields
        Values and missing cells (y, x) of the whole file, step by step.
    kilograms
        What turns a value into kg, (y, x) or one number.
    lattice
        The cells of the whole file, of any turn of longitude, running either way.
    """
    order = np.arange(lattice.shape[1])
    if lattice.angular:
        x, y = lonlat(lattice.x, lattice.y, file)
        if x[-1] < x[0]:
            x, order = x[::-1], order[::-1]
        middle = grid.unproject((grid.x0 + grid.x1) / 2, (grid.y0 + grid.y1) / 2)[0]
        x, moved = wrapped(x, float(middle))
        order, lattice = order[moved], Lattice(x, y, lattice.crs)
    rows, columns = lattice.near(grid, file)
    picked = order[columns]
    totals, parts, here = [], [], np.zeros((rows.stop - rows.start, len(picked)), dtype=bool)
    for values, missing in fields:
        mass = values * kilograms
        totals.append(mass.sum())
        parts.append(mass[rows][:, picked])
        here |= missing[rows][:, picked]
    months, scale = when
    part = np.tensordot(scale, np.stack(parts), axes=1)
    total = scale @ np.array(totals)
    return Layer(*names, months, part, total, here, lattice.part(rows, columns), file)


def clean(values: Any, fills: Iterable[float], file: str | Path) -> tuple[Floats, Bools]:
    """Return values (y, x) with 0 where one of ``fills`` stands, and where it did.

    Raises
    ------
    InputError
        Names the first value that is not a number, infinite or negative.
    """
    raw = np.asarray(values, dtype=np.float64)
    absent = np.zeros(raw.shape, dtype=bool)
    for fill in fills:
        absent |= np.isnan(raw) if np.isnan(fill) else np.isclose(raw, fill, atol=0)
    raw = np.where(absent, 0.0, raw)
    bad = ~(raw >= 0) | np.isinf(raw)
    if bad.any():
        at = tuple(int(n) for n in np.argwhere(bad)[0])
        message = f"{int(bad.sum())} values are negative or no number, the first at {at}"
        hint = "name the fill value under fill in the settings, or correct the file"
        raise InputError(message, file=file, value=float(raw[at]), hint=hint)
    return raw, absent


def year_round(
    layers: Sequence[Layer], missing_months: str = "stop"
) -> dict[tuple[str, str], list[Layer]]:
    """Return the layers by (sector, species), each month of the year once.

    Parameters
    ----------
    missing_months
        ``stop``, or ``zero`` to take a month without a file as one without emission.

    Raises
    ------
    InputError
        Names sector, species and month that are missing or there twice.
    """
    found: dict[tuple[str, str], list[Layer]] = {}
    for layer in layers:
        found.setdefault((layer.sector, layer.species), []).append(layer)
    for (sector, species), parts in sorted(found.items()):
        seen = [month for part in parts for month in part.months]
        lost = sorted(set(MONTHS) - set(seen))
        twice = sorted({month for month in seen if seen.count(month) > 1})
        where: dict[str, Any] = {"file": parts[0].file.parent, "column": f"{sector}, {species}"}
        if twice:
            message = f"month {twice[0]} is there more than once"
            files = sorted({str(part.file) for part in parts if twice[0] in part.months})
            raise InputError(message, value=files[:SHOWN], hint="keep one of the files", **where)
        if lost and missing_months != "zero":
            message = "months are missing"
            hint = "add the files, or set missing_months: zero if nothing was emitted then"
            raise InputError(message, value=lost, hint=hint, **where)
    return found


def not_whole_and_parts(names: Collection[str], whole: str, file: str | Path) -> None:
    """Raise :class:`InputError` when the total of all sectors stands beside single ones."""
    if whole in names and len(set(names)) > 1:
        message = f"{whole!r} is the sum of the other sectors and would be counted twice"
        raise InputError(
            message, file=file, value=sorted(names), hint=f"remove {whole} or ignore it"
        )
