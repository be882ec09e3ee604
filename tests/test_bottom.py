"""The bottom floor: clocks, ids, reasons and errors."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense import ids
from spottypottysense.clock import ManualClock, ScaledClock, SystemClock
from spottypottysense.errors import Conflict, Invalid, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.reasons import Reason, sentence

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_system_clock() -> None:
    """It shows the machine's time, aware and in UTC."""
    before = datetime.now(UTC)
    shown = SystemClock().now()
    assert shown.tzinfo is UTC
    assert before <= shown <= datetime.now(UTC)


def test_manual_clock() -> None:
    """It stands still until it is turned, also backwards."""
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    assert clock.advance(timedelta(hours=-2)) == NOON - timedelta(hours=1)


def test_scaled_clock() -> None:
    """At 60 times the speed a real second is a house minute, and both ways of reckoning agree."""
    started = datetime.now(UTC) - timedelta(seconds=10)
    clock = ScaledClock(NOON, started, 60)
    assert clock.now() >= NOON + timedelta(minutes=10)
    assert clock.now() < NOON + timedelta(hours=1)
    assert clock.real_at(NOON + timedelta(minutes=10)) == started + timedelta(seconds=10)


@given(st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True))
def test_sensor_id(text: str) -> None:
    """What certificates, MQTT and AWS all allow is taken as it is."""
    assert ids.sensor_id(text) == text


@pytest.mark.parametrize("text", ["", "A", "a b", "a/b", "a+", "a\n", "ä", "x" * 65, "a.b", "\ud800"])
def test_impossible_sensor_id(text: str) -> None:
    """Anything else is refused with the field's name and what to do."""
    with pytest.raises(Invalid, match="use 1 to 64") as caught:
        ids.sensor_id(text)
    assert caught.value.field == "sensorId"


def test_new_ids() -> None:
    """Ids tell their kind, and no two are alike."""
    made = {ids.new_id("session") for _ in range(1000)}
    assert len(made) == 1000
    assert all(name.startswith("session-") and len(name) == len("session-") + 16 for name in made)


@pytest.mark.parametrize("reason", Reason)
def test_reason_has_a_sentence(reason: Reason) -> None:
    """Every code is in lower case and has a sentence for people."""
    assert reason.value == reason.name.lower()
    assert sentence(reason)[0].isupper()
    assert sentence(reason).endswith(".")


def test_sentences_are_told_apart() -> None:
    """No two reasons read alike."""
    assert len({sentence(reason) for reason in Reason}) == len(Reason)


def test_errors_say_who_must_act() -> None:
    """Every error is one of ours, and speaks to a person."""
    errors: list[SpottyError] = [
        Invalid("Mend it.", "name"),
        NotFound("room", "attic"),
        Conflict("It changed."),
        NeedsPerson(Reason.RECONNECT),
        Unavailable("Later.", timedelta(seconds=3)),
    ]
    said = [str(error) for error in errors]
    assert said == [
        "Mend it.",
        "There is no room 'attic'.",
        "It changed.",
        sentence(Reason.RECONNECT),
        "Later.",
    ]
    assert str(NeedsPerson(Reason.RECONNECT, "Anna must connect.")) == "Anna must connect."
    assert Invalid("x").reason is Reason.INVALID
    assert Unavailable("x").reason is Reason.SPOTIFY_UNAVAILABLE
