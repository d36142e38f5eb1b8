"""Fill docs/tutorial*.md with what the programs print and draw: ``make docs``."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pages
import xarray as xr

from emisim import plan as plans
from emisim.stages import results as last_words

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs/tutorial.md", "zh": ROOT / "docs/tutorial.zh.md"}
PICTURES = ROOT / "docs" / "tutorial"
CITY, PLAN, CLAUSE, MEASURE = "yangquan", "yangquan-2019", "三.15", "boilers-closed-industry"
RESULTS = ROOT / "results" / CITY / PLAN
COMPARED = (f"{PLAN}:stated", f"{PLAN}:expected")
SPECIES = "SO2"
WORDS = {
    "en": ("source", "activity", "factor", "removal", "emission"),
    "zh": ("排放源", "活动水平", "排放因子", "去除率", "排放量"),
}


def said(lang: str, *command: str) -> str:
    """Return a command and what it printed, as a box."""
    program = Path(sys.executable).with_name("emisim")
    done = subprocess.run(
        [program, *command],
        cwd=ROOT,
        env=os.environ | {"EMISIM_LANG": lang},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return boxed(f"$ emisim {' '.join(command)}\n{done.stdout.strip()}")


def boxed(text: str, kind: str = "") -> str:
    """Return text as a code block."""
    return f"```{kind}\n{text}\n```"


def clause() -> str:
    """Return the clause as it stands in the plan file."""
    text = (ROOT / f"inputs/plans/{PLAN}.yaml").read_text(encoding="utf-8")
    found = re.search(rf"^  - clause: {re.escape(CLAUSE)}\n(?:    .*\n)+", text, flags=re.MULTILINE)
    return boxed(found[0].rstrip(), "yaml")


def by_hand(lang: str) -> str:
    """Return the arithmetic of the clause's largest source."""
    base = xr.open_dataset(ROOT / "results" / CITY / "base" / "inventory.nc").load()
    document = plans.read(ROOT / f"inputs/plans/{PLAN}.yaml")
    measure = next(m for m in document.measures if m.id == MEASURE)
    own = base.sel(source=measure.scope.select(base).values, species=SPECIES)
    mass = (own["activity"] * own["factor"] * (1 - own["removal"])).sum("month")
    one = own.sel(source=mass["source"][int(mass.values.argmax())])
    name, activity, factor, removal, emission = WORDS[lang]
    used, removed = float(one["activity"].sum()), float(one["removal"].mean())
    tonnes = float(mass.max()) / 1000
    lines = [
        f"{name}: {one['source'].values!s}",
        f"{activity}: {used:,.0f} {one['activity_unit'].values!s}",
        f"{factor}: {float(one['factor'].mean()):.4g} kg {SPECIES} / {one['activity_unit'].values}",
        f"{removal}: {removed:.3g}",
        f"{emission}: {used:,.0f} x {float(one['factor'].mean()):.4g} x (1 - {removed:.3g})"
        f" / 1000 = {tonnes:,.1f} t",
    ]
    return boxed("\n".join(lines))


def picture(name: str, lang: str) -> str:
    """Write a figure of the plan, smaller, and return the link to it."""
    source = next(iter(sorted((RESULTS / "figures" / lang).glob(f"[0-9]*-{name}.png"))))
    pages.shrink(source, PICTURES / f"{name}-{lang}.png")
    return f"![{name}](tutorial/{name}-{lang}.png)"


def made(lang: str) -> str:
    """Return the files of the plan that people open, with their sizes."""
    names = [n.format(lang=lang) for n in last_words.FILES]
    found = [RESULTS / name for name in names if (RESULTS / name).is_file()]
    width = max(len(path.name) for path in found)
    return boxed("\n".join(f"{p.name:{width}}  {p.stat().st_size / 1e6:.1f} MB" for p in found))


def blocks(lang: str, page: str) -> Mapping[str, str]:
    """Return what stands between the markers of a page."""
    drawn = re.findall(r"<!-- picture (\S+) -->", page)
    return {
        "clause": clause(),
        "verdicts": said(lang, "results"),
        "explain": said(lang, "explain", PLAN, CLAUSE, "--lang", lang),
        "hand": by_hand(lang),
        "compare": said(lang, "compare", *COMPARED),
        "files": made(lang),
    } | {f"picture {name}": picture(name, lang) for name in drawn}


def main() -> None:
    """Write the tutorial in both languages."""
    for lang, path in PAGES.items():
        page = re.sub(r"-->\n<!-- end", "-->\n\n<!-- end", path.read_text(encoding="utf-8"))
        path.write_text(pages.filled(page, blocks(lang, page)), encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
