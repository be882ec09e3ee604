"""A door that people come in by."""

import pytest

from access.door import Door


@pytest.fixture
def door() -> Door:
    """Two people with passwords."""
    return Door()
