"""The whole house, assembled in memory."""

from datetime import timedelta

import pytest

from memory.home import BATH_MIX, NOON, PretendHome
from spottypottysense.errors import NeedsPerson
from spottypottysense.playback.ports import Player
from spottypottysense.presence.model import Music
from spottypottysense.reasons import Reason

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def home() -> PretendHome:
    """A house with a bath and a kitchen."""
    return PretendHome()


def test_motion_music_timeout_pause(home: PretendHome) -> None:
    """Somebody comes in and music starts; five minutes after the last motion it stops."""
    home.core.presence.note_motion(home.motion())
    assert home.player.hears("anna") == BATH_MIX
    home.clock.advance(4 * MINUTE)
    home.core.presence.note_motion(home.motion())
    home.clock.advance(4 * MINUTE)
    assert home.core.presence.end_overdue() == 0
    assert home.player.hears("anna") == BATH_MIX
    home.clock.advance(MINUTE)
    assert home.core.presence.end_overdue() == 1
    assert home.player.hears("anna") is None
    found = home.core.history.totals("home", home.clock.now() - timedelta(hours=1), home.clock.now())
    assert (found.sessions, found.motions, found.visit_time, found.music_time) == (
        1,
        2,
        9 * MINUTE,
        9 * MINUTE,
    )
    told = [(entry.reason, entry.outcome) for entry in home.core.presence.decisions("home")]
    assert told == [
        (Reason.TIMEOUT, Reason.PAUSED),
        (Reason.STILL_THERE, None),
        (Reason.ARRIVED, Reason.STARTED),
    ]


def test_music_goes_on_over_a_restart(home: PretendHome) -> None:
    """A new process over the same stores knows the visit and ends it."""
    home.core.presence.note_motion(home.motion())
    home.restart()
    (session,) = home.core.presence.open_sessions()
    assert session.music is Music.PLAYING
    home.clock.advance(5 * MINUTE)
    home.core.presence.end_overdue()
    assert home.player.hears("anna") is None


def test_one_account_in_two_rooms(home: PretendHome) -> None:
    """The second room is silent while the first one plays, and gets its music when that is over."""
    home.core.presence.note_motion(home.motion("pir"))
    home.clock.advance(4 * MINUTE)
    home.core.presence.note_motion(home.motion("eye"))
    assert {s.room_id: s.silent_reason for s in home.core.presence.open_sessions()} == {
        "bath": None,
        "kitchen": Reason.BUSY_ELSEWHERE,
    }
    home.clock.advance(2 * MINUTE)
    home.core.presence.end_overdue()
    home.core.presence.note_motion(home.motion("eye"))
    (session,) = home.core.presence.open_sessions()
    assert (session.room_id, session.music) == ("kitchen", Music.PLAYING)


def test_dead_grant_is_told_once_and_settled_by_connecting(home: PretendHome) -> None:
    """Its user is told once; after connecting anew the notice is gone, and the next death is told again."""

    def die(_: str) -> None:
        raise NeedsPerson(Reason.RECONNECT)

    for deaths in (1, 2):
        home.tokens.before = lambda _: None
        home.connect()
        assert home.core.notices.unsettled() == ()
        home.tokens.before = die
        home.clock.advance(HOUR)
        for _ in range(6):
            home.core.grants.refresh_due()
            home.core.notices.deliver_pending()
            home.clock.advance(11 * MINUTE)
        assert [notice.reason for notice in home.listener.notices] == [Reason.RECONNECT] * deaths
        assert [notice.subject for notice in home.core.notices.unsettled()] == ["anna"]


def test_broken_app_is_told_once_and_settled_by_an_answer(home: PretendHome) -> None:
    """Its operator is told of it once, and when Spotify accepts the app again the notice is gone."""

    def refuse(_: str) -> None:
        raise NeedsPerson(Reason.APP_MISCONFIGURED)

    home.connect()
    home.tokens.before = refuse
    home.clock.advance(HOUR)
    for _ in range(30):
        home.core.grants.refresh_due()
        home.clock.advance(MINUTE)
    told = [(notice.subject, notice.reason) for notice in home.core.notices.unsettled()]
    assert told == [("client", Reason.APP_MISCONFIGURED)]
    assert home.core.connections.connection("anna").reason is None
    home.tokens.before = lambda _: None
    home.clock.advance(16 * MINUTE)  # the longest wait after failures, with its dice
    assert home.core.grants.refresh_due().refreshed == 1
    assert home.core.notices.unsettled() == ()


def test_end_of_consent_is_told_ahead(home: PretendHome) -> None:
    """30, 7 and 1 days ahead, once each; what is nearer takes the place of what was said before."""
    home.connect()
    for _ in range(185):
        home.core.connections.remind()
        home.core.notices.deliver_pending()
        home.clock.advance(timedelta(days=1))
    assert [(notice.at - NOON).days for notice in home.listener.notices] == [154, 177, 183]
    assert [notice.reason for notice in home.core.notices.unsettled()] == [Reason.CONSENT_ENDS_TOMORROW]


def test_player_asks_for_tokens_of_our_grants(home: PretendHome) -> None:
    """The player that is built in gets its tokens from the grants, by account."""
    home.connect()
    assert home.core.grants.access_token_for("anna").reveal() == "anna 1"
    player: Player = home.player
    assert player.state("anna").is_playing is False
