"""One town for all tests of the transport stages."""

from pathlib import Path

import pytest

from emisim.vocabulary import HALVES
from stages.town import Town


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with all parts of its matrix and its maps; nobody changes it."""
    made = Town(tmp_path_factory.mktemp("town"))
    made.begin()
    for half in HALVES:
        assert made.fields(half) == 0
        for batch in range(2):
            assert made.matrix(half, batch) == 0
    return made


@pytest.fixture
def mine(town: Town, tmp_path: Path) -> Town:
    """A copy of the town that a test may change."""
    return town.copy(tmp_path / "town")
