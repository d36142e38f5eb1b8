"""Made-up data in the shapes and sizes of a real city; a fixed seed, no file and no network."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import vocabulary
from emisim.figures.stamp import Stamp

ANNUAL = {
    "SO2": 13_400.0,
    "NOx": 21_700.0,
    "CO": 118_000.0,
    "VOC": 16_100.0,
    "NH3": 4_350.0,
    "PM10": 38_600.0,
    "PM2.5": 12_900.0,
    "BC": 1_730.0,
    "OC": 2_980.0,
    "CO2": 14_300_000.0,
}
DISTRICTS = {
    "Chengqu": "城区",
    "Kuangqu": "矿区",
    "Jiaoqu": "郊区",
    "Pingding": "平定县",
    "Yuxian": "盂县",
}
HEATING = (1, 2, 3, 11, 12)


@pytest.fixture(scope="session")
def stamp():
    assumed = dict(zip(ANNUAL, np.linspace(0.12, 0.78, len(ANNUAL)), strict=True))
    factors = {species: share / 2 for species, share in assumed.items()}
    return Stamp("a1b2c3d4e5f6", assumed, factors, version="0.1.0")


@pytest.fixture(scope="session")
def totals():
    """Base year by sector, district, species, month (t)."""
    rng = np.random.default_rng(20181231)
    shape = (len(vocabulary.SECTORS), len(DISTRICTS), 12)
    rows = []
    season = np.ones((shape[0], 1, 12))
    for k, sector in enumerate(vocabulary.SECTORS):
        if sector in ("heating", "residential"):
            season[k] = [[9, 8, 6, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.6, 6, 9]]
        if sector in ("ammonia", "burning"):
            season[k] = [[1, 1, 2, 3, 4, 5, 5, 4, 3, 4, 1, 1]]
    for species, annual in ANNUAL.items():
        weight = rng.lognormal(0, 1.6, (shape[0], 1, 1)) * rng.uniform(0.3, 1, (1, shape[1], 1))
        part = weight * season * rng.uniform(0.9, 1.1, shape)
        part *= annual / part.sum()
        index = pd.MultiIndex.from_product(
            [vocabulary.SECTORS, DISTRICTS, range(1, 13)], names=["sector", "district", "month"]
        )
        rows.append(pd.DataFrame({"tonnes": part.ravel()}, index).assign(species=species))
    return pd.concat(rows).reset_index().assign(scenario="base")


def _ring(radii, centre):
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return np.c_[centre[0] + radii * np.cos(angle), centre[1] + radii * np.sin(angle)]


@pytest.fixture(scope="session")
def atlas():
    """Two small districts in the middle, one around them, two large counties; 1 km grid, metres."""
    import geopandas as gpd
    from shapely.geometry import Polygon, box

    from emisim.figures.maps import Atlas

    rng = np.random.default_rng(7)
    city = Polygon(_ring(rng.uniform(36e3, 48e3, 40), (60e3, 60e3))).buffer(3e3)
    inner = Polygon(_ring(rng.uniform(10e3, 15e3, 20), (66e3, 52e3)))
    chengqu = Polygon(_ring(rng.uniform(2.2e3, 2.8e3, 16), (66e3, 53e3)))
    kuangqu = Polygon(_ring(rng.uniform(2.2e3, 2.8e3, 16), (61.5e3, 53e3))).difference(chengqu)
    south, north = city & box(0, 0, 12e4, 55e3), city & box(0, 55e3, 12e4, 12e4)
    shapes = [
        chengqu,
        kuangqu,
        inner - chengqu - kuangqu,
        south - inner,
        north - inner,
    ]
    districts = gpd.GeoDataFrame(
        {
            "district": list(DISTRICTS),
            "name_en": list(DISTRICTS),
            "name_zh": list(DISTRICTS.values()),
        },
        geometry=shapes,
        crs="EPSG:32649",
    )
    monitors = pd.DataFrame(
        {
            "station": ["A", "B", "C", "D"],
            "x": [66e3, 61e3, 70e3, 48e3],
            "y": [53e3, 53.5e3, 48e3, 80e3],
        }
    )
    return Atlas(districts, monitors)


@pytest.fixture(scope="session")
def field(atlas):
    """PM2.5 emission on 120 x 120 cells of 1 km (t per km2 and year)."""
    rng = np.random.default_rng(11)
    x = np.arange(120) * 1e3 + 500
    xx, yy = np.meshgrid(x, x)
    town = np.exp(-np.hypot(xx - 65e3, yy - 53e3) / 6e3) * 40
    values = (rng.lognormal(-1.5, 1.2, xx.shape) + town) * (np.hypot(xx - 60e3, yy - 60e3) < 36e3)
    values[80, 40] = 900.0
    return xr.DataArray(values, {"y": x, "x": x}, ("y", "x"))


@pytest.fixture(scope="session")
def concentration(field):
    """SO2 by scenario, y, x (ug/m3), smooth, lower in the plan."""
    base = 18 + 30 * np.exp(-np.hypot(field.x - 64e3, field.y - 56e3) / 15e3)
    parts = {"base": base, "reference": base * 1.01, "stated": base - 9 * (base - 18) / 30}
    parts["expected"] = base - 5 * (base - 18) / 30
    return xr.concat(parts.values(), dim=pd.Index(parts, name="scenario"))


@pytest.fixture(scope="session")
def at_monitors(concentration, atlas):
    points = atlas.monitors
    return concentration.interp(
        x=xr.DataArray(points["x"], dims="station"), y=xr.DataArray(points["y"], dims="station")
    )


MEASURES = """
rural|Clean heating in rural households (60 %)|农村地区清洁取暖替代散煤（60%）|-1900
boilers|Coal boilers below 35 t/h closed by 1 October|淘汰35蒸吨以下燃煤锅炉|-820
ultra-low|14 coal boilers to ultra-low emission|14台1295蒸吨燃煤锅炉超低排放改造|-410
kilns-treat|22 industrial kilns treated in depth|22座工业窑炉深度治理|-260
kilns-close|5 industrial kilns closed|淘汰工业窑炉5座|-95
rail|Bulk goods from road to rail|大宗物料公路转铁路|-12
nev|New buses, taxis and sanitation trucks electric|新增公交、出租、环卫车辆全部采用新能源|-2.5
chp|More heat from power plants|热电联产集中供热增加|160
stagger|Staggered production in the heating season by class|采暖期重点行业差异化错峰生产|-330
trucks|China III trucks scrapped|淘汰国三及以下营运柴油货车|-1.2
coal|Coal capacity cut by 600 kt|压减煤炭产能60万吨|-31
"""


@pytest.fixture(scope="session")
def ledger():
    rows = [
        {
            "scenario": "stated",
            "order": k + 1,
            "id": key,
            "clause": f"三.{k + 1}",
            "outside_in_sequence_t": 3.0,
            "name_en": en,
            "name_zh": zh,
            "species": species,
            "in_sequence_t": float(change) * factor,
            "alone_t": float(change) * factor * 1.05,
        }
        for species, factor in {"SO2": 1.0, "NOx": 0.4, "PM2.5": 0.6}.items()
        for k, row in enumerate(MEASURES.split("\n")[1:-1])
        for key, en, zh, change in [row.split("|")]
    ]
    return pd.DataFrame(rows)


def _scenario_totals(ledger, species):
    base = ANNUAL[species]
    change = ledger.loc[ledger["species"] == species, "in_sequence_t"].sum()
    reference = base * 1.012
    return {
        "base": base,
        "reference": reference,
        "stated": reference + change,
        "expected": reference + 0.62 * change,
    }


@pytest.fixture(scope="session")
def scenario_totals(ledger):
    return _scenario_totals(ledger, "SO2")


@pytest.fixture(scope="session")
def verdict():
    """As emisim.targets.verdict makes it; one row without scenario if not computable."""
    areas = {"city": ("City", "市区"), **{d: (d, zh) for d, zh in DISTRICTS.items()}}
    rows = []
    for k, (area, (en, zh)) in enumerate(areas.items()):
        goal = -40.0 if area == "Yuxian" else -30.0
        changes = {"reference": 1.2, "stated": -34.0 + 2 * k, "expected": -20.0 + 4 * k}
        for scenario, change in changes.items():
            rows.append(
                {
                    "target": f"so2-{area}",
                    "clause": "二(二)1",
                    "name_en": f"SO₂ annual mean, {en}",
                    "name_zh": f"{zh}二氧化硫年均浓度",
                    "metric": "concentration_change",
                    "species": "SO2",
                    "area": area,
                    "binding": False,
                    "comparison": "at most",
                    "target_value": goal,
                    "unit": "%",
                    "scenario": scenario,
                    "base_value": 41.0 + 5 * k,
                    "base_unit": "ug/m3",
                    "value": change,
                    "margin": goal - change,
                    "verdict": "met" if change <= goal else "not met",
                    "verdict_zh": "达到" if change <= goal else "未达到",
                    "conditional_on_en": "background unchanged",
                    "conditional_on_zh": "背景浓度不变",
                    "reason_en": "",
                    "reason_zh": "",
                }
            )
    for key, name_en, name_zh, en, zh in (
        (
            "rank",
            "Rank among 168 cities",
            "168城市排名",
            "other cities needed",
            "需要其他城市的数据",
        ),
        ("dustfall", "Dustfall", "降尘量", "dustfall is not modelled yet", "尚未模拟降尘量"),
        ("province", "Assigned totals", "总量指标", "not in the document", "文件未给出指标数值"),
    ):
        row = dict.fromkeys(rows[0], "")
        row |= {"target": key, "metric": "rank", "name_en": name_en, "name_zh": name_zh}
        row |= {"verdict": "not computable", "verdict_zh": "不可计算", "clause": "二(二)2"}
        row |= {"reason_en": en, "reason_zh": zh, "binding": True}
        row |= dict.fromkeys(("target_value", "base_value", "value", "margin"), np.nan)
        rows.append(row)
    return pd.DataFrame(rows)


RECEPTORS = ("city", "A", "B", "C", "D", *DISTRICTS)


@pytest.fixture(scope="session")
def effects(ledger, concentration, at_monitors):
    """As emisim.effects.build makes it: steps in sequence that lead from the base to the plan."""
    steps = ledger[ledger["species"] == "SO2"]
    share = steps["in_sequence_t"] / steps["in_sequence_t"].sum()
    city = concentration.mean(("y", "x"))
    rows = []
    for species in ("PM2.5", "SO2"):
        for scenario in ("stated", "expected"):
            for receptor in RECEPTORS:
                there = at_monitors if receptor in "ABCD" else city
                at = {"station": "ABCD".index(receptor)} if receptor in "ABCD" else {}
                level = {s: float(there.isel(at).sel(scenario=s)) for s in there["scenario"].values}
                key = {"scenario": scenario, "receptor": receptor, "species": species}
                trend = level["reference"] - level["base"]
                rows.append(key | dict.fromkeys(COLUMNS, trend) | {"order": 0, "id": "reference"})
                change = level[scenario] - level["reference"]
                for order, name, part in zip(steps["order"], steps["id"], share, strict=True):
                    values = (part * change, 1.08 * part * change)
                    told = dict(zip(COLUMNS, values, strict=True))
                    rows.append(key | told | {"order": order, "id": name})
    return pd.DataFrame(rows).assign(clause="")


COLUMNS = ("in_sequence_ug_m3", "alone_ug_m3")


@pytest.fixture(scope="session")
def contributions(at_monitors, concentration):
    """As emisim.contributions.build makes it: sector by district and the background."""
    rng = np.random.default_rng(5)
    city = float(concentration.sel(scenario="base").mean())
    rows = []
    for species in ("PM2.5", "SO2"):
        for k, receptor in enumerate(("city", "A", "B", "C", "D")):
            at = at_monitors.sel(scenario="base")
            level = city if receptor == "city" else float(at.isel(station=k - 1))
            part = rng.lognormal(0, 1.5, (len(vocabulary.SECTORS), len(DISTRICTS)))
            part *= 0.55 * level / part.sum()
            for (i, j), value in np.ndenumerate(part):
                rows.append((receptor, species, vocabulary.SECTORS[i], list(DISTRICTS)[j], value))
            rows.append((receptor, species, "background", "", 0.45 * level))
    columns = ["receptor", "species", "sector", "district", "ug_m3"]
    return pd.DataFrame(rows, columns=columns).assign(scenario="base")


@pytest.fixture(scope="session")
def served():
    """As emisim.figures.shifts.amounts makes it."""
    rows = [
        *(("heat", "coal", 47.1e6, 39.5e6), ("heat", "natural_gas", 9.3e6, 15.9e6)),
        *(("heat", "electricity", 0.0, 1.0e6), ("heat", "biomass", 86e3, 86e3)),
        *(("freight", "diesel", 12.36e9, 12.08e9), ("freight", "rail", 5.15e9, 5.43e9)),
        *(("travel", "gasoline", 4.2e9, 4.1e9), ("travel", "electricity", 0.03e9, 0.13e9)),
    ]
    scenarios = (("base", 0), ("reference", 0), ("stated", 1), ("expected", 1))
    columns = ["service", "carrier", "scenario", "value"]
    return pd.DataFrame(
        [(*r[:2], s, r[2 + k]) for r in rows for s, k in scenarios], columns=columns
    )


@pytest.fixture(scope="session")
def material(
    stamp, totals, ledger, verdict, atlas, field, concentration, effects, contributions, served
):
    """Everything that the album and the briefing show."""
    from emisim.figures.album import Material

    parts = [
        rows.assign(scenario=name, tonnes=rows["tonnes"] * value / ANNUAL[species])
        for species, rows in totals.groupby("species", sort=False)
        for name, value in _scenario_totals(ledger, species).items()
    ]
    species = ["PM2.5", "PM10", "SO2", "NO2"]
    air = concentration.expand_dims(species=species).transpose("scenario", "species", "y", "x")
    points = {k: xr.DataArray(atlas.monitors[k], dims="station") for k in ("x", "y")}
    by_area = air.mean(("y", "x")).expand_dims(area=["city", *DISTRICTS])
    kinds = ["PM2.5", "SO2", "NOx"]
    names = atlas.districts.set_index("district")
    return Material(
        place={"en": "Yangquan", "zh": "阳泉"},
        districts={k: names[f"name_{k}"].to_dict() for k in vocabulary.LANGUAGES},
        years=(2018, 2019),
        heating=HEATING,
        totals=pd.concat(parts, ignore_index=True),
        ledger=ledger,
        verdict=verdict,
        emission=field.expand_dims(species=kinds).transpose("species", "y", "x"),
        concentration=air,
        at_monitors=air.interp(points),
        atlas=atlas,
        stamp=stamp,
        by_area=by_area,
        anchor_ratio=xr.DataArray([0.6, 1.7], dims="season"),
        effects=effects,
        contributions=contributions,
        served=served,
    )
