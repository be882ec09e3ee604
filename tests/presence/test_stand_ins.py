"""Who plays in a room where its own account cannot."""

from datetime import timedelta

import pytest

from memory.home import BATH_MIX, PretendHome
from spottypottysense.errors import NeedsPerson
from spottypottysense.playback.model import PlayerState
from spottypottysense.presence.model import Session
from spottypottysense.reasons import Reason

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(home: PretendHome) -> PretendHome:
    """The house, where Ben and then Carl stand in for Anna in the bath."""
    home.core.sensors.change_room("bath", stand_ins=("ben", "carl"))
    return home


def fail(home: PretendHome, **reasons: Reason) -> None:
    """Let what is asked for these accounts fail."""
    state = home.player.state

    def fails(account: str) -> PlayerState:
        if account in reasons:
            raise NeedsPerson(reasons[account])
        return state(account)

    home.player.state = fails  # type: ignore[method-assign]


def arrive(home: PretendHome) -> Session:
    """Somebody comes into the bath."""
    home.core.presence.note_motion(home.motion())
    (session,) = [s for s in home.core.presence.open_sessions() if s.room_id == "bath"]
    return session


def test_stand_in_plays_while_the_owner_listens_elsewhere(home: PretendHome) -> None:
    """Anna's own music goes on; the bath has Ben's, and it is Ben's that is paused."""
    home.player.person_plays("anna", "box-2", "theirs")
    session = arrive(home)
    assert (session.account, home.player.hears("ben")) == ("ben", BATH_MIX)
    row = home.core.presence.decisions("home")[0]
    assert row.outcome is Reason.STARTED
    home.clock.advance(6 * MINUTE)
    home.core.presence.tick()
    assert (home.player.hears("anna"), home.player.hears("ben")) == ("theirs", None)


def test_stand_in_plays_while_the_account_is_busy(home: PretendHome) -> None:
    """With somebody in the kitchen, the bath has music at the same time; nobody waits."""
    home.core.presence.note_motion(home.motion("eye"))
    home.clock.advance(3 * MINUTE)
    assert arrive(home).account == "ben"
    assert home.player.hears("anna") is not None
    assert home.player.hears("ben") == BATH_MIX


def test_each_account_is_asked_once(home: PretendHome) -> None:
    """Where nobody can play, what the room's own account answered counts."""
    fail(home, anna=Reason.RECONNECT, ben=Reason.NOT_CONNECTED, carl=Reason.PREMIUM_REQUIRED)
    session = arrive(home)
    assert (session.account, session.silent_reason) == ("anna", Reason.RECONNECT)
    assert home.core.presence.decisions("home")[0].outcome is Reason.RECONNECT


def test_second_stand_in(home: PretendHome) -> None:
    """If the first stand-in cannot either, the next one plays."""
    fail(home, anna=Reason.RECONNECT, ben=Reason.NOT_CONNECTED)
    assert arrive(home).account == "carl"
    assert home.player.hears("carl") == BATH_MIX


def test_trouble_with_the_speaker_is_told(home: PretendHome) -> None:
    """A speaker that sleeps does so for all: nobody else is asked, and it is tried again."""
    home.player.person_plays("anna", "box-2", "theirs")
    home.player.fall_asleep("box-1")
    session = arrive(home)
    assert session.account == "ben"
    assert session.silent_reason in (Reason.SPEAKER_MISSING, Reason.SPEAKER_ASLEEP)
    assert "carl" not in home.player.playing


def test_every_account_waits_in_its_own_lane(home: PretendHome) -> None:
    """What is passed on is under way until it is done, so that nobody takes it up a second time."""
    fail(home, anna=Reason.RECONNECT)
    home.lanes.held = True
    arrive(home)
    home.lanes.waiting.popleft()()
    assert home.core.presence.mend() == 0
    (session,) = home.core.presence.open_sessions()
    assert session.account == "ben"
    home.lanes.run()
    assert home.player.calls.count("play") == 1


def test_nothing_is_passed_on_when_the_visit_is_over(home: PretendHome) -> None:
    """A visit that ends while Anna's account is asked is nobody's any more."""
    home.player.person_plays("anna", "box-2", "theirs")

    def leave(name: str) -> None:
        if name == "state":
            home.player.before = lambda _: None
            home.clock.advance(6 * MINUTE)
            home.core.presence.end_overdue()

    home.player.before = leave
    home.core.presence.note_motion(home.motion())
    assert home.core.presence.open_sessions() == ()
    assert home.player.hears("ben") is None
