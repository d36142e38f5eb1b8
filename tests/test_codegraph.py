"""The import graph: what a computation rests on."""

from pathlib import Path

import pytest

from emisim import codegraph

FILES = {
    "__init__.py": "",
    "base.py": "import math\n",
    "middle.py": "from pack import base\n",
    "late.py": "def f():\n    from pack.middle import x\n    return x\n",
    "alone.py": "",
    "kinds/__init__.py": (
        "from importlib import import_module\n"
        "def load(name):\n    return import_module(f'pack.kinds.{name}')\n"
    ),
    "kinds/first.py": "from . import second\n",
    "kinds/second.py": "from ..base import y\n",
    "kinds/third.py": "",
    "named.py": "import importlib\nz = importlib.import_module('pack.alone')\n",
    "lister.py": "import pkgutil\n\nfrom pack import kinds\n",
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    root = tmp_path / "pack"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("base", {"base"}),
        ("middle", {"middle", "base"}),
        ("late", {"late", "middle", "base"}),
        ("named", {"named", "alone"}),
        ("kinds.first", {"kinds", "kinds.first", "kinds.second", "kinds.third", "base"}),
        ("kinds", {"kinds", "kinds.first", "kinds.second", "kinds.third", "base"}),
        ("lister", {"lister", "kinds", "kinds.first", "kinds.second", "kinds.third", "base"}),
    ],
)
def test_closure_follows_imports_wherever_they_stand(pack, module, expected):
    names = {codegraph._name(path, pack) for path in codegraph.closure(module, root=pack)}
    assert names == {"pack"} | {f"pack.{name}" for name in expected}


def test_closure_is_sorted_and_follows_an_edit(pack):
    before = codegraph.closure("alone", root=pack)
    (pack / "alone.py").write_text("from pack.base import y\n")
    after = codegraph.closure("alone", root=pack)
    assert after == sorted(after)
    assert set(after) - set(before) == {pack / "base.py"}


def test_a_module_that_does_not_exist_is_named(pack):
    with pytest.raises(KeyError, match="nowhere"):
        codegraph.closure("nowhere", root=pack)


def test_the_package_itself():
    names = {path.name for path in codegraph.closure("config")}
    assert {"config.py", "strict_yaml.py", "errors.py", "__init__.py"} <= names
    assert "cli.py" not in names
