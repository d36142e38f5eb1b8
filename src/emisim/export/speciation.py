"""From the species of an inventory to those of a chemical mechanism: mol of gases, g of aerosols.

Two steps, each a table: a species of a sector is divided into parts by mass (``profiles.csv``), and
the mechanism lumps parts into its own species (``lumping.csv``: mol per mol, g per g). The last two
parts of an inventory's particles are differences: FINE is PM2.5 less BC and OC, COARSE is PM10 less
PM2.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emisim import units
from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError, require_known
from emisim.tables import check_sources, read_sources
from emisim.vocabulary import SECTORS, SPECIES

Floats = NDArray[np.float64]
GAS, AEROSOL, NONE = "gas", "aerosol", "none"
UNITS = {GAS: "mol", AEROSOL: "g"}
PIECES = {
    **{name: {name: 1.0} for name in ("SO2", "NOx", "CO", "VOC", "NH3", "CO2")},
    "EC": {"BC": 1.0},
    "POC": {"OC": 1.0},
    "FINE": {"PM2.5": 1.0, "BC": -1.0, "OC": -1.0},
    "COARSE": {"PM10": 1.0, "PM2.5": -1.0},
}
"""What is divided into parts, as sums of inventory species: every kg is in one piece."""
LUMPING = ("mechanism", "kind", "part", "to")
ROUNDING = 1e-9


@dataclass(frozen=True)
class Mechanism:
    """A chemical mechanism: its species and what a kg of each piece makes of them.

    Parameters
    ----------
    species, kind
        (k,) names, and ``gas`` (mol) or ``aerosol`` (g).
    sectors
        (n,) sectors of the first axis of ``yields``.
    yields
        (n, piece, k) mol or g per kg of a piece (order of :data:`PIECES`).
    carried
        (piece,) whether the mechanism carries the piece at all.
    """

    name: str
    species: tuple[str, ...]
    kind: tuple[str, ...]
    sectors: tuple[str, ...]
    yields: Floats
    carried: NDArray[np.bool_]

    @property
    def units(self) -> list[str]:
        """``mol`` or ``g`` of each species."""
        return [UNITS[kind] for kind in self.kind]

    def missing(self) -> list[str]:
        """Names of the pieces that are not carried."""
        return [name for name, there in zip(PIECES, self.carried, strict=True) if not there]

    def of(self, sector: str) -> Floats:
        """Return (inventory species, k): mol or g per kg of the inventory's species."""
        return pieces().T @ self.yields[self.sectors.index(sector)]


def pieces() -> Floats:
    """Return the matrix (piece, species) of :data:`PIECES`."""
    return np.array([[made.get(name, 0.0) for name in SPECIES] for made in PIECES.values()])


def read(folder: str | Path, mechanism: str, emitted: Mapping[str, Floats]) -> Mechanism:
    """Return a mechanism of the tables in ``folder`` for the sectors asked for.

    Parameters
    ----------
    emitted
        By sector, what it emits of the inventory's species (species,), kg: a piece that it emits
        must have a profile.

    Raises
    ------
    InputError
        Unknown mechanism; a piece without a profile for a sector; a profile that does not add to
        1; a part that the mechanism does not name, or without a molar mass.
    """
    folder = Path(folder)
    lumping = _table(folder / "lumping.csv", LUMPING)
    require_known([mechanism], sorted(set(lumping["mechanism"])), "mechanism")
    own = lumping[lumping["mechanism"] == mechanism]
    kinds = dict(zip(own["to"], own["kind"], strict=True))
    kinds.pop(NONE, None)
    per_part = _per_part(own, folder, list(kinds))
    profiles = _profiles(folder / "profiles.csv")
    known = set(profiles.index.get_level_values("species"))
    require_known(known, PIECES, "species", file=folder / "profiles.csv", column="species")
    sectors = tuple(emitted)
    yields = np.zeros((len(sectors), len(PIECES), len(kinds)))
    amount = {sector: pieces() @ emitted[sector] for sector in sectors}
    for (i, sector), (j, piece) in product(enumerate(sectors), enumerate(PIECES)):
        if piece in known and amount[sector][j] > 0:
            parts = _profile(profiles, piece, sector, folder / "profiles.csv")
            require_known(parts.index, per_part.index, f"part in lumping.csv for {mechanism!r}")
            yields[i, j] = parts.to_numpy() @ per_part.loc[parts.index].to_numpy()
    carried = np.array([piece in known for piece in PIECES])
    names = tuple(kinds)
    return Mechanism(mechanism, names, tuple(kinds.values()), sectors, yields, carried)


def mechanisms(folder: str | Path) -> list[str]:
    """Return the names of the mechanisms that ``lumping.csv`` holds."""
    return sorted(set(_table(Path(folder) / "lumping.csv", LUMPING)["mechanism"]))


def _table(path: Path, keys: Sequence[str]) -> pd.DataFrame:
    closed = {"kind": tuple(UNITS), "sector": ("", *SECTORS)}
    columns = [Column(k, required=k != "sector", allowed=closed.get(k)) for k in keys]
    values = [
        Column(c.name, c.number, c.required, c.allowed, 0.0 if c.number else None) for c in VALUE
    ]
    frame = read_table(path, (*columns, *values), key=keys)
    check_sources(frame, read_sources(path.parents[1] / "sources.csv"), path)
    return frame


def _per_part(own: pd.DataFrame, folder: Path, species: list[str]) -> pd.DataFrame:
    """Mol or g of each model species per kg of a part: (part, species)."""
    path = folder / "molar_masses.csv"
    masses = _table(path, ("part",)).set_index("part")
    gases = own.loc[own["kind"] == GAS, "part"]
    require_known(gases, masses.index, "part without a molar mass", file=path, column="part")
    gram = {p: units.factor("kg", "g") for p in own["part"]}
    for part in set(gases):
        mass = units.convert(masses.loc[part, "value"], masses.loc[part, "unit"], "g/mol")
        gram[part] /= mass
    wide = own.pivot(index="part", columns="to", values="value").reindex(columns=species).fillna(0)
    return wide.mul(pd.Series(gram), axis=0)


def _profiles(path: Path) -> pd.Series:
    frame = _table(path, ("species", "sector", "part"))
    found = frame.set_index(["species", "sector", "part"])["value"]
    total = found.groupby(level=["species", "sector"]).sum()
    off = total[(total - 1).abs() > ROUNDING]
    if len(off):
        species, sector = off.index[0]
        message = f"the parts of {species!r} of sector {sector or 'any'!r} do not add to 1"
        raise InputError(message, file=path, value=float(off.iloc[0]), hint="renormalise them")
    return found.sort_index()


def _profile(profiles: pd.Series, piece: str, sector: str, path: Path) -> pd.Series:
    """Parts of a piece in a sector; a row without a sector means any."""
    there = set(profiles.loc[piece].index.get_level_values("sector"))
    key = sector if sector in there else ""
    if key not in there:
        message = f"no profile divides {piece!r} of sector {sector!r} into parts"
        hint = "add its rows, or rows without a sector, which mean any"
        raise InputError(message, file=path, value=sector, allowed=sorted(there), hint=hint)
    return profiles.loc[piece, key]
