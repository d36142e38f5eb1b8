"""Plain YAML, read strictly: no duplicate key, no alias, no tag, and the line of every entry.

Bounded, so that no file can keep the reader busy: :data:`LARGEST` bytes, :data:`DEEPEST` levels.
"""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from emisim.errors import InputError

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
        Missing, empty or non-UTF-8 file, YAML syntax, duplicate key, alias, tag, no mapping.
    """
    text = _text(Path(path))
    try:
        _require_flat(text, path)
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        message = f"not valid YAML: {error.problem or error.context}"
        raise InputError(
            message, file=path, row=_row(error.problem_mark), hint="check indentation and quotes"
        ) from None
    except yaml.YAMLError as error:
        message = f"not valid YAML: {str(error).splitlines()[0]}"
        raise InputError(message, file=path, hint="save the file as plain UTF-8 text") from None
    lines: dict[Location, int] = {}
    data = _build(node, (), lines, set(), path)
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


def _require_flat(text: str, path: str | Path) -> None:
    """Raise at the first level that is too deep, before any recursion over the levels."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            message, hint = (
                f"nested deeper than {DEEPEST} levels",
                "close the brackets, and mind the indentation",
            )
            raise InputError(message, file=path, row=_row(event.start_mark), hint=hint)


def _row(mark: Any) -> int | None:
    return None if mark is None else mark.line + 1


def _build(node: Any, path: Location, lines: dict[Location, int], seen: set[int], file: Any) -> Any:
    """Turn a composed node into plain Python values, refusing what is not plain."""
    lines[path] = node.start_mark.line + 1 if node is not None else 1
    if node is None:
        return None
    if id(node) in seen:
        message = "aliases (*name) are not allowed: every number stands where it is used"
        raise InputError(message, file=file, row=lines[path], hint="write the value out")
    seen.add(id(node))
    if node.tag not in PLAIN:
        raise _not_plain(node, file)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, seen, file)
    if isinstance(node, yaml.SequenceNode):
        return [_build(v, (*path, i), lines, seen, file) for i, v in enumerate(node.value)]
    return _scalar(node, file)


def _not_plain(node: Any, file: Any) -> InputError:
    message = "tags and merge keys are not allowed"
    row = node.start_mark.line + 1
    return InputError(message, file=file, row=row, value=node.tag, hint="write a plain value")


def _mapping(
    node: Any, path: Location, lines: dict[Location, int], seen: set[int], file: Any
) -> Any:
    """Return the dict of a mapping node; a key that stands twice is an error."""
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        row = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in PLAIN:
            raise _not_plain(key_node, file)
        if key in result:
            message = (
                f"key {key!r} stands twice in one mapping (first in line {lines[(*path, key)]})"
            )
            raise InputError(
                message, file=file, row=row, value=key, hint="keep one of them; nothing is merged"
            )
        result[key] = _build(value_node, (*path, key), lines, seen, file)
        lines[(*path, key)] = row
    return result


def _scalar(node: Any, file: Any) -> str | int | float | bool | date | None:
    """Return the value of a scalar node as YAML's safe constructor makes it."""
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        message = f"not a {node.tag.removeprefix(PREFIX)}: {error}"
        raise InputError(
            message, file=file, row=node.start_mark.line + 1, value=node.value
        ) from None
    if isinstance(value, int | float) and not -LARGE < value < LARGE:
        message, row = "not a number that can be computed with", node.start_mark.line + 1
        raise InputError(message, file=file, row=row, value=node.value, hint="write digits")
    return value
