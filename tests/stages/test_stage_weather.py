"""Hourly records that cannot be used, given to the command as a user would."""

import numpy as np
import pandas as pd
import pytest

from emisim import cli

HEAD = "# station: S\n# latitude: 37.0\n# longitude: 113.0\n# utc_offset: 8\n"


def record():
    """A year with a daily course of wind and cloud."""
    time = pd.date_range("2005-01-01", "2005-12-31 23:00", freq="h")
    n = np.arange(len(time))
    data = {"wind_speed": n % 5, "wind_direction": n * 45 % 360, "temperature": 5.0, "cloud": 0.5}
    return pd.DataFrame({"time": time, **data, "relative_humidity": 0.5})


FAULTS = {
    "gap": (
        lambda r: r.drop(range(1000, 1200)),
        ["200 hours on end", "from 2005-02-11 16:30", "gaps of at most 168 h", "another year"],
    ),
    "knots": (
        lambda r: r.assign(wind_speed=r["wind_speed"] * 4),
        ["km/h or knots", "8.0", "mean at most", "divide by 3.6"],
    ),
    "kelvin": (
        lambda r: r.assign(temperature=r["temperature"] + 273.15),
        ["temperature is beyond physical limits", "check unit"],
    ),
    "percent": (
        lambda r: r.assign(relative_humidity=50),
        ["relative_humidity is beyond", "percent must be divided by 100"],
    ),
    "calm": (lambda r: r.assign(wind_speed=0), ["every hour is calm", "wind_speed"]),
    "short": (
        lambda r: r.iloc[: 24 * 200],
        ["only 55% of the hours of the year", "0.548", "at least 0.8", "give a whole year"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_record_that_cannot_be_used_is_refused(tmp_path, capsys, name):
    spoil, said = FAULTS[name]
    path, out = tmp_path / "record.csv", tmp_path / "town.csv"
    path.write_text(HEAD + spoil(record()).to_csv(index=False), encoding="utf-8")
    assert cli.main(["weather", "--record", str(path), "--out", str(out)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"emisim weather: {path}: ")
    for text in said:
        assert text in message
    assert "next:" in message
    assert [p.name for p in tmp_path.iterdir()] == ["record.csv"]
