"""One house for all workflow tests."""

import pytest

from workflow.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house in which everything has been computed once."""
    made = House(tmp_path_factory.mktemp("house"))
    made.snakemake()
    return made
