"""Class sets to compare: the default with one thing changed at a time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import xarray as xr

from emisim.tables import Parameters
from emisim.validation.experiment import superposed
from emisim.vocabulary import HALVES
from emisim.weather import class_set, regimes
from emisim.weather.class_set import ClassSet

PROCESS = "class-set-variant"
COUNTS = ("directions", "wet_directions", "calm_directions")
SWITCHES = ("by_stability", "calm_classes", "wet_classes")
DEFAULT = "default"
Hourly = Callable[[ClassSet], xr.Dataset]


def variants(p: Parameters, meteorology: Parameters) -> dict[str, ClassSet]:
    """Return the class sets by name, the default first."""
    default = class_set.default(meteorology)
    frame = p.frame[p.frame["process"] == PROCESS]
    out = {DEFAULT: default}
    for name in dict.fromkeys(frame["technology"]):
        own = frame[frame["technology"] == name]
        values = dict(zip(own["parameter"], own["value"], strict=True))
        changes: dict[str, object] = {n: int(v) for n, v in values.items() if n in COUNTS}
        changes |= {n: bool(v) for n, v in values.items() if n in SWITCHES}
        if "speeds" in values:
            edges = own.loc[own["parameter"] == "speed_edge", "value"]
            changes["speed_edges"] = tuple(float(edge) for edge in edges)
        out[name] = replace(default, **changes)  # type: ignore[arg-type]
    return out


def methods(hours: xr.Dataset) -> dict[str, xr.Dataset]:
    """Return other ways to use the default classes, by name; ``hours`` is labelled with them."""
    weather = regimes.classify(hours)
    return {
        "steady plumes, summed": superposed(weather),
        "arithmetic mean of diffusivity": arithmetic(hours, weather),
        "no day and night": regimes.classify(one_regime(hours)),
    }


def arithmetic(hours: xr.Dataset, weather: xr.Dataset) -> xr.Dataset:
    """Return the classes with the arithmetic instead of the geometric mean of diffusivity."""
    mean = weather["diffusivity"].copy(deep=True)
    number, values = hours["class_index"].to_numpy(), hours["diffusivity"].to_numpy()
    for i, half in enumerate(HALVES):
        for k in range(weather.sizes["class"]):
            own = (hours["half"].to_numpy() == half) & (number == k)
            if own.any():
                mean[i, k] = values[own].mean(axis=0)
    return weather.assign(diffusivity=mean)


def one_regime(hours: xr.Dataset) -> xr.Dataset:
    """Return the hours with classes that do not tell day from night."""
    names = hours[list(class_set.LABELS)].to_dataframe()[list(class_set.LABELS)]
    labels = names.assign(regime=class_set.DAY).iloc[hours["class_index"].to_numpy()]
    number, kept = class_set.index(labels.reset_index(drop=True))
    bare = hours.drop_vars(class_set.LABELS)
    bare["class_index"] = ("time", number)
    return bare.assign_coords({n: ("class", np.asarray(kept[n])) for n in class_set.LABELS})
