"""inputs/config.yaml: which city and plan to compute, and in which languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from emisim import strict_yaml
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
    data, lines = strict_yaml.read(path)
    config = resolve(data, file=path, lines=lines)
    _check_names(config, Path(inputs) if inputs else Path(path).parent, path)
    return config


def resolve(
    data: Mapping[str, Any],
    *,
    file: str | Path = DEFAULT,
    lines: Mapping[tuple[str | int, ...], int] | None = None,
) -> Config:
    """Turn the mapping of a configuration file into a :class:`Config`.

    Raises
    ------
    InputError
        The first thing that is wrong, with its line where ``lines`` knows it.
    """
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise _first_error(error, file, lines or {}) from None


def _first_error(
    error: ValidationError, file: str | Path, lines: Mapping[tuple[str | int, ...], int]
) -> InputError:
    """Turn pydantic's first complaint into our kind of message; a misspelt key goes first."""
    issues = sorted(error.errors(), key=lambda issue: issue["type"] != "extra_forbidden")
    issue = issues[0]
    location = issue["loc"]
    row = next(
        (lines[location[:n]] for n in range(len(location), 0, -1) if location[:n] in lines), None
    )
    where = ".".join(map(str, location)) or "the file"
    if issue["type"] == "extra_forbidden":
        model = Run if location[0] == "runs" else Config
        message = f"unknown key {where}"
        return InputError(
            message,
            file=file,
            row=row,
            value=location[-1],
            allowed=list(model.model_fields),
            hint="correct the spelling or remove the key",
        )
    message = f"{where}: {issue['msg'].removeprefix('Value error, ')}"
    found = None if issue["type"] in ("missing", "value_error") else issue["input"]
    return InputError(message, file=file, row=row, value=found, hint="see inputs/config.yaml")


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
