"""Recorded homes on disk; one of our own making ships with the package."""

from importlib.resources import files
from pathlib import Path

from spottypottysense.errors import Invalid
from spottypottysense.history.model import RecordedHome
from spottypottysense.history.wire import home_from


def sample_directory() -> Path:
    """Return where the home of our own making is."""
    return Path(str(files("spottypottysense.history"))) / "sample-home"


def load(directory: Path) -> RecordedHome:
    """Read `events.csv` and, if it is there, `occupied.csv`; raises `Invalid`."""
    try:
        events = (directory / "events.csv").read_text(encoding="utf-8").splitlines()
        truth = directory / "occupied.csv"
        occupied = truth.read_text(encoding="utf-8").splitlines() if truth.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        message = f"{directory} holds no recorded home: {error}. docs/sensors.md describes the format."
        raise Invalid(message) from None
    return home_from(events, occupied)
