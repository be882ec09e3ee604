"""A house in memory for presence."""

import pytest

from memory.home import PretendHome


@pytest.fixture
def home() -> PretendHome:
    """A house with a bath and a kitchen."""
    return PretendHome()
