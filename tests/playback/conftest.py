"""Playback over a pretend player."""

import pytest

from playback.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """A bath and a kitchen, silent."""
    return Stage()
