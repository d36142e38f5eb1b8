"""Closed lists of terms, each defined once, with its English and Chinese name."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the vocabulary: machine name, English name, Chinese name."""

    key: str
    en: str
    zh: str


def _terms(*rows: tuple[str, str, str]) -> dict[str, Term]:
    return {key: Term(key, en, zh) for key, en, zh in rows}


SPECIES_TERMS = _terms(
    ("SO2", "SO2", "二氧化硫"),
    ("NOx", "NOx (as NO2)", "氮氧化物"),
    ("CO", "CO", "一氧化碳"),
    ("VOC", "VOC", "挥发性有机物"),
    ("NH3", "NH3", "氨"),
    ("PM10", "PM10", "PM10"),
    ("PM2.5", "PM2.5", "PM2.5"),
    ("BC", "black carbon", "黑碳"),
    ("OC", "organic carbon", "有机碳"),
    ("CO2", "CO2", "二氧化碳"),
)
SECTOR_TERMS = _terms(
    ("power", "power plants", "电力"),
    ("heating", "central heating", "集中供热"),
    ("boilers", "industrial boilers", "工业锅炉"),
    ("residential", "households", "民用"),
    ("industry", "industrial processes", "工业过程"),
    ("vehicles", "vehicles", "机动车"),
    ("freight", "freight transport", "货物运输"),
    ("nonroad", "non-road machinery", "非道路机械"),
    ("dust", "dust", "扬尘"),
    ("ammonia", "agriculture (NH3)", "农业氨排放"),
    ("burning", "open straw burning", "秸秆露天焚烧"),
    ("solvents", "solvents and fuel storage", "溶剂使用与油品储运"),
)
FUEL_TERMS = _terms(
    ("coal", "coal", "煤炭"),
    ("clean_coal", "washed coal and briquettes", "洁净煤"),
    ("gangue", "coal gangue", "煤矸石"),
    ("coke", "coke", "焦炭"),
    ("natural_gas", "natural gas", "天然气"),
    ("coalbed_methane", "coal-bed methane", "煤层气"),
    ("coke_oven_gas", "coke-oven gas", "焦炉煤气"),
    ("lpg", "liquefied petroleum gas", "液化石油气"),
    ("diesel", "diesel", "柴油"),
    ("gasoline", "gasoline", "汽油"),
    ("electricity", "electricity", "电力"),
    ("district_heat", "district heat", "集中供热"),
    ("biomass", "biomass", "生物质"),
    ("none", "no fuel", "无燃料"),
)
SERVICE_TERMS = _terms(
    ("heat", "useful heat (GJ)", "有用热量(GJ)"),
    ("electricity", "electricity (kWh)", "电量(kWh)"),
    ("freight", "freight turnover (t km)", "货物周转量(吨公里)"),
    ("travel", "distance driven (km)", "行驶里程(公里)"),
    ("product", "product (t)", "产品(吨)"),
    ("none", "none", "无"),
)
STATUS_TERMS = _terms(
    ("reported", "found with a source", "有出处"),
    ("recalled", "known from the literature, not found again", "凭文献记忆"),
    ("derived", "computed from other rows", "推算"),
    ("assumed", "set by us", "假设"),
)
BASIS_TERMS = _terms(
    ("stated", "stated by the plan", "文件原文"),
    ("derived", "derived from the plan's numbers", "由原文推算"),
    ("assumed", "assumed", "假设"),
)
SCENARIO_TERMS = _terms(
    ("base", "base year", "基准年"),
    ("reference", "without the plan", "无计划情景"),
    ("stated", "plan as stated", "计划足额落实"),
    ("expected", "plan as expected", "计划预期落实"),
)

SPECIES = tuple(SPECIES_TERMS)
SECTORS = tuple(SECTOR_TERMS)
FUELS = tuple(FUEL_TERMS)
SERVICES = tuple(SERVICE_TERMS)
STATUSES = tuple(STATUS_TERMS)
BASES = tuple(BASIS_TERMS)
SCENARIOS = tuple(SCENARIO_TERMS)
LANGUAGES = ("en", "zh")
OUTSIDE = "outside"
"""Label of the district whose sources serve the city from beyond the domain."""

SERVICE_UNITS = {
    "heat": "GJ",
    "electricity": "kWh",
    "freight": "t km",
    "travel": "km",
    "product": "t",
    "none": "fraction",
}
SEASONS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11)}
"""Meteorological seasons and their months."""
HALVES = {"heating": (11, 12, 1, 2, 3), "non-heating": (4, 5, 6, 7, 8, 9, 10)}
"""Halves of the year for transport and chemistry, the same for every city, and their months."""

MAP_SCENARIOS = ("base", "stated")
"""Scenarios that are shown as maps."""

_ALL = {
    **STATUS_TERMS,
    **SERVICE_TERMS,
    **FUEL_TERMS,
    **SECTOR_TERMS,
    **SPECIES_TERMS,
    **SCENARIO_TERMS,
}


def name(key: str, lang: str) -> str:
    """Return the name of ``key`` in ``lang`` (``"en"`` or ``"zh"``), or the key itself.

    Examples
    --------
    >>> name("power", "zh")
    '电力'
    """
    term = _ALL.get(key)
    return key if term is None else getattr(term, lang)
