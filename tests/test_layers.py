"""A module imports only from the layers above it, and never in a circle."""

from functools import cache

import pytest

from emisim import codegraph

LAYERS = (
    "__init__ bars messages errors paths units vocabulary output strict_yaml codegraph",
    "cells csvtext csvtable models tables grid overlay calendar coordinates config",
    "convention workspace contraction inventory verbs example factors city boundaries base_year",
    "sectors measures fleet weather transport chemistry",
    "scenario ledger variants progress effects contributions air gridding observations "
    "indices intake regrid templates",
    "plan plan_model plan_scenarios target_model target_record target_days target_indices "
    "target_conditions target_values targets claim_model claims drafts",
    "figures slides briefing report explorer measure_words export provenance published "
    "explain comparison sides",
    "stages commands cli validation hindcast",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
KNOWN = codegraph.modules()


def family(module: str) -> str:
    """Return the name of the layer list that ``module`` belongs to."""
    return module.split(".")[1] if "." in module else "__init__"


@cache
def edges() -> list[tuple[str, str]]:
    pairs = []
    for module in KNOWN:
        pairs += [(module, target) for target in codegraph.imported(module, KNOWN)]
    return sorted(pairs)


def upward(pairs: list[tuple[str, str]]) -> list[str]:
    """Return the imports that break the order of the layers."""
    return [
        f"{module} (layer {LEVEL[family(module)]}) imports {target} (layer {LEVEL[family(target)]})"
        for module, target in pairs
        if LEVEL[family(target)] > LEVEL[family(module)]
    ]


def circles(pairs: list[tuple[str, str]]) -> list[str]:
    """Return the modules that can reach themselves."""
    below: dict[str, set[str]] = {}
    for module, target in pairs:
        below.setdefault(module, set()).add(target)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(below.get(start, ()))
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += below.get(name, ())
        return seen

    return sorted(module for module in below if module in reached(module))


def discovering(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drop what a package finds by file name: its modules know the package, not each other."""
    return [
        (module, target)
        for module, target in pairs
        if not (KNOWN[module].name == "__init__.py" and target.startswith(f"{module}."))
    ]


def test_every_module_has_a_layer():
    assert sorted({family(module) for module in KNOWN} - LEVEL.keys()) == []


def test_imports_go_upward_in_the_list_only():
    assert upward(edges()) == []


def test_no_circles():
    assert circles(discovering(edges())) == []


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("transport", "measures"),
        ("measures", "transport"),
        ("measures", "sectors"),
        ("measures", "tables"),
    ],
)
def test_neighbours_that_must_not_meet(module, forbidden):
    meetings = [
        f"{a} imports {b}" for a, b in edges() if family(a) == module and family(b) == forbidden
    ]
    assert meetings == []


def test_a_planted_fault_is_seen():
    bad = [("emisim.tables", "emisim.cli"), ("emisim.city", "emisim.boundaries")]
    assert upward(bad) == ["emisim.tables (layer 1) imports emisim.cli (layer 7)"]
    assert circles([*bad, ("emisim.boundaries", "emisim.city")]) == [
        "emisim.boundaries",
        "emisim.city",
    ]
