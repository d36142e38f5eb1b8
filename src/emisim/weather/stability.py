"""Pasquill stability of every hour after Turner: insolation by day, cloud by night, wind speed.

Records often have no usable cloud. The insolation class is therefore taken from irradiance:
Turner's limits of solar altitude are turned into the clear-sky irradiance there, and measured
irradiance is compared with them, which makes a separate cloud correction needless. Without
measured irradiance it is estimated from cloud. By night, cloud is the record's own if that carries
information (see :func:`cloud_is_usable`), else that of the daylight hours around the night.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.tables import Parameters

CLASSES = ("A", "B", "C", "D", "E", "F")
SUN = "sun"
SKY = "sky"
TURNER = "turner"


def solar_altitude(time: pd.Series, latitude: float, longitude: float, utc_offset: float,
                   p: Parameters) -> np.ndarray:  # fmt: skip
    """Return the sun's altitude (radian) at local standard ``time`` (low-precision almanac).

    With n days from J2000: L = L0 + L1 n, g = g0 + g1 n, lambda = L + c1 sin g + c2 sin 2g,
    sin(declination) = sin(obliquity) sin(lambda); hour angle from right ascension and sidereal
    time.
    Error about 0.01 degree, far below what stability needs.
    """

    def deg(name: str) -> float:
        return p.value(name, "deg", process=SUN)

    utc = time - pd.Timedelta(hours=utc_offset)
    n = ((utc - pd.Timestamp("2000-01-01 12:00")) / pd.Timedelta(days=1)).to_numpy(float)
    mean_longitude = deg("mean_longitude") + deg("mean_longitude_per_day") * n
    anomaly = np.deg2rad(deg("mean_anomaly") + deg("mean_anomaly_per_day") * n)
    ecliptic = np.deg2rad(
        mean_longitude
        + deg("centre_1") * np.sin(anomaly)
        + deg("centre_2") * np.sin(2 * anomaly)
    )  # fmt: skip
    tilt = np.deg2rad(deg("obliquity"))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    turn = (utc - utc.dt.normalize()) / pd.Timedelta(days=1)
    hour_angle = (
        2 * np.pi * turn.to_numpy(float)
        - np.pi
        + np.deg2rad(longitude + mean_longitude)
        - ascension
    )
    phi = np.deg2rad(latitude)
    sine = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(
        hour_angle
    )
    return np.arcsin(np.clip(sine, -1, 1))


def clear_sky_irradiance(sine_altitude: np.ndarray | float, p: Parameters) -> np.ndarray:
    """Return clear-sky global irradiance (W/m2), G0 = max(0, a sin h - b) (Kasten and Czeplak)."""
    slope, offset = (p.value(f"clear_sky_{n}", "W/m2", process=SKY) for n in ("slope", "offset"))
    return np.maximum(slope * np.asarray(sine_altitude) - offset, 0)


def cloud_transmission(cloud: np.ndarray, p: Parameters) -> np.ndarray:
    """Return G/G0 = 1 - a N^b for cloud N in 0..1 (Kasten and Czeplak)."""
    depth, power = (p.value(f"cloud_{n}", "fraction", process=SKY) for n in ("depth", "power"))
    return 1 - depth * np.asarray(cloud) ** power


def cloud_from_transmission(ratio: np.ndarray, p: Parameters) -> np.ndarray:
    """Return the cloud N (0..1) whose transmission is ``ratio``, clipped."""
    depth, power = (p.value(f"cloud_{n}", "fraction", process=SKY) for n in ("depth", "power"))
    return np.clip((1 - np.asarray(ratio)) / depth, 0, 1) ** (1 / power)


def cloud_is_usable(cloud: pd.Series, p: Parameters) -> bool:
    """Tell whether a cloud column carries weather: complete, and correlated from hour to hour.

    Some typical-year files hold random digits (lag-1 autocorrelation about 0); real cloud has 0.8.
    """
    if cloud.isna().any() or cloud.nunique() <= 1:
        return False
    least = p.value("cloud_autocorrelation_minimum", "fraction", process=SKY)
    return bool(cloud.autocorr(1) >= least)


def daylight_cloud(irradiance: pd.Series, clear: np.ndarray, sine: np.ndarray,
                   p: Parameters) -> np.ndarray:  # fmt: skip
    """Return cloud (0..1) for every hour from the daylight hours within half a day of it.

    Transmission is sum(G)/sum(G0) over hours with the sun above the lowest usable altitude.
    """
    high = sine > np.sin(np.deg2rad(p.value("usable_altitude", "deg", process=SKY)))
    window = int(p.value("cloud_window", "h", process=SKY)) + 1
    measured, possible = (
        pd.Series(np.where(high, values, 0.0)).rolling(window, center=True, min_periods=1).sum()
        for values in (irradiance.to_numpy(float), clear)
    )
    ratio = (measured / possible.where(possible > 0)).interpolate(limit_direction="both")
    return cloud_from_transmission(ratio.to_numpy(float), p)


@dataclass(frozen=True)
class Sky:
    """Sine of the sun's altitude, global irradiance (W/m2) and cloud (0..1), each (hour,)."""

    sine: np.ndarray
    irradiance: np.ndarray
    cloud: np.ndarray


def sky(record: pd.DataFrame, p: Parameters) -> Sky:
    """Return sun, irradiance and cloud of every hour; gaps of one are filled from the other.

    Raises
    ------
    InputError
        If irradiance has gaps and the cloud column carries nothing to fill them from.
    """
    where = (record.attrs[k] for k in ("latitude", "longitude", "utc_offset"))
    sine = np.sin(solar_altitude(record["time"], *where, p))
    clear = clear_sky_irradiance(sine, p)
    usable = cloud_is_usable(record["cloud"], p)
    irradiance = record["irradiance"]
    if irradiance.isna().any():
        if not usable:
            _raise_no_sky(record)
        irradiance = irradiance.fillna(
            pd.Series(clear * cloud_transmission(record["cloud"].to_numpy(float), p))
        )
    cloud = (
        record["cloud"].to_numpy(float) if usable else daylight_cloud(irradiance, clear, sine, p)
    )
    return Sky(sine, irradiance.to_numpy(float), cloud)


def pasquill(record: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Return the stability class of every hour as 0 (A) .. 5 (F), by Turner's table.

    ``record`` as :mod:`emisim.weather.record`; ``p`` holds the processes sun, sky, turner.
    """
    above = sky(record, p)
    index = net_radiation_index(above.irradiance, above.sine, above.cloud, p)
    return turner_class(index, record["wind_speed"].to_numpy(float), p)


def _raise_no_sky(record: pd.DataFrame) -> None:
    from emisim.errors import InputError

    msg = "irradiance has gaps and cloud cannot replace it (missing, constant or random)"
    hint = "give a complete irradiance (W/m2) or cloud (fraction) column"
    raise InputError(msg, file=record.attrs.get("source"), column="irradiance", hint=hint)


def net_radiation_index(irradiance: np.ndarray, sine: np.ndarray, cloud: np.ndarray,
                        p: Parameters) -> np.ndarray:  # fmt: skip
    """Return Turner's net radiation index: 4 to 1 by day, 0 to -2 by night.

    By day, 1 + the number of altitude limits whose clear-sky irradiance is reached; overcast that
    leaves nothing above the lowest limit gives 0. By night by cloud.
    """
    limits = [p.value(f"altitude_{i}", "deg", process=TURNER) for i in (1, 2, 3)]
    levels = clear_sky_irradiance(np.sin(np.deg2rad(limits)), p)
    overcast = cloud >= p.value("overcast", "fraction", process=TURNER)
    day = 1 + (irradiance[:, None] >= levels).sum(axis=1)
    day = np.where((day == 1) & overcast, 0, day)
    open_sky = cloud <= p.value("night_cloud_limit", "fraction", process=TURNER)
    night = np.where(open_sky, -2, np.where(overcast, 0, -1))
    return np.where(sine > 0, day, night)


def turner_class(index: np.ndarray, speed: np.ndarray, p: Parameters) -> np.ndarray:
    """Return class 0..5 from net radiation index (-2..4) and wind speed (m/s)."""
    edges, table = turner_table(p)
    row = np.searchsorted(edges, speed, side="right") - 1
    return table[row, 4 - index.astype(int)]


def turner_table(p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return lower wind limits (m/s, k) and classes (k, 7; index 4 first), G merged into F."""
    frame = p.frame[p.frame["process"] == TURNER]
    names = sorted(set(frame.loc[frame["parameter"] == "class", "technology"]))
    edges = [p.value("wind_from", "m/s", process=TURNER, technology=n) for n in names]
    table = [
        [
            p.value("class", "fraction", process=TURNER, technology=n, standard=str(i))
            for i in range(4, -3, -1)
        ]
        for n in names
    ]
    return np.array(edges), np.minimum(np.array(table).astype(int), len(CLASSES)) - 1
