"""Plan, background, weather: the parts of a change as logarithms that add, each with its range.

With b the share of the background in the city's mean, S what city and neighbours share, and
w the weather in it, the change of the mean is

    ln C'/C = plan + b S + (1 - b) w + rest

The background carries what the neighbours were seen to do, weather and emissions alike; the local
part feels the weather alone. S is seen; w is not, and is split off by prior spreads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Estimate = tuple[float, float]
"""Mean and standard deviation."""


@dataclass(frozen=True)
class Part:
    """One part of a change: logarithms of the best value and of the ends of its range."""

    name: str
    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a range that does not hold its value."""
        if not self.low <= self.value <= self.high:
            msg = f"{self.name}: {self.value} lies outside {self.low} to {self.high}"
            raise ValueError(msg)

    @property
    def percent(self) -> tuple[float, float, float]:
        """Value and ends in percent of the mean."""
        return tuple(float(100 * np.expm1(v)) for v in (self.value, self.low, self.high))  # type: ignore[return-value]


def spread(name: str, value: float, deviation: float, coverage: float) -> Part:
    """Return a part with the range of ``coverage`` standard deviations either side."""
    return Part(name, value, value - coverage * deviation, value + coverage * deviation)


def together(name: str, parts: Sequence[Part]) -> Part:
    """Return the sum of independent parts: half widths add in squares, each side by itself."""
    value = sum(p.value for p in parts)
    low = np.sqrt(sum((p.value - p.low) ** 2 for p in parts))
    high = np.sqrt(sum((p.high - p.value) ** 2 for p in parts))
    return Part(name, value, float(value - low), float(value + high))


def aligned(name: str, parts: Sequence[Part]) -> Part:
    """Return the sum of parts that rest on the same number: their half widths add."""
    return Part(name, *(sum(getattr(p, end) for p in parts) for end in ("value", "low", "high")))


def product(name: str, factor: Part, part: Part) -> Part:
    """Return ``factor`` times ``part``; the ends are the extremes over both ranges.

    ``factor`` holds plain numbers (a share), not logarithms.
    """
    corners = [f * p for f in (factor.low, factor.high) for p in (part.low, part.high)]
    value = factor.value * part.value
    return Part(name, value, min(*corners, value), max(*corners, value))


def split(shared: float, error: float, weather: tuple[float, float],
          emissions: tuple[float, float]) -> tuple[Estimate, Estimate]:  # fmt: skip
    """Split what is shared into weather and emissions: the best linear estimate given their sum.

    Parameters
    ----------
    shared, error
        What the neighbours share, and its standard error (logarithms).
    weather, emissions
        Prior mean and standard deviation of each.

    Returns
    -------
    Mean and standard deviation of the weather and of the emissions. The surprise, shared less
    both prior means, is divided by the variances; no observation enters the division itself.
    """
    total = weather[1] ** 2 + emissions[1] ** 2 + error**2
    surprise = shared - weather[0] - emissions[0]
    out = []
    for mean, deviation in (weather, emissions):
        gain = deviation**2 / total
        out.append((mean + gain * surprise, deviation * float(np.sqrt(1 - gain))))
    return out[0], out[1]


def separate(plan: Sequence[Part], share: Part, shared: Part, weather: Part,
             observed: float) -> list[Part]:  # fmt: skip
    """Return the parts of a city's change: plan, background, weather on the local part, the rest.

    Parameters
    ----------
    plan
        Parts that the toolkit computes from the city's own emissions.
    share
        Background share (a plain number with its range).
    shared, weather
        What the neighbours share; the weather in it.
    observed
        Logarithm of the observed change.

    Returns
    -------
    The parts; the last, the rest, closes the sum exactly and has the range of all the others:
    background and weather rest on the same neighbours, so that their half widths add.
    """
    local = Part("", 1 - share.value, 1 - share.high, 1 - share.low)
    known = [
        *plan,
        product("background, as the neighbours changed", share, shared),
        product("weather on the local part", local, weather),
    ]
    sum_ = together("", [*plan, aligned("", known[-2:])])
    rest = Part("not explained", observed - sum_.value, observed - sum_.high, observed - sum_.low)
    return [*known, rest]


def probability_below(part: Part, limit: float, coverage: float) -> float:
    """Return the probability that ``part`` ends at or below ``limit`` (logarithm), taken normal.

    The side of the limit decides the half width.
    """
    half = part.high - part.value if limit > part.value else part.value - part.low
    if half == 0:
        return float(part.value <= limit)
    return NormalDist(part.value, half / coverage).cdf(limit)
