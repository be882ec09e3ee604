"""Grants over a pretend token endpoint."""

import pytest

from grants.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Grants of nobody yet."""
    return Desk()
