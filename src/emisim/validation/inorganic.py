"""Partition of nitrate and ammonium against reference models; the response to ammonia."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.chemistry import response
from emisim.chemistry.partition import Partition, partition
from emisim.chemistry.species import molar_mass
from emisim.tables import Parameters
from emisim.validation import drawing
from emisim.validation.section import Check, Section, absent, at_most

FILE = "partition_sample.csv"
TITLE = "Partition of nitrate and ammonium"
KEY = {"process": "numerics", "technology": "ammonia"}


def rms(values: np.ndarray) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def solved(sample: pd.DataFrame, chemistry: Parameters) -> Partition:
    """Return the partition of the cases of the sample."""
    ammonium = sample["TNH3_ugm3_asNH3"] * as_ammonium(chemistry)
    names = ("T_K", "RH", "SO4_ugm3", "TNO3_ugm3_asNO3")
    warmth, humidity, sulfate, nitrate = (sample[name].to_numpy() for name in names)
    return partition(warmth, humidity, sulfate, nitrate, ammonium.to_numpy(), chemistry)


def as_ammonium(chemistry: Parameters) -> float:
    """Return the mass of NH4 per mass of NH3."""
    return molar_mass("NH4", chemistry) / molar_mass("NH3", chemistry)


def section(folder: Path | None, p: Parameters, chemistry: Parameters) -> Section:
    """Return the part of the page on the partition; ``folder`` holds the reference data."""
    if folder is None or not (folder / FILE).is_file():
        return absent("partition", TITLE, FILE)
    sample = pd.read_csv(folder / FILE)
    ours = solved(sample, chemistry)
    total = sample["TNO3_ugm3_asNO3"].to_numpy()
    truth = 1 - sample["hetp_HNO3g_asNO3"].to_numpy() / total
    other = 1 - sample["isoII_meta_HNO3g_asNO3"].to_numpy() / total
    fraction = ours.particulate_nitrate / total
    limit = p.value("cold_limit", "K", process="numerics", technology="partition")
    cold = sample["T_K"].to_numpy() <= limit
    groups = {"all": np.ones_like(cold), f"at most {limit:g} K": cold, f"above {limit:g} K": ~cold}
    rows = [
        (name, int(own.sum()), rms((fraction - truth)[own]), (fraction - truth)[own].mean(),
         rms((other - truth)[own]))
        for name, own in groups.items()
    ]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["cases", "number", "rms", "bias", "rms of ISORROPIA II, metastable"]
    )
    gaps = conservation(ours, sample, chemistry)
    checks = [
        at_most("particulate share of nitrate, rms, all", rows[0][2], p, "nitrate_all"),
        at_most("particulate share of nitrate, rms, cold", rows[1][2], p, "nitrate_cold"),
        at_most("nitrate and ammonium conserved", gaps, p, "conservation"),
    ]
    text = [
        "Particulate share of total nitrate against HETP (metastable), 258 to 308 K, relative "
        "humidity 0.3 to 0.95, ammonia-poor to ammonia-rich. Nothing was fitted."
    ]
    return Section("partition", TITLE, text, {"Particulate share of nitrate": table}, checks)


def conservation(ours: Partition, sample: pd.DataFrame, chemistry: Parameters) -> float:
    """Return the largest relative gap of total nitrate and total ammonium."""
    pairs = (
        (ours.particulate_nitrate + ours.gaseous_nitrate, sample["TNO3_ugm3_asNO3"]),
        (ours.particulate_ammonium + ours.gaseous_ammonia,
         sample["TNH3_ugm3_asNH3"] * as_ammonium(chemistry)),
    )  # fmt: skip
    return max(float(abs(parts / total.to_numpy() - 1).max()) for parts, total in pairs)


def ammonia(weather: xr.Dataset, p: Parameters, chemistry: Parameters) -> Section:
    """Return the part on what cuts of ammonia do, by seasons and periods of ``weather``."""
    cuts, change = ammonia_cuts(weather, p, chemistry)
    step = np.diff(change, prepend=0)
    straight = cuts / cuts[-1] * change[-1]
    table = pd.DataFrame(
        {"cut of NH3": cuts, "change, ug/m3": change, "of this step": step,
         "if it were proportional": straight}
    )  # fmt: skip
    bend = float(np.diff(step).max())
    checks = [
        Check("each step of an ammonia cut does more than the one before (largest bend < 0)",
              bend, -np.inf, 0.0),
        Check("every step lowers the particles (largest step < 0)", step.max(), -np.inf, 0.0),
    ]  # fmt: skip
    text = [
        "Sulfate, nitrate and ammonium of the particles for cuts of ammonia alone, annual totals "
        "as assumed for the North China plain, partition by four seasons and day and night of "
        f"{weather.attrs.get('station', 'the station')}. Ammonia is a threshold lever: the first "
        "cuts take gas, the later ones particles."
    ]
    tables, figures = {"Cuts of ammonia": table}, {"cuts": drawing.cuts(table)}
    return Section("ammonia", "Response to ammonia", text, tables, checks, figures)


def ammonia_cuts(
    weather: xr.Dataset, p: Parameters, chemistry: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return cuts (0 to 1) and the change of the annual mean that each makes, ug/m3."""
    number = int(p.value("cuts", "fraction", **KEY))
    cuts = np.linspace(0, p.value("largest_cut", "fraction", **KEY), number + 1)
    bins = [
        weather[f"bin_{name}"].to_numpy().ravel()
        for name in ("temperature", "relative_humidity", "share")
    ]
    sulfate, nitrate, total = (
        p.value(name, "ug/m3", process="ammonia") for name in ("sulfate", "nitrate", "ammonia")
    )
    ammonium = np.outer((1 - cuts) * total * as_ammonium(chemistry), np.ones(bins[0].size))
    warmth, humidity, share = bins
    found = response.annual(
        warmth, humidity, share, np.asarray(sulfate), np.asarray(nitrate), ammonium, chemistry
    ).total
    return cuts[1:], found[1:] - found[0]
