"""Which facilities of two lists are one, by name and place."""

import numpy as np
import pandas as pd

from emisim.intake.faults import Log, label
from emisim.intake.lexicon import Lexicon
from emisim.intake.names import alike, similarity
from emisim.intake.positions import metres

MATCHES = ("kept", "kept_place", "other", "other_place", "how", "similarity", "distance")
METRES_PER_DEGREE = 1e7 / 90
"""By the definition of the metre: a quarter of the meridian is 1e7 m."""


def match(table: pd.DataFrame, lexicon: Lexicon, log: Log) -> tuple[pd.Series, pd.DataFrame]:
    """Return the facility of each row (an integer) and a table of the matches.

    ``table`` has the columns list (its rank), normal, name, district, technology, file, sheet,
    row, lon and lat. Rows without name and position are totals of a district, one facility in all
    lists.
    """
    named = table["name"] != ""
    placed = table["lon"].notna()
    keys = table["district"].where(named | ~placed, table.index.astype(str))
    own = table["normal"].where(named, "@" + table["technology"])
    frame = pd.DataFrame({"list": table["list"].where(named, -1), "normal": own, "keys": keys})
    codes = frame.groupby(list(frame), sort=False).ngroup()
    units = (
        table[named]
        .assign(code=codes[named])
        .groupby("code")
        .agg(
            list=("list", "first"),
            normal=("normal", "first"),
            name=("name", "first"),
            district=("district", "first"),
            lon=("lon", "first"),
            lat=("lat", "first"),
            file=("file", "first"),
            sheet=("sheet", "first"),
            row=("row", "first"),
        )
    )
    same: dict[int, int] = {}
    found = [_pairs(units, number, same, lexicon, log) for number in sorted(set(units["list"]))[1:]]
    matches = pd.concat(found) if found else pd.DataFrame(columns=list(MATCHES))
    return codes.replace(same), matches.reset_index(drop=True)


def _pairs(
    units: pd.DataFrame, number: int, same: dict[int, int], lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Match the facilities of one list with those of all before; add them to ``same``."""
    base = units[(units["list"] < number) & ~units.index.isin(list(same))]
    other = units[units["list"] == number]
    exact = _of_one_name(base, other, lexicon, log)
    near = _of_one_place(base.drop(exact["base"]), other.drop(exact["other"]), lexicon)
    both = pd.concat([part for part in (exact, near) if len(part)] or [exact], ignore_index=True)
    _tell_alike(base.drop(both["base"]), other.drop(both["other"]), lexicon, log)
    same.update(zip(both["other"], both["base"], strict=True))
    first, second = units.loc[both["base"]], units.loc[both["other"]]
    return pd.DataFrame(
        {
            "kept": first["name"].to_numpy(),
            "kept_place": places(first),
            "other": second["name"].to_numpy(),
            "other_place": places(second),
            "how": both["how"],
            "similarity": both["similarity"],
            "distance": both["distance"],
        },
        columns=list(MATCHES),
    )


def places(rows: pd.DataFrame) -> list[str]:
    """Return file, sheet and row of each as text."""
    triples = zip(rows["file"], rows["sheet"], rows["row"], strict=True)
    return [f"{label((file, sheet))} row {row}" for file, sheet, row in triples]


def _distances(pairs: pd.DataFrame, base: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Return the distance in m of each pair, NaN where one has no position."""
    first, second = base.loc[pairs["base"]], other.loc[pairs["other"]]
    both = (first["lon"].notna().to_numpy()) & (second["lon"].notna().to_numpy())
    result = np.full(len(pairs), np.nan)
    columns = [frame[c].to_numpy()[both] for frame in (first, second) for c in ("lon", "lat")]
    result[both] = metres(*columns)
    return result


def _of_one_name(
    base: pd.DataFrame, other: pd.DataFrame, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return pairs of equal normal names that are near or, without positions, in one district."""
    pairs = (
        base.rename_axis("base")
        .reset_index()[["base", "normal", "district"]]
        .merge(
            other.rename_axis("other").reset_index()[["other", "normal", "district"]], on="normal"
        )
    )
    pairs["distance"] = _distances(pairs, base, other)
    at_home = (pairs["district_x"] == pairs["district_y"]) | (
        (pairs["district_x"] == "") | (pairs["district_y"] == "")
    )
    limit = lexicon.rule("same_name_distance", "m")
    near = np.where(pairs["distance"].isna(), at_home, pairs["distance"] <= limit)
    apart = pairs[~near & ~pairs["other"].isin(pairs["other"][near])]
    for row in apart.drop_duplicates("other").to_dict("records"):
        unit = other.loc[row["other"]]
        distance = row["distance"]
        said = "other district" if np.isnan(distance) else f"{distance / 1000:.1f} km apart"
        what = "name that stands in another list too, elsewhere: kept as two"
        log.note(
            "doubtful",
            what,
            (unit["file"], unit["sheet"]),
            rows=[int(unit["row"])],
            value=unit["name"],
            used=said,
        )
    pairs = pairs[near].assign(how="same name", similarity=1.0)
    return _one_to_one(pairs)


def _of_one_place(base: pd.DataFrame, other: pd.DataFrame, lexicon: Lexicon) -> pd.DataFrame:
    """Return pairs of names that are alike, near each other."""
    from scipy.spatial import cKDTree

    base, other = (frame[frame["lon"].notna()] for frame in (base, other))
    empty = pd.DataFrame(columns=["base", "other", "distance", "how", "similarity"])
    if base.empty or other.empty:
        return empty
    limit = lexicon.rule("match_distance", "m")
    scale = np.cos(np.deg2rad(base["lat"].mean()))
    trees = [
        cKDTree(np.column_stack([f["lon"] * scale, f["lat"]]) * METRES_PER_DEGREE)
        for f in (base, other)
    ]
    near = trees[0].query_ball_tree(trees[1], limit)
    pairs = pd.DataFrame(
        [(base.index[i], other.index[j]) for i, found in enumerate(near) for j in found],
        columns=["base", "other"],
    )
    if pairs.empty:
        return empty
    names = zip(base.loc[pairs["base"], "normal"], other.loc[pairs["other"], "normal"], strict=True)
    pairs["similarity"] = [similarity(a, b) for a, b in names]
    pairs = pairs[pairs["similarity"] >= lexicon.rule("name_similarity", "fraction")]
    pairs = pairs.assign(distance=_distances(pairs, base, other), how="alike and near")
    return _one_to_one(pairs)


def _one_to_one(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the best pairs in which nobody stands twice: most alike, then nearest."""
    order = pairs.sort_values(["similarity", "distance"], ascending=[False, True], kind="stable")
    taken: tuple[set[int], set[int]] = (set(), set())
    kept = []
    for at, first, second in zip(order.index, order["base"], order["other"], strict=True):
        if first not in taken[0] and second not in taken[1]:
            taken[0].add(first)
            taken[1].add(second)
            kept.append(at)
    return order.loc[kept, ["base", "other", "distance", "how", "similarity"]]


def _tell_alike(base: pd.DataFrame, other: pd.DataFrame, lexicon: Lexicon, log: Log) -> None:
    """Note names that are alike where no position tells whether they are one."""
    least = lexicon.rule("name_similarity", "fraction")
    for district, mine in other[other["lon"].isna()].groupby("district"):
        theirs = base[base["district"] == district]
        if theirs.empty:
            continue
        for row in alike(theirs["normal"], mine["normal"], least).to_dict("records"):
            unit, twin = other.loc[row["second"]], base.loc[row["first"]]
            what = "name like one of another list, no position to tell: kept as two"
            log.note(
                "doubtful",
                what,
                (unit["file"], unit["sheet"]),
                rows=[int(unit["row"])],
                value=unit["name"],
                used=twin["name"],
            )
