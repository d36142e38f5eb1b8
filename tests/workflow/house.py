"""A copy of the repository's computing parts, in which snakemake runs for real."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "workflow", "profiles", "inputs", "src")
BIN = Path(sys.executable).parent
COARSE = ("cell_size: 1000", "cell_size: 5000")
COARSER = (
    ("mesh_cell_size,3000,m,1000,3000", "mesh_cell_size,15000,m,1000,15000"),
    ("ring_width,120,km,100", "ring_width,30,km,30"),
)
CONFIG = """\
runs:
  - {city: yangquan, plan: yangquan-2019}
languages: [en]
"""
"""One city, so that the suite does not grow with their number."""
UNCOMPARED = ("logs", "benchmarks")


class House:
    """A working copy of the repository's computing parts."""

    def __init__(self, folder: Path) -> None:
        """Copy the parts into ``folder`` and coarsen them."""
        self.folder = folder
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        self.replace("inputs/cities/yangquan/city.yaml", *COARSE)
        for old, new in COARSER:
            self.replace("inputs/factors/transport.csv", old, new)
        (folder / "inputs/config.yaml").write_text(CONFIG, encoding="utf-8")
        self.notes = folder / "opened.txt"
        self.watch = folder / "watch"
        self.watch.mkdir()
        shutil.copy(ROOT / "tests/workflow/watch.py", self.watch / "sitecustomize.py")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of an un-activated installation that computes with the copy."""
        return {
            **os.environ,
            "PYTHONPATH": f"{self.folder / 'src'}{os.pathsep}{self.watch}",
            "EMISIM_WATCH": str(self.notes),
            "PATH": os.pathsep.join(
                p for p in os.environ["PATH"].split(os.pathsep) if Path(p) != BIN
            ),
        }

    def command(self, *arguments: str) -> list[str]:
        return [str(BIN / "snakemake"), "--cores", "2", *arguments]

    def snakemake(self, *arguments: str, good: bool = True) -> str:
        """Run snakemake and return what it says; ``good`` is whether it should succeed."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == good, said[-6000:]
        return said

    def planned(self, *arguments: str) -> set[str]:
        """Return the names of the rules that snakemake would run now."""
        said = self.snakemake("--dry-run", *arguments)
        if "Nothing to be done" in said:
            return set()
        counts = said.split("Job stats:")[1].split("total")[0]
        return set(re.findall(r"^(\w+) +\d+$", counts, re.MULTILINE)) - {"all"}

    def results(self) -> dict[str, str]:
        """Return the SHA-256 of every result."""
        root = self.folder / "results"
        return {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
            and path.relative_to(root).parts[0] not in UNCOMPARED
            and not path.name.startswith(".")
        }

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace text in a file of the copy; the text must be there."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} holds no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    @contextmanager
    def edited(self, name: str, old: str, new: str) -> Iterator[None]:
        """Replace text in a file while the block runs."""
        before = (self.folder / name).read_bytes()
        self.replace(name, old, new)
        try:
            yield
        finally:
            (self.folder / name).write_bytes(before)

    @contextmanager
    def appended(self, name: str, text: str) -> Iterator[None]:
        """Append text to a file while the block runs."""
        path = self.folder / name
        before = path.read_bytes()
        path.write_bytes(before + text.encode())
        try:
            yield
        finally:
            path.write_bytes(before)
