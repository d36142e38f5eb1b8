from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from years import SET, year

from emisim.errors import InputError
from emisim.weather import class_set


def hours(speed, bearing, hour=12):
    time = pd.Timestamp(f"2005-05-01 {hour:02d}:30")
    return pd.DataFrame({"time": [time], "wind_speed": [speed], "wind_direction": [bearing]})


@pytest.mark.parametrize(
    ("speed", "bearing", "rain", "inverse", "wanted"),
    [
        (2.0, 350.0, 0.0, -0.1, ("N", 1, "day", False)),
        (3.0, 45.0, 0.0, 0.01, ("NE", 2, "night", False)),
        (0.0, 50.0, 0.0, 0.01, ("E", 0, "night", False)),
        (5.0, 50.0, 0.5, 0.01, ("any", 1, "day", True)),
        (0.2, 50.0, 0.5, 0.01, ("calm", 0, "day", True)),
        (5.0, 50.0, 0.05, 0.01, ("NE", 2, "night", False)),
    ],
)
def test_labels(speed, bearing, rain, inverse, wanted):
    found = class_set.label(hours(speed, bearing), np.array([rain]), np.array([inverse]), SET)
    assert tuple(found.iloc[0]) == wanted


def test_regime_by_the_clock():
    clock = replace(SET, by_stability=False)
    for hour, regime in ((7, "night"), (8, "day"), (17, "day"), (18, "night")):
        found = class_set.label(hours(2, 0, hour), np.zeros(1), np.full(1, 0.05), clock)
        assert found["regime"][0] == regime


@pytest.mark.parametrize("directions", class_set.SECTORS)
def test_sectors_are_of_equal_width_and_centred_on_their_names(directions):
    bearing = np.arange(0, 360, 0.5) + 0.1
    found = pd.Series(class_set.sector(bearing, directions)).value_counts()
    assert found.tolist() == [720 // directions] * directions
    points = pd.Series(class_set.sector(np.arange(16) * 22.5, directions)).value_counts()
    assert points.tolist() == [16 // directions] * directions
    north = "any" if directions == 1 else "N"
    assert class_set.sector(np.array([0.0, 360.0]), directions).tolist() == [north, north]


def test_classes_can_be_switched_off():
    record, rain = year(), np.where(np.arange(8760) % 50 < 5, 1.0, 0.0)
    inverse = np.where(record["time"].dt.hour.between(8, 17), -0.05, 0.05)
    both = class_set.index(class_set.label(record, rain, inverse, SET))[1]
    assert len(both) == 2 * (8 * 2 + 4) + 1 + 1
    split = replace(SET, wet_by_regime=True)
    assert len(class_set.index(class_set.label(record, rain, inverse, split))[1]) == 40 + 4
    still = replace(SET, calm_directions=1, wet_directions=4)
    names = class_set.index(class_set.label(record, rain, inverse, still))[1]
    assert len(names) == 2 * (8 * 2 + 1) + 4 + 1
    assert set(names["direction"][names["speed_class"] == 0]) == {"calm"}
    plain = replace(SET, calm_classes=False, wet_classes=False)
    bare = class_set.index(class_set.label(record, rain, inverse, plain))[1]
    assert len(bare) == 8 * 2 * 2
    assert not bare["wet"].any()


def test_index_and_labels_fit_each_other():
    record = year()
    labels = class_set.label(record, np.zeros(8760), np.sin(np.arange(8760)), SET)
    number, names = class_set.index(labels)
    pd.testing.assert_frame_equal(names.iloc[number].reset_index(drop=True), labels)
    assert names["direction"].tolist()[:3] == ["N", "N", "N"]
    assert names["speed_class"].tolist()[:3] == [0, 1, 2]


def test_impossible_sets_are_named():
    with pytest.raises(InputError, match=r"directions of a class set cannot be 5"):
        replace(SET, directions=5)
    with pytest.raises(InputError, match="speed edges of a class set must rise"):
        replace(SET, speed_edges=(3.0, 2.0))
