"""Figures that the decisions quote from replays of the shipped home."""

import json
from pathlib import Path

from typer.testing import CliRunner

from spottypottysense.runtimes.appliance.cli import app

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


def ours(timeout: float) -> dict[str, tuple[str, int]]:
    """Return coverage, as a page writes it, and starts of each room under its own rule."""
    result = CliRunner().invoke(app, ["replay", "--timeout", str(timeout), "--json"])
    scores = json.loads(result.stdout)["scores"]
    return {s["room"]: (f"{s['coverage']:.1%}", s["starts"]) for s in scores if s["rule"] == "ours"}


def quoted(number: int) -> str:
    """Return a decision in one line, with percentages as Python writes them."""
    (page,) = DECISIONS.glob(f"{number:04}-*.md")
    return " ".join(page.read_text("utf-8").split()).replace(" %", "%")


def test_a_gap_that_runs_from_starts() -> None:
    """With the usual timeout music covers the share of the occupied time that the page says."""
    rooms = ours(5)
    assert f"music covers {rooms['Living room'][0]} of the occupied time as it is" in quoted(7)
    assert f"in its bathroom {rooms['Bathroom'][0]} and" in quoted(7)


def test_no_gap_after_music() -> None:
    """With a timeout shorter than the gap those who come back hear music as often as the page says."""
    coverage, starts = ours(1)["Bathroom"]
    assert f"music covers {coverage} of the occupied time in the bathroom" in quoted(11)
    assert f"{starts} times instead of 29" in quoted(11)
