"""The feed: everybody hears everything, whatever becomes of the others."""

from datetime import UTC, datetime

import pytest

from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.feed import LiveFeed

_ENTRY = JournalEntry("e", datetime.now(UTC), "pir", "motion_detected", Action.START, Reason.ARRIVED, "k")


def test_a_listener_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The others hear the entry, and the log tells of the one that failed."""
    feed = LiveFeed()
    heard: list[JournalEntry] = []

    def fail(_: JournalEntry) -> None:
        raise ValueError("deaf")

    feed.listen(fail)
    feed.listen(heard.append)
    feed.tell(_ENTRY)
    assert heard == [_ENTRY]
    assert "deaf" in caplog.text


def test_who_has_stopped_listening_hears_nothing() -> None:
    """And the others hear on; stopping twice harms nobody."""
    feed = LiveFeed()
    gone: list[JournalEntry] = []
    stays: list[JournalEntry] = []
    stop = feed.listen(gone.append)
    feed.listen(stays.append)
    stop()
    stop()
    feed.tell(_ENTRY)
    assert (gone, stays) == ([], [_ENTRY])
