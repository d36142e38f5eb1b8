"""Annual response of sulfate, nitrate and ammonium to cuts of the totals, North China course."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic import CHEMISTRY

from emisim.chemistry import response
from emisim.chemistry.species import molar_mass
from emisim.errors import InputError
from emisim.vocabulary import SEASONS

COURSE = pd.read_csv(Path(__file__).parents[1] / "data" / "north-china-course.csv")
PUBLISHED = {0.9: -0.2, 0.8: -0.5, 0.7: -1.1, 0.6: -3.1, 0.5: -6.2, 0.4: -10.2}
"""SNA change (ug/m3) by factor on NH3 that another solver gave for the same course."""
AS_AMMONIUM = molar_mass("NH4", CHEMISTRY) / molar_mass("NH3", CHEMISTRY)


def hourly():
    """Return temperature, humidity and totals (bin,) of 12 months x 24 hours."""
    daily = np.cos((np.arange(24) - 15) / 24 * 2 * np.pi)
    temperature = COURSE["temperature"].to_numpy()[:, None] + 273.15 + 5 * daily
    humidity = COURSE["humidity"].to_numpy()[:, None] - 0.14 * daily
    totals = [np.repeat(COURSE[n], 24).to_numpy(float) for n in ("sulfate", "nitrate", "ammonia")]
    totals[2] *= AS_AMMONIUM
    return temperature.ravel(), np.clip(humidity, 0.25, 0.97).ravel(), *totals


def seasons_and_periods():
    """Return the same as means of 4 seasons x day and night."""
    month, day = np.repeat(COURSE["month"], 24), np.tile(np.arange(24), 12)
    season = month.map({m: s for s, months in SEASONS.items() for m in months}).to_numpy()
    bright = np.abs(day - 15) < 6
    frame = pd.DataFrame(np.array(hourly()).T).groupby([season, bright]).mean()
    return tuple(frame.to_numpy().T)


def annual(values, sulfate=1.0, nitrate=1.0, ammonia=1.0):
    temperature, humidity, *totals = values
    share = np.full(len(temperature), 1 / len(temperature))
    cut = [t * f for t, f in zip(totals, (sulfate, nitrate, ammonia), strict=True)]
    return response.annual(temperature, humidity, share, *cut, CHEMISTRY)


@pytest.fixture(scope="module")
def base():
    return annual(hourly())


@pytest.fixture(scope="module")
def ammonia_cuts(base):
    return {f: float(annual(hourly(), ammonia=f).total - base.total) for f in PUBLISHED}


def test_ammonia_cuts_are_convex(ammonia_cuts):
    steps = np.diff([0, *ammonia_cuts.values()])
    assert (steps < 0).all()
    assert (np.diff(steps) < 0).all()


def test_ammonia_cuts_agree_with_the_other_solver(ammonia_cuts):
    print({f: round(v, 2) for f, v in ammonia_cuts.items()})
    for factor, published in PUBLISHED.items():
        assert ammonia_cuts[factor] == pytest.approx(published, rel=0.1, abs=0.1)


def test_eight_bins_keep_the_response(ammonia_cuts):
    bins = seasons_and_periods()
    whole = annual(bins).total
    change = {f: float(annual(bins, ammonia=f).total - whole) for f in PUBLISHED}
    print({f: round(v, 2) for f, v in change.items()})
    for factor in PUBLISHED:
        assert change[factor] == pytest.approx(ammonia_cuts[factor], rel=0.25)


def test_joint_cuts_are_nearly_additive(base):
    cuts = ({"sulfate": 0.7}, {"nitrate": 0.7}, {"ammonia": 0.7})
    single = [float(annual(hourly(), **c).total - base.total) for c in cuts]
    joint = float(annual(hourly(), **{k: v for c in cuts for k, v in c.items()}).total - base.total)
    print([round(v, 2) for v in (*single, joint)])
    assert joint == pytest.approx(sum(single), rel=0.06)
    assert single[0] < -0.3 * float(base.sulfate)
    assert single[1] < -0.3 * float(base.nitrate)


def test_sulfate_cut_frees_ammonia_for_nitrate_only_where_ammonia_is_short(base):
    rich = annual(hourly(), sulfate=0.7).nitrate - base.nitrate
    poor = annual(hourly(), sulfate=0.7, ammonia=0.4)
    poor = poor.nitrate - annual(hourly(), ammonia=0.4).nitrate
    assert -0.2 < rich < 0
    assert poor > 1


def test_ammonium_of_rich_air_neutralises(base):
    sulfur, nitrogen, ammonium = (molar_mass(f, CHEMISTRY) for f in ("SO4", "NO3", "NH4"))
    need = ammonium * (2 * base.sulfate / sulfur + base.nitrate / nitrogen)
    assert base.ammonium == pytest.approx(need, rel=0.01)


def test_marginals_are_slopes():
    temperature, humidity, *totals = seasons_and_periods()
    share = np.full(len(temperature), 1 / len(temperature))
    slopes = response.marginals(temperature, humidity, share, *totals, CHEMISTRY, step=0.01)
    up, down = (
        response.annual(temperature, humidity, share, *totals[:2], totals[2] * f, CHEMISTRY).total
        for f in (1.001, 0.999)
    )
    assert slopes["ammonia"] == pytest.approx((up - down) / 0.002, rel=0.02)
    assert slopes["sulfate"] > slopes["ammonia"] > 0


def test_shares_must_be_whole():
    with pytest.raises(InputError, match="do not sum to 1"):
        response.annual(np.full(2, 280.0), np.full(2, 0.5), np.full(2, 0.4), 1, 1, 1, CHEMISTRY)
