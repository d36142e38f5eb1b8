"""Stack limits: no more than so many milligrams in a cubic metre of dry flue gas."""

from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from pydantic import AfterValidator, Field

from emisim import units
from emisim.errors import require_known
from emisim.measures._base import Measure, Quantity
from emisim.measures._quantity import in_unit
from emisim.verbs import raise_removal
from emisim.vocabulary import SPECIES

PARTICLES = {"PM10": "PM10", "PM2.5": "PM10", "BC": "PM10", "OC": "PM10"}
LIMITED = {"SO2": "SO2", "NOx": "NOx", "CO": "CO", "VOC": "VOC", "NH3": "NH3", "PM": "PM10"}
"""What a limit may name, and the species whose factor is held against it."""


def _known(limits: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(limits, LIMITED, "limited substance")
    return limits


Limits = Annotated[
    dict[str, Annotated[Quantity, in_unit("mg/m3", 0)]], Field(min_length=1), AfterValidator(_known)
]


class Limit(Measure):
    """Hold emissions to stack limits: factor after control ``min(f (1 - r), c V)``.

    ``c`` is a limit of ``limits`` in mg per m3 of dry flue gas at the standard's oxygen content and
    ``V`` the ``gas_volume`` at the same oxygen content, in m3 per activity unit. The removal rises
    to ``1 - c V / f``; a source that keeps the limit stays as it is. ``PM`` (all particles) is
    held against PM10, and PM2.5, BC and OC fall in the same proportion.

    Examples
    --------
    Boilers emit 17 kg of SO2 per t of coal; 200 mg/m3 in 10,000 m3/t allow 2 kg:

    >>> from emisim.inventory import totals
    >>> from emisim.measures._example import fields, number, town
    >>> measure = Limit(
    ...     **fields(
    ...         scope={"process": "boiler-coal"},
    ...         limits={"SO2": number(200, "mg/m3"), "PM": number(30, "mg/m3")},
    ...         gas_volume=number(10, "m3/kg"),
    ...     )
    ... )
    >>> after = totals(measure.apply(town(), full_effect=True)).sel(sector="boilers")
    >>> [round(float(after.sel(species=s))) for s in ("SO2", "PM10", "PM2.5", "NOx")]
    [12000, 1800, 720, 24000]
    """

    kind: ClassVar[str] = "limit"

    limits: Limits
    gas_volume: Quantity

    def volume(self, inventory: xr.Dataset, rows: np.ndarray) -> np.ndarray:
        """Return the dry flue gas of the sources at ``rows``, m3 per activity unit."""
        names, gas = inventory.variables["activity_unit"].values[rows], self.gas_volume
        each = {u: units.convert(gas.value, gas.unit, f"m3/({u})") for u in set(names.tolist())}
        return np.array([each[name] for name in names.tolist()])

    def removal(self, inventory: xr.Dataset, rows: np.ndarray) -> xr.Variable:
        """Return the removal that keeps the limits, of the sources at ``rows`` (source, ...).

        It is the present one of species without a limit.
        """
        factor, old = (inventory.variables[n].isel(source=rows) for n in ("factor", "removal"))
        net = (factor * (1 - old)).transpose("source", ..., "species")
        kept, volume = np.ones(net.shape), self.volume(inventory, rows)
        for name, limit in self.limits.items():
            now = net.values[..., SPECIES.index(LIMITED[name])]
            allowed = limit.to("kg/m3") * volume.reshape(-1, *[1] * (now.ndim - 1))
            part = np.divide(allowed, now, out=np.ones(now.shape), where=now > 0).clip(max=1)
            held = [i for i, s in enumerate(SPECIES) if PARTICLES.get(s, s) == LIMITED[name]]
            kept[..., held] = part[..., None]
        return 1 - xr.Variable(net.dims, kept) * (1 - old)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Raise the removal of the sources in scope until they keep the limits."""
        where = self.where(inventory)
        wanted = xr.DataArray(self.removal(inventory, np.flatnonzero(where.values)))
        return raise_removal(inventory, where, wanted, uptake)
