"""What people write above the columns of an air-quality table, in Chinese and English."""

import re
from functools import lru_cache
from typing import NamedTuple

from emisim.cells import plain

POLLUTANTS = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")
"""The six pollutants of the air quality index, in the order of the common form."""
UNITS = {name: "mg/m3" if name == "CO" else "ug/m3" for name in POLLUTANTS}
"""Unit of each pollutant in the common form."""
MICROGRAMS = {"ug/m3": 1.0, "mg/m3": 1000.0}
"""The units that a table may use, in ug/m3."""
GASES = ("SO2", "NO2", "CO", "O3")

ROLES = {
    "date": "date day time datetime timepoint timestamp 日期 时间 监测时间 监测日期 数据时间"
    " 发布时间 采样时间 采样日期 统计时间 年月日 日期时间 数据日期 发布日期",
    "hour": "hour hours 小时 时 时次 时刻 时间点",
    "species": "type species pollutant parameter 类型 项目 监测项目 污染物 污染物名称 指标 监测因子"
    " 因子 参数 物种 监测指标 项目名称",
    "value": "value concentration conc 浓度 浓度值 监测值 值 数值 均值 平均值 日均值 小时值"
    " 监测浓度",
    "unit": "unit units 单位 计量单位 浓度单位",
    "city": "city cityname 城市 城市名称 城市名 地市 市 area 行政区 区县 地区",
    "station": "station stationname site sitename place positionname 站点 监测点 监测点位 点位"
    " 点位名称 站点名称 监测站 站名 监测站点 监测点名称 监测点位名称 测点名称 测点 地点",
    "code": "stationcode sitecode siteid stationid code 站点编码 站点编号 点位编码 监测点编码"
    " 监测点编号 点位编号 站点代码 测点编码 站号",
}
"""Normalised headers of the columns that are not pollutants."""
ROLE_OF = {word: role for role, words in ROLES.items() for word in words.split()}

SPECIES_PATTERNS = {
    "PM2.5": r"pm2[.p]?5|细颗粒物",
    "PM10": r"pm10|可吸入颗粒物",
    "SO2": r"so2|二氧化硫",
    "NO2": r"no2|二氧化氮",
    "O3": r"o3|臭氧|ozone",
    "CO": r"^co(?!2(?!4)|n|d)|一氧化碳",
}
AVERAGING_WORDS = re.compile(
    r"(?:(?:24|8|1|八|一)-?(?:小时|hours?|hr|h)|小时|mda8|日|天|滑动|移动|平均|最大|均值|均|值|质量|浓度|"
    r"max|mean|avg|average|moving|rolling|daily|hourly|conc(?:entration)?|of|[-.,:：/的])*"
)
EIGHT = re.compile(r"(?:8|八)-?(?:小时|h)|mda8")
DAY = re.compile(r"24-?(?:小时|h)|日|daily|mda8")
HOUR = re.compile(r"(?<!\d)(?:1|一)-?(?:小时|h)|hourly")
UNIT = re.compile(r"[mµμunk]?g(?:/|\^|\*|·| )?.{0,4}m-?\^?-?3?|[微毫纳]?克.*|pp[bmt]v?|mg|ug|μg")
TRAILING = re.compile(
    r"[-_/,: ](?P<unit>[mμu]g[ /·*]?(?:m\^?-?3|cm|l)(?:-3)?|[微毫]克.*|pp[bm]v?)$"
)


class Header(NamedTuple):
    """What a header cell means: a role or a species, the averaging it names, its unit as written.

    ``averaging`` is "8h", "24h", "8h 24h" (daily maximum of 8 h means), "1h" or "".
    """

    role: str
    species: str = ""
    averaging: str = ""
    unit: str = ""


@lru_cache(maxsize=10_000)
def interpret(text: str) -> Header:
    """Return what a header means; role ``"other"`` when it is none of the known ones.

    Examples
    --------
    >>> interpret("PM₂.₅（μg/m³）")
    Header(role='pollutant', species='PM2.5', averaging='', unit='ug/m3')
    >>> interpret("臭氧8小时滑动平均最大").averaging
    '8h'
    >>> interpret("监测时间").role, interpret("PM2.5_IAQI").role
    ('date', 'other')
    """
    name, unit = _take_unit(plain(text))
    word = re.sub(r"[\s_]", "", name)
    if word in ROLE_OF:
        return Header(ROLE_OF[word], unit=unit)
    for species, pattern in SPECIES_PATTERNS.items():
        rest, found = re.subn(pattern, "", word)
        if found and AVERAGING_WORDS.fullmatch(rest):
            return Header("pollutant", species, _averaging(rest), unit)
    return Header("other", unit=unit)


def _averaging(rest: str) -> str:
    if EIGHT.search(rest):
        return "8h 24h" if DAY.search(EIGHT.sub("", rest)) or "mda8" in rest else "8h"
    if DAY.search(rest):
        return "24h"
    return "1h" if HOUR.search(rest) else ""


def _take_unit(name: str) -> tuple[str, str]:
    """Split a header into its name and its unit; brackets without a unit join the name."""
    unit = ""
    for inside in re.findall(r"[(\[{【]([^)\]}】]*)[)\]}】]", name):
        if UNIT.fullmatch(inside.strip()):
            unit = inside
    name = re.sub(r"[()\[\]{}【】]", "", name.replace(unit, "") if unit else name)
    trailing = TRAILING.search(name)
    if trailing and not unit:
        unit, name = trailing["unit"], name[: trailing.start()]
    return name, unit_name(unit)


def unit_name(text: str) -> str:
    """Return a unit in its usual spelling; unknown ones as they stand.

    Examples
    --------
    >>> unit_name("μg/m³"), unit_name("毫克/立方米"), unit_name("ppb")
    ('ug/m3', 'mg/m3', 'ppb')
    """
    unit = re.sub(r"[\s·*^_]", "", plain(text)).replace("μ", "u")
    unit = unit.replace("微克", "ug").replace("毫克", "mg")
    unit = re.sub(r"/?(?:每)?(?:立方米|m-?3|立方)$", "/m3", unit)
    return unit.replace("//", "/")
