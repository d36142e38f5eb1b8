"""Weather classes for Markov-coupled transport: direction x speed x regime x wet.

``hourly(record, p)`` gives winds, profiles and class of every hour; ``build(record, p)`` their
class means, frequencies and hour-to-hour transitions by half of the year. Transitions are counted
along the hours of a half in order, closed from the last to the first, so that the frequency is
exactly the stationary vector of the transition matrix.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.vocabulary import HALVES, SEASONS
from emisim.weather import boundary_layer, class_set, direction, rain, stability, surface_layer
from emisim.weather.class_set import DAY, LABELS, NIGHT, ClassSet
from emisim.weather.periods import half_of, season_of

HOURS = 24
SURFACE = "town"
CLASS_MEANS = {
    "u": "m/s",
    "v": "m/s",
    "speed": "m/s",
    "friction_velocity": "m/s",
    "inverse_obukhov_length": "1/m",
    "mixing_height": "m",
    "temperature": "K",
    "relative_humidity": "1",
    "rain": "mm/h",
    "lapse": "K/m",
}
"""Quantities averaged over the hours of a class (speed: harmonically), and their units."""
GEOMETRIC = "diffusivity"
"""Its logarithm is averaged: it varies tenfold within a class and the air answers to the ratio."""
PROFILES = {"diffusivity": "m2/s", "wind_ratio": "1"}


def hourly(
    record: pd.DataFrame,
    p: Parameters,
    *,
    classes: ClassSet | None = None,
    climatology: pd.DataFrame | None = None,
    surface: str = SURFACE,
) -> xr.Dataset:
    """Return winds, boundary layer, profiles and class of every hour.

    Parameters
    ----------
    record
        A checked record (:func:`emisim.weather.readers.read`).
    p
        ``inputs/factors/meteorology.csv``.
    classes
        The class set; default :func:`emisim.weather.class_set.default`.
    climatology
        Monthly rain for records without (:func:`emisim.weather.rain.read_climatology`).
    surface
        The ground around the station: a technology of process ``surface``.

    Returns
    -------
    Dataset
        dims time (local standard, middle of the hour), level (m), class. ``u``, ``v`` eastward and
        northward wind at 10 m, in calm hours the floor speed in the direction between those
        of the windy hours around; the names of :data:`CLASS_MEANS` and
        :data:`PROFILES`; ``speed`` at 10 m with the calm floor; ``half``, ``season``, ``period``
        (day or night); ``class_index`` into the labels on ``class``.

    Raises
    ------
    InputError
        If the record lacks humidity in an hour, or has neither irradiance nor cloud to be used.
    """
    _require_humidity(record)
    chosen = classes or class_set.default(p)
    record = _drifting(record, chosen)
    sky = stability.sky(record, p)
    wet = rain.hourly_rain(record, sky.cloud, climatology, p)
    sky = replace(sky, cloud=np.where(wet >= chosen.wet_from, 1, sky.cloud))
    ground = surface_layer.surface(surface, record["time"].dt.month, p)
    layer = surface_layer.surface_layer(record, sky, ground, p)
    labels = class_set.label(record, wet, layer.inverse_length, chosen)
    out = _hours(record, layer, labels, p).assign(rain=("time", wet, {"units": "mm/h"}))
    return out.assign_attrs(
        **record.attrs,
        surface=surface,
        rain=rain.describe(record, wet, climatology is not None),
    )


def _drifting(record: pd.DataFrame, chosen: ClassSet) -> pd.DataFrame:
    out = record.assign(wind_direction=direction.drifting(record, chosen.calm_below))
    out.attrs = dict(record.attrs)
    return out


def _require_humidity(record: pd.DataFrame) -> None:
    missing = record["relative_humidity"].isna()
    if missing.any():
        msg = f"relative humidity is missing in {int(missing.sum())} hours"
        hint = "give relative_humidity or dew_point in every hour"
        raise InputError(msg, file=record.attrs.get("source"), hint=hint)


def _hours(
    record: pd.DataFrame, layer: surface_layer.SurfaceLayer, labels: pd.DataFrame, p: Parameters
) -> xr.Dataset:
    mixed = boundary_layer.mixing_height(record, layer, p)
    level = boundary_layer.heights(p)
    number, names = class_set.index(labels)
    bearing = np.deg2rad(record["wind_direction"].to_numpy(float))
    speed = surface_layer.transport_speed(record, p)
    columns = {
        "u": -speed * np.sin(bearing),
        "v": -speed * np.cos(bearing),
        "speed": speed,
        "friction_velocity": layer.friction_velocity,
        "inverse_obukhov_length": layer.inverse_length,
        "mixing_height": mixed,
        "temperature": record["temperature"].to_numpy(float),
        "relative_humidity": record["relative_humidity"].to_numpy(float),
        "lapse": boundary_layer.lapse(layer, p),
        "half": half_of(record["time"].dt.month),
        "season": season_of(record["time"].dt.month),
        "period": labels["regime"].to_numpy(str),
        "class_index": number,
    }
    profiles = {
        "diffusivity": boundary_layer.diffusivity(level, layer, mixed, p),
        "wind_ratio": boundary_layer.wind_ratio(level, layer, mixed, p),
    }
    units = {**CLASS_MEANS, **PROFILES}
    return xr.Dataset(
        {
            **{
                n: ("time", x, {"units": units[n]} if n in units else {})
                for n, x in columns.items()
            },
            **{n: (("time", "level"), x, {"units": units[n]}) for n, x in profiles.items()},
        },
        {"time": record["time"].to_numpy(), "level": level, **class_coordinates(names)},
    )


def class_coordinates(names: pd.DataFrame) -> dict[str, tuple[str, np.ndarray]]:
    """Return the coordinates on ``class`` of a table with the columns of ``LABELS``."""
    kinds = dict(zip(LABELS, (str, int, str, bool), strict=True))
    return {name: ("class", names[name].to_numpy(kind)) for name, kind in kinds.items()}


def build(
    record: pd.DataFrame,
    p: Parameters,
    *,
    classes: ClassSet | None = None,
    climatology: pd.DataFrame | None = None,
    surface: str = SURFACE,
) -> xr.Dataset:
    """Return the weather classes of a record; parameters and raises as :func:`hourly`.

    Returns
    -------
    Dataset
        As :func:`classify`, and ``bins`` variables (season, period).
    """
    return classify(hourly(record, p, classes=classes, climatology=climatology, surface=surface))


def classify(hours: xr.Dataset) -> xr.Dataset:
    """Return class means, counts and transitions of hourly weather (:func:`hourly`).

    Returns
    -------
    Dataset
        dims half, class, to, hour, level, season, period. Counts are kept as whole hours:
        ``transition_hours`` (half, class, to) and ``hour_hours`` (half, class, hour);
        :func:`derived` adds frequencies and probabilities. Means of a class that does not occur in
        a half are those of the other half.
    """
    halves, count = list(HALVES), hours.sizes["class"]
    number = hours["class_index"].to_numpy()
    clock = hours["time"].dt.hour.to_numpy()
    moves = np.zeros((len(halves), count, count), int)
    clocks = np.zeros((len(halves), count, HOURS), int)
    group = np.full(len(number), -1)
    for i, half in enumerate(halves):
        own = np.flatnonzero(hours["half"].to_numpy() == half)
        np.add.at(moves[i], (number[own], np.roll(number[own], -1)), 1)
        np.add.at(clocks[i], (number[own], clock[own]), 1)
        group[own] = i * count + number[own]
    out = xr.Dataset(
        {
            "transition_hours": (("half", "class", "to"), moves),
            "hour_hours": (("half", "class", "hour"), clocks),
        },
        {"half": halves, "hour": np.arange(HOURS), "level": hours["level"]},
    ).assign_coords({n: hours[n] for n in LABELS})
    means = _means(hours, group, (len(halves), count))
    out = out.assign(means).merge(bins(hours))
    return derived(out.assign_attrs(hours.attrs))


def _means(hours: xr.Dataset, group: np.ndarray, shape: tuple[int, int]) -> dict[str, xr.Variable]:
    """Return the class means; profiles of wind weighted with the speed at 10 m."""
    size = shape[0] * shape[1]
    total = np.bincount(group, minlength=size)

    def mean(values: np.ndarray) -> np.ndarray:
        sums = np.zeros((size, *values.shape[1:]))
        np.add.at(sums, group, values)
        with np.errstate(invalid="ignore"):
            found = (sums.T / total).T.reshape(*shape, *values.shape[1:])
        return np.where(np.isnan(found), found[::-1], found)

    speed = hours["speed"].to_numpy()
    plain = {name: mean(hours[name].to_numpy()) for name in CLASS_MEANS}
    plain["speed"] = 1 / mean(1 / speed)
    out = {
        name: xr.Variable(("half", "class"), values, {"units": CLASS_MEANS[name]})
        for name, values in plain.items()
    }
    carried = mean(speed[:, None] * hours["wind_ratio"].to_numpy())
    profiles = {
        GEOMETRIC: np.exp(mean(np.log(hours[GEOMETRIC].to_numpy()))),
        "wind_ratio": carried / mean(speed)[..., None],
    }
    for name, values in profiles.items():
        out[name] = xr.Variable(("half", "class", "level"), values, {"units": PROFILES[name]})
    return out


def bins(hours: xr.Dataset) -> xr.Dataset:
    """Return temperature, humidity and number of hours by season and period (day, night)."""
    table = hours[["temperature", "relative_humidity", "season", "period"]].to_dataframe()
    groups = table.groupby(["season", "period"])
    index = pd.MultiIndex.from_product([list(SEASONS), [DAY, NIGHT]], names=["season", "period"])
    means = groups[["temperature", "relative_humidity"]].mean().reindex(index)
    means["hours"] = groups.size().reindex(index, fill_value=0)
    found = means.add_prefix("bin_").to_xarray()
    return found.reindex(season=list(SEASONS), period=[DAY, NIGHT])


def derived(counts: xr.Dataset) -> xr.Dataset:
    """Add ``frequency``, ``transition``, ``hour_frequency`` and ``bin_share`` to the counts.

    ``frequency`` (half, class) sums to 1; rows of ``transition`` and ``hour_frequency`` sum to 1;
    a class without hours stays where it is (identity) and is spread evenly over the clock.
    """
    moves = counts["transition_hours"]
    total = moves.sum("to")
    stay = xr.DataArray(np.eye(moves.sizes["to"]), dims=("class", "to"))
    known = total.where(total > 0, 1)
    return counts.assign(
        bin_share=counts["bin_hours"] / counts["bin_hours"].sum(),
        frequency=total / total.sum("class"),
        transition=xr.where(total > 0, moves / known, stay).transpose(*moves.dims),
        hour_frequency=xr.where(total > 0, counts["hour_hours"] / known, 1 / HOURS).transpose(
            *counts["hour_hours"].dims
        ),
    )


def factor(dataset: xr.Dataset, profile_hours: np.ndarray) -> xr.DataArray:
    """Return the class-conditional factor e (half, class) of an hourly emission profile.

    e_k = sum_h P(h | k) p_h / sum_h P(h) p_h, so that sum_k f_k e_k = 1 in each half.

    Parameters
    ----------
    dataset
        Weather classes (:func:`build`).
    profile_hours
        Emission of each local hour, (24,), in any unit.
    """
    profile = xr.DataArray(np.asarray(profile_hours, float), dims="hour")
    conditional = xr.dot(dataset["hour_frequency"], profile, dim="hour")
    return conditional / xr.dot(dataset["frequency"], conditional, dim="class")
