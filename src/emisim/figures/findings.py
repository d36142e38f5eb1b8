"""What the words and numbers of one plan's figures and briefing rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from emisim.figures.stamp import Stamp
from emisim.vocabulary import OUTSIDE

MAPPED = ("PM2.5", "SO2", "NOx")
LEDGER = ("SO2", "NOx", "PM2.5")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything that the words and tables of one plan tell.

    Parameters
    ----------
    place
        Language -> name of the city.
    districts
        Language -> district -> its name.
    years
        Base year and plan year.
    heating
        Months of the heating season.
    totals
        Columns scenario, sector, district, species, month, tonnes; district ``outside`` included.
    ledger
        As from :func:`emisim.ledger.build`.
    verdict
        As from :func:`emisim.targets.verdict`, empty text as "".
    stamp
        Provenance digest, package version and the species' shares of assumed numbers.
    at_monitors
        (scenario, species, station), ug/m3; None without air.
    by_area, anchor_ratio
        As from :func:`emisim.air.concentrations`; None without air.
    effects, contributions
        As from :func:`emisim.effects.build` and :func:`emisim.contributions.build`; None without
        air.
    """

    place: Mapping[str, str]
    districts: Mapping[str, Mapping[str, str]]
    years: tuple[int, int]
    heating: Sequence[int]
    totals: pd.DataFrame
    ledger: pd.DataFrame
    verdict: pd.DataFrame
    stamp: Stamp
    at_monitors: xr.DataArray | None = None
    by_area: xr.DataArray | None = None
    anchor_ratio: xr.DataArray | None = None
    effects: pd.DataFrame | None = None
    contributions: pd.DataFrame | None = None

    def inside(self, scenario: str = "base") -> pd.DataFrame:
        """Return the totals of one scenario without the load served beyond the city."""
        rows = self.totals
        return rows[(rows["scenario"] == scenario) & (rows["district"] != OUTSIDE)]

    def by_scenario(self, species: str) -> dict[str, float]:
        """Return scenario -> t/year of one species inside the city."""
        rows = self.totals[self.totals["species"] == species]
        kept = rows[rows["district"] != OUTSIDE]
        return kept.groupby("scenario")["tonnes"].sum().to_dict()

    def measures(self, species: str, scenario: str = "stated") -> pd.DataFrame:
        """Return the ledger of one species and scenario."""
        rows = self.ledger
        return rows[(rows["species"] == species) & (rows["scenario"] == scenario)]
