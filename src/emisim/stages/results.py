"""The last words of a run: where the results are, what the verdict is, how long it took."""

import csv
from collections import Counter
from pathlib import Path

from emisim.stages import check

ROOT = Path("results")


def run(*, config: str, seconds: int | None) -> None:
    """Print a short summary of every run of the configuration."""
    read = check.settings(config)
    for item in read.runs:
        folder = ROOT / item.city / item.plan
        print(f"\n{item.city}, {item.plan}: {_verdict(folder / 'verdict.csv')}")
        for lang in read.languages:
            print(f"  briefing ({lang})  {folder / f'briefing-{lang}.html'}")
        print(f"  figures        {folder / 'figures'}/")
        print(f"  tables         {folder / 'verdict.csv'}, {folder / 'ledger.csv'}")
        print(f"  inventory      {ROOT / item.city / 'base'}/")
    if seconds is not None:
        print(f"\nDone in {seconds} s.")


def _verdict(path: Path) -> str:
    """Return one line per plan: how many targets each scenario meets."""
    if not path.is_file():
        return "not computed yet; run snakemake --cores 8"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scenarios = dict.fromkeys(row["scenario"] for row in rows if row["scenario"])
    parts = []
    for name in scenarios:
        verdicts = Counter(row["verdict"] for row in rows if row["scenario"] == name)
        parts.append(f"{name} meets {verdicts['met']} of {verdicts['met'] + verdicts['not met']}")
    apart = sum(1 for row in rows if not row["scenario"])
    if not parts:
        return f"none of its {apart} targets is computable"
    return "; ".join(parts) + f" computable targets ({apart} more are not computable)"
