"""Grants over a pretend provider."""

import pytest

from grants.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Grants of nobody yet."""
    return Desk()
