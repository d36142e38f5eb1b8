"""Months in which something holds: all, the heating season, or numbers."""

from typing import Annotated

import numpy as np
import xarray as xr
from pydantic import AfterValidator

from emisim.errors import InputError, require_known

CALENDAR = range(1, 13)
WORDS = ("all", "heating")


def _known_months(months: str | tuple[int, ...]) -> str | tuple[int, ...]:
    named = (months,) if isinstance(months, str) else months
    allowed = WORDS if isinstance(months, str) else CALENDAR
    require_known(named or ("none",), allowed, "months")
    return months


Months = Annotated[str | tuple[int, ...], AfterValidator(_known_months)]
"""``all``, ``heating`` or a tuple of numbers 1 to 12."""


def numbers(months: str | tuple[int, ...], inventory: xr.Dataset) -> np.ndarray:
    """Return the month numbers that ``months`` means in the city of ``inventory``.

    Raises
    ------
    InputError
        The heating season, where the inventory does not name its months.
    """
    if not isinstance(months, str):
        return np.array(months)
    if months == "all":
        return np.array(CALENDAR)
    heating = inventory.attrs.get("heating_months")
    if heating is None:
        message = "months: heating, but the inventory names no heating_months"
        raise InputError(message, hint="give heating_season in the city's city.yaml")
    return np.atleast_1d(heating)
