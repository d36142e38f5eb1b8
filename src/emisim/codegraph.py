"""Which modules of the package a computation rests on, read from the import statements.

The workflow lists these files as inputs of its rules, so that an edited formula makes Snakemake
redo what rests on it and nothing else; the provenance digest covers the same files.
Imports inside functions count like those at the top of a file.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
DYNAMIC = frozenset({"import_module", "iter_modules", "walk_packages"})


def modules(root: Path = PACKAGE) -> dict[str, Path]:
    """Return every module of the package in folder ``root`` by its dotted name."""
    return {_name(path, root): path for path in sorted(root.rglob("*.py"))}


def imported(module: str, known: dict[str, Path]) -> set[str]:
    """Return the names of the package's modules that ``module`` imports, at the top or deferred.

    A package that finds its modules at run time (``import_module`` with a computed name,
    ``iter_modules``) is taken to import all of them.
    """
    package = module if known[module].name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in _importing(known[module].read_text(encoding="utf-8")):
        names.update(_targets(node, package, known))
    return {name for name in names if name in known} - {module}


def closure(*names: str, root: Path = PACKAGE) -> list[Path]:
    """Return the files of the modules ``names`` and of all that they import, sorted.

    Parameters
    ----------
    names
        Dotted names below the package, e.g. ``stages.inventory``.
    root
        The package folder.

    Raises
    ------
    KeyError
        No module of that name.
    """
    known = modules(root)
    missing = [name for name in names if f"{root.name}.{name}" not in known]
    if missing:
        message = f"no module {', '.join(missing)} in {root}"
        raise KeyError(message)
    reached: set[str] = set()
    waiting = {f"{root.name}.{name}" for name in names}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        found = imported(module, known) | set(_parents(module))
        waiting |= (found & known.keys()) - reached
    return sorted(known[module] for module in reached)


@cache
def _importing(text: str) -> tuple[ast.AST, ...]:
    """Return the syntax nodes of a module that may import something."""
    return tuple(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Call) and _is_dynamic(node))
    )


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _targets(node: ast.AST, package: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the dotted names that one syntax node may import."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, package)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and _is_dynamic(node):
        yield from _computed(node, package, known)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    anchor = ".".join(parts[: len(parts) - node.level + 1])
    return f"{anchor}.{node.module}" if node.module else anchor


def _is_dynamic(node: ast.Call) -> bool:
    """Return whether a call imports by name or lists a package's modules."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr in DYNAMIC
    return isinstance(function, ast.Name) and function.id in DYNAMIC


def _computed(node: ast.Call, package: str, known: Iterable[str]) -> Iterator[str]:
    """Yield what an import by computed name can reach: a named module, or a whole package."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield first.value
        return
    start = first.values[0] if isinstance(first, ast.JoinedStr) and first.values else None
    literal = start.value if isinstance(start, ast.Constant) else None
    root = package.split(".")[0]
    prefix = literal if isinstance(literal, str) and literal.startswith(f"{root}.") else package
    yield from (name for name in known if name.startswith(prefix.rstrip(".") + "."))
