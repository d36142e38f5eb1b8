"""Reading and writing results: whole files, provenance inside, nothing lost on the way."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from emisim import provenance
from emisim.errors import InputError
from emisim.output import atomic

COMPRESSION = {"zlib": True, "complevel": 1, "shuffle": True}


def load(path: str | Path) -> xr.Dataset:
    """Return a netCDF result, wholly in memory, with empty text labels as they were.

    Raises
    ------
    InputError
        The file is not netCDF.
    """
    try:
        return xr.load_dataset(path, engine="netcdf4")
    except OSError as error:
        message = f"not a readable netCDF file ({error})"
        raise InputError(message, file=path, hint="remove it and run snakemake again") from None


def save(
    dataset: xr.Dataset,
    path: str | Path,
    made_from: Mapping[str, Any],
    encoding: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write ``dataset`` as compressed netCDF-4 with its provenance, the same bytes every time.

    ``encoding`` adds to the encoding of single variables.
    """
    stamped = provenance.stamp(dataset, made_from)
    packed = {
        name: COMPRESSION | dict((encoding or {}).get(str(name), {}))
        for name, variable in stamped.data_vars.items()
        if variable.dtype.kind in "fiub" and variable.ndim
    }
    with atomic(path) as temporary:
        stamped.to_netcdf(temporary, engine="netcdf4", encoding=packed)


def save_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as UTF-8 CSV, floats with twelve significant digits."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.12g", lineterminator="\n")


@contextmanager
def folder(path: str | Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` that takes its place when the block succeeds."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
