"""The music of a visit, and what a crash or an outage leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, NOON, PretendHome
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import JournalEntry, Motion, Music, Session
from spottypottysense.reasons import Reason

MINUTE = timedelta(minutes=1)
STEPS = ("state", "speakers", "transfer", "set_volume", "play", "set_shuffle")


class Crash(BaseException):
    """The process ends here."""


def crash_at(home: PretendHome, step: str, after: bool) -> None:
    """Have the process end at this step of the player, before or after it has its effect."""

    def end(name: str) -> None:
        if name == step:
            raise Crash

    if after:
        home.player.after = end
    else:
        home.player.before = end


def start_again(home: PretendHome) -> None:
    """Restart with a player that works."""
    home.player.before = home.player.after = lambda _: None
    home.restart()


def arrive(home: PretendHome) -> None:
    """Somebody comes into the bath; the process may crash."""
    try:
        home.core.presence.note_motion(home.motion())
    except Crash:
        start_again(home)


def leave(home: PretendHome) -> None:
    """The bath is empty for longer than its timeout; the process may crash."""
    home.clock.advance(6 * MINUTE)
    try:
        home.core.presence.end_overdue()
    except Crash:
        start_again(home)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_crash_while_the_music_starts(home: PretendHome, step: str, after: bool) -> None:
    """Taken up within a minute the music plays; and when the visit ends it is paused."""
    crash_at(home, step, after)
    arrive(home)
    assert home.core.presence.open_sessions()[0].music is Music.PENDING
    home.clock.advance(timedelta(seconds=10))
    assert home.core.presence.mend() == 1
    assert home.core.presence.mend() == 0
    assert home.core.presence.open_sessions()[0].music is Music.PLAYING
    assert home.player.hears("anna") == BATH_MIX
    leave(home)
    assert home.player.hears("anna") is None
    assert home.stores.receipts.receipts() == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_crash_and_a_long_pause(home: PretendHome, step: str, after: bool) -> None:
    """After more than a minute nothing is started; what did play is paused when the visit ends."""
    crash_at(home, step, after)
    arrive(home)
    heard = home.player.hears("anna")
    home.clock.advance(2 * MINUTE)
    home.core.presence.mend()
    (session,) = home.core.presence.open_sessions()
    assert (session.music, session.silent_reason) == (Music.SILENT, Reason.RESTARTED)
    assert home.player.hears("anna") == heard
    leave(home)
    home.core.presence.mend()
    assert home.player.hears("anna") is None
    assert home.stores.receipts.receipts() == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["state", "pause"])
def test_crash_while_the_music_ends(home: PretendHome, step: str, after: bool) -> None:
    """A visit that was ended before the crash has its music paused after it."""
    arrive(home)
    crash_at(home, step, after)
    leave(home)
    assert home.core.presence.open_sessions() == ()
    home.core.presence.mend()
    assert home.player.hears("anna") is None
    assert home.stores.receipts.receipts() == ()
    assert home.core.presence.mend() == 0


def test_outage_while_the_music_ends(home: PretendHome) -> None:
    """Spotify is out of reach when the room empties: the pause is tried again until it succeeds."""
    arrive(home)

    def unreachable(_: str) -> None:
        raise Unavailable("Spotify did not answer.")

    home.player.before = unreachable
    leave(home)
    assert home.core.presence.decisions("home")[0].outcome is Reason.SPOTIFY_UNAVAILABLE
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") == BATH_MIX
    home.player.before = lambda _: None
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") is None


def test_mending_goes_by_the_receipt(home: PretendHome) -> None:
    """A receipt of Anna's is mended at Anna's, whoever the visit's account was in the end."""
    arrive(home)
    (session,) = home.core.presence.open_sessions()
    home.sessions.save(replace(session, account="ben", ended_at=home.clock.now()))
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") is None
    assert home.stores.receipts.receipts() == ()
    assert home.core.presence.decisions("home")[0].outcome is Reason.PAUSED
    assert home.listener.entries[-1].event == "mended"


def test_receipt_of_a_visit_that_nobody_knows_is_left(home: PretendHome) -> None:
    """Without its visit there is nothing to mend."""
    home.stores.receipts.save(Receipt("anna", "gone", "bath", "box-1", "Bath", BATH_MIX, NOON))
    assert home.core.presence.mend() == 0


def test_nothing_is_mended_that_is_under_way(home: PretendHome) -> None:
    """What waits in a lane is neither started nor ended twice."""
    home.lanes.held = True
    arrive(home)
    assert home.core.presence.mend() == 0
    home.lanes.run()
    leave(home)
    assert home.core.presence.mend() == 0
    home.lanes.run()
    assert home.player.calls.count("play") == 1
    assert home.player.calls.count("pause") == 1


def test_what_another_process_works_at_is_left_to_it(home: PretendHome) -> None:
    """A start by a command line is taken up only when it cannot be at work any more."""
    appliance = home.core.presence
    assert appliance.mend() == 0
    command_line = home.restart()
    home.lanes.held = True
    command_line.by_hand.play("bath")
    assert appliance.mend() == 0
    home.clock.advance(timedelta(seconds=30))
    assert appliance.mend() == 1
    assert appliance.mend() == 0
    assert home.player.calls.count("play") == 1


def test_visit_that_is_over_before_its_music(home: PretendHome) -> None:
    """A start that waited until the room was empty starts nothing."""
    home.lanes.held = True
    arrive(home)
    leave(home)
    home.lanes.run()
    assert home.player.calls == []
    assert {entry.outcome for entry in home.core.presence.decisions("home")} == {
        Reason.VISIT_OVER,
        Reason.ALREADY_SILENT,
    }


def test_outcome_is_noted_beside_motions(home: PretendHome) -> None:
    """A motion that is written while the music starts is not lost, and neither is the outcome."""
    second = home.motion("radar")
    met: list[Motion] = []

    def motion_meanwhile(name: str) -> None:
        if name == "play":
            home.core.presence.note_motion(second)
            met.append(second)

    home.player.after = motion_meanwhile
    arrive(home)
    (session,) = home.core.presence.open_sessions()
    assert met == [second]
    assert (session.motions, session.music) == (2, Music.PLAYING)


def test_outcome_that_loses_a_race_is_noted_anew(home: PretendHome) -> None:
    """The outcome is written on top of whatever was written meanwhile."""
    save = home.sessions.save
    lost: list[Session] = []

    def lose_once(session: Session, entry: JournalEntry | None = None) -> Session:
        if session.music is Music.PLAYING and not lost:
            lost.append(session)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = lose_once  # type: ignore[method-assign]
    arrive(home)
    assert len(lost) == 1
    assert home.core.presence.open_sessions()[0].music is Music.PLAYING


def test_storage_that_fails_under_the_music_is_logged(
    home: PretendHome, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be noted is said in the log, and the lane goes on."""
    home.lanes.held = True
    arrive(home)

    def full(session_id: str) -> Session:
        raise Unavailable(f"{session_id} cannot be read: the disk is full.")

    home.sessions.session = full  # type: ignore[method-assign]
    home.lanes.run()
    assert [record.msg for record in caplog.records if record.levelname == "ERROR"] == ["playback"]


def test_visit_without_an_account_ends_in_silence(home: PretendHome) -> None:
    """There is no lane for nobody's music."""
    arrive(home)
    (session,) = home.core.presence.open_sessions()
    home.sessions.save(replace(session, account=None))
    leave(home)
    assert "pause" not in home.player.calls


def test_music_pending_for_nobody(home: PretendHome) -> None:
    """A visit that lost its account while it waited says so."""
    home.lanes.held = True
    arrive(home)
    (session,) = home.core.presence.open_sessions()
    home.sessions.save(replace(session, account=None))
    home.lanes.run()
    assert home.core.presence.open_sessions()[0].silent_reason is Reason.NO_ACCOUNT
