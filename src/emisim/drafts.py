"""A plan file that is only half written: what is there, and what is not there yet."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from emisim.claim_model import Claim
from emisim.measures._base import Measure
from emisim.plan_model import DRAFT, ScenarioSpec
from emisim.strict_yaml import Location
from emisim.target_model import Target

Raw = dict[str, Any]
LISTS: dict[str, type[BaseModel]] = {"targets": Target, "claims": Claim, "scenarios": ScenarioSpec}
TEXTS = ("title_en", "title_zh", "summary_en", "summary_zh")
OWN = ("clause",)
"""Fields of a measure that its place in the file gives."""


def written(
    raw: Raw, lines: Mapping[Location, int], kinds: Mapping[str, type[Measure]]
) -> tuple[Raw, dict[Location, int], list[str]]:
    """Return what can be used of a half-written plan file, and a line for each thing that cannot.

    Entries that lack a required field are left out; clauses that are missing, or hold neither a
    whole measure nor a reason, stand as not written yet. Only what is missing is forgiven.

    Parameters
    ----------
    raw, lines
        As from :func:`emisim.strict_yaml.read`.
    kinds
        Measure classes by kind.
    """
    found, left_out = dict(raw), []
    kept_lines = dict(lines)
    for key, fields in _lists(raw, kinds):
        entries, at, where = raw[key], [], key.removesuffix("s")
        for i, entry in enumerate(entries):
            lacking = missing(entry, fields(entry))
            if lacking:
                left_out.append(_line(lines, (key, i), f"{where} {_name(entry, i)}", lacking))
            else:
                at.append(i)
        found[key] = [entries[i] for i in at]
        _renumber(kept_lines, lines, (key,), at)
    clauses, more = _clauses(raw, lines, kept_lines, kinds)
    return found | {"clauses": clauses}, kept_lines, left_out + more


def _lists(raw: Raw, kinds: Mapping[str, type[Measure]]) -> Iterator[tuple[str, Any]]:
    """Yield the lists outside the clauses, and what says which fields an entry of each needs."""
    for key, model in LISTS.items():
        if isinstance(raw.get(key), list):
            yield key, lambda entry, model=model: model
    if isinstance(raw.get("reference"), list):
        yield "reference", lambda entry: _kind(entry, kinds)


def _kind(entry: Any, kinds: Mapping[str, type[Measure]]) -> type[Measure]:
    return kinds.get(entry.get("kind"), Measure) if isinstance(entry, dict) else Measure


def missing(entry: Any, model: type[BaseModel]) -> list[str]:
    """Return the required fields that ``entry`` lacks, or leaves empty."""
    if not isinstance(entry, dict):
        return ["everything"] if entry is None else []
    needed = [n for n, f in model.model_fields.items() if f.is_required() and n not in OWN]
    if issubclass(model, Measure):
        needed.insert(0, "kind")
    lacking = [name for name in needed if entry.get(name) is None]
    return lacking + [
        f"{name}.{key}"
        for name, value in entry.items()
        if isinstance(value, dict) and {"unit", "cite"} & value.keys()
        for key in ("value", "unit", "cite")
        if value.get(key) is None
    ]


def _clauses(
    raw: Raw,
    lines: Mapping[Location, int],
    kept_lines: dict[Location, int],
    kinds: Mapping[str, type[Measure]],
) -> tuple[list[Any], list[str]]:
    """Return the clauses, unwritten ones filled in, and what they lack."""
    entries = raw.get("clauses") if isinstance(raw.get("clauses"), list) else []
    clauses, left_out = [], []
    for i, clause in enumerate(entries):
        if not isinstance(clause, dict) or clause.get("clause") is None:
            clauses.append(clause)
            continue
        name, whole, at = f"clause {clause['clause']}", [], []
        for j, entry in enumerate(clause.get("measures") or []):
            lacking = missing(entry, _kind(entry, kinds))
            if lacking:
                place = ("clauses", i, "measures", j)
                left_out.append(_line(lines, place, f"{name}, measure {_name(entry, j)}", lacking))
            else:
                whole.append(entry)
                at.append(j)
        _renumber(kept_lines, lines, ("clauses", i, "measures"), at)
        texts = [n for n in TEXTS if clause.get(n) is None]
        if texts:
            left_out.append(_line(lines, ("clauses", i), name, texts))
        clauses.append(_filled(clause, whole, texts))
        if clauses[-1].get("reason") == DRAFT:
            left_out.append(_line(lines, ("clauses", i), name, ["measures or a reason"]))
    return _completed(raw, clauses, left_out), left_out


def _filled(clause: Raw, measures: list[Any], texts: list[str]) -> Raw:
    """Return a clause with its whole measures; with neither these nor a reason, as unwritten."""
    given = {k: v for k, v in clause.items() if v is not None and k != "measures"}
    given |= dict.fromkeys(texts, "")
    if measures:
        return given | {"measures": measures}
    return given if given.get("effect") else given | {"effect": "none", "reason": DRAFT}


def _completed(raw: Raw, clauses: list[Any], left_out: list[str]) -> list[Any]:
    """Return the clauses with the missing ones put at their place, and tell which these are.

    A clause under no declared number, or under one that is taken, goes first: it stays an error.
    """
    numbers = raw.get("clause_numbers")
    if not isinstance(numbers, list):
        return clauses
    there: dict[str, Any] = {}
    for clause in clauses:
        if not _stray(clause, numbers):
            there.setdefault(clause["clause"], clause)
    known = {id(clause) for clause in there.values()}
    complete = [clause for clause in clauses if id(clause) not in known]
    sections = raw.get("sections") or [{}]
    section = sections[0].get("id", "")
    for number in map(str, numbers):
        if number not in there:
            left_out.append(f"clause {number}: is missing")
        blank = dict.fromkeys(TEXTS, "") | {"clause": number, "section": section}
        clause = there.get(number, blank | {"effect": "none", "reason": DRAFT})
        section = clause.setdefault("section", section)
        complete.append(clause)
    return complete


def _stray(clause: Any, numbers: list[Any]) -> bool:
    """Return whether a clause stands under no declared number."""
    return not isinstance(clause, dict) or clause.get("clause") not in set(map(str, numbers))


def _name(entry: Any, i: int) -> str:
    return str(entry.get("id") or i + 1) if isinstance(entry, dict) else str(i + 1)


def _line(lines: Mapping[Location, int], at: Location, what: str, lacking: list[str]) -> str:
    row = lines.get(at)
    return f"{f'row {row}: ' if row else ''}{what}: no {', '.join(lacking)}"


def _renumber(
    kept: dict[Location, int], lines: Mapping[Location, int], key: Location, at: list[int]
) -> None:
    """Give entries that moved up in a list the lines of where they stand in the file."""
    n = len(key)
    for place in [p for p in kept if p[:n] == key and len(p) > n]:
        del kept[place]
    for place, row in lines.items():
        if place[:n] == key and len(place) > n and place[n] in at:
            kept[(*key, at.index(int(place[n])), *place[n + 1 :])] = row
