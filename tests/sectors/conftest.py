"""What all tests of sectors share: the shipped inputs of one city."""

from pathlib import Path

import pytest

from emisim.city import City
from emisim.factors import Factors

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="session")
def city() -> City:
    """Return Yangquan as shipped; a test that changes inputs reads its own copy."""
    return City.read(INPUTS / "cities" / "yangquan", Factors(INPUTS / "factors"))
