"""Stories that once ended badly, each told again from its beginning."""

from datetime import UTC, datetime, timedelta

import pytest

from machine.house import House
from machine.plan import ANNA, mix
from spottypottysense.presence.model import MotionEvent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house() -> House:
    """A house where nothing has happened yet."""
    return House(NOON)


def plays_on_phone(house: House) -> None:
    """Anna begins music of her own."""
    house.person(ANNA, do="play", speaker="anna-phone", context_uri=mix("own"))


def sounds(house: House, account: str = ANNA) -> tuple[str | None, str | None]:
    """Return on which speaker which content sounds."""
    listener = house.app.world.accounts[account]
    house.app.world.settle(listener)
    playback = listener.playback
    if not playback.playing or playback.speaker is None:
        return None, None
    return playback.speaker.key, playback.context_uri


def bath_once(house: House) -> None:
    """Let the house know the speaker in the bath, and let that fall asleep."""
    house.sense("bath-pir")
    house.pass_time(30 * MINUTE)
    house.speaker("bath", "sleep")


def test_music_that_begins_while_a_cold_speaker_is_tried_again(house: House) -> None:
    """The kitchen's speaker misses the first command; what Anna begins then stays on her phone."""
    house.meanwhile.append(lambda: plays_on_phone(house))
    house.sense("kitchen-eye")
    house.judge()
    assert sounds(house) == ("anna-phone", mix("own"))


@pytest.mark.parametrize("waits", [0, 1])
def test_music_that_begins_while_a_speaker_wakes(house: House, waits: int) -> None:
    """The speaker in the bath wakes at the second transfer; what Anna begins by then stays on her phone."""
    bath_once(house)
    house.meanwhile.extend([lambda: None] * waits)
    house.meanwhile.append(lambda: plays_on_phone(house))
    house.sense("bath-pir")
    house.judge()
    assert sounds(house) == ("anna-phone", mix("own"))


def test_music_that_is_taken_while_it_should_come_along(house: House) -> None:
    """While the speaker in the bath is waited for, Anna takes the kitchen's music to her phone."""
    bath_once(house)
    house.sense("kitchen-eye")
    house.sense("kitchen-eye", MotionEvent.CLEARED)
    house.sense("bath-pir")
    house.meanwhile.append(lambda: house.person(ANNA, do="transfer", speaker="anna-phone"))
    house.pass_time(MINUTE)
    house.judge()
    assert sounds(house) == ("anna-phone", mix("kitchen"))


def test_pause_that_is_refused_once(house: House) -> None:
    """Spotify refuses to pause; half a minute later it is asked again."""
    house.sense("study-radar")
    house.sense("study-radar", MotionEvent.CLEARED)
    house.app.faults.add("restriction", path="/v1/me/player/pause", count=1)
    house.pass_time(7 * MINUTE)
    house.judge()
    assert sounds(house, "bob") == (None, None)
    assert house.stores.receipts.receipts() == ()
