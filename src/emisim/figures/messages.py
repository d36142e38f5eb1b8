"""One sentence per figure, found from the data it shows; no conclusion is written beforehand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from emisim.figures.language import concentration, listing, mass, percent, say, significant, term

HALF = 1 / 2


def largest_sectors(totals: pd.DataFrame, species: Sequence[str], lang: str) -> str:
    """Name the largest sector of each species; ``totals``: sector, species, tonnes."""
    parts = []
    for kind in species:
        by_sector = totals[totals["species"] == kind].groupby("sector")["tonnes"].sum()
        if by_sector.sum() > 0:
            top = by_sector.idxmax()
            fields = {"sector": term(top, lang), "species": term(kind, lang)}
            share = percent(by_sector[top] / by_sector.sum())
            parts.append(say("message.largest_part", lang, share=share, **fields))
    return say("message.largest", lang, parts=listing(parts, lang))


def concentrated(field: np.ndarray, by_district: pd.Series, species: str, lang: str) -> str:
    """Say on how little area half of the emission is, and which district has most.

    ``field``: emission per cell (y, x); ``by_district``: tonnes by display name of the district.
    """
    cells = np.sort(field[field > 0].ravel())[::-1]
    needed = int(np.searchsorted(np.cumsum(cells), HALF * cells.sum())) + 1
    return say(
        "message.concentrated",
        lang,
        species=term(species, lang),
        area=significant(needed / cells.size * 100, 2),
        district=by_district.idxmax(),
        share=percent(by_district.max() / by_district.sum()),
    )


def heating_share(totals: pd.DataFrame, species: str, heating: Sequence[int], lang: str) -> str:
    """Say what part of the year is emitted in the heating months; ``totals``: with month."""
    by_month = totals[totals["species"] == species].groupby("month")["tonnes"].sum()
    share = by_month[by_month.index.isin(heating)].sum() / by_month.sum()
    fields = {"species": term(species, lang), "share": percent(share), "months": len(heating)}
    expected = percent(len(heating) / len(by_month))
    return say("message.heating", lang, expected=expected, **fields)


def plan_effect(ledger: pd.DataFrame, reference: float, species: str, lang: str) -> str:
    """Say what the plan changes against the reference year and which measure does most."""
    change = ledger["in_sequence_t"].sum()
    fields = {
        "species": term(species, lang),
        "amount": mass(abs(change), lang),
        "share": percent(abs(change) / reference),
    }
    if ledger.empty or not ledger["in_sequence_t"].abs().max():
        return say("message.no_effect", lang, **fields)
    top = ledger.loc[ledger["in_sequence_t"].idxmin()]
    fields |= {"measure": top[f"name_{lang}"], "most": mass(abs(top["in_sequence_t"]), lang)}
    return say("message.plan_falls" if change < 0 else "message.plan_rises", lang, **fields)


def air_effect(before: float, after: float, species: str, lang: str) -> str:
    """Say how the annual mean at the monitors changes from the base year to the stated plan."""
    fields = {
        "species": term(species, lang),
        "before": concentration(before),
        "after": concentration(after),
        "change": percent(abs(after / before - 1)),
    }
    return say("message.air_falls" if after <= before else "message.air_rises", lang, **fields)


def verdict_count(verdict: pd.DataFrame, lang: str) -> str:
    """Count the computable targets, those met as stated and as expected, and the rest."""
    met = verdict[verdict["verdict"] == "met"].groupby("scenario")["target"].nunique()
    computable = verdict.loc[verdict["verdict"].isin(["met", "not met"]), "target"].nunique()
    if not computable:
        return say("message.verdict_none", lang, rest=verdict["target"].nunique())
    return say(
        "message.verdict",
        lang,
        computable=computable,
        stated=int(met.get("stated", 0)),
        expected=int(met.get("expected", 0)),
        rest=verdict["target"].nunique() - computable,
    )
