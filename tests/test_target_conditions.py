"""A verdict says where the level of the base year was not measured."""

import pandas as pd
import pytest
import xarray as xr

from emisim.target_conditions import with_levels

SPECIES = ["PM2.5", "SO2"]


def status(*, city=("reported", "assumed"), upper=("", "")):
    coords = {"species": SPECIES, "area": ["city", "Upper"]}
    return xr.DataArray([[city[0], upper[0]], [city[1], upper[1]]], coords, ("species", "area"))


def line(metric, species="", area="city", verdict="met"):
    row = {"metric": metric, "species": species, "area": area, "verdict": verdict}
    return pd.DataFrame([row | {"conditional_on_en": "weather", "conditional_on_zh": ""}])


@pytest.mark.parametrize(
    ("target", "kinds", "named"),
    [
        (line("concentration", "SO2"), status(), "SO2"),
        (line("concentration_change", "PM2.5"), status(), None),
        (line("composite_index"), status(), "SO2"),
        (line("good_days"), status(city=("assumed", "assumed")), "PM2.5, SO2"),
        (line("concentration", "SO2", "Upper"), status(), "SO2"),
        (line("concentration", "SO2", "Upper"), status(upper=("", "reported")), None),
        (line("emission", "SO2"), status(), None),
        (line("concentration", "SO2", verdict="not computable"), status(), None),
    ],
)
def test_levels_that_are_assumed_are_named(target, kinds, named):
    found = with_levels(target, kinds).iloc[0]
    if named is None:
        assert (found["conditional_on_en"], found["conditional_on_zh"]) == ("weather", "")
    else:
        expected = f"weather; the base-year level of {named} is assumed, not measured in this city"
        assert found["conditional_on_en"] == expected
        assert found["conditional_on_zh"].startswith(named.replace(", ", "、"))
