"""The last words of a run: the verdict on every plan, where the files are, how long it took."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from emisim import messages
from emisim.config import Config
from emisim.figures.language import columns, say, term
from emisim.stages import check
from emisim.vocabulary import SCENARIOS

ROOT = Path("results")
FILES = (
    "report-{lang}.pdf", "slides-{lang}.pptx", "annexes-{lang}.xlsx", "briefing-{lang}.html",
    "explorer.html", "figures", "verdict.csv", "ledger.csv", "effects.csv",
)  # fmt: skip
"""What people open, in the order in which it is named."""
GAP = "  "


def run(*, config: str, seconds: int | None) -> None:
    """Print what :func:`show` does for a configuration file, then the seconds that it took."""
    show(check.settings(config))
    if seconds is not None:
        print(f"\n{say('results.done', messages.language(), seconds=seconds)}")


def show(read: Config) -> None:
    """Print the verdicts of every run of the configuration as a table, and the files made."""
    lang = messages.language()
    folders = [ROOT / item.city / item.plan for item in read.runs]
    print(f"\n{table(folders, lang)}")
    found = {
        name.format(lang=language): None
        for name in FILES
        for language in read.languages
        if any((folder / name.format(lang=language)).exists() for folder in folders)
    }
    if found:
        print(f"\n{say('results.files', lang)} {', '.join(found)}")


def table(folders: Sequence[Path], lang: str) -> str:
    """Return one line per plan: the targets each scenario meets, those not computable, the folder.

    Parameters
    ----------
    folders
        Where the results of the plans are; the last part is the plan's name.
    lang
        Language of the words.
    """
    scenarios = [name for name in SCENARIOS if name != "base"]
    heads = [term(name, lang) for name in scenarios]
    plan, gaps, place = (say(f"results.{k}", lang) for k in ("plan", "not_computable", "folder"))
    lines = [[plan, *heads, gaps, place]]
    lines += [[folder.name, *_verdict(folder, scenarios, lang), f"{folder}/"] for folder in folders]
    widths = [max(map(columns, cells)) for cells in zip(*lines, strict=True)]
    padded = [[c + " " * (w - columns(c)) for c, w in zip(x, widths, strict=True)] for x in lines]
    return "\n".join(GAP.join(cells).rstrip() for cells in padded)


def _verdict(folder: Path, scenarios: Sequence[str], lang: str) -> list[str]:
    """Return the counts of one plan: targets met by scenario, and how many no scenario tells."""
    path = folder / "verdict.csv"
    if not path.is_file():
        return [say("results.missing", lang)] + [""] * len(scenarios)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cells = []
    for name in scenarios:
        count = Counter(row["verdict"] for row in rows if row["scenario"] == name)
        met, judged = count["met"], count["met"] + count["not met"]
        cells.append(say("results.met", lang, met=met, judged=judged) if judged else "-")
    return [*cells, str(sum(1 for row in rows if not row["scenario"]))]
