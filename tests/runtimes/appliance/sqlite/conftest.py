"""A real database file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spottypottysense.runtimes.appliance.sqlite.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh file, closed in the end."""
    opened = Database(tmp_path / "spotty.db")
    yield opened
    opened.close()
