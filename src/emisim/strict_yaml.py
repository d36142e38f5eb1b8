"""Plain YAML, read strictly: no duplicate key, no alias, no tag, and the line of every entry.

All faults of a file are told at once. Where the text is no YAML, every top-level key and every
entry of the list below one is read by itself: what belongs to it is indented more than it is.
Bounded, so that no file can keep the reader busy: :data:`LARGEST` bytes, :data:`DEEPEST` levels.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from emisim.errors import Faults, InputError

PREFIX = "tag:yaml.org,2002:"
PLAIN = frozenset(
    PREFIX + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
DEEPEST = 40
"""Levels of nesting; a plan needs about ten."""
LARGEST = 5_000_000
"""Bytes; the longest plan has a few hundred thousand."""
LARGE = 2**63
"""Beyond this no number of an input lies."""
TOP, ENTRY = re.compile(r"[^\s#-]"), re.compile(r" *- ")
"""Beginning of a top-level key, and of an entry of a list."""
Location = tuple[str | int, ...]
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: str | Path) -> tuple[dict[str, Any], dict[Location, int]]:
    """Read a YAML mapping.

    Parameters
    ----------
    path
        A UTF-8 file that holds one mapping.

    Returns
    -------
    The mapping, and the line (from 1) of every entry by its path, such as ``("clauses", 0, "id")``.

    Raises
    ------
    InputError
        Missing, empty or non-UTF-8 file, YAML syntax, duplicate key, alias, tag, no mapping: every
        fault at once.
    """
    text, faults = _text(Path(path)), Faults()
    whole = _syntax(text, path)
    for fault in (_parts(text, path) or [whole]) if whole else ():
        faults.add(fault)
    faults.tell()
    lines: dict[Location, int] = {}
    try:
        data = _build(yaml.compose(text, Loader=Loader), (), lines, faults, path)
    except yaml.YAMLError as error:
        raise _unreadable(error, path) from None
    faults.tell()
    if not isinstance(data, dict):
        message = "the file holds no mapping"
        raise InputError(
            message, file=path, hint="write `key: value` lines, as the files in inputs/plans do"
        )
    return data, lines


def _text(path: Path) -> str:
    """Return the text of ``path``."""
    if not path.is_file():
        message = "there is no such file"
        raise InputError(message, file=path, hint="check the name and the folder")
    if path.stat().st_size > LARGEST:
        message, hint = f"the file is larger than {LARGEST} bytes", "give tables as CSV, not here"
        raise InputError(message, file=path, value=path.stat().st_size, hint=hint)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text (byte {error.start})"
        raise InputError(
            message, file=path, hint="save it as UTF-8; many editors offer GBK by default"
        ) from None
    if not text.strip():
        message = "the file is empty"
        raise InputError(message, file=path, hint="restore it, or start from another plan file")
    return text


def _syntax(text: str, path: str | Path) -> InputError | None:
    """Return why a text is no plain YAML of bounded depth, if it is not; nothing is built."""
    faults = Faults()
    try:
        _require_flat(text, path, faults)
    except yaml.YAMLError as error:
        faults.add(_unreadable(error, path))
    try:
        faults.tell()
    except InputError as found:
        return found
    return None


def _unreadable(error: yaml.YAMLError, path: str | Path) -> InputError:
    if isinstance(error, yaml.MarkedYAMLError):
        message = f"not valid YAML: {error.problem or error.context}"
        row, hint = _row(error.problem_mark), "check indentation and quotes"
        return InputError(message, file=path, row=row, hint=hint)
    message = f"not valid YAML: {str(error).splitlines()[0]}"
    return InputError(message, file=path, hint="save the file as plain UTF-8 text")


def _parts(text: str, path: str | Path) -> list[InputError]:
    """Return the faults of the parts of a text that is no YAML as a whole."""
    lines = text.splitlines()
    found: list[InputError] = []
    for section in _cut(lines, range(len(lines)), TOP):
        fault = _syntax(_only(lines, section), path)
        if fault is None:
            continue
        below = next((m[0] for i in section[1:] if (m := ENTRY.match(lines[i]))), "")
        entries = _cut(lines, section[1:], re.compile(re.escape(below))) if below else ()
        inner = [one for entry in entries if (one := _syntax(_only(lines, entry), path))]
        found += inner or [fault]
    return found


def _cut(lines: list[str], rows: range, begin: re.Pattern[str]) -> Iterator[range]:
    """Yield runs of rows, each from a line that begins one to the next such line."""
    starts = [i for i in rows if begin.match(lines[i])]
    for first, last in zip(starts, [*starts[1:], rows.stop], strict=True):
        yield range(first, last)


def _only(lines: list[str], rows: range) -> str:
    """Return the text of some rows, at the height where they stand."""
    return "\n" * rows.start + "\n".join(lines[i] for i in rows) + "\n"


def _require_flat(text: str, path: str | Path, faults: Faults) -> None:
    """Raise at the first level that is too deep and add every alias, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        row = _row(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            message = "aliases (*name) are not allowed: every number stands where it is used"
            hint, value = "write the value out", f"*{event.anchor}"
            faults.add(InputError(message, file=path, row=row, value=value, hint=hint))
        if depth > DEEPEST:
            message, hint = (
                f"nested deeper than {DEEPEST} levels",
                "close the brackets, and mind the indentation",
            )
            faults.add(InputError(message, file=path, row=row, hint=hint))
            return


def _row(mark: Any) -> int | None:
    return None if mark is None else mark.line + 1


def _build(node: Any, path: Location, lines: dict[Location, int], faults: Faults, file: Any) -> Any:
    """Turn a composed node into plain Python values; what is not plain is a fault."""
    lines[path] = node.start_mark.line + 1 if node is not None else 1
    if node is None:
        return None
    if node.tag not in PLAIN:
        faults.add(_not_plain(node, file))
        return None
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, faults, file)
    if isinstance(node, yaml.SequenceNode):
        return [_build(v, (*path, i), lines, faults, file) for i, v in enumerate(node.value)]
    with faults.held():
        return _scalar(node, file)
    return None


def _not_plain(node: Any, file: Any) -> InputError:
    message = "tags and merge keys are not allowed"
    row = node.start_mark.line + 1
    return InputError(message, file=file, row=row, value=node.tag, hint="write a plain value")


def _mapping(
    node: Any, path: Location, lines: dict[Location, int], faults: Faults, file: Any
) -> Any:
    """Return the dict of a mapping node; a key that stands twice is an error."""
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        row = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in PLAIN:
            faults.add(_not_plain(key_node, file))
            continue
        if key in result:
            message = (
                f"key {key!r} stands twice in one mapping (first in line {lines[(*path, key)]})"
            )
            hint = "keep one of them; nothing is merged"
            faults.add(InputError(message, file=file, row=row, value=key, hint=hint))
            continue
        result[key] = _build(value_node, (*path, key), lines, faults, file)
        lines[(*path, key)] = row
    return result


def _scalar(node: Any, file: Any) -> str | int | float | bool | date | None:
    """Return the value of a scalar node as YAML's safe constructor makes it."""
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        message = f"not a {node.tag.removeprefix(PREFIX)}: {error}"
        row, hint = node.start_mark.line + 1, "correct the value, or put it in quotes if it is text"
        raise InputError(message, file=file, row=row, value=node.value, hint=hint) from None
    if isinstance(value, int | float) and not -LARGE < value < LARGE:
        message, row = "not a number that can be computed with", node.start_mark.line + 1
        raise InputError(message, file=file, row=row, value=node.value, hint="write digits")
    return value
