"""The numbers and choices inside a measure in words, with what each rests on."""

from collections.abc import Callable, Collection, Iterator, Mapping

from pydantic import BaseModel

from emisim import vocabulary
from emisim.figures.language import labels, plain, say, term
from emisim.measures._base import Cite, Measure, Quantity
from emisim.measures._destination import SAME

STATED = ("stated", "derived")
ASSUMED = ("assumed",)
Place = tuple[str, ...]
"""Where a number stands in a measure: fields, numbers in a list, species."""
Keep = Callable[[str], bool]


def quantities(item: object, path: Place = ()) -> Iterator[tuple[Place, Quantity]]:
    """Yield every number written inside a measure with the place where it stands."""
    if isinstance(item, Quantity):
        yield path, item
    elif isinstance(item, BaseModel):
        for name in type(item).model_fields:
            if name in item.model_fields_set:
                yield from quantities(getattr(item, name), (*path, name))
    elif isinstance(item, Mapping):
        for key, value in item.items():
            yield from quantities(value, (*path, str(key)))
    elif isinstance(item, tuple | list):
        for k, value in enumerate(item, start=1):
            yield from quantities(value, (*path, str(k)) if len(item) > 1 else path)


def numbers(
    measure: Measure,
    bases: Collection[str],
    lang: str,
    *,
    keep: Keep = bool,
    without: Collection[str] = (),
) -> list[str]:
    """Return the numbers and choices of a measure that rest on one of ``bases``, a line each.

    Notes stand as they were written in the plan file; ``keep`` says which of them are told.
    ``without``: fields that are left out.
    """
    lines = []
    for place, q in quantities(measure):
        if q.cite.basis in bases and place[0] not in without:
            words = _number(_place(measure, place, lang), q, lang)
            lines.append(_noted(words, q.cite.note if keep(q.cite.note) else "", lang))
    for field, cite in _chosen(measure):
        if cite.basis in bases and field not in without:
            value = _choice(getattr(measure, field), lang)
            words = _field((field,), lang) + say("list.colon", lang) + value
            lines.append(_noted(words, cite.note if keep(cite.note) else "", lang))
    return lines


def _chosen(measure: Measure) -> list[tuple[str, Cite]]:
    """Return the cited fields; why nobody takes over a service that ends is ours to assume."""
    chosen = list(measure.cites.items())
    if getattr(measure, "reason", ""):
        chosen.append(("reason", Cite(basis="assumed", clause=measure.clause)))
        if "to" not in measure.cites:
            chosen.insert(-1, ("to", Cite(basis="assumed", clause=measure.clause)))
    return chosen


def _place(measure: Measure, place: Place, lang: str) -> str:
    """Return where a number stands in words; a share of what moves by where that goes."""
    if place[0] != "to" or place[-1] != "share":
        return _field(place, lang)
    where = getattr(measure, place[0])[int(place[1]) - 1 if len(place) > 2 else 0]
    destination = _choice(where.model_copy(update={"share": None}), lang)
    return say("explain.share_to", lang, destination=destination)


def title(measure: Measure, lang: str) -> str:
    """Return a measure's name, kind and dates."""
    dates = " – ".join(str(day) for day in (measure.start, measure.full) if day is not None)
    return f"{getattr(measure, f'name_{lang}')} [{say(f'kind.{measure.kind}', lang)}, {dates}]"


def _field(place: Place, lang: str) -> str:
    """Return the name of a number's place in words."""
    known = labels(lang)
    return ".".join(known.get(f"field.{part}", term(part, lang)) for part in place)


def _number(place: str, q: Quantity, lang: str) -> str:
    """Return a number with unit, range and clause after the words for its place."""
    unit = "" if q.unit == "fraction" else f" {labels(lang).get(f'unit.{q.unit}', q.unit)}"
    words = place + say("list.colon", lang) + plain(q.value) + unit
    if None not in (q.low, q.high):
        words += f" ({plain(q.low)}–{plain(q.high)})"  # type: ignore[arg-type]
    if q.cite.basis in STATED:
        basis = getattr(vocabulary.BASIS_TERMS[q.cite.basis], lang)
        words += say("explain.cited", lang, basis=basis, clause=q.cite.clause)
    return words


def _noted(words: str, note: str, lang: str) -> str:
    """Return ``words`` with a note of the plan file, which stands as it was written there."""
    return f"{words}; {say('explain.note', lang, note=note)}" if note else words


def _choice(value: object, lang: str) -> str:
    """Return a cited date, scope or destination as short text; no destination is nowhere."""
    if isinstance(value, Quantity):
        return plain(value.value) + ("" if value.unit == "fraction" else f" {value.unit}")
    if isinstance(value, BaseModel):
        return ", ".join(_criterion(k, v, lang) for k, v in value if v is not None)
    if isinstance(value, tuple | list):
        return " + ".join(_choice(v, lang) for v in value) or say("explain.nowhere", lang)
    return term(value, lang) if isinstance(value, str) else str(value)


def _criterion(name: str, value: object, lang: str) -> str:
    """Return one criterion of a scope or destination; a number says which it is."""
    if value == SAME:
        return say("explain.same", lang, field=_field((name,), lang))
    if isinstance(value, Quantity):
        return f"{_field((name,), lang)} {_choice(value, lang)}"
    if isinstance(value, int | float):
        return f"{_field((name,), lang)} {plain(value)}"
    return _choice(value, lang)
