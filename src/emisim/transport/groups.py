"""Source groups: which release class and hourly profile a source has, and what that means in
each weather class.

All sources of one group share ``weight[class, layer] = f e s``: the frequency f of the class, the
mean e of the hourly profile over the hours of the class (the sum of f e over classes is 1), and
the share s of the release in each layer. One row of a source-receptor matrix per group is enough.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.tables import Parameters
from emisim.transport import releases, rise
from emisim.weather import regimes

SEPARATOR = "|"


def of_sources(inventory: xr.Dataset, stacks: xr.Dataset, dispersion: Parameters) -> xr.DataArray:
    """Return the group ``release|profile`` of each source (source,).

    Parameters
    ----------
    inventory
        With coordinates ``hours`` and stack data.
    stacks, dispersion
        As :func:`emisim.transport.releases.group`.
    """
    release = releases.group(inventory, stacks, dispersion)
    names = [
        f"{r}{SEPARATOR}{h}" for r, h in zip(release.values, inventory["hours"].values, strict=True)
    ]
    coords = {"source": inventory["source"].values}
    return xr.DataArray(np.array(names, object), coords, ("source",), name="group")


def split(group: str) -> tuple[str, str]:
    """Return release class and hourly profile of a group.

    Raises
    ------
    InputError
        If the name has not the form ``release|profile``.
    """
    release, found, hours = group.partition(SEPARATOR)
    if not (release and found and hours):
        msg = "not a source group"
        raise InputError(msg, value=group, allowed=["release|profile"])
    return release, hours


def weights(names: Sequence[str], weather: xr.Dataset, stacks: xr.Dataset, profiles: np.ndarray,
            z_edges: np.ndarray, dispersion: Parameters) -> np.ndarray:  # fmt: skip
    """Return ``weight`` (group, class, layer) of source groups; each group's sum is 1.

    Parameters
    ----------
    names
        Groups, ``release|profile``.
    weather
        One half of :mod:`emisim.weather.regimes`.
    stacks
        Release classes, :func:`emisim.transport.releases.read`.
    profiles
        Hourly profile of each group (group, 24), local time, each summing to 1.
    z_edges
        (layer + 1,), m above ground.
    dispersion
        ``inputs/factors/dispersion.csv``.

    Raises
    ------
    InputError
        If a release class is unknown or reaches above the model's top.
    """
    wanted = [split(name)[0] for name in names]
    known = list(stacks["release"].values)
    require_known(wanted, known, "release class", file="stacks.csv", column="technology")
    shares = {
        name: rise.layer_shares(stacks.sel(release=name), weather, z_edges, dispersion)
        for name in dict.fromkeys(wanted)
    }
    frequency = weather["frequency"].values
    return np.stack(
        [
            (frequency * regimes.factor(weather, hours).values)[:, None] * shares[release]
            for release, hours in zip(wanted, profiles, strict=True)
        ]
    )
