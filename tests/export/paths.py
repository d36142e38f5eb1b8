"""Where the shipped tables stand."""

from pathlib import Path

INPUTS = Path(__file__).parents[2] / "inputs"
FACTORS, TABLES, CITY = INPUTS / "factors", INPUTS / "export", INPUTS / "cities" / "yangquan"
