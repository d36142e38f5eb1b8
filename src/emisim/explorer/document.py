"""The plan file as text, and where in it stands what a page may change."""

from typing import Any

import yaml

from emisim.plan_model import Plan
from emisim.strict_yaml import Loader

CHANGED = ("coverage", "start", "full", "cites")
Span = list[int]


def of_plan(plan: Plan, text: str, scenarios: list[str]) -> dict[str, Any]:
    """Return the text of a plan file with the places that change, in characters from its begin.

    Parameters
    ----------
    text
        Of the file that ``plan`` was read from.
    scenarios
        The scenarios whose measures may be switched off.

    Returns
    -------
    ``text``; ``measures`` by id and ``scenarios`` by id, each with ``flow`` (written in braces),
    ``indent``, ``after`` (where a new entry goes) and ``spans`` of its entries; of ``cites``, the
    same once more.
    """
    root = _entries(yaml.compose(text, Loader=Loader))
    places = {}
    for clause in root["clauses"].value:
        for node in getattr(_entries(clause).get("measures"), "value", []):
            entries = _entries(node)
            if {"id", "start"} <= set(entries):
                places[entries["id"].value] = _place(node, text, "start", CHANGED)
    specs = {}
    for node in root["scenarios"].value:
        entries = _entries(node)
        if "id" in entries and entries["id"].value in scenarios:
            specs[entries["id"].value] = _place(node, text, "steps", ("without", "only"))
    known = {measure.id for measure in plan.measures}
    return {
        "text": text,
        "measures": {name: place for name, place in places.items() if name in known},
        "scenarios": specs,
    }


def _entries(node: Any) -> dict[str, Any]:
    """Return the value nodes of a mapping node by key."""
    return {key.value: value for key, value in node.value}


def _place(node: Any, text: str, after: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return where the entries ``names`` of a mapping stand, and where others can be added."""
    entries = _entries(node)
    place = {
        "flow": bool(node.flow_style),
        "indent": node.value[0][0].start_mark.column,
        "after": _span(entries[after], text)[1],
        "spans": {name: _span(entries[name], text) for name in names if name in entries},
    }
    if entries.get("cites") is not None and "cites" in names:
        own = entries["cites"]
        keys = [key.value for key, _ in own.value]
        place["cites"] = _place(own, text, keys[0], ("start", "full")) if keys else None
    return place


def _span(node: Any, text: str) -> Span:
    """Return begin and end of a node, without blank space behind it."""
    begin, end = node.start_mark.index, node.end_mark.index
    return [begin, begin + len(text[begin:end].rstrip())]
