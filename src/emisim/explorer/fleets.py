"""Vehicle classes as the engine renews them: members by kind and road, and the rules of renewal."""

from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import fleet
from emisim.explorer.packing import Rows
from emisim.fleet import Renewal
from emisim.measures._fleet import GROUP
from emisim.vocabulary import OUTSIDE


def of_class(inventory: xr.Dataset, where: np.ndarray | None, process: str) -> dict[str, Any]:
    """Return the members of a class, all of its sources.

    Parameters
    ----------
    where
        The sources in scope, bool (source,); None: the whole class.

    Returns
    -------
    ``rows``, and by row the number of its ``kind``, of its ``road`` (:data:`GROUP`), whether it is
    ``outside`` and ``chosen``; ``kinds`` (fuel, standard) and the class's ``rules``.
    """
    rows = np.flatnonzero(inventory["process"].values == process)
    frame = pd.DataFrame({n: inventory[n].values[rows] for n in ("fuel", "standard", *GROUP)})
    kinds = sorted(set(zip(frame["fuel"], frame["standard"], strict=True)))
    kind = [kinds.index(k) for k in zip(frame["fuel"], frame["standard"], strict=True)]
    road = pd.factorize(pd.MultiIndex.from_frame(frame[GROUP]))[0]
    outside = (frame["district"] == OUTSIDE).to_numpy()
    chosen = np.ones(rows.size, dtype=bool) if where is None else where[rows]
    return {
        "rows": Rows(rows),
        "kind": kind,
        "road": road.tolist(),
        "outside": outside.astype(int).tolist(),
        "chosen": chosen.astype(int).tolist(),
        "kinds": [list(k) for k in kinds],
        "rules": rules(fleet.renewal(inventory, process)),
        "year": int(inventory.attrs["year"]),
    }


def rules(renewal: Renewal) -> dict[str, Any]:
    """Return how a class renews itself: Weibull scale and shape, growth, span, starts of sale."""
    return {
        "scale": renewal.scale,
        "shape": renewal.shape,
        "growth": renewal.growth,
        "span": ceil(2 * renewal.mean_life),
        "starts": [[fuel, standard, start] for (fuel, standard), start in renewal.starts.items()],
    }


def operation(measure: Any, inventory: xr.Dataset) -> dict[str, Any]:
    """Return the operation of a renewal of fleets."""
    where = measure.where(inventory).values
    processes = np.unique(inventory["process"].values[where].astype(str)).tolist()
    classes = [
        of_class(inventory, where, process) | {"rules": rules(measure.renewal(inventory, process))}
        for process in processes
    ]
    scrap = None
    if measure.scrap is not None:
        standard, fuel = (
            [names] if isinstance(names, str) else names and list(names)
            for names in (measure.scrap.standard, measure.scrap.fuel)
        )
        part = measure.scrap.share.to("fraction")
        scrap = {"standard": standard, "fuel": fuel, "share": part}
    return {
        "op": "renew_fleet",
        "classes": classes,
        "since": measure.since,
        "until": measure.until or int(inventory.attrs["year"]),
        "sales": {fuel: share.to("fraction") for fuel, share in measure.sales.items()},
        "stock": {fuel: share.to("fraction") for fuel, share in measure.stock.items()},
        "scrap": scrap,
    }
