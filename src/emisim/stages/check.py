"""Check every input that a configuration names, before anything is computed."""

from pathlib import Path
from typing import Any

from emisim import codegraph, provenance
from emisim import config as configuration
from emisim.config import Config, Run
from emisim.stages import _inputs

INPUTS = Path("inputs")


def run(*, config: str) -> None:
    """Check all inputs and print what each plan rests on."""
    read = configuration.read(config)
    for item in read.runs:
        _print(item, everything(item))


def once(config: Config, stamp: Path) -> None:
    """Check all inputs unless these very files have passed before.

    Parameters
    ----------
    config
        The configuration.
    stamp
        File that holds the digest of what has passed.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    digest = _digest(config)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    for item in config.runs:
        everything(item)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest, encoding="utf-8")


def everything(run: Run) -> dict[str, Any]:
    """Read and check all inputs of one city and plan; return the plan's balance sheet.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    from emisim import plan as plans
    from emisim.errors import InputError

    paths = locate(run)
    document = plans.read(paths["plan"])
    if document.city != run.city:
        message = f"plan {run.plan} binds {document.city}"
        raise InputError(message, value=run.city, allowed=[document.city], hint="correct the run")
    base = _base(paths)
    plans.check(document, base)
    return plans.balance_sheet(document) | {"sources": base.sizes["source"]}


def _base(paths: Mapping[str, Path]) -> "xr.Dataset":
    """Return the city's inventory: the computed one if the city's inputs are those it was made of."""
    from emisim.stages import _domain, _files, inventory

    made = RESULTS / paths["city"].name / "base/inventory.nc"
    files = _inputs.files("inventory", **paths) + _inputs.files("air", **paths)
    if made.is_file() and _is_made_of(files, made.with_name("checked.json")):
        return _files.load(made)
    whole = inventory.build(str(paths["city"]), str(paths["factors"]))
    _domain.check(_domain.read(paths["city"], paths["factors"]), whole)
    return whole


def locate(run: Run) -> dict[str, Path]:
    """Return where the inputs of a run stand."""
    return {
        "city": INPUTS / "cities" / run.city,
        "factors": INPUTS / "factors",
        "plan": INPUTS / "plans" / f"{run.plan}.yaml",
    }


def _digest(config: Config) -> str:
    files: set[Path] = set(codegraph.closure("stages.check"))
    for item in config.runs:
        files.update(_inputs.ancestry("briefing", **locate(item)))
    return provenance.digest(
        {str(path): provenance.sha256(path) if path.is_file() else "" for path in sorted(files)}
    )


def _print(run: Run, sheet: dict[str, Any]) -> None:
    print(f"{run.city}, {run.plan}: every input can be used")
    for title, counts in sheet.items():
        if isinstance(counts, dict):
            text = ", ".join(f"{count} {name}" for name, count in counts.items())
            print(f"  {title:10}{text}")
        else:
            print(f"  {title:10}{counts}")
