"""inputs/config.yaml: which city and plan to compute, and in which languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from emisim import models
from emisim.errors import InputError

DEFAULT = Path("inputs/config.yaml")
Language = Literal["zh", "en"]
STEM = r"^[a-z0-9][a-z0-9-]*$"


class Run(BaseModel):
    """One city and the plan that binds it; both are names of inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    city: str = Field(pattern=STEM)
    plan: str = Field(pattern=STEM)


class Config(BaseModel):
    """The whole configuration; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runs: tuple[Run, ...] = Field(min_length=1)
    languages: tuple[Language, ...] = Field(default=("zh", "en"), min_length=1)
    transport: Literal["default", "fine"] = "default"
    """Mesh of the transport engine, a setting of ``transport.csv``."""
    draft: bool = False
    """Plan files may be half written."""

    @model_validator(mode="after")
    def _no_repeats(self) -> "Config":
        for name, items in (("runs", self.runs), ("languages", self.languages)):
            if len(set(items)) < len(items):
                message = f"{name}: the same entry stands twice"
                raise ValueError(message)
        return self

    def cities(self) -> list[str]:
        """Return the cities, each once, in the order of the runs."""
        return list(dict.fromkeys(run.city for run in self.runs))


def read(path: str | Path = DEFAULT, *, inputs: str | Path | None = None) -> Config:
    """Read and check a configuration file.

    Parameters
    ----------
    path
        The YAML file.
    inputs
        The folder that holds ``cities/`` and ``plans/``; the file's own folder when not given.

    Raises
    ------
    InputError
        Unreadable file, unknown or missing key, wrong value, a city or plan that is not there.
    """
    config = models.read(path, Config)
    _check_names(config, Path(inputs) if inputs else Path(path).parent, path)
    return config


def _check_names(config: Config, inputs: Path, file: str | Path) -> None:
    """Raise when a run names a city folder or a plan file that is not there."""
    for run in config.runs:
        kinds = (("city", run.city, "cities/*/city.yaml"), ("plan", run.plan, "plans/*.yaml"))
        for kind, name, pattern in kinds:
            found = sorted(inputs.glob(pattern))
            known = [p.parent.name if kind == "city" else p.stem for p in found]
            if name not in known:
                message = f"there is no {kind} of that name"
                hint = f"name one that is there, or add {inputs / pattern.replace('*', name)}"
                raise InputError(message, file=file, value=name, allowed=known, hint=hint)


def resolve(data: Mapping[str, Any], path: str | Path = DEFAULT) -> Config:
    """Check a configuration that was read elsewhere (Snakemake merges overrides into the file's).

    Raises
    ------
    InputError
        As :func:`read`.
    """
    config = models.validate(Config, data, file=path)
    _check_names(config, Path(path).parent, path)
    return config
