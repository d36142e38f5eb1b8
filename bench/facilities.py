"""Synthetic lists of facilities, as large as a province's, seeded: what the benchmarks are made of.

Names, positions, amounts and devices are drawn; what a person's list has besides is there too: a
title, totals by county, separators of thousands, units inside cells, blanks, a second list that
gives some of the facilities again under a slightly different name and position.
"""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
import xlsxwriter

from emisim import boundaries
from emisim.city import City
from emisim.factors import Factors

SEED = 20260101
TEMPLATE, FACTORS = Path("inputs/cities/yangquan"), Path("inputs/factors")
POINT_TABLES = ("power", "boilers", "industry")
"""Activity tables whose rows are facilities with a position."""
PROVINCE = "14"
"""First figures of the administrative codes of the list's counties."""
CELLS = 300
"""Cells along each side of the large grid, about."""
GIVEN = "华东新永兴隆盛泰恒瑞祥福源通达宏伟金鑫晋汇丰裕民安康宝利德信诚"
TRADES = (
    *("水泥", "铸造", "耐火材料", "化工", "食品", "机械", "制药", "纺织", "洗煤", "陶瓷", "建材"),
    *("玻璃", "造纸", "热力", "供热", "印染", "橡胶", "塑料", "冶金", "焦化", "木业", "酒业"),
)
FORMS = ("有限公司", "有限责任公司", "厂", "集团有限公司", "股份有限公司")
DUST = ("布袋除尘", "静电除尘", "水膜除尘", "多管旋风除尘", "无", "电袋复合除尘")
SULPHUR = ("双碱法", "石灰石-石膏法", "无", "")
HEADER = (
    *(
        "序号",
        "企业名称",
        "统一社会信用代码",
        "区县",
        "锅炉编号",
        "经度",
        "纬度",
        "锅炉容量（蒸吨）",
    ),
    *("煤炭消耗量（吨）", "天然气消耗量（万m3）", "除尘方式", "脱硫工艺", "投产时间"),
    *("烟囱高度(m)", "烟囱内径(m)", "排气温度(℃)", "联系人"),
)
PERMIT = ("单位名称", "区县", "经度", "纬度", "燃料类型", "燃料消耗量(吨)", "烟囱高度(m)")
PARKS = 3
"""Industrial parks of a county, where six in ten of its facilities stand."""


def points(area: shapely.Geometry, number: int, draw: np.random.Generator) -> np.ndarray:
    """Return ``number`` positions inside ``area`` (number, 2), crowded around a few parks."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    found, have = [np.empty((0, 2))], 0
    parks = np.empty((0, 2))
    while have < number:
        tried = draw.uniform((west, south), (east, north), (2 * number + 8 * PARKS, 2))
        tried = tried[shapely.contains_xy(area, tried)]
        parks = parks if len(parks) else tried[:PARKS]
        if len(parks):
            crowd = draw.random(len(tried)) < 0.6
            near = parks[draw.integers(len(parks), size=int(crowd.sum()))]
            tried[crowd] = near + draw.normal(0, 0.015, near.shape)
            tried = tried[shapely.contains_xy(area, tried)]
        found.append(tried)
        have += len(tried)
    return np.concatenate(found)[:number]


def names(number: int, draw: np.random.Generator) -> list[str]:
    """Return names of enterprises, some of them twice."""
    shop, trade, form = (draw.integers(len(of), size=number) for of in (GIVEN, TRADES, FORMS))
    second, third = draw.integers(len(GIVEN), size=(2, number))
    parts = zip(shop, second, third, trade, form, strict=True)
    return [GIVEN[a] + GIVEN[b] + GIVEN[c] + TRADES[t] + FORMS[f] for a, b, c, t, f in parts]


def province(folder: Path) -> City:
    """Write the settings of a city as large as a province to ``folder`` and return it."""
    codes = sorted(p.stem for p in boundaries.package_folder().glob(f"{PROVINCE}*.geojson"))
    listed = "\n".join(
        f"  County{code}: {{ adcode: {code}, name_zh: 县{code} }}"
        for code in codes
        if not code.endswith("00")
    )
    text = (TEMPLATE / "city.yaml").read_text(encoding="utf-8")
    before, rest = text.split("districts:\n", 1)
    after = rest.split("\n\n", 1)[1]
    folder.mkdir(parents=True, exist_ok=True)
    whole = f"{before}districts:\n{listed}\n\n{after}"
    (folder / "city.yaml").write_text(whole, encoding="utf-8")
    return City.read(folder, Factors(FACTORS))


def registry(city: City, number: int) -> pd.DataFrame:
    """Return ``number`` boilers of a city's districts with columns of :data:`HEADER`, as text."""
    draw = np.random.default_rng(SEED)
    polygons = boundaries.of_city(city)
    counts = draw.multinomial(number, np.full(len(polygons), 1 / len(polygons)))
    places = [points(a, n, draw) for a, n in zip(polygons, counts, strict=True)]
    lon, lat = np.concatenate(places).T
    coal = draw.random(number) < 0.7
    amount = np.round(draw.lognormal(6.5, 1.5, number) + 1, 1)
    spelled = draw.random(number)
    coal_text = np.where(coal, _spelled(amount, spelled), "")
    zh = [city.settings.districts[d].name_zh for d in polygons.index]
    columns = (
        *(np.arange(1, number + 1), names(number, draw)),
        *([f"9114{k:014d}" for k in range(number)], np.repeat(zh, counts)),
        *([f"{k % 3 + 1}#" for k in range(number)], lon.round(6), lat.round(6)),
        draw.choice([1, 2, 4, 6, 10, 20, 35, 75], number),
        *(coal_text, np.where(coal, "", (amount / 40).round(3).astype(str))),
        *(draw.choice(of, number) for of in (DUST, SULPHUR)),
        *(_dates(draw, number), draw.choice(["15", "25", "30", "45", "60m", ""], number)),
        *(draw.uniform(0.3, 3, number).round(2), draw.integers(70, 180, number)),
        np.full(number, "经办人"),
    )
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True))).astype(str)


def _spelled(amount: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Return amounts as people write them: most plain, some grouped or with their unit."""
    plain = amount.astype(str)
    grouped = np.array([f"{a:,.1f}" for a in amount])
    united = np.array([f"{a:.1f}吨" for a in amount])
    return np.where(draw < 0.03, united, np.where(draw < 0.08, grouped, plain))


def _dates(draw: np.random.Generator, number: int) -> list[str]:
    years, months = draw.integers(1985, 2018, number), draw.integers(1, 13, number)
    kinds = draw.integers(3, size=number)
    forms = ("{0}", "{0}年{1}月", "{0}-{1:02d}-15")
    return [forms[k].format(y, m) for k, y, m in zip(kinds, years, months, strict=True)]


def sheet_rows(listed: pd.DataFrame) -> Iterator[list[str]]:
    """Yield the lines of a sheet: title, header, facilities, and a named total at the end."""
    yield ["2018年工业锅炉清单"]
    yield list(listed.columns)
    yield from listed.to_numpy().tolist()
    yield ["", "合计"]


def write_book(path: Path, listed: pd.DataFrame, blank_rows: int = 0) -> None:
    """Write the list as a workbook; numbers as numbers; ``blank_rows`` formatted and empty."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": True}) as b:
        sheet, border = b.add_worksheet("锅炉"), b.add_format({"border": 1})
        row = -1
        for row, line in enumerate(sheet_rows(listed)):
            for column, text in enumerate(line):
                if text and HEADER[column] == "统一社会信用代码":
                    sheet.write_string(row, column, text)
                elif text:
                    sheet.write(row, column, text)
        for below in range(row + 1, row + 1 + blank_rows):
            for column in range(len(HEADER)):
                sheet.write_blank(below, column, None, border)


def write_text(path: Path, rows: Iterator[list[str]]) -> None:
    """Write lines as CSV text."""
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(rows)


def permits(listed: pd.DataFrame, share: float = 0.2) -> Iterator[list[str]]:
    """Yield a second list: some of the coal boilers again, names and positions a little off."""
    draw = np.random.default_rng(SEED + 1)
    burnt = listed[listed["煤炭消耗量（吨）"] != ""]
    some = burnt.sample(frac=share, random_state=SEED)
    yield list(PERMIT)
    for row in some.itertuples(index=False):
        name = row[1].replace("有限公司", "有限责任公司") if draw.random() < 0.3 else row[1]
        lon, lat = (float(v) + draw.normal(0, 0.0005) for v in (row[5], row[6]))
        yield [name, row[3], f"{lon:.6f}", f"{lat:.6f}", "煤炭", row[8].replace("吨", ""), "30"]


def write_city(folder: Path, number: int, cells: int = CELLS) -> None:
    """Write a city of ``number`` point facilities on a grid of about ``cells`` x ``cells``.

    Everything else is the template's. The facilities are drawn from the rows of its power plants,
    boilers and industry, each with a position in its district and an amount of its own.
    """
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    city = City.read(TEMPLATE, Factors(FACTORS))
    settings = city.settings.grid
    _, south, _, north = shapely.total_bounds(boundaries.of_city(city).to_numpy())
    extent = (north - south) * 1e7 / 90 + 2 * settings.margin
    text = (folder / "city.yaml").read_text(encoding="utf-8")
    size = f"cell_size: {extent / cells:.0f}"
    text = text.replace(f"cell_size: {settings.cell_size:.0f}", size)
    (folder / "city.yaml").write_text(text, encoding="utf-8")
    draw = np.random.default_rng(SEED)
    shares = np.array([1, 60, 39]) / 100
    for topic, part in zip(POINT_TABLES, draw.multinomial(number, shares), strict=True):
        _write_points(folder / f"{topic}.csv", max(int(part), 1), city, draw)


def _write_points(path: Path, number: int, city: City, draw: np.random.Generator) -> None:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    many = rows.iloc[draw.integers(len(rows), size=number)].reset_index(drop=True)
    polygons = boundaries.of_city(city)
    inside = many["district"].where(many["district"].isin(city.names))
    many["district"] = inside.fillna(pd.Series(draw.choice(city.names, number)))
    for district, members in many.groupby("district"):
        placed = points(polygons[district], len(members), draw)
        many.loc[members.index, "lon"] = placed[:, 0].round(6).astype(str)
        many.loc[members.index, "lat"] = placed[:, 1].round(6).astype(str)
    serial = pd.Series(range(number)).astype(str)
    scale = draw.lognormal(0, 0.5, number)
    for column in ("value", "low", "high"):
        amount = many[column].astype(float) * scale
        many[column] = amount.round(3).astype(str)
    many["id"] = path.stem + "-" + serial
    many["name_zh"] = pd.Series(names(number, draw))
    many["facility"] = many["name_zh"] + serial
    many["note"] = "drawn"
    many.assign(place="", allocate_by="").to_csv(path, index=False)
