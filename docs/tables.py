"""Write the computed tables of docs/ between their markers: ``make docs``."""

import re
from pathlib import Path

import pandas as pd

from emisim import inventory, published
from emisim.city import City
from emisim.factors import Factors
from emisim.stages.inventory import build

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "published-inventories.md"
CITY = ROOT / "inputs" / "cities" / "yangquan"


def tables() -> dict[str, str]:
    """Return the Markdown tables of the page by marker name."""
    factors = Factors(ROOT / "inputs" / "factors")
    city = City.read(CITY, factors)
    base = build(str(CITY), str(ROOT / "inputs" / "factors"))
    listed = published.read(ROOT / "inputs" / "published" / "inventories.csv", factors.sources)
    own = published.per_resident(base, float(city.districts["population"].sum()))
    name = f"{city.settings.name} {city.settings.base_year}"
    tonnes = inventory.totals(base, ("sector",)).to_pandas() / 1000
    tonnes.loc["sum"] = tonnes.sum()
    return {
        "per-resident": markdown(published.compare(own, listed, name), "kg per resident", 1),
        "sectors": markdown(tonnes, "t", 0),
    }


def markdown(table: pd.DataFrame, corner: str, digits: int) -> str:
    """Return a table as Markdown, numbers rounded, gaps as a dash."""
    head = [f"| {corner} | " + " | ".join(map(str, table.columns)) + " |"]
    rule = ["|---" * (len(table.columns) + 1) + "|"]
    cells = [
        f"| {label} | " + " | ".join("-" if pd.isna(v) else f"{v:,.{digits}f}" for v in row) + " |"
        for label, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(head + rule + cells)


def filled(text: str, blocks: dict[str, str]) -> str:
    """Return ``text`` with each block between its markers replaced."""
    for name, block in blocks.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(pattern, lambda m, b=block: f"{m[1]}{b}\n{m[2]}", text, flags=re.S)
        if count != 1:
            message = f"{PAGE.name} must hold the marker {name!r} once, found {count}"
            raise SystemExit(message)
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), tables()), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
