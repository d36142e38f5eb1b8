"""Measures: one file per kind, found by its file name; each is a pure change of the inventory."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from emisim.errors import InputError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from emisim.measures._base import Measure


@cache
def registry() -> dict[str, type["Measure"]]:
    """Return every kind of measure by name, in alphabetical order.

    Examples
    --------
    >>> "switch_fuel" in registry()
    True
    """
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return {name: _kind(name) for name in names}


def _kind(name: str) -> type["Measure"]:
    """Return the one Measure that the file ``name`` defines."""
    from emisim.measures._base import Measure

    module = import_module(f"{__name__}.{name}")
    own = [i for i in vars(module).values() if getattr(i, "__module__", "") == module.__name__]
    found = [item for item in own if isinstance(item, type) and issubclass(item, Measure)]
    if len(found) != 1 or found[0].kind != name:
        message = f"measures/{name}.py must define exactly one Measure, of kind {name!r}"
        raise TypeError(message)
    return found[0]


def read(record: Mapping[str, Any]) -> "Measure":
    """Return the measure that plain data describe: ``kind`` and the fields of that kind.

    Raises
    ------
    InputError
        Unknown kind, unknown or missing field, wrong unit, range or date; the message names the
        measure, its clause and the field.

    Examples
    --------
    >>> from emisim.measures._example import fields, number
    >>> record = fields(kind="grow", scope={"sector": "freight"}, multiplier=number(1.05))
    >>> read(record).label
    'measure M1 (clause 1)'
    """
    from pydantic import ValidationError

    fields = dict(record)
    name = fields.pop("kind", None)
    label = f"measure {fields.get('id', '?')} (clause {fields.get('clause', '?')})"
    if name not in registry():
        message = f"{label}, field kind: unknown kind of measure"
        hint = "choose one of the kinds in docs/measures.md"
        raise InputError(message, value=str(name), allowed=registry(), hint=hint)
    kind = registry()[name]
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise _explain(error, label, kind) from error


def _explain(error: "ValidationError", label: str, kind: type["Measure"]) -> InputError:
    """Return the first complaint of ``error`` as an InputError that names measure and field."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    field = ".".join(str(part) for part in first["loc"])
    if isinstance(cause, InputError):
        what = cause.what.removeprefix(f"{label}, ")
        message = f"{label}, field {field}: {what}" if field else f"{label}, {what}"
        return InputError(message, value=cause.value, allowed=cause.allowed, hint=cause.hint)
    unknown = first["type"] == "extra_forbidden"
    return InputError(
        f"{label}, field {field}: {'unknown field' if unknown else first['msg']}",
        value=str(first["loc"][-1] if unknown else first.get("input")) if field else None,
        allowed=kind.model_fields if unknown and len(first["loc"]) == 1 else None,
        hint=f"see {kind.kind} in docs/measures.md",
    )
