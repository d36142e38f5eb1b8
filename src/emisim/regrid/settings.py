"""What a user says about a gridded inventory and how the city's own is put inside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from emisim import models
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.regrid.maps import Maps

Rule = Literal["add", "override", "fill"]
DEFAULT = "default"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Proxy(_Strict):
    """A raster that says where inside a cell, or a district, the emission is."""

    raster: str
    kind: Literal["count", "density", "class"]
    """Number per pixel, number per ground area, or a class per pixel (land use)."""
    classes: tuple[int, ...] = ()
    """Classes that count, where the raster holds classes."""


class Settings(_Strict):
    """What ``regrid.yaml`` holds."""

    format: Literal["meic", "cf", "edgar"]
    files: tuple[str, ...]
    """Files, folders or patterns, from the settings file's folder."""
    year: Annotated[int, Field(ge=1970, le=2100)]
    crs: str = ""
    """Coordinate system of a grid that does not say its own."""
    unit: str = ""
    """Unit of a file that does not say its own."""
    fill: tuple[float, ...] = ()
    """Values that stand for no datum in files that do not say so."""
    sectors: dict[str, str] = {}
    """Our sector by the file's, before the table."""
    ignore: tuple[str, ...] = ()
    """Sectors and species of the files that are left out."""
    annual: Literal["stop", "uniform"] = "stop"
    """How the emission of a year is divided among its months."""
    missing_months: Literal["stop", "zero"] = "stop"
    no_data: Literal["stop", "zero"] = "stop"
    """What a cell without a datum inside the domain means."""
    implausible: tuple[str, ...] = ()
    """Species that are taken although their density is not plausible."""
    merge: dict[str, Rule] = {DEFAULT: "override"}
    """By sector of the file: how it meets the city's own inventory inside the city."""
    proxy: Proxy | None = None
    zero_proxy: Literal["stop", "area"] = "stop"


@dataclass(frozen=True)
class Job:
    """What every reader needs: settings, the folder of their paths, tables, our grid."""

    given: Settings
    folder: Path
    maps: Maps
    grid: Grid


def read(path: str | Path) -> Settings:
    """Read ``regrid.yaml`` (errors as :func:`emisim.models.read`)."""
    return models.read(path, Settings)


def found(job: Job, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files that the settings name, sorted.

    Raises
    ------
    InputError
        For a name that no file has, or that leads out of the folder by a pattern.
    """
    paths: set[Path] = set()
    for name in job.given.files:
        place = job.folder / name
        if place.is_dir():
            here = [p for p in place.iterdir() if p.suffix.lower() in suffixes]
        elif any(sign in name for sign in "*?["):
            here = [] if Path(name).is_absolute() else list(job.folder.glob(name))
        else:
            here = [place] if place.is_file() else []
        if not here:
            message = "no such file, or a folder without files of the format"
            raise InputError(message, column="files", value=str(place), allowed=suffixes)
        paths |= set(here)
    return sorted(paths)
