"""Write docs/plans/: a page per plan and one for all, from plans and results (``make docs``).

A page is made of blocks. Those that rest on the plan file alone are always written anew; those
that rest on results are written anew where there are results, and else stay as they are.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from emisim import comparison, config, vocabulary
from emisim import plan as plans
from emisim.figures.amounts import amount
from emisim.figures.language import percent, plain, significant, term
from emisim.plan_model import REASONS, Clause, Plan

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "plans"
FIGURES = FOLDER / "figures"
SPECIES = ("SO2", "NOx", "VOC", "NH3", "PM2.5", "CO2")
RANKED = ("SO2", "NOx", "VOC", "NH3", "PM2.5")
SCENARIOS = ("reference", "stated", "expected")
SHOWN = {
    "targets": "how far each target is reached",
    "sectors": "emissions of the base year by sector",
    "measures-PM2.5": "what each measure takes away of PM2.5",
    "air-PM2.5": "annual mean PM2.5 and what the plan changes",
}
ASSUMED = {
    "assumed_share": "rests on assumed rows",
    "assumed_factor_share": "rests on assumed factors or controls",
}
TOP, WIDTH, COLORS = 10, 1100, 96
EMPTY = "Not computed yet: run `snakemake --cores 8`, then `make docs`."
DASH = "–"
HEADS = {
    "asks": "What the document asks",
    "inventory": "Emissions of the base year",
    "verdict": "Are the targets met?",
    "measures": "What the measures do",
    "assumed": "What is assumed",
    "uncomputed": "What is not computed",
    "figures": "Figures",
}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [list(heads), ["---"] * len(heads), *rows]
    clean = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in clean)


def from_plan(plan: Plan) -> dict[str, str]:
    """Return the blocks that rest on the plan file alone."""
    return {"asks": asked(plan), "assumed": assumed(plan), "uncomputed": uncomputed(plan)}


def asked(plan: Plan) -> str:
    """Return the sections of the document with their clauses, computed ones in bold."""
    rows = []
    for section in plan.sections:
        own = [clause for clause in plan.clauses if clause.section == section.id]
        names = [f"{_number(clause)} {clause.title_en}" for clause in own]
        rows.append([section.id, f"{section.title_en} {section.title_zh}", "; ".join(names)])
    counts = plans.balance_sheet(plan)["clauses"]
    text = (
        f"{len(plan.clauses)} clauses, {counts['with effect']} of them with a computed effect "
        f"(bold numbers), and {len(plan.targets)} targets for {plan.year}, "
        f"from base year {plan.base_year}."
    )
    parts = [text, plan.note_en, table(["chapter", "title", "clauses"], rows)]
    return "\n\n".join(part for part in parts if part)


def _number(clause: Clause) -> str:
    return f"**{clause.clause}**" if clause.measures else clause.clause


def assumed(plan: Plan) -> str:
    """Return what the computed effect rests on, counted."""
    sheet = plans.balance_sheet(plan)
    numbers, choices = sheet["numbers"], sheet["choices"]
    rows = [[vocabulary.BASIS_TERMS[b].en, str(numbers[b]), str(choices[b])] for b in numbers]
    text = (
        "Numbers that set the measures and the trend, and cited dates and destinations. Each stands"
        f" with its range and reason in `inputs/plans/{plan.id}.yaml`;"
        f" `emisim explain {plan.id} CLAUSE` prints them clause by clause."
    )
    return f"{text}\n\n{table(['basis', 'numbers', 'choices'], rows)}"


def uncomputed(plan: Plan) -> str:
    """Return clauses without effect and targets that are not computable, with their reasons."""
    clauses = [
        [clause.clause, clause.title_en, _reason(clause)]
        for clause in plan.clauses
        if clause.reason is not None
    ]
    goals = [[t.clause, t.name_en, t.not_computable_en] for t in plan.targets if not t.computable]
    parts = ["Clauses:", table(["clause", "title", "reason"], clauses)]
    if goals:
        parts += ["Targets:", table(["clause", "target", "reason"], goals)]
    return "\n\n".join(parts)


def _reason(clause: Clause) -> str:
    words = [REASONS[str(clause.reason)][0], clause.note_en]
    return ". ".join(word.rstrip(".") for word in words if word)


def inventory(plan: Plan, results: Path) -> str:
    """Return the base year's emissions by sector in t, and how much of them is assumed."""
    rows = pd.read_csv(results / plan.city / "base" / "totals.csv")
    rows = rows[(rows["district"] != vocabulary.OUTSIDE) & rows["species"].isin(SPECIES)]
    wide = rows.pivot_table(index="sector", columns="species", values="emission", aggfunc="sum")
    known = [s for s in vocabulary.SECTORS if s in wide.index]
    wide = wide.loc[known, list(SPECIES)]
    lines = [[term(s, "en"), *map(significant, wide.loc[s])] for s in known]
    lines.append(["**city**", *(f"**{significant(v)}**" for v in wide.sum())])
    for column, words in ASSUMED.items():
        part = (rows["emission"] * rows[column]).groupby(rows["species"]).sum() / wide.sum()
        lines.append([words, *(percent(part[s]) for s in SPECIES)])
    return table([f"{plan.base_year}, t", *(term(s, "en") for s in SPECIES)], lines)


def verdict(plan: Plan, results: Path) -> str:
    """Return every target with what each scenario reaches."""
    rows = pd.read_csv(results / plan.city / plan.id / "verdict.csv")
    lines = []
    for target, own in rows.groupby("target", sort=False):
        first, by = own.iloc[0], own.set_index("scenario")
        wanted = first["target_value"]
        sign = "≤" if first["comparison"] == "at most" else "≥"
        asks = DASH
        if pd.notna(wanted) and isinstance(first["unit"], str):
            asks = f"{sign} {_amount(wanted, first)}"
        cells = [_outcome(by, scenario) for scenario in SCENARIOS]
        lines.append([str(first["clause"]), str(first["name_en"] or target), asks, *cells])
    counts = comparison.counts(rows.assign(plan=plan.id), "stated").loc[plan.id]
    text = (
        f"Delivered in full, {counts['met']} of {counts['met'] + counts['not met']} computable "
        f"targets are met; {counts['not computable']} are not computable."
    )
    heads = ["clause", "target", "asked", "without the plan", "delivered in full", "as expected"]
    return f"{text}\n\n{table(heads, lines)}"


WORDLESS = {"1": "", "fraction": ""}


def _amount(value: float, row: pd.Series) -> str:
    unit = row["unit"]
    if unit == "ug/m3" or (unit == "%" and row["metric"].endswith("_change")):
        return amount(value, unit)
    number = plain(float(f"{value:.3g}"))
    return f"{number}%" if unit == "%" else f"{number} {WORDLESS.get(unit, unit)}".rstrip()


def _outcome(by: pd.DataFrame, scenario: str) -> str:
    if scenario not in by.index or by.loc[scenario, "verdict"] not in ("met", "not met"):
        return DASH
    row = by.loc[scenario]
    return f"{_amount(row['value'], row)} ({row['verdict']})"


def measures(plan: Plan, results: Path) -> str:
    """Return the measures that change most, in t per year, and the sum of all."""
    rows = pd.read_csv(results / plan.city / plan.id / "ledger.csv")
    rows = rows[rows["scenario"] == "stated"]
    wide = rows.pivot_table(
        index=["order", "id"], columns="species", values="in_sequence_t", aggfunc="sum"
    )
    size = wide[list(RANKED)].sum(axis=1)
    known = {m.id: m for m in plan.measures}
    lines = []
    for key in size.sort_values(kind="stable").index[:TOP]:
        measure = known.get(key[1])
        name = f"{measure.name_en} {measure.name_zh}" if measure else key[1]
        cells = map(_change, wide.loc[key, list(SPECIES)])
        lines.append([measure.clause if measure else "", name, *cells])
    whole = [f"**{_change(v)}**" for v in wide[list(SPECIES)].sum()]
    lines.append(["", f"**all {len(wide)} measures**", *whole])
    text = (
        "Plan delivered in full, against the plan year without it, t per year, after the measures"
        f" before each. The {min(TOP, len(wide))} largest by SO2 + NOx + VOC + NH3 + PM2.5; all are"
        f" in `results/{plan.city}/{plan.id}/ledger.csv`."
    )
    return f"{text}\n\n{table(['clause', 'measure', *(term(s, 'en') for s in SPECIES)], lines)}"


def _change(tonnes: float) -> str:
    return "0" if abs(tonnes) < 0.05 else ("+" if tonnes > 0 else "") + significant(tonnes)


def pictures(plan: Plan, results: Path) -> str:
    """Write the page's figures, smaller, and return the links to them."""
    folder = results / plan.city / plan.id / "figures" / "en"
    links = []
    for name, words in SHOWN.items():
        if name == "targets" and not any(target.computable for target in plan.targets):
            continue
        found = sorted(folder.glob(f"[0-9]*-{name}.png"))
        if found:
            shrink(found[0], FIGURES / f"{plan.id}-{name}.png")
            links.append(f"![{plan.id}: {words}](figures/{plan.id}-{name}.png)")
    return "\n\n".join(links)


def shrink(source: Path, target: Path, width: int = WIDTH, colors: int = COLORS) -> None:
    """Write a picture with fewer pixels and few colours."""
    from PIL import Image

    with Image.open(source) as whole:
        size = (width, round(whole.height * width / whole.width))
        small = whole.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    small.quantize(colors, dither=Image.Dither.NONE).save(target, optimize=True)


FROM_RESULTS: Mapping[str, Callable[[Plan, Path], str]] = {
    "inventory": inventory,
    "verdict": verdict,
    "measures": measures,
    "figures": pictures,
}


def blank(plan: Plan) -> str:
    """Return a page without blocks."""
    head = [f"# {plan.title_en}", plan.title_zh]
    note = (
        f"Made by `make docs` from `inputs/plans/{plan.id}.yaml` and `results/{plan.city}/`. What"
        " the numbers do not mean stands in the [README](../../README.md)."
    )
    parts = [*head, note]
    for name, title in HEADS.items():
        parts += [f"## {title}", f"<!-- {name} -->\n{EMPTY}\n<!-- end -->"]
    return "\n\n".join(parts) + "\n"


def filled(page: str, blocks: Mapping[str, str]) -> str:
    """Return ``page`` with the blocks between their markers replaced."""
    for name, block in blocks.items():
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- end -->)"
        page, count = re.subn(pattern, lambda m, b=block: m[1] + b + m[2], page, flags=re.DOTALL)
        if count != 1:
            message = f"the page must hold the marker {name!r} once, found {count}"
            raise SystemExit(message)
    return page


def block(page: str, name: str) -> str:
    """Return what stands between the markers of a block."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", page, flags=re.DOTALL)
    return found[1] if found else ""


def write(plan: Plan, results: Path) -> Path:
    """Write the page of one plan and return its path."""
    path = FOLDER / f"{plan.id}.md"
    page = blank(plan)
    old = path.read_text(encoding="utf-8") if path.is_file() else page
    there = (results / plan.city / plan.id / "verdict.csv").is_file()
    kept = {name: block(old, name) or EMPTY for name in FROM_RESULTS}
    made = {name: make(plan, results) for name, make in FROM_RESULTS.items()} if there else kept
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(filled(page, made | from_plan(plan)), encoding="utf-8")
    return path


def overview(documents: Sequence[Plan], results: Path) -> Path:
    """Write the page that holds the plans beside each other and return its path."""
    path = FOLDER / "README.md"
    links = [[f"[{p.title_en}]({p.id}.md)", p.title_zh, str(p.year)] for p in documents]
    parts = ["# Plans", table(["plan", "document", "year"], links), "## Beside each other"]
    folder = results / "comparison"
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    compared = block(old, "comparison") or EMPTY
    if (folder / "totals.csv").is_file():
        compared = beside(documents, folder)
    parts.append(f"<!-- comparison -->\n{compared}\n<!-- end -->")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def beside(documents: Sequence[Plan], folder: Path) -> str:
    """Return the changes of all plans in one table, with the figure."""
    sums = pd.read_csv(folder / "totals.csv")
    counts = comparison.counts(pd.read_csv(folder / "verdicts.csv"), "stated")
    shown = [("emission", s) for s in RANKED] + [("concentration", "PM2.5")]
    lines = []
    for document in documents:
        rows = sums[sums["plan"] == document.id]
        cells = [_both(rows, quantity, species) for quantity, species in shown]
        lines.append([document.id, *cells, " / ".join(str(n) for n in counts.loc[document.id])])
    shrink(folder / "figures" / "plans-en.png", FIGURES / "plans.png")
    heads = [f"{term(s, 'en')}{' in the air' if q == 'concentration' else ''}" for q, s in shown]
    text = (
        "Change against the plan year without the plan: delivered in full (as expected). Last"
        " column: targets met / not met / not computable, delivered in full."
    )
    body = table(["plan", *heads, "targets"], lines)
    return f"{text}\n\n{body}\n\n![the plans beside each other](figures/plans.png)"


def _both(rows: pd.DataFrame, quantity: str, species: str) -> str:
    own = rows[(rows["quantity"] == quantity) & (rows["species"] == species)]
    by = own.set_index("scenario")["change_on_reference"] / 100
    words = [percent(by[s], signed=True) for s in ("stated", "expected")]
    return f"{words[0]} ({words[1]})"


def main() -> None:
    """Write all pages of the plans that inputs/config.yaml names."""
    runs = config.read(ROOT / "inputs/config.yaml").runs
    documents = [plans.read(ROOT / f"inputs/plans/{run.plan}.yaml") for run in runs]
    written = [write(document, ROOT / "results") for document in documents]
    written.append(overview(documents, ROOT / "results"))
    for path in written:
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
