"""A foreign inventory on our grid, and the city's own inside it: add, override or fill."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError, MassError, require_known
from emisim.grid import Grid
from emisim.regrid import layers as months_of
from emisim.regrid import parts
from emisim.regrid.layers import Layer
from emisim.regrid.maps import Maps
from emisim.regrid.parts import Parts
from emisim.regrid.settings import DEFAULT, Rule, Settings
from emisim.vocabulary import SPECIES

MASS_TOLERANCE = 1e-9
COLUMNS = ("inventory", "name", "sector", "species", "unit", "rule", "in", "outside", "inside",
           "replaced", "kept", "dropped")  # fmt: skip
OUTER, OWN, RESULT = "outer", "own", "result"
Presence = Mapping[tuple[str, str, str], bool]
"""Whether (district, our sector, species) has emission in the city's own inventory."""


@dataclass(frozen=True)
class Merge:
    """How one sector of the foreign inventory meets the city's own."""

    name: str
    sector: str
    covers: Collection[str]
    rule: Rule


def merges(names: Collection[str], given: Settings, maps: Maps) -> dict[str, Merge]:
    """Return the merge of each foreign sector.

    Raises
    ------
    InputError
        For a sector that no table maps, or a rule for one that is not in the files.
    """
    receives = maps.receives(given.format, given.sectors)
    hint = "map it under sectors in the settings, or list it under ignore"
    require_known(sorted(names), sorted(receives), "sector", column="sectors", hint=hint)
    require_known(given.merge, [*sorted(names), DEFAULT], "sector", column="merge")
    covers = maps.covers(given.format, given.sectors)
    default: Rule = given.merge.get(DEFAULT, "override")
    return {
        name: Merge(name, receives[name], covers[name], given.merge.get(name, default))
        for name in sorted(names)
    }


def outer(
    found: Sequence[Layer],
    shares: Mapping[str, Parts],
    how: Mapping[str, Merge],
    grid: Grid,
    given: Settings,
    presence: Presence | None,
) -> tuple[xr.DataArray, pd.DataFrame]:
    """Return what of the foreign inventory is kept on our grid, and its budget.

    Parameters
    ----------
    shares
        Parts by the key of each lattice.
    presence
        What the city's own inventory has; None if there is none, and everything is kept.

    Returns
    -------
    DataArray
        kg per month, (sector, species, month, y, x).
    DataFrame
        ``COLUMNS``, kg per year: in = outside + inside + dropped, inside = replaced + kept.

    Raises
    ------
    InputError
        As :func:`emisim.regrid.layers.year_round`; cells without data or proxy.
    MassError
        If mass is lost.
    """
    groups = months_of.year_round(found, given.missing_months)
    sectors = sorted({how[name].sector for name, _ in groups})
    species = [s for s in SPECIES if s in {s for _, s in groups}]
    values = np.zeros((len(sectors), len(species), len(months_of.MONTHS), grid.size))
    rows = []
    matrices: dict[tuple[str, frozenset[str]], Any] = {}

    def kept_by(key: str, replaced: frozenset[str]) -> Any:
        if (key, replaced) not in matrices:
            matrices[key, replaced] = shares[key].kept(replaced).T.tocsr()
        return matrices[key, replaced]

    for (name, one), several in groups.items():
        merge = how[name]
        at = sectors.index(merge.sector), species.index(one)
        terms = dict.fromkeys(("in", "outside", "inside", "kept"), 0.0)
        for layer in several:
            key, part = layer.lattice.key, shares[layer.lattice.key]
            _refuse(layer, part, grid, given)
            gone = {d for d in part.district if _replaces(merge, d, one, presence)}
            keep = kept_by(key, frozenset(gone))
            kept, row = _laid(layer, kept_by(key, frozenset()), keep, part.outside)
            values[at][np.array(layer.months) - 1] += kept
            terms = {term: terms[term] + row[term] for term in terms}
        rule = "" if presence is None else merge.rule
        rows.append(_row(OUTER, name, merge.sector, one, rule, terms))
    return _field(values, sectors, species, grid), pd.DataFrame(rows, columns=list(COLUMNS))


def _field(values: np.ndarray, sectors: list[str], species: list[str], grid: Grid) -> xr.DataArray:
    """Label (sector, species, month, cell) as (sector, species, month, y, x)."""
    dims = ("sector", "species", "month", "y", "x")
    labels = (sectors, species, list(months_of.MONTHS), grid.y, grid.x)
    shaped = values.reshape(*values.shape[:-1], *grid.shape)
    return xr.DataArray(shaped, dict(zip(dims, labels, strict=True)), dims, attrs={"units": "kg"})


def joined(
    kept: xr.DataArray, own: xr.DataArray | None, budget: pd.DataFrame
) -> tuple[xr.DataArray, pd.DataFrame]:
    """Return the sum of both inventories, and the budget with what the result holds.

    Raises
    ------
    MassError
        If the result is not the sum of the two.
    """
    fields = [kept] if own is None else [kept, own]
    sectors = sorted({str(s) for f in fields for s in f["sector"].values})
    species = [s for s in SPECIES if any(s in f["species"].values for f in fields)]
    total = sum(f.reindex(sector=sectors, species=species, fill_value=0.0).drop_vars(
        ["y", "x"]).reset_coords(drop=True) for f in fields)  # fmt: skip
    result = xr.DataArray(total).assign_coords(y=kept["y"].values, x=kept["x"].values)
    rows = []
    for label, field in ((OWN, own), (RESULT, result)):
        if field is None:
            continue
        sums = field.sum(["month", "y", "x"], skipna=False)
        for sector in sums["sector"].values:
            for one in sums["species"].values:
                amount = float(sums.sel(sector=sector, species=one))
                same = dict.fromkeys(("in", "inside", "kept"), amount)
                rows.append(_row(label, "", str(sector), str(one), "", {**same, "outside": 0.0}))
    table = pd.concat([budget, pd.DataFrame(rows, columns=list(COLUMNS))], ignore_index=True)
    _adds(table)
    return result.assign_attrs(units="kg"), table


def plausible(budget: pd.DataFrame, grid: Grid, given: Settings, maps: Maps) -> None:
    """Raise :class:`InputError` for a mean density of the foreign inventory that cannot be.

    Square degrees taken for areas, grams for tonnes, or years for months are off by more than the
    range of ``rules.csv``.
    """
    inside = budget[budget["inventory"] == OUTER].groupby("species")["inside"].sum()
    area = float(grid.areas().sum()) * units.factor("m2", "km2")
    for species in sorted(set(inside.index) - set(given.implausible)):
        density = float(inside[species]) * units.factor("kg", "t") / area
        low, high = (maps.value(f"density_{species}", "t/(km2 year)", c) for c in ("low", "high"))
        if not low <= density <= high:
            message = f"{species}: the mean density of the domain is not plausible"
            hint = (
                "check unit and area of the files (square degrees are no areas), "
                f"or list {species} under implausible"
            )
            allowed = [f"{low:g} to {high:g} t km-2 year-1"]
            where: dict[str, Any] = {"column": "implausible", "allowed": allowed, "hint": hint}
            raise InputError(message, value=density, **where)


def _laid(
    layer: Layer, whole: Any, keep: Any, outside: np.ndarray
) -> tuple[np.ndarray, dict[str, float]]:
    """What is kept of a layer (month, cell), and its terms in kg.

    ``whole`` and ``keep`` are (our cell, foreign cell). The cells near the domain are balanced by
    themselves: a loss here would vanish in the total of a globe.
    """
    mass = layer.mass.reshape(len(layer.months), -1)
    kept = np.asarray((keep @ mass.T).T)
    came, near = float(layer.total.sum()), float(mass.sum())
    beyond, inside = float((mass @ outside).sum()), float((whole @ mass.T).sum())
    if not abs(near - beyond - inside) <= MASS_TOLERANCE * near:
        what = f"{layer.sector} {layer.species}: {near} kg came, {inside} and {beyond} are there"
        message = f"regridding did not conserve {what}"
        raise MassError(message)
    terms = {"in": came, "outside": beyond + came - near, "inside": inside}
    return kept, {**terms, "kept": float(kept.sum())}


def _replaces(merge: Merge, district: str, species: str, presence: Presence | None) -> bool:
    """Whether the city's own inventory takes the place of the foreign one in a district."""
    if presence is None or merge.rule == "add":
        return False
    if merge.rule == "override":
        return True
    return any(presence.get((district, sector, species), False) for sector in merge.covers)


def _refuse(layer: Layer, part: Parts, grid: Grid, given: Settings) -> None:
    """Raise for cells in the domain without a datum, or with mass and no proxy."""
    void = np.flatnonzero(layer.missing.ravel() & (part.outside < 1))
    if len(void) and given.no_data == "stop":
        place = parts.name_of(layer.lattice, grid, int(void[0]))
        message = f"{len(void)} cells of the domain hold no datum; {place} first"
        hint = "set no_data: zero if nothing is emitted there (sea, another country)"
        raise InputError(message, file=layer.file, column=layer.species, hint=hint)
    if given.zero_proxy == "stop":
        mass = layer.mass.sum(axis=0).ravel()
        what = f"{layer.species} of {layer.sector} (kg)"
        parts.refuse_bare(part, layer.lattice, grid, mass, what)


def _row(inventory: str, name: str, sector: str, species: str, rule: str,
         terms: Mapping[str, float]) -> tuple[Any, ...]:  # fmt: skip
    came, outside, inside, kept = (terms[key] for key in ("in", "outside", "inside", "kept"))
    dropped = came - outside - inside
    if not abs(dropped) <= MASS_TOLERANCE * abs(came):
        message = f"regridding did not conserve {name} {sector} {species}: {dict(terms)} (kg)"
        raise MassError(message)
    label = (inventory, name, sector, species, "kg", rule)
    return (*label, came, outside, inside, inside - kept, kept, dropped)


def _adds(table: pd.DataFrame) -> None:
    """Raise unless, by sector and species, the result is what was kept and the city's own."""
    sums = table.groupby(["inventory", "sector", "species"])["kept"].sum().unstack(0, fill_value=0)
    parts_ = sums.drop(columns=RESULT).sum(axis=1)
    off = (sums[RESULT] - parts_).abs() > MASS_TOLERANCE * parts_
    if off.any():
        message = f"the two inventories do not add to the result in {sums.index[off][0]}"
        raise MassError(message)
