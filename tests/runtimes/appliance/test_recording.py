"""Recorded homes on disk."""

from pathlib import Path

import pytest

from spottypottysense.errors import Invalid
from spottypottysense.runtimes.appliance.recording import load, sample_directory


def test_the_sample_home_is_there() -> None:
    """It has readings and what was true of its rooms."""
    home = load(sample_directory())
    assert len(home.readings) > 400
    assert set(home.occupied) <= {reading.room for reading in home.readings}


def test_a_home_without_truth_can_be_played(tmp_path: Path) -> None:
    """`occupied.csv` may be missing."""
    (tmp_path / "events.csv").write_text("at,sensor,room,state\n2026-03-02T06:50:00,pir,Bath,on\n")
    assert load(tmp_path).occupied == {}


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"", b"at,sensor,room,state\n", b"a\0b,c\n"])
def test_what_is_no_home_is_refused_in_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    """The sentence names the directory or the file, and what is wrong."""
    if content is not None:
        (tmp_path / "events.csv").write_bytes(content)
    with pytest.raises(Invalid, match=r"events\.csv|holds no recorded home"):
        load(tmp_path)
