"""Music that goes along from room to room, and music that stays with whoever was first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, HALL_MIX, KITCHEN_MIX, PretendHome
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import Action, JournalEntry, MotionEvent, Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def see(home: PretendHome, sensor: str, event: MotionEvent = MotionEvent.DETECTED) -> None:
    """A sensor says something now."""
    home.core.presence.note_motion(home.motion(sensor, event))


def wait(home: PretendHome, span: timedelta) -> None:
    """Time passes; the ticker looks each second."""
    end = home.clock.now() + span
    while home.clock.now() < end:
        home.clock.advance(SECOND)
        home.core.presence.tick()


def music_of(home: PretendHome) -> dict[str, Reason | None]:
    """Return the open rooms, each with why it is silent (None: it plays)."""
    return {session.room_id: session.silent_reason for session in home.core.presence.open_sessions()}


def speaker_of(home: PretendHome) -> str | None:
    """Return the speaker on which Anna's music is heard."""
    return home.player.playing["anna"].speaker_id if home.player.hears("anna") else None


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


def test_race_for_a_waiting_visit(home: PretendHome) -> None:
    """If somebody else writes the visit first, the next tick looks again."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    wait(home, 19 * SECOND)
    save = home.sessions.save
    lost: list[Session] = []

    def lose_once(session: Session, entry: JournalEntry | None = None) -> Session:
        if not lost:
            lost.append(session)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = lose_once  # type: ignore[method-assign]
    wait(home, SECOND)
    assert speaker_of(home) == "box-1"
    wait(home, SECOND)
    assert speaker_of(home) == "box-2"


def test_race_for_a_visit_that_is_left(home: PretendHome) -> None:
    """A visit that is written while its music goes along ends all the same, once."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    save = home.sessions.save
    lost: list[Session] = []

    def lose_once(session: Session, entry: JournalEntry | None = None) -> Session:
        if session.end_reason is Reason.WENT_ALONG and not lost:
            lost.append(session)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = lose_once  # type: ignore[method-assign]
    wait(home, 20 * SECOND)
    assert len(lost) == 1
    assert music_of(home) == {"kitchen": None}


def test_nothing_is_followed_that_is_under_way(home: PretendHome) -> None:
    """What waits in a lane is not asked for twice."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    home.lanes.held = True
    wait(home, 40 * SECOND)
    assert len(home.lanes.waiting) == 1
    home.lanes.run()
    assert speaker_of(home) == "box-2"


def test_fade_that_somebody_interrupts(home: PretendHome) -> None:
    """Who comes in while the music fades finds it playing, as loud as before."""
    home.core.sensors.change_room("bath", ending=Ending.FADE)
    see(home, "pir")
    home.clock.advance(5 * MINUTE)
    home.lanes.held = True
    home.core.presence.tick()
    see(home, "beam")
    home.lanes.run()
    assert "pause" not in home.player.calls
    assert (speaker_of(home), home.player.hears("anna")) == ("box-3", BATH_MIX)
    assert music_of(home) == {"hall": None}


def test_song_that_finishes(home: PretendHome) -> None:
    """The room is empty and the song plays on; when it is over the music is paused, once."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 5 * MINUTE)
    (receipt,) = home.stores.receipts.receipts()
    assert receipt.pause_at is not None
    assert home.core.presence.mend() == 0
    wait(home, receipt.pause_at - home.clock.now() - SECOND)
    assert home.player.hears("anna") == BATH_MIX
    wait(home, SECOND)
    assert home.player.hears("anna") is None
    row = home.core.presence.decisions("home")[0]
    assert (row.event, row.outcome) == ("song_over", Reason.PAUSED)


def test_song_whose_end_is_missed(home: PretendHome) -> None:
    """While Spotify is out of reach the ticker asks once; mending does the rest."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 5 * MINUTE)
    home.player.before = _unreachable
    calls = len(home.player.calls)
    wait(home, 5 * MINUTE)
    assert len(home.player.calls) == calls + 1
    home.player.before = lambda _: None
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") is None


def test_song_that_somebody_comes_back_to(home: PretendHome) -> None:
    """Who returns before it is over keeps the music, and nothing is paused."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 6 * MINUTE)
    see(home, "pir")
    wait(home, 4 * MINUTE)
    assert home.player.hears("anna") == BATH_MIX
    assert music_of(home) == {"bath": None}


def test_receipt_whose_song_is_over_in_an_open_visit(home: PretendHome) -> None:
    """A song's end that is past says nothing while somebody is there."""
    see(home, "pir")
    (receipt,) = home.stores.receipts.receipts()
    home.stores.receipts.save(replace(receipt, pause_at=home.clock.now()))
    wait(home, MINUTE)
    assert home.player.hears("anna") == BATH_MIX


def test_loss_of_a_visit_that_is_forgotten(home: PretendHome) -> None:
    """Music that belongs to no visit we know is handed over to whoever comes."""
    see(home, "pir")
    (receipt,) = home.stores.receipts.receipts()
    (bath,) = home.core.presence.open_sessions()
    home.sessions.save(replace(bath, ended_at=home.clock.now()))
    home.stores.receipts.save(replace(receipt, session_id="gone"))
    see(home, "beam")
    assert speaker_of(home) == "box-3"
    assert home.player.hears("anna") in (BATH_MIX, HALL_MIX)
    assert isinstance(home.stores.receipts.receipts()[0], Receipt)


def _unreachable(_: str) -> None:
    raise Unavailable("Spotify did not answer.")
