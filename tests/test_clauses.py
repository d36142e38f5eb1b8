"""The clauses of every plan file are those that its document numbers."""

from pathlib import Path

import pandas as pd
import pytest

from emisim import plan

ROOT = Path(__file__).parents[1]
FOUND = pd.read_csv(ROOT / "tests/data/clauses.csv", dtype=str)
PLANS = sorted(path.stem for path in (ROOT / "inputs/plans").glob("*.yaml"))


def test_every_plan_has_its_document_read():
    assert sorted(FOUND["plan"].unique()) == PLANS


@pytest.mark.parametrize("name", PLANS)
def test_clauses_are_those_of_the_document_in_its_order(name):
    wanted = FOUND.loc[FOUND["plan"] == name, "clause"].tolist()
    read = plan.read(ROOT / f"inputs/plans/{name}.yaml")
    assert list(read.clause_numbers) == wanted
    assert [clause.clause for clause in read.clauses] == wanted
