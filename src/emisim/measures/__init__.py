"""Measures: one file per kind, found by its file name; each is a pure change of the inventory."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from emisim.errors import InputError

if TYPE_CHECKING:
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

    from emisim.models import all_errors

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
        first = all_errors(error, kind, "", {})
        raise first if first.what.startswith(label) else _within(label, first) from error


def _within(label: str, error: InputError) -> InputError:
    """Return ``error`` with the measure's name in front."""
    message = f"{label}, {error.what}"
    return InputError(message, value=error.value, allowed=error.allowed, hint=error.hint)
