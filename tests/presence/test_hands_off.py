"""What people do to the music stays done until they leave."""

from datetime import timedelta

import pytest

from memory.home import BATH_MIX, PretendHome
from spottypottysense.accounts.model import Mode
from spottypottysense.errors import Unavailable
from spottypottysense.presence.model import Music
from spottypottysense.reasons import Reason

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def move(home: PretendHome, minutes: int = 10) -> None:
    """Somebody moves in the bath each minute."""
    for _ in range(minutes):
        home.clock.advance(MINUTE)
        home.core.presence.tick()
        home.core.presence.note_motion(home.motion())


def leave(home: PretendHome) -> None:
    """The bath is empty for longer than its timeout."""
    home.clock.advance(5 * MINUTE + SECOND)
    home.core.presence.tick()


def silence(home: PretendHome) -> Reason | None:
    """Return why the only open visit is silent."""
    (session,) = home.core.presence.open_sessions()
    return session.silent_reason


@pytest.mark.parametrize("does", ["pauses", "plays"])
def test_what_a_person_does_is_left_alone(home: PretendHome, does: str) -> None:
    """Who pauses the music or plays something else is not disturbed, nor by coming back at once."""
    home.core.sensors.change_room("bath", motion_gap=10 * MINUTE)
    home.core.presence.note_motion(home.motion())
    if does == "pauses":
        home.player.person_pauses("anna")
    else:
        home.player.person_plays("anna", "box-1", "theirs")
    move(home, 2)
    heard = home.player.hears("anna")
    leave(home)
    assert home.player.paused == []
    assert home.player.hears("anna") == heard
    ended = home.core.presence.sessions("home", home.clock.now() - timedelta(days=1), home.clock.now(), 1)
    expected = Reason.USER_PAUSED if does == "pauses" else Reason.USER_TOOK_OVER
    assert (ended[0].music, ended[0].silent_reason) == (Music.SILENT, expected)
    home.core.presence.note_motion(home.motion())
    assert silence(home) is Reason.MOTION_GAP
    assert home.player.hears("anna") == heard


def test_own_music_is_left_alone_until_the_visit_ends(home: PretendHome) -> None:
    """It may stop: nothing is started in this visit, but in the next one."""
    home.player.person_plays("anna", "box-2", "theirs")
    home.core.presence.note_motion(home.motion())
    home.player.person_pauses("anna")
    move(home)
    assert silence(home) is Reason.OWN_MUSIC
    assert home.player.hears("anna") is None
    leave(home)
    home.core.presence.note_motion(home.motion())
    assert home.player.hears("anna") == BATH_MIX


def test_own_music_gives_way_where_the_house_wishes_so(home: PretendHome) -> None:
    """`takes_over` lets motion start music although its owner listens elsewhere."""
    home.core.accounts.change_household("home", takes_over=True)
    home.player.person_plays("anna", "box-2", "theirs")
    home.core.presence.note_motion(home.motion())
    assert home.player.hears("anna") == BATH_MIX


def test_pause_in_one_room_is_known_in_the_other(home: PretendHome) -> None:
    """Who paused the music in the bath hears none in the kitchen, and none in the bath, until he has gone."""
    home.core.presence.note_motion(home.motion("radar"))
    home.player.person_pauses("anna")
    home.clock.advance(3 * MINUTE)
    home.core.presence.note_motion(home.motion("eye"))
    reasons = {s.room_id: s.silent_reason for s in home.core.presence.open_sessions()}
    assert reasons == {"bath": Reason.USER_PAUSED, "kitchen": Reason.USER_PAUSED}
    calls = len(home.player.calls)
    move(home)
    assert len(home.player.calls) == calls


def test_coming_back_within_the_gap_goes_on(home: PretendHome) -> None:
    """The music stopped because the room was empty: it goes on as soon as somebody is back."""
    home.core.sensors.change_room("bath", motion_gap=timedelta(minutes=30))
    home.core.presence.note_motion(home.motion())
    leave(home)
    assert home.player.hears("anna") is None
    home.core.presence.note_motion(home.motion())
    assert home.player.hears("anna") == BATH_MIX
    assert home.core.presence.decisions("home")[0].outcome is Reason.RESUMED


@pytest.mark.parametrize(
    ("mode", "reason"), [(Mode.AWAY, Reason.AWAY), (Mode.GUESTS, Reason.GUESTS), (Mode.HOME, None)]
)
def test_house_that_is_switched(home: PretendHome, mode: Mode, reason: Reason | None) -> None:
    """Visits are known all the same; when the house is switched back, the next motion starts the music."""
    home.core.by_hand.switch("home", mode)
    home.core.presence.note_motion(home.motion())
    assert silence(home) is reason
    home.core.by_hand.switch("home", Mode.HOME)
    move(home, 1)
    assert home.player.hears("anna") == BATH_MIX


def test_first_note(home: PretendHome) -> None:
    """How long it took is kept with the session: from the message to the command, and to the first note."""

    def slow(name: str) -> None:
        home.clock.advance(SECOND if name in ("state", "play") else timedelta(0))

    home.player.after = slow
    motion = home.motion(ago=10 * SECOND)
    home.clock.advance(SECOND)
    home.core.presence.note_motion(motion)
    (session,) = home.core.presence.open_sessions()
    assert session.asked_at == motion.received_at
    assert session.accepted_after == 3 * SECOND
    assert session.confirmed_after is not None
    assert session.confirmed_after >= 4 * SECOND


def test_start_that_fails_has_no_first_note(home: PretendHome) -> None:
    """Where nothing was heard there is nothing to count."""

    def unreachable(_: str) -> None:
        raise Unavailable("Spotify did not answer.")

    home.player.before = unreachable
    home.core.presence.note_motion(home.motion())
    (session,) = home.core.presence.open_sessions()
    assert (session.silent_reason, session.accepted_after) == (Reason.SPOTIFY_UNAVAILABLE, None)
    home.player.before = lambda _: None
    move(home, 2)
    (session,) = home.core.presence.open_sessions()
    assert session.confirmed_after is not None
