"""Local contributions of every scenario on the mesh over the city, in one half of the year."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from emisim import gridding, provenance
from emisim.air import local
from emisim.stages import _domain, _files, _inputs, _transport
from emisim.transport import chains
from emisim.transport.matrix import PERIODS
from emisim.vocabulary import HALVES, MAP_SCENARIOS, SEASONS


def run(*, city: str, factors: str, shares: str, scenarios: str, setting: str, half: str,
        out: str) -> None:  # fmt: skip
    """Write the contributions (netCDF): part of the seasonal means that this half makes."""
    case = _transport.Case(_domain.read(city, factors), setting)
    spread, many = _files.load(shares), _files.load(scenarios)
    found = fields(case, spread, many, half)
    made_from = provenance.record(
        "fields",
        _inputs.files("fields", city=city, factors=factors, plan=""),
        [provenance.of(d, p) for d, p in ((spread, shares), (many, scenarios))],
    )
    _files.save(found.to_dataset(name="local"), out, made_from)


def fields(case: _transport.Case, spread: xr.Dataset, many: xr.Dataset, half: str) -> xr.DataArray:
    """Return contributions (scenario, season, component, period, y, x), ug/m3.

    Of the scenarios that maps show (:data:`emisim.vocabulary.MAP_SCENARIOS`). The mean emission of
    the half is transported; a season takes it in proportion to the city's emission in their
    common months.
    Each season's value is its mean times the share of its days in this half; the two halves add.
    """
    year = case.place.settings.base_year
    shown = many.sel(scenario=[s for s in many["scenario"].values if s in MAP_SCENARIOS])
    rate = local.rates(shown["emission"], many["source_sector"].values, case.place.factors, year)
    rate = rate.sel(month=list(HALVES[half]))
    days = local.days(year).sel(month=list(HALVES[half]))
    mean = xr.dot(rate, days / days.sum(), dim="month")
    column = case.mesh.restrict(case.grid) @ _by_source(spread).T
    group = case.groups(many)
    names = sorted(set(group.values.tolist()))
    emitted = {
        t: _columns(mean.sel(tracer=t), column, group, names, case) for t in mean["tracer"].values
    }
    solved = _forward(case, half, emitted, case.weight(names, half))
    return _gather(case, solved, seasonal_parts(rate.sum("source"), half, year))


def seasonal_parts(total: xr.DataArray, half: str, year: int) -> xr.DataArray:
    """Return what a field of the half's mean emission is worth in each season.

    ``total`` (scenario, month, tracer): the city's emission in the months of the half. The result
    (scenario, tracer, season) is the ratio of mean emissions times the share of the season's days.
    """
    days = local.days(year)
    own = days.sel(month=total["month"])
    mean = xr.dot(total, own / own.sum(), dim="month")
    parts = []
    for months in SEASONS.values():
        common = [m for m in months if m in HALVES[half]]
        length = days.sel(month=list(months)).sum()
        sums = xr.dot(total.sel(month=common), days.sel(month=common), dim="month")
        parts.append((sums / length / mean.where(mean > 0)).fillna(0.0))
    return xr.concat(parts, pd.Index(list(SEASONS), name="season"))


def _by_source(spread: xr.Dataset) -> sparse.csr_array:
    return sparse.csr_array(gridding.matrix(spread)[spread["source_place"].values])


def _columns(rate: xr.DataArray, column: sparse.csr_array, group: xr.DataArray,
             names: list[str], case: _transport.Case) -> np.ndarray:  # fmt: skip
    """Return emissions by group and column (group, ny, nx, scenario), ug/s."""
    flat = rate.transpose("source", "scenario").values
    chosen = [group.values == n for n in names]
    return np.stack(
        [(column @ (flat * c[:, None])).reshape(*case.mesh.shape[:2], -1) for c in chosen]
    )


def _forward(case: _transport.Case, half: str, emitted: dict[str, np.ndarray],
             weight: np.ndarray) -> dict[str, np.ndarray]:  # fmt: skip
    """Return components (period, ny, nx, scenario) over the city, ug/m3."""
    fine = [c for c, (_, row) in local.COMPONENTS.items() if row == "fine"]
    families = {
        "fine": np.concatenate([emitted[c] for c in fine], axis=-1),
        **{n: emitted[n] for n in ("coarse", "SO2", "NOx", "precursor")},
        "TA": emitted["NH3"],
    }
    told = _transport.Told(half, len({*chains.DIRECT, *chains.CHAINS}) + 1)
    with _transport.solving(case, half, told):
        rows = dict(chains.forward(case.half(half), families, weight, notify=told))
    rows |= dict(zip(fine, np.split(rows.pop("fine"), len(fine), axis=-1), strict=True))
    inner = case.mesh.inner
    return {
        name: np.maximum(rows[name if name in fine else row][:, inner[0], inner[1]], 0)
        for name, (_, row) in local.COMPONENTS.items()
    }


def _gather(case: _transport.Case, solved: dict[str, np.ndarray],
            worth: xr.DataArray) -> xr.DataArray:  # fmt: skip
    x, y, _ = case.mesh.centres
    coords = {"period": list(PERIODS), "y": y[case.mesh.inner[0]], "x": x[case.mesh.inner[1]]}
    coords["scenario"] = worth["scenario"].values
    parts = []
    for name, (tracer, _) in local.COMPONENTS.items():
        field = xr.DataArray(solved[name], coords, ("period", "y", "x", "scenario"))
        parts.append((field * worth.sel(tracer=tracer, drop=True)).expand_dims(component=[name]))
    found = xr.concat(parts, "component").astype(np.float32).assign_attrs(units="ug m-3")
    return found.transpose("scenario", "season", "component", "period", "y", "x")
