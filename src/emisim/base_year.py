"""What the inventory remembers of its base year."""

import xarray as xr

from emisim.errors import InputError

BASE = "base_activity"
"""Name of the variable (source): yearly activity of the base year, in ``activity_unit``."""


def remember(inventory: xr.Dataset) -> xr.Dataset:
    """Return the base-year inventory with its yearly activity written down.

    Examples
    --------
    >>> from emisim import example
    >>> float(remember(example.inventory())[BASE].sel(source="stoves"))
    1200.0
    """
    yearly = inventory["activity"].sum("month").reset_coords(drop=True)
    return inventory.assign({BASE: yearly})


def needed(inventory: xr.Dataset) -> xr.DataArray:
    """Return the yearly activity of the base year (source).

    Raises
    ------
    InputError
        If the inventory does not hold it.
    """
    if BASE not in inventory:
        message = "the inventory does not hold the activity of its base year"
        hint = "make it with `emisim inventory`, or give an amount"
        raise InputError(message, value=BASE, hint=hint)
    return inventory[BASE].reset_coords(drop=True)
