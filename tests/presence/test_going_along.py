"""Music that goes along from room to room, and music that stays with whoever was first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, KITCHEN_MIX, PretendHome
from presence.people import MINUTE, SECOND, music_of, see, speaker_of, wait
from spottypottysense.presence.model import Action, MotionEvent, Music
from spottypottysense.reasons import Reason


def test_music_goes_along(home: PretendHome) -> None:
    """Somebody walks from the bath to the kitchen: after 20 seconds the song goes on there."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    assert music_of(home) == {"bath": None, "kitchen": Reason.BUSY_ELSEWHERE}
    wait(home, 19 * SECOND)
    assert speaker_of(home) == "box-1"
    calls = len(home.player.calls)
    wait(home, SECOND)
    assert (speaker_of(home), home.player.hears("anna")) == ("box-2", BATH_MIX)
    assert home.player.calls[calls:].count("play") == 0
    assert music_of(home) == {"kitchen": None}
    assert [receipt.room_id for receipt in home.stores.receipts.receipts()] == ["kitchen"]
    rows = {(row.room_id, row.reason): row for row in home.core.presence.decisions("home")}
    assert rows["bath", Reason.WENT_ALONG].action is Action.END
    assert rows["kitchen", Reason.TRY_AGAIN].outcome is Reason.HANDED_OVER


def test_waiting_asks_spotify_nothing(home: PretendHome) -> None:
    """While nothing speaks for it, music that is busy elsewhere costs no call, whoever moves."""
    see(home, "radar")
    wait(home, MINUTE)
    see(home, "door")
    calls = len(home.player.calls)
    for _ in range(6):
        wait(home, 30 * SECOND)
        see(home, "door")
    assert len(home.player.calls) == calls
    assert music_of(home) == {"bath": None, "kitchen": Reason.BUSY_ELSEWHERE}


def test_hallway_does_not_get_the_music(home: PretendHome) -> None:
    """Who only walks through takes the music along to where he stops."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "beam")
    wait(home, 5 * SECOND)
    see(home, "door")
    wait(home, 19 * SECOND)
    assert speaker_of(home) == "box-1"
    wait(home, SECOND)
    assert speaker_of(home) == "box-2"
    assert music_of(home) == {"hall": Reason.BUSY_ELSEWHERE, "kitchen": None}
    wait(home, MINUTE)
    assert speaker_of(home) == "box-2"


def test_two_people_in_two_rooms(home: PretendHome) -> None:
    """Whoever came first keeps the music while he moves; when he has gone it is handed over."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    for _ in range(8):
        wait(home, 15 * SECOND)
        see(home, "pir")
        see(home, "door")
    assert music_of(home) == {"bath": None, "kitchen": Reason.BUSY_ELSEWHERE}
    wait(home, 4 * MINUTE)
    see(home, "door")
    wait(home, 61 * SECOND)
    assert (speaker_of(home), home.player.hears("anna")) == ("box-2", BATH_MIX)
    assert "pause" not in home.player.calls
    ended = next(row for row in home.core.presence.decisions("home") if row.reason is Reason.TIMEOUT)
    assert (ended.room_id, ended.outcome) == ("bath", Reason.WENT_ALONG)


def test_level_sensor_that_clears_late(home: PretendHome) -> None:
    """It still saw somebody for a minute after he had left: the music goes along when it has cleared."""
    see(home, "radar")
    wait(home, MINUTE)
    see(home, "door")
    wait(home, MINUTE)
    assert speaker_of(home) == "box-1"
    see(home, "radar", MotionEvent.CLEARED)
    wait(home, SECOND)
    assert speaker_of(home) == "box-2"


def test_who_comes_back_takes_the_music_along(home: PretendHome) -> None:
    """The gap keeps nobody from going back to where the music came from."""
    see(home, "pir")
    wait(home, 30 * SECOND)
    see(home, "door")
    wait(home, 20 * SECOND)
    assert speaker_of(home) == "box-2"
    see(home, "pir")
    assert music_of(home) == {"kitchen": None, "bath": Reason.BUSY_ELSEWHERE}
    wait(home, 20 * SECOND)
    assert speaker_of(home) == "box-1"
    assert music_of(home) == {"bath": None}


def test_room_that_does_not_follow(home: PretendHome) -> None:
    """Its music starts with its own content when the other room is empty."""
    home.core.sensors.change_room("kitchen", follows=False)
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "eye")
    wait(home, 3 * MINUTE)
    assert speaker_of(home) == "box-1"
    wait(home, MINUTE)
    assert home.player.hears("anna") == KITCHEN_MIX


def test_latest_wins(home: PretendHome) -> None:
    """Where the house wishes so, the room entered last gets the music at once, and the other one waits."""
    home.core.accounts.change_household("home", latest_wins=True)
    see(home, "radar")
    wait(home, MINUTE)
    see(home, "eye")
    assert speaker_of(home) == "box-2"
    assert music_of(home) == {"bath": Reason.BUSY_ELSEWHERE, "kitchen": None}
    see(home, "eye", MotionEvent.CLEARED)
    wait(home, 6 * MINUTE)
    assert speaker_of(home) == "box-1"


@pytest.mark.parametrize("quiet", ["snoozed", "over"])
def test_nobody_waits_who_may_not_have_music(home: PretendHome, quiet: str) -> None:
    """When the first visit ends and the other room is snoozed, or its visit ends too, the music is paused."""
    see(home, "pir")
    see(home, "door")
    if quiet == "snoozed":
        home.clock.advance(MINUTE)
        see(home, "door")
        home.core.by_hand.snooze("home", timedelta(hours=1), "kitchen")
    home.clock.advance(4 * MINUTE if quiet == "snoozed" else 5 * MINUTE)
    home.core.presence.tick()
    assert home.player.hears("anna") is None
    assert home.stores.receipts.receipts() == ()


def test_waiting_room_whose_speaker_sleeps(home: PretendHome) -> None:
    """What cannot be handed over is paused."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "eye")
    home.player.fall_asleep("box-2")
    wait(home, 4 * MINUTE + SECOND)
    assert home.player.hears("anna") is None
    assert music_of(home) == {"kitchen": Reason.SPEAKER_ASLEEP} or music_of(home) == {
        "kitchen": Reason.SPEAKER_MISSING
    }


def test_music_that_became_free(home: PretendHome) -> None:
    """A room that waits for music which nobody has any more gets it with the next tick."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "eye")
    (bath,) = (s for s in home.core.presence.open_sessions() if s.room_id == "bath")
    home.sessions.save(replace(bath, account="ben", music=Music.SILENT))
    (receipt,) = home.stores.receipts.receipts()
    home.stores.receipts.remove(receipt)
    home.player.playing.clear()
    wait(home, 15 * SECOND)
    assert home.player.hears("anna") == KITCHEN_MIX
