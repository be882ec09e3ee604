"""From a sensor's message to music and back to silence, through broker, core, database and Spotify."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.device import eventually
from e2e.living import BATH, KITCHEN, MORNING, Living, account_of, calls, commands, let_pass
from spottypottysense.presence.model import Action
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import OWNER, PARTNER, playlist_uri


def test_somebody_comes_and_goes(home: Living) -> None:
    """Music starts in the right room, lasts while somebody moves, stops after the timeout, and is told."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    account = account_of(home.spotify, OWNER)
    assert (account["playing"], account["speaker"], account["context_uri"]) == (True, "bathroom", MORNING)
    home.moves()
    assert home.waits_for(Reason.PAUSED)
    assert not home.plays()
    assert [(entry.action, entry.reason) for entry in home.journal()] == [
        (Action.START, Reason.ARRIVED),
        (Action.EXTEND, Reason.STILL_THERE),
        (Action.END, Reason.TIMEOUT),
    ]
    assert home.house.core.playback.receipts() == ()
    assert commands(home.spotify, PARTNER) == []


def test_two_rooms_at_once(home: Living) -> None:
    """Each room plays for its own account, and each falls silent by itself."""
    home.moves(BATH)
    home.moves(KITCHEN)
    assert home.waits_for(Reason.PAUSED, BATH)
    assert home.waits_for(Reason.PAUSED, KITCHEN)
    for account in (OWNER, PARTNER):
        done = commands(home.spotify, account)
        assert (done.count("play"), done.count("pause"), done[-1]) == (1, 1, "pause")


def test_two_rooms_of_one_account(home: Living) -> None:
    """The second room waits; when the first visit is over, the music comes along."""
    home.house.core.sensors.change_room(
        home.rooms["Kitchen"].id, account=home.rooms["Bathroom"].account, timeout=timedelta(seconds=4)
    )
    home.moves(BATH)
    assert home.waits_for(Reason.STARTED, BATH)
    home.moves(KITCHEN)
    assert home.waits_for(Reason.HANDED_OVER, KITCHEN)
    assert home.outcomes(KITCHEN)[0] is Reason.BUSY_ELSEWHERE
    assert home.waits_for(Reason.WENT_ALONG, BATH)
    account = account_of(home.spotify, OWNER)
    assert (account["playing"], account["speaker"], account["context_uri"]) == (True, "kitchen", MORNING)
    assert home.waits_for(Reason.PAUSED, KITCHEN)
    done = commands(home.spotify, OWNER)
    assert (done.count("play"), done.count("pause")) == (1, 1)


def test_own_music_is_not_touched(home: Living) -> None:
    """While Alex listens on the iPhone, no command of ours reaches the account, from first motion to end."""
    home.spotify.post(f"accounts/{OWNER}/act", do="play", speaker="iphone")
    home.moves()
    assert home.waits_for(Reason.OWN_MUSIC)
    assert eventually(lambda: Reason.TIMEOUT in home.reasons())
    home.house.core.presence.mend()
    assert commands(home.spotify, OWNER) == []
    assert account_of(home.spotify, OWNER)["speaker"] == "iphone"
    assert home.plays()


def test_music_that_somebody_took_over_goes_on(home: Living) -> None:
    """Our music started, then Alex chose something else: the end of the visit leaves that alone."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    home.spotify.post(
        f"accounts/{OWNER}/act", do="play", speaker="iphone", context_uri=playlist_uri("evening")
    )
    assert home.waits_for(Reason.USER_TOOK_OVER)
    assert "pause" not in commands(home.spotify, OWNER)
    assert home.plays()
    assert home.house.core.playback.receipts() == ()


def test_quiet_hours_are_silent_and_say_so(home: Living) -> None:
    """The visit is known and journaled with the reason; nobody asks Spotify for anything."""
    now = datetime.now(UTC)
    quiet = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    home.house.core.accounts.change_household(home.household, quiet_hours=quiet)
    home.moves()
    assert eventually(lambda: home.reasons() == [Reason.ARRIVED, Reason.TIMEOUT])
    assert home.journal()[0].outcome is Reason.QUIET_HOURS
    assert calls(home.spotify) == []


def test_copies_count_once(home: Living) -> None:
    """The same message three times is one motion."""
    at = datetime.now(UTC).timestamp()
    for _ in range(3):
        home.moves(timestamp=at, messageId="m-1")
    home.moves(messageId="m-2")
    assert home.waits_for(Reason.STARTED) or home.waits_for(Reason.PAUSED)
    assert eventually(lambda: Reason.STILL_THERE in home.reasons())
    assert home.reasons()[:2] == [Reason.ARRIVED, Reason.STILL_THERE]


def test_a_late_motion_takes_nothing_back(home: Living) -> None:
    """A message that was overtaken extends no visit and reopens none."""
    home.moves(messageId="new")
    home.moves(ago=30, messageId="old")
    assert home.waits_for(Reason.PAUSED)
    home.moves(ago=20, messageId="older than the visit's end")
    assert eventually(lambda: len(home.journal()) == 4)
    assert home.reasons()[-1] is Reason.OUT_OF_ORDER
    assert not home.house.core.presence.open_sessions()
    assert commands(home.spotify, OWNER).count("play") == 1


def test_a_level_sensor_holds_the_room(home: Living) -> None:
    """While the sensor is on no timeout runs; from the moment it clears, it does."""
    home.says('{"event": "motion_cleared"}')
    assert eventually(lambda: home.reasons() == [Reason.NOBODY_HERE])
    home.moves()
    assert home.waits_for(Reason.STARTED)
    let_pass(2)
    assert home.plays()
    home.says('{"event": "motion_cleared"}')
    assert home.waits_for(Reason.PAUSED)


def test_music_that_somebody_paused_stays_paused(home: Living) -> None:
    """Our music started, then Alex paused it: motion starts nothing until the visit is over."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    home.spotify.post(f"accounts/{OWNER}/act", do="pause")
    home.moves()
    assert home.waits_for(Reason.USER_PAUSED)
    assert not home.plays()
    assert commands(home.spotify, OWNER).count("play") == 1
    assert home.house.core.playback.receipts() == ()


def test_a_missing_speaker_is_told(home: Living) -> None:
    """The journal says that a speaker is not to be seen that never was."""
    home.spotify.post("speakers/bathroom", do="sleep")
    home.moves()
    assert home.waits_for(Reason.SPEAKER_MISSING)


def test_a_sleeping_speaker_is_told(home: Living) -> None:
    """One that played before and does not wake is asleep."""
    home.moves()
    assert home.waits_for(Reason.PAUSED)
    home.spotify.post("speakers/bathroom", do="sleep")
    home.waits_in_rooms(timedelta(seconds=20))
    home.moves()
    assert home.waits_for(Reason.SPEAKER_ASLEEP, seconds=20)


@pytest.mark.parametrize("room", ["speaker", "content", "account"])
def test_an_unfinished_room_says_what_it_lacks(home: Living, room: str) -> None:
    """A room without speaker, music or account keeps silent for that reason."""
    home.house.core.sensors.change_room(home.rooms["Bathroom"].id, **{room: None})
    home.moves()
    assert eventually(lambda: home.outcomes() == [Reason(f"no_{room}")])
