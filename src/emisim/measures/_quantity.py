"""Numbers with unit, range and citation, and the field types that hold them to a unit."""

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from emisim import units
from emisim.errors import InputError, require_known
from emisim.vocabulary import SPECIES


class Record(BaseModel):
    """A frozen record that refuses unknown fields and numbers that are not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cite(Record):
    """Where a number or a choice comes from: the document itself, its numbers, or us."""

    basis: Literal["stated", "derived", "assumed"]
    clause: str
    note: str = ""
    source: str = ""


class Quantity(Record):
    """A number with unit, range and citation. What we assume needs a range and a note."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    cite: Cite

    @model_validator(mode="after")
    def _consistent(self) -> "Quantity":
        units.factor(self.unit, self.unit)
        low, high = (self.value if x is None else x for x in (self.low, self.high))
        if not low <= self.value <= high:
            message = "value outside its own range"
            raise InputError(message, value=self.value, allowed=[f"{low} to {high}"])
        if self.cite.basis == "assumed" and (None in (self.low, self.high) or not self.cite.note):
            message = "an assumed number lacks its range or its reason"
            hint = "give low, high and cite.note (how the number was set)"
            raise InputError(message, value=self.value, hint=hint)
        return self

    def to(self, unit: str) -> float:
        """Return the value in ``unit``; InputError if the dimensions differ."""
        return units.convert(self.value, self.unit, unit)


def in_unit(unit: str, low: float = -math.inf, high: float = math.inf) -> AfterValidator:
    """Return the check that a Quantity converts to ``unit`` and lies in ``low`` to ``high``."""

    def check(quantity: Quantity) -> Quantity:
        for number in (quantity.low, quantity.value, quantity.high):
            if number is None:
                continue
            inside = units.convert(number, quantity.unit, unit)
            if not low <= inside <= high:
                message = "number out of range"
                raise InputError(
                    message,
                    value=f"{number} {quantity.unit}",
                    allowed=[f"{low} to {high} {unit}"],
                    hint="check the value, its range and its unit",
                )
        return quantity

    return AfterValidator(check)


Fraction = Annotated[Quantity, in_unit("fraction", 0, 1)]
Multiplier = Annotated[Quantity, in_unit("fraction", 0)]


class Shares(Record):
    """A share before the measure and after it: straw used, streets swept by machine."""

    before: Fraction
    after: Fraction

    @property
    def fractions(self) -> tuple[float, float]:
        """Return both as fractions."""
        return self.before.to("fraction"), self.after.to("fraction")


def whole() -> Quantity:
    """Return the whole of something, for a measure that has no part to name."""
    cite = Cite(basis="derived", clause="", note="reaches the whole scope")
    return Quantity(value=1, unit="fraction", cite=cite)


def _known_species(targets: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(targets, SPECIES, "species")
    return targets


Removal = Annotated[dict[str, Fraction], Field(min_length=1), AfterValidator(_known_species)]
"""Removal fraction (0 to 1) by species."""


def targets(removal: dict[str, Quantity]) -> dict[str, float]:
    """Return removal fractions by species; BC and OC leave with the PM2.5 that they are in.

    Examples
    --------
    >>> cite = {"basis": "stated", "clause": "8"}
    >>> targets({"PM2.5": Quantity(value=60, unit="%", cite=cite)})
    {'BC': 0.6, 'OC': 0.6, 'PM2.5': 0.6}
    """
    given = {species: quantity.to("fraction") for species, quantity in removal.items()}
    carbon = dict.fromkeys(("BC", "OC"), given["PM2.5"]) if "PM2.5" in given else {}
    return carbon | given


def with_particles(multipliers: dict[str, float]) -> dict[str, float]:
    """Return multipliers by species; PM10, BC and OC follow PM2.5 unless they are named.

    Examples
    --------
    >>> with_particles({"PM2.5": 0.6, "BC": 0.5})
    {'PM10': 0.6, 'BC': 0.5, 'OC': 0.6, 'PM2.5': 0.6}
    """
    if "PM2.5" not in multipliers:
        return dict(multipliers)
    return dict.fromkeys(("PM10", "BC", "OC"), multipliers["PM2.5"]) | multipliers
