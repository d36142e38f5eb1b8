"""What every figure and page prints small: where it comes from, and how much of it is assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emisim.figures import language


@dataclass(frozen=True)
class Stamp:
    """What every figure prints small: where it comes from and how much of it is assumed.

    Parameters
    ----------
    digest
        Provenance digest, 12 characters.
    assumed
        Species -> fraction (0 to 1) of the city's total that rests on assumed numbers.
    assumed_factors
        The same, of assumed emission factors and controls alone.
    version
        Version of the package.
    """

    digest: str
    assumed: Mapping[str, float] = field(default_factory=dict)
    assumed_factors: Mapping[str, float] = field(default_factory=dict)
    version: str = ""


def footer(stamp: Stamp, species: tuple[str, ...], lang: str) -> str:
    """Return the footer: share on assumed numbers, version and provenance digest."""
    return f"{assumed_text(stamp, species, lang)}  {source(stamp, lang)}"


def source(stamp: Stamp, lang: str) -> str:
    """Return version and provenance digest."""
    return language.say("foot.source", lang, version=stamp.version, digest=stamp.digest)


def assumed_text(stamp: Stamp, species: tuple[str, ...], lang: str) -> str:
    """Return how much of the species' totals rests on assumed numbers, or that it isn't known."""
    known = [s for s in species if s in stamp.assumed]
    if not known:
        return language.say("foot.assumed_unknown", lang)
    key = "foot.assumed_one" if len(known) == 1 else "foot.assumed_range"
    return language.say(
        key,
        lang,
        share=_range(stamp.assumed, known),
        factors=_range(stamp.assumed_factors, known),
        species=language.term(known[0], lang),
    )


def _range(shares: Mapping[str, float], species: Sequence[str]) -> str:
    """Return the percentages of the species from lowest to highest, or a dash if not known."""
    known = [shares[s] for s in species if s in shares]
    ends = [language.percent(end) for end in (min(known), max(known))] if known else ["–"]
    return "–".join(dict.fromkeys(ends))
