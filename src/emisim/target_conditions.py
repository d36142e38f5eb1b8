"""What a verdict is conditional on: the plan file's words, and what every metric rests on."""

import pandas as pd
import xarray as xr

from emisim.target_model import Target

OBSERVED = (
    "the observed level of the base year and the background share; weather as in the base year",
    "取决于基准年实测浓度与背景占比;气象条件同基准年",
)
COUNTED = (
    "the base-year inventory and the assumed reference trend",
    "取决于基准年清单与假设的参考趋势",
)
DONE = ("how far the measure is expected to come", "取决于对措施完成程度的估计")
SEASONAL = (
    "each month has the response of its season (December to February and so on) and, where twelve"
    " months are observed, its own part of the season's mean",
    "各月取所在季节(12—2月等)的变化率;有十二个月实测时,季内各月按实测比例分配",
)
BY_FAMILY = {
    **dict.fromkeys(("concentration", "composite", "dustfall", "good", "heavy"), OBSERVED),
    **dict.fromkeys(("emission", "coal", "non", "power", "activity"), COUNTED),
    "measure": DONE,
}
"""By the first word of the metric, for targets to which the plan file gives no condition."""
OF_AIR = ("concentration", "composite", "good", "heavy")
"""First words of the metrics that rest on the observed level of the base year."""
ASSUMED = (
    "the base-year level of {} is assumed, not measured in this city",
    "{}的基准年浓度为假设值,非本市实测",
)


def condition(target: Target, found: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Return the condition of a verdict in English and Chinese.

    Parameters
    ----------
    found
        What the computed value rests on besides.
    """
    own = (target.conditional_on_en, target.conditional_on_zh)
    family = target.metric.split("_")[0]
    if not any(own) and family in BY_FAMILY and target.computable:
        own = BY_FAMILY[family]
    seasonal = [SEASONAL] if family == "concentration" and not target.whole_year else []
    said = [own, *seasonal, *found]
    return "; ".join(en for en, _ in said if en), ";".join(zh for _, zh in said if zh)


def with_levels(table: pd.DataFrame, status: xr.DataArray) -> pd.DataFrame:
    """Return a verdict that says where the level of the base year was not measured.

    Parameters
    ----------
    table
        As :func:`emisim.targets.verdict` gives it.
    status
        Of the observed means (species, area): those of ``air.nc``; "" where an area has none of
        its own and the city's hold.
    """
    table = table.copy()
    of_city = status.sel(area="city")
    for row in table.index[table["verdict"] != "not computable"]:
        line = table.loc[row]
        if line["metric"].split("_")[0] not in OF_AIR:
            continue
        own = status.sel(area=line["area"]) if line["area"] in status["area"] else of_city
        kinds = xr.where(own == "", of_city, own).to_series()
        named = [line["species"]] if line["species"] in kinds.index else list(kinds.index)
        assumed = [name for name in named if kinds[name] == "assumed"]
        if assumed:
            for lang, text, mark in zip(("en", "zh"), ASSUMED, ("; ", ";"), strict=True):
                said = text.format(", ".join(assumed) if lang == "en" else "、".join(assumed))
                column = f"conditional_on_{lang}"
                table.at[row, column] = mark.join(filter(None, (line[column], said)))
    return table
