"""From YAML to a checked pydantic model, with our kind of message when it does not fit."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from emisim import strict_yaml
from emisim.errors import InputError, InputErrors

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]
BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "pattern": "pattern"}


def read(path: str | Path, model: type[Model]) -> Model:
    """Read a YAML file into ``model``.

    Raises
    ------
    InputError
        As :func:`emisim.strict_yaml.read` and :func:`validate`.
    """
    data, lines = strict_yaml.read(path)
    return validate(model, data, file=path, lines=lines)


def validate(
    model: type[Model],
    data: Mapping[str, Any],
    *,
    file: str | Path,
    lines: Mapping[Location, int] | None = None,
) -> Model:
    """Return ``data`` as ``model``.

    Raises
    ------
    InputError
        Everything that is wrong (misspelt keys first), with its line where ``lines`` knows it.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise all_errors(error, model, file, lines or {}) from None


def all_errors(
    error: ValidationError, model: type[BaseModel], file: str | Path, lines: Mapping[Location, int]
) -> InputError:
    """Turn pydantic's complaints into an :class:`InputError`, or a group of them."""
    issues = sorted(error.errors(), key=lambda issue: issue["type"] != "extra_forbidden")
    faults = [_fault(i, model, file, lines) for i in issues if not _follows(i, issues)]
    return faults[0] if len(faults) == 1 else InputErrors(faults)


def _fault(
    issue: Mapping[str, Any],
    model: type[BaseModel],
    file: str | Path,
    lines: Mapping[Location, int],
) -> InputError:
    """Turn one complaint of pydantic into an :class:`InputError`."""
    location = issue["loc"]
    steps = (location[:n] for n in range(len(location), 0, -1))
    row = next((lines[step] for step in steps if step in lines), None)
    where = ".".join(map(str, location)) or "the file"
    if issue["type"] == "extra_forbidden":
        fields = _fields_at(model, location[:-1])
        return InputError(
            f"unknown key {where}",
            file=file,
            row=row,
            value=location[-1],
            allowed=fields,
            hint="correct the spelling or remove the key",
        )
    cause = issue.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        what = f"{where}: {cause.what}" if location else cause.what
        return InputError(
            what, file=file, row=row, value=cause.value, allowed=cause.allowed, hint=cause.hint
        )
    message = f"{where}: {issue['msg'].removeprefix('Value error, ')}"
    found = None if issue["type"] in ("missing", "value_error") else issue["input"]
    hint = "add the key" if issue["type"] == "missing" else "correct the value"
    allowed = _allowed(issue)
    if issue["type"] == "literal_error":
        message = f"{where}: unknown value"
    return InputError(message, file=file, row=row, value=found, allowed=allowed, hint=hint)


def _follows(issue: Mapping[str, Any], issues: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a list is too short only because an entry of it is faulty."""
    at = issue["loc"]
    inside = (other["loc"][: len(at)] == at and other is not issue for other in issues)
    return issue["type"] == "too_short" and any(inside)


def _allowed(issue: Mapping[str, Any]) -> list[str] | None:
    """Return the good values that a complaint of pydantic speaks of."""
    context = issue.get("ctx", {})
    if issue["type"] == "literal_error":
        return re.findall(r"'([^']*)'", context["expected"])
    return [f"{sign} {context[key]}" for key, sign in BOUNDS.items() if key in context] or None


def _fields_at(model: Any, location: Location) -> list[str] | None:
    """Return the field names of the model that stands at ``location`` inside ``model``."""
    for step in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(step))
            model = field.annotation if field else None
        else:
            inner = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
            model = inner[0] if inner else None
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    return list(model.model_fields) if is_model else None
