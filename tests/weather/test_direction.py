import numpy as np
from years import P, year

from emisim.weather import direction


def test_a_turning_wind_is_left_alone():
    record = year()
    found = direction.persistent(record, P)
    assert (found["wind_direction"] == record["wind_direction"]).all()
    assert found.attrs["direction"] == "record"


def test_random_directions_between_reports_are_seen_and_the_reports_held():
    rng = np.random.default_rng(2)
    block = (np.arange(8760) + 4) // 6  # reports at 2, 8, 14 and 20 h
    report = np.arange(8760) % 6 == 2
    true = np.cumsum(rng.normal(0, 30, block.max() + 1))[block] % 360
    speed = rng.integers(1, 9, block.max() + 1)[block].astype(float)
    noise = np.where(report, true, rng.uniform(0, 360, 8760))
    record = year(wind_direction=noise, wind_speed=speed)
    assert abs(direction.turn_cosine(record)) < 0.05
    found = direction.persistent(record, P)
    assert (found["wind_direction"].to_numpy()[2:] == true[2:]).all()
    assert (found["wind_direction"].to_numpy()[:2] == true[2]).all()
    assert "first of the day at 2 h" in found.attrs["direction"]
    assert found.attrs["station"] == "Made"
    assert "direction" not in record.attrs
