"""Sectors: one file per activity or group of them, found by its name; each builds its inventory."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


@cache
def modules() -> tuple[ModuleType, ...]:
    """Return every sector's module, which has ``build(city, factors)``, in alphabetical order.

    Examples
    --------
    >>> [module.__name__.rpartition(".")[2] for module in modules()][:3]
    ['ammonia', 'burning', 'coal']
    """
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}") for name in names)
