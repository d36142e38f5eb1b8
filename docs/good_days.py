"""Fit the joint distribution of daily values, and print its error in docs/good-days.md.

    python docs/good_days.py FOLDER

FOLDER holds the daily tables of the cities. Both ``inputs/standards/daily_joint.csv`` and the
tables of the page are written anew from them.
"""

import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.indices import days, evaluation, joint, standards
from emisim.indices.joint_table import BOUNDS, KEY
from emisim.observations.readers import read
from emisim.vocabulary import SEASONS

sys.path.insert(0, str(Path(__file__).parent))
from tables import filled, markdown

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "inputs" / "standards" / "daily_joint.csv"
PAGE = ROOT / "docs" / "good-days.md"
NAMES = {"晋城": "Jincheng", "湘潭": "Xiangtan", "襄阳": "Xiangyang", "许昌": "Xuchang",
         "阳泉": "Yangquan"}  # fmt: skip
DIGITS = 3
KINDS = ("seasonal", "annual")
NONE = xr.DataArray(np.zeros(len(SEASONS)), {"season": list(SEASONS)}, ("season",))


def refit(observed: xr.DataArray, text: str) -> tuple[str, pd.DataFrame]:
    """Return the parameter table, its derived rows fitted again, and the errors of the fit."""
    frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    kept = frame[frame["status"] != "derived"]
    least = kept.loc[kept["parameter"] == "season_days", "value"].astype(float).item()
    fitted = joint.fit(observed, least)
    first, last = (str(observed["day"].dt.year.values[i]) for i in (0, -1))
    note = f"mean and extremes of {{}} seasons of five cities, {first} to {last}"
    fitted["note"] = [note.format(n) for n in fitted.pop("count")]
    found = errors(observed)
    rows = pd.concat([fitted, widening(found)]).round(DIGITS)
    numbers = {c: rows[c].astype(str) for c in ("value", "low", "high")}
    rows = rows.assign(unit="1", status="derived", source="aqistudy", page="", **numbers)
    return pd.concat([kept, rows])[frame.columns].to_csv(index=False, lineterminator="\n"), found


def widening(found: pd.DataFrame) -> pd.DataFrame:
    """Return what the ranges are to be widened by to hold the share of years they promise."""
    shipped = joint.read(TABLE)
    share = shipped.number("range_high") - shipped.number("range_low")
    rows = []
    for what in ("good", "heavy"):
        needed = np.concatenate([ratio(found, what, kind) for kind in KINDS])
        value = max(np.quantile(needed, share), 1.0)
        note = f"{share:.0%} quantile, median and largest of {needed.size} forecasts of years not "
        note += "seen by the fit: error over the distance from value to low or high"
        rows.append(("range_widening", "", "", f"{what}_days", value, min(np.median(needed), value),
                     needed.max(), note))  # fmt: skip
    return pd.DataFrame(rows, columns=[*KEY, "value", "low", "high", "note"])


def ratio(found: pd.DataFrame, what: str, kind: str) -> np.ndarray:
    """Return the error of each year over the half of the range that it lies in."""
    low, value, high = (found[f"{what} {kind} {b}"] for b in ("low", "value", "high"))
    off = found[what] - value
    return np.where(off > 0, off / (high - value), -off / (value - low))


def without(observed: xr.DataArray, place: str) -> joint.Joint:
    """Return the distribution as fitted without one city, its ranges not widened."""
    shipped = joint.read(TABLE)
    others = observed.sel(place=observed["place"] != place)
    fitted = joint.fit(others, shipped.number("season_days"))
    kept = shipped.frame[shipped.frame["status"] != "derived"]
    plain = [("range_widening", "", "", f"{what}_days", 1, 1, 1) for what in ("good", "heavy")]
    ones = pd.DataFrame(plain, columns=[*KEY, "value", "low", "high"])
    return joint.Joint(pd.concat([kept, fitted, ones]), TABLE)


def full_years(observed: xr.DataArray, tables: standards.Standards) -> list[tuple[str, int]]:
    """Return the cities and years with the valid days of the assessment in five pollutants."""
    five = observed.sel(species=list(days.MODELLED)).notnull().all("species")
    number = five.groupby("day.year").sum()
    return [
        (place, int(year))
        for place in observed["place"].values
        for year in number["year"].values
        if number.sel(place=place, year=year) >= tables.on(f"{year}-12-31").rule("valid_days_year")
    ]


def errors(observed: xr.DataArray) -> pd.DataFrame:
    """Return real and expected days of every full year, each city left out of its own fit.

    Columns ``good``, ``heavy`` (real, by the five pollutants but O3), then the expected number
    with low and high from seasonal means and from annual means; percentiles likewise.
    """
    tables = standards.read(ROOT / "inputs" / "standards")
    cases = full_years(observed, tables)
    fits = {place: without(observed, place) for place, _ in cases}
    rows = {}
    for place, year in cases:
        part = observed.sel(place=[place], day=str(year))
        real = days.total(days.count(part, tables, limited=NONE)).isel(place=0)
        row = {"good": float(real["good_days"]), "heavy": float(real["heavy_days"])}
        row["counted"] = float(real["counted_days"])
        again = recounted(observed, place, year, tables) if (place, year - 1) in cases else None
        for what in ("good", "heavy"):
            share = np.nan if again is None else again[f"{what}_days"] / again["counted_days"]
            row[f"{what} recounted"] = float(share * real["counted_days"])
        five = part.sel(species=list(days.MODELLED)).isel(place=0).dropna("day")
        season = xr.DataArray(days.seasons_of(five["day"]), dims="day", name="season")
        means = (five.groupby(season).mean("day"), five.mean("day"))
        high = evaluation.annual(part, tables, year)["percentile"].isel(place=0)
        row |= {f"real {s}": float(high.sel(species=s)) for s in days.MODELLED}
        row |= {f"mean {s}": float(means[1].sel(species=s)) for s in ("PM2.5", "PM10")}
        for kind, mean in zip(KINDS, means, strict=True):
            found = joint.expected(mean, fits[place], tables, year, limited=NONE)
            whole = real["counted_days"] / found["counted_days"].sel(bound="value")
            for bound in BOUNDS:
                at = found.sel(bound=bound)
                for what in ("good", "heavy"):
                    row[f"{what} {kind} {bound}"] = float(at[f"{what}_days"] * whole)
                for s in days.MODELLED:
                    row[f"{s} {kind} {bound}"] = float(at["percentile"].sel(species=s))
        rows[f"{NAMES.get(place, place)} {year}"] = row
    return pd.DataFrame(rows).T


def recounted(
    observed: xr.DataArray, place: str, year: int, tables: standards.Standards
) -> xr.Dataset:
    """Count the days of the year before, each times the ratio of its season's means."""
    five = observed.sel(place=[place], species=list(days.MODELLED))
    before, after = (five.sel(day=str(y)).dropna("day") for y in (year - 1, year))
    means = []
    for part in (before, after):
        season = xr.DataArray(days.seasons_of(part["day"]), dims="day", name="season")
        means.append(part.isel(place=0).groupby(season).mean("day"))
    response = (means[1] / means[0]).drop_vars("place", errors="ignore")
    return days.total(days.respond(before, response, tables, limited=NONE)).isel(place=0)


def widened(found: pd.DataFrame, table: joint.Joint) -> pd.DataFrame:
    """Return the errors with the ranges as :func:`emisim.indices.joint.expected` gives them."""
    wide = found.copy()
    for what in ("good", "heavy"):
        more = table.number("range_widening", other=f"{what}_days")
        for kind in KINDS:
            value = found[f"{what} {kind} value"]
            for bound in ("low", "high"):
                name = f"{what} {kind} {bound}"
                wide[name] = (value + more * (found[name] - value)).clip(lower=0)
    return wide


def summary(found: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Return errors in days, and how many years lie in the range before and after widening."""
    rows = {}
    for what in ("good", "heavy"):
        for kind in KINDS:
            off = found[f"{what} {kind} value"] - found[what]
            rows[f"{what} days from {kind} means"] = sizes(off) | {
                "years in the range": inside(wide, what, kind, found[what]),
                "before widening": inside(found, what, kind, found[what]),
            }
        rows[f"{what} days from a straight line"] = sizes(straight(found, what) - found[what])
        off = found[f"{what} seasonal value"] - found[what]
        change = off.groupby(off.index.str.split().str[0]).diff().dropna()
        again = (found[f"{what} recounted"] - found[what]).dropna()
        rows[f"{what} days of the year before, recounted"] = sizes(again)
        rows[f"change of {what} days to the next year, seasonal means"] = sizes(change)
    return pd.DataFrame(rows).T


def sizes(off: pd.Series) -> dict[str, float]:
    """Return mean, root mean square and largest of the errors."""
    square = float(np.sqrt((off**2).mean()))
    return {"mean error": off.mean(), "root mean square": square, "largest": off.abs().max()}


def straight(found: pd.DataFrame, what: str) -> pd.Series:
    """Return days from shares linear in annual PM2.5 and PM10, each city left out of its fit."""
    terms = found[["mean PM2.5", "mean PM10"]].assign(one=1.0)
    city = found.index.str.split().str[0]
    parts = []
    for name in city.unique():
        away = city != name
        share = found.loc[away, what] / found.loc[away, "counted"]
        line = np.linalg.lstsq(terms[away], share, rcond=None)[0]
        parts.append(terms[~away] @ line * found.loc[~away, "counted"])
    return pd.concat(parts).loc[found.index]


def inside(found: pd.DataFrame, what: str, kind: str, real: pd.Series) -> int:
    """Return how many of the real numbers lie in the range."""
    return int(real.between(found[f"{what} {kind} low"], found[f"{what} {kind} high"]).sum())


def percentiles(found: pd.DataFrame) -> pd.DataFrame:
    """Return the relative error (%) of the percentiles that a year is assessed by."""
    rows = {}
    for species in days.MODELLED:
        rows[species] = {}
        for kind in KINDS:
            off = 100 * (found[f"{species} {kind} value"] / found[f"real {species}"] - 1)
            rows[species][f"mean error, {kind} means"] = off.mean()
            rows[species][f"root mean square, {kind} means"] = np.sqrt((off**2).mean())
    return pd.DataFrame(rows).T


def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the page: real days, then expected with the range in brackets."""
    columns = {}
    for what in ("good", "heavy"):
        columns[f"{what} days, real"] = found[what].map("{:.0f}".format)
        for kind in KINDS:
            parts = found[[f"{what} {kind} {b}" for b in ("value", "low", "high")]].to_numpy()
            text = [f"{value:.0f} ({low:.0f} to {high:.0f})" for value, low, high in parts]
            columns[f"from {kind} means" + (" " if what == "heavy" else "")] = text
    return pd.DataFrame(columns, index=found.index)


def table(frame: pd.DataFrame, corner: str) -> str:
    """Return a frame of text as Markdown."""
    lines = [[corner, *frame.columns], ["---"] * (len(frame.columns) + 1)]
    lines += [[name, *row] for name, row in zip(frame.index, frame.to_numpy(), strict=True)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def blocks(found: pd.DataFrame) -> dict[str, str]:
    """Return the tables of the page by marker name."""
    wide = widened(found, joint.read(TABLE))
    errors_text = summary(found, wide).map(lambda v: "-" if pd.isna(v) else f"{v:.1f}")
    for name in ("years in the range", "before widening"):
        counts = errors_text[name].str.removesuffix(".0")
        errors_text[name] = counts.where(counts == "-", counts + f" of {len(found)}")
    return {
        "years": table(shown(wide), "city, year"),
        "summary": table(errors_text, "days"),
        "percentiles": markdown(percentiles(found), "%", 1),
    }


def main(folder: str) -> None:
    """Write the table of parameters and the tables of the page."""
    text, found = refit(read(folder).concentration, TABLE.read_text(encoding="utf-8"))
    TABLE.write_text(text, encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), blocks(found)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
