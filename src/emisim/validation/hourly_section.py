"""The page's part on the year computed hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.tables import Parameters
from emisim.transport.operator import Numerics
from emisim.validation import class_sets, drawing, experiment
from emisim.validation.experiment import SOURCES, Setting
from emisim.validation.section import Check, Section, absent, bias
from emisim.vocabulary import HALVES
from emisim.weather import rain, readers, regimes

TITLE = "A year computed hour by hour"
STATION = "Yushe"
PERCENT = 100
MAIN, COARSE = "hourly-reference", "coarse-reference"


@dataclass(frozen=True)
class Inputs:
    """Parameters of the suite, of weather and of transport; the table of monthly rain; where long
    runs are kept."""

    p: Parameters
    meteorology: Parameters
    transport: Parameters
    rain: Path
    kept: Path

    def numerics(self) -> Numerics:
        """Return the settings of the solver."""
        return Numerics.read(self.transport)


def find_records(folder: Path | None, meteorology: Parameters) -> dict[str, pd.DataFrame]:
    """Return the hourly records of a folder by station."""
    files = [] if folder is None else sorted(folder.glob("*.epw"))
    found = [readers.read(file, meteorology) for file in files]
    return {str(record.attrs["station"]): record for record in found}


def truth_of(record: pd.DataFrame, s: Setting, size: str, inputs: Inputs) -> np.ndarray:
    """Return the hour-by-hour mean (half, source, ny, nx) of a station."""
    hours = weather_of(record, inputs)(class_sets.variants(inputs.p, inputs.meteorology)["default"])
    name = f"{size}-{record.attrs['station']}".lower()
    return experiment.reference(hours, s, inputs.p, inputs.kept, name)


def weather_of(record: pd.DataFrame, inputs: Inputs) -> class_sets.Hourly:
    """Return the function that labels the hours of a station with the classes of a set."""
    climatology = None
    if not rain.has_rain(record):
        climatology = rain.read_climatology(inputs.rain, str(record.attrs["station"]))
    make = partial(regimes.hourly, record, inputs.meteorology, climatology=climatology)
    return lambda classes: make(classes=classes)


def scored(
    weather: xr.Dataset, truth: np.ndarray, s: Setting, inputs: Inputs
) -> tuple[np.ndarray, np.ndarray]:
    """Return the class model's annual mean (source, ny, nx), and bias and error of its rings."""
    by_half = experiment.classes(weather, s, inputs.p, inputs.numerics())
    model = experiment.annual(by_half)
    return model, experiment.scores(model, experiment.annual(truth), s, inputs.p)


def section(inputs: Inputs, records: Mapping[str, pd.DataFrame]) -> Section:
    """Return the part of the page; ``records`` by station must hold :data:`STATION` to run."""
    if STATION not in records:
        return absent("hourly", TITLE, f"the hourly record of {STATION}")
    p = inputs.p
    s = experiment.setting(p, inputs.transport)
    truth = truth_of(records[STATION], s, MAIN, inputs)
    default = class_sets.variants(p, inputs.meteorology)["default"]
    weather = regimes.classify(weather_of(records[STATION], inputs)(default))
    by_half = experiment.classes(weather, s, p, inputs.numerics())
    model = experiment.annual(by_half)
    score = experiment.scores(model, experiment.annual(truth), s, p)
    halves = {
        half: (weather.sizes["class"], experiment.scores(by_half[i], truth[i], s, p))
        for i, half in enumerate(HALVES)
    }
    rings = ring_names(p)
    sets = compared(records[STATION], inputs)
    tables = {
        f"{STATION}, {weather.sizes['class']} classes: bias (error), %": by_source(score, rings),
        f"{STATION}, halves of the year by themselves: bias by ring, %": by_name(halves),
        f"{STATION}, other class sets and methods, cells of "
        f"{coarse_cell(p):g} km: bias by ring, %": by_name(sets),
        "Other stations, default classes, the same cells: bias by ring, %": by_name(
            stations(records, inputs)
        ),
    }
    figures = {
        "maps": drawing.maps(experiment.annual(truth), model, s, STATION),
        "rings": drawing.rings({k: v[1] for k, v in sets.items()}, rings, STATION),
    }
    text = [description(records[STATION], s)]
    return Section("hourly", TITLE, text, tables, checks(score, rings, p), figures)


def description(record: pd.DataFrame, s: Setting) -> str:
    """Return what was compared, in words."""
    ny, nx, nz = s.mesh.shape
    cell = float(np.diff(s.mesh.x_edges)[0]) / units.factor("km", "m")
    calm = (record["wind_speed"] == 0).mean() * PERCENT
    return (
        f"An independent time-dependent model ({nx} x {ny} x {nz} cells of {cell:g} km, explicit "
        "upwind, implicit vertical diffusion) carries four sources of equal strength through the "
        f"{len(record)} hours of {record.attrs['source']}: winds, profiles of diffusivity "
        f"and of wind, and rain change every hour; {calm:.0f} % of the hours are calm. The class "
        "model sees the same year as weather classes only. Both use first-order upwind "
        "differences, so that the difference is that of the classes. Bias: sum of differences over "
        "the sum of the reference; error: sum of absolute differences over it; by ring of distance."
    )


def compared(record: pd.DataFrame, inputs: Inputs) -> dict[str, tuple[int, np.ndarray]]:
    """Return number of classes and scores by class set or method, on the coarse mesh."""
    s = experiment.setting(inputs.p, inputs.transport, COARSE)
    truth = truth_of(record, s, COARSE, inputs)
    label = weather_of(record, inputs)
    sets = class_sets.variants(inputs.p, inputs.meteorology)
    weather = {name: regimes.classify(label(chosen)) for name, chosen in sets.items()}
    weather |= class_sets.methods(label(sets[class_sets.DEFAULT]))
    out = {}
    for name, one in weather.items():
        _, score = scored(one, truth, s, inputs)
        out[name] = one.sizes["class"], score
    even = experiment.without_covariance(s)
    _, score = scored(weather[class_sets.DEFAULT], truth, even, inputs)
    out["emission the same in all classes"] = weather[class_sets.DEFAULT].sizes["class"], score
    return out


def stations(
    records: Mapping[str, pd.DataFrame], inputs: Inputs
) -> dict[str, tuple[int, np.ndarray]]:
    """Return number of classes and scores of the other stations, on the coarse mesh."""
    s = experiment.setting(inputs.p, inputs.transport, COARSE)
    default = class_sets.variants(inputs.p, inputs.meteorology)[class_sets.DEFAULT]
    out = {}
    for name, record in records.items():
        if name != STATION:
            weather = regimes.classify(weather_of(record, inputs)(default))
            _, score = scored(weather, truth_of(record, s, COARSE, inputs), s, inputs)
            out[name] = weather.sizes["class"], score
    return out


def coarse_cell(p: Parameters) -> float:
    """Return the cell size of the coarse mesh, km."""
    return p.value("cell_size", "km", process="numerics", technology=COARSE)


def ring_names(p: Parameters) -> list[str]:
    """Return the rings in words."""
    edges = [0.0, *(edge / units.factor("km", "m") for edge in experiment.ring_edges(p))]
    return [f"{a:g}-{b:g} km" for a, b in pairwise(edges)]


def cell(score: np.ndarray) -> str:
    """Return bias and error (2,) as a table cell, %."""
    return f"{score[0] * PERCENT:+.0f} ({score[1] * PERCENT:.0f})"


def by_source(score: np.ndarray, rings: list[str]) -> pd.DataFrame:
    """Return the scores (2, source, ring) with a row per source."""
    rows = {n: [cell(score[:, i, r]) for r in range(len(rings))] for i, n in enumerate(SOURCES)}
    return pd.DataFrame(rows, index=rings).T.rename_axis("source").reset_index()


def by_name(scores: Mapping[str, tuple[int, np.ndarray]]) -> pd.DataFrame:
    """Return the biases with a row per name, the rings of a source in one cell."""
    rows = []
    for name, (count, score) in scores.items():
        texts = [" / ".join(f"{b * PERCENT:+.0f}" for b in source) for source in score[0]]
        rows.append((name, count, *texts))
    return pd.DataFrame(rows, columns=["", "classes", *SOURCES])


def checks(score: np.ndarray, rings: list[str], p: Parameters) -> list[Check]:
    """Return the targets: bias of every source in all rings but the outermost."""
    out = []
    for i, source in enumerate(SOURCES):
        target = "stack_bias" if source == "stack" else "city_bias"
        for r, ring in enumerate(rings[:-1]):
            out.append(bias(f"{source}, {ring}, bias", score[0, i, r], p, target))
    return out
