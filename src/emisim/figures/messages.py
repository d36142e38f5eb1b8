"""One sentence per figure, found from the data it shows; no conclusion is written beforehand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from emisim.figures.language import concentration, listing, mass, percent, say, significant, term

HALF = 1 / 2
LEAST_SHIFT = 1e-3
"""Part of a service below which its shift is not worth a headline."""


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
    share = by_month[by_month.index.isin(heating)].sum() / (by_month.sum() or 1)
    fields = {"species": term(species, lang), "share": percent(share), "months": len(heating)}
    expected = percent(len(heating) / len(by_month))
    return say("message.heating", lang, expected=expected, **fields)


def plan_effect(ledger: pd.DataFrame, reference: float, species: str, lang: str) -> str:
    """Say what the plan changes against the reference year and which measure does most."""
    change = ledger["in_sequence_t"].sum()
    fields = {
        "species": term(species, lang),
        "amount": mass(abs(change), lang),
        "share": percent(abs(change) / reference) if reference else "–",
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
        "change": percent(abs(after / before - 1)) if before else "–",
    }
    return say("message.air_falls" if after <= before else "message.air_rises", lang, **fields)


def to_goal(
    levels: Mapping[str, float], goal: float | None, fields: Mapping[str, object], lang: str
) -> str:
    """Say how far the plan in full leads from the base year, and what is left to the goal.

    ``levels``: ug/m3 of base and stated; ``goal``: ug/m3, None where the plan sets none;
    ``fields``: names of place, species and receptor.
    """
    before, after = levels["base"], levels["stated"]
    given = {**fields, "before": concentration(before), "after": concentration(after)}
    if goal is None:
        return say("message.to_level", lang, **given)
    given |= {"goal": concentration(goal), "left": concentration(abs(after - goal))}
    return say("message.goal_met" if after <= goal else "message.goal_missed", lang, **given)


def largest_contributors(
    local: pd.DataFrame, total: float, fields: Mapping[str, object], lang: str
) -> str:
    """Name the part of the domain's sources in a concentration, and the largest two sectors.

    ``local``: rows sector, ug_m3 of one receptor without the background; ``total``: ug/m3.
    """
    by_sector = local.groupby("sector")["ug_m3"].sum().sort_values(ascending=False)
    share = percent(by_sector.sum() / total) if total else "0%"
    top = [
        say("message.contributor", lang, sector=term(name, lang), share=percent(part / total))
        for name, part in by_sector.head(2).items()
        if part > 0
    ]
    parts = listing(top, lang)
    return say("message.contributors", lang, share=share, parts=parts, **fields)


def largest_shift(changes: pd.DataFrame, lang: str) -> str:
    """Name what each service moves most away from; ``changes``: service, carrier, change, share."""
    parts = []
    for service, rows in changes.groupby("service", sort=False):
        top = rows.loc[rows["change"].idxmin()]
        if top["share"] < -LEAST_SHIFT:
            fields = {"carrier": top["carrier"], "points": _points(top["share"])}
            parts.append(say(f"message.shift_{service}", lang, **fields))
    if not parts:
        return say("message.no_shift", lang)
    return say("message.shift", lang, parts=listing(parts, lang))


def _points(share: float) -> str:
    """Return a change of a share in percentage points."""
    return percent(abs(share)).rstrip("%")


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
