"""Oxidation of SO2, NOx and SOA precursors by weather class, and its feedback on NOx and VOC cuts.

SO2 + OH after Stockwell et al. (1997) with OH by half and regime; a humidity-driven path on wet
particles and in cloud as effective rows; NOx to total nitrate and precursor to SOA as effective
rows. A weather half is the Dataset of :mod:`emisim.weather.regimes` for one half (coordinate or
attribute ``half``; variables temperature K, relative_humidity, coordinates regime and wet by
class).
"""

import numpy as np
import xarray as xr

from emisim.errors import require_known
from emisim.tables import Parameters
from emisim.vocabulary import HALVES

OXIDATION = "oxidation"
REACTION = "hydroxyl-reaction"
FEEDBACK = "oxidant-feedback"
OXIDISED = {"SO2": "SO4", "NOx": "TN", "precursor": "SOA"}
"""Family that is oxidised -> family that is made."""


def half_of(weather_half: xr.Dataset) -> str:
    """Return the half of the year of a weather half.

    Raises
    ------
    InputError
        If the dataset names no half of :data:`emisim.vocabulary.HALVES`.
    """
    named = weather_half.coords.get("half", weather_half.attrs.get("half", ""))
    half = str(named.item()) if isinstance(named, xr.DataArray) else str(named)
    require_known([half], HALVES, "half of the year", file="weather classes")
    return half


def oxidation_rate(family: str, weather_half: xr.Dataset, p: Parameters) -> np.ndarray:
    """Return the first-order rate (class,), 1/s, at which ``family`` is oxidised (0 for others)."""
    size = weather_half.sizes["class"]
    if family == "SO2":
        return hydroxyl_rate(weather_half, p) + heterogeneous_rate(weather_half, p)
    if family == "NOx":
        return _by_regime("nitrate_formation", "1/s", weather_half, p)
    if family == "precursor":
        return np.full(size, 1 / p.value("precursor_e_folding", "s", process=OXIDATION))
    return np.zeros(size)


def hydroxyl_rate(weather_half: xr.Dataset, p: Parameters) -> np.ndarray:
    """Return k(T) [OH] of SO2 (class,), 1/s, OH by half and regime."""
    hydroxyl = _by_regime("hydroxyl", "fraction", weather_half, p)
    return hydroxyl_constant(weather_half["temperature"].to_numpy(), p) * hydroxyl


def hydroxyl_constant(temperature: np.ndarray, p: Parameters) -> np.ndarray:
    """Return k of SO2 + OH, cm3/s, at ``temperature`` K and one atmosphere.

    Troe: k = k0[M]/(1 + k0[M]/kinf) F^(1/(1 + log10(k0[M]/kinf)^2)), k0 = a (T/300)^-n.
    """

    def number(name: str, unit: str = "fraction") -> float:
        return p.value(name, unit, process=REACTION)

    pressure = p.value("standard_atmosphere", "J/m3", process="gas")
    per_mole = p.value("molar_gas_constant", "J/K", process="gas")
    moles = pressure / (per_mole * temperature) / number("cubic_centimetres")
    air = moles * p.value("avogadro_constant", "fraction", process="gas")
    warmth = temperature / number("temperature_scale", "K")
    low = number("low_pressure_rate") * warmth ** -number("low_pressure_exponent") * air
    ratio = low / number("high_pressure_rate")
    broadening = number("broadening_factor") ** (1 / (1 + np.log10(ratio) ** 2))
    return low / (1 + ratio) * broadening


def heterogeneous_rate(weather_half: xr.Dataset, p: Parameters) -> np.ndarray:
    """Return the humidity-driven rate of SO2 (class,), 1/s: dry row to humid row along the ramp.

    The ramp is exp(RH/s) scaled from 0 at the dry to 1 at the humid limit; wet classes have 1.
    """
    dry, humid = (_by_regime(f"heterogeneous_{n}", "1/s", weather_half, p)
                  for n in ("dry", "humid"))  # fmt: skip
    low, high, scale = (p.value(f"humidity_{n}", "fraction", process=OXIDATION)
                        for n in ("dry", "humid", "scale"))  # fmt: skip
    humidity = np.clip(weather_half["relative_humidity"].to_numpy(), low, high)
    ramp = np.expm1((humidity - low) / scale) / np.expm1((high - low) / scale)
    ramp = np.where(weather_half["wet"].to_numpy(), 1, ramp)
    return dry + (humid - dry) * ramp


def _by_regime(name: str, unit: str, weather_half: xr.Dataset, p: Parameters) -> np.ndarray:
    half = half_of(weather_half)
    regime = weather_half["regime"].to_numpy()
    value = {
        r: p.value(name, unit, process=OXIDATION, technology=r, standard=half)
        for r in np.unique(regime).tolist()
    }
    return np.array([value[r] for r in regime.tolist()])


def precursor_factor(species: str, sector: str, p: Parameters) -> float:
    """Return the SOA precursor (g) per g of emitted ``species`` (CO or VOC) of a sector."""
    key = {"process": "soa", "technology": species, "standard": sector}
    return p.value("precursor_per_mass", "fraction", **key)


def nitrate_response(
    nox_ratio: np.ndarray, half: str, p: Parameters, region: str = ""
) -> np.ndarray:
    """Return nitrate relative to the base at E_NOx/E0 = ``nox_ratio`` (> 0), by half.

    With the cut c = 1 - ratio: 1 + gain c up to the switch-over, then falling by the loss per cut;
    beyond the cut limit in proportion to NOx. Growth: ratio^(-gain). ``region`` is "" (mean of
    both), "BTH" or "YRD".
    """
    key = {"process": FEEDBACK, "standard": half, "technology": region}
    gain, loss = (p.value(f"nitrate_{n}_per_cut", "fraction", **key) for n in ("gain", "loss"))
    switch, limit = (p.value(n, "fraction", process=FEEDBACK)
                     for n in ("switch_over_cut", "cut_limit"))  # fmt: skip
    ratio = np.asarray(nox_ratio, float)
    cut = np.clip(1 - ratio, 0, limit)
    held = 1 + gain * np.minimum(cut, switch) - loss * np.maximum(cut - switch, 0)
    beyond = np.where(1 - ratio > limit, ratio / (1 - limit), 1)
    return np.where(ratio > 1, ratio**-gain, held * beyond)


def oxidant_feedback(
    nox_ratio: np.ndarray, voc_ratio: np.ndarray, half: str, p: Parameters, region: str = ""
) -> np.ndarray:
    """Return phi, the multiplier on NOx -> TN, at E/E0 of NOx and VOC.

    phi = R(E_NOx/E0)/(E_NOx/E0) (E_VOC/E0)^gamma with R of :func:`nitrate_response`, that is
    (E_NOx/E0)^(-beta) with beta = 1 - ln R/ln(E_NOx/E0) tabulated by the cut.

    Raises
    ------
    InputError
        If a ratio is not positive, or half or region is unknown.
    """
    require_known([half], HALVES, "half of the year")
    known = set(p.frame.loc[p.frame["process"] == FEEDBACK, "technology"])
    require_known([region], sorted(known), "region of the oxidant feedback", file=p.path)
    ratios = [np.asarray(v, float) for v in (nox_ratio, voc_ratio)]
    bad = [v for v in ratios if not (v > 0).all()]
    require_known([f"{v.min()}" for v in bad], ["a positive ratio"], "emission ratio")
    exponent = p.value("voc_exponent", "fraction", process=FEEDBACK, standard=half)
    return nitrate_response(ratios[0], half, p, region) / ratios[0] * ratios[1] ** exponent


def sulfate_feedback(phi: np.ndarray, half: str, p: Parameters) -> np.ndarray:
    """Return the multiplier on SO2 oxidation that belongs to ``phi``, phi^share."""
    return phi ** p.value("sulfate_exponent", "fraction", process=FEEDBACK, standard=half)
