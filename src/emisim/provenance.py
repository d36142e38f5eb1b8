"""What a result was made from: the same short digest stands in every file and under every figure.

A *record* is a mapping of plain values: package version, digest of the code behind each stage,
SHA-256 of each input file, versions of the main packages, and facts such as the scenarios or the
share of a total that rests on assumed numbers. A record holds no time, no machine and no
absolute path, so the same inputs give the same bytes. A result made from other results inherits
their inputs and stages; its digest is that of its whole ancestry.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import xarray as xr

from emisim import __version__, codegraph
from emisim.errors import InputError

DIGEST_LENGTH = 12
PACKAGES = (
    "geopandas",
    "matplotlib",
    "netCDF4",
    "numpy",
    "pandas",
    "pyproj",
    "scipy",
    "shapely",
    "xarray",
)
DIGEST, RECORD = "provenance", "provenance_record"
Record = dict[str, Any]


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(record: Mapping[str, Any]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of a record."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()[:DIGEST_LENGTH]


def canonical(record: Mapping[str, Any]) -> str:
    """Return a record as JSON: sorted keys, no spaces, text as it is."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def record(
    stage: str,
    files: Iterable[str | Path],
    upstream: Iterable[Mapping[str, Any]] = (),
    **facts: Any,
) -> Record:
    """Return the record of a result.

    Parameters
    ----------
    stage
        Name of a module in ``emisim.stages``; its code and all that it imports is digested.
    files
        The input files that the stage reads itself.
    upstream
        Records of the results that it reads.
    facts
        Plain values to keep besides (``scenarios=...``, ``config=...``); a fact replaces an
        inherited one of the same name.
    """
    inherited = [dict(item) for item in upstream]
    inputs = {_name(path): sha256(path) for path in files}
    kept: Record = {}
    for item in inherited:
        kept |= {k: v for k, v in item.items() if k not in ("inputs", "stages")}
    return kept | {
        "emisim": __version__,
        "inputs": _merge([item["inputs"] for item in inherited] + [inputs]),
        "packages": packages(),
        "stages": _merge([item["stages"] for item in inherited] + [{stage: code_digest(stage)}]),
        **facts,
    }


def code_digest(stage: str) -> str:
    """Return a short digest of the code of ``emisim.stages.<stage>`` and of all it imports."""
    parts = {
        path.relative_to(codegraph.PACKAGE).as_posix(): sha256(path)
        for path in codegraph.closure(f"stages.{stage}")
    }
    return digest(parts)


def packages() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def stamp(dataset: xr.Dataset, made_from: Mapping[str, Any]) -> xr.Dataset:
    """Return ``dataset`` with digest and record among its attributes."""
    return dataset.assign_attrs({DIGEST: digest(made_from), RECORD: canonical(made_from)})


def of(dataset: xr.Dataset, file: str | Path | None = None) -> Record:
    """Return the record that :func:`stamp` put into a dataset.

    Raises
    ------
    InputError
        The dataset has none: it was not made by this package, or by a version before records.
    """
    if RECORD not in dataset.attrs:
        message = "this result carries no provenance record"
        raise InputError(message, file=file, hint="make it again with snakemake or emisim")
    return json.loads(dataset.attrs[RECORD])


def report(made_from: Mapping[str, Any], outputs: Iterable[str | Path]) -> Record:
    """Return what ``provenance.json`` holds: digest, record, and the SHA-256 of each output."""
    files = {_name(path): sha256(path) for path in sorted(map(str, outputs))}
    return {"digest": digest(made_from), "outputs": files, **made_from}


def _merge(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Join mappings; one name with two values means that results of different inputs were mixed."""
    merged: dict[str, str] = {}
    for part in parts:
        for name, value in part.items():
            if merged.setdefault(name, value) != value:
                message = f"{name} has changed between the results that are joined here"
                raise InputError(
                    message, value=name, hint="run snakemake again: it redoes the rest"
                )
    return dict(sorted(merged.items()))


def _name(path: str | Path) -> str:
    """Return a path as seen from the working directory, or the bare name of a file elsewhere."""
    relative = Path(os.path.relpath(path))
    return relative.name if relative.parts[:1] == ("..",) else relative.as_posix()
