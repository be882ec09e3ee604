"""Commands of people."""

from datetime import timedelta

import pytest

from memory.home import BATH_MIX, NOON, PretendHome
from spottypottysense.accounts.model import Mode
from spottypottysense.errors import Conflict, Invalid, NotFound, Unavailable
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import Action, JournalEntry, Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def arrive(home: PretendHome, sensor: str = "pir") -> None:
    """Somebody comes in."""
    home.core.presence.note_motion(home.motion(sensor))


def the_visit(home: PretendHome) -> Session:
    """Return the only open visit."""
    (session,) = home.core.presence.open_sessions()
    return session


def test_play_whatever_keeps_motion_from_it(home: PretendHome) -> None:
    """A visit opens by hand while the house is away, plays, and ends by the usual timeout."""
    home.core.by_hand.switch("home", Mode.AWAY)
    decision = home.core.by_hand.play("bath")
    assert (decision.action, decision.reason) == (Action.START, Reason.BY_HAND)
    assert home.player.hears("anna") == BATH_MIX
    row = home.core.presence.decisions("home")[0]
    assert (row.event, row.sensor_id, row.outcome) == ("play", "by-hand", Reason.STARTED)
    home.clock.advance(5 * MINUTE)
    assert home.core.presence.tick() == 1
    assert home.player.hears("anna") is None


def test_play_where_somebody_paused(home: PretendHome) -> None:
    """Who asks for music gets it, also in a visit that hands were kept off."""
    arrive(home)
    home.core.by_hand.stop("bath")
    assert the_visit(home).silent_reason is Reason.STOPPED_BY_HAND
    assert home.core.by_hand.play("bath").action is Action.EXTEND
    assert the_visit(home).music is Music.PLAYING
    home.player.person_pauses("anna")
    home.core.by_hand.play("bath")
    assert home.player.hears("anna") == BATH_MIX


@pytest.mark.parametrize(("takes_over", "heard"), [(False, "theirs"), (True, BATH_MIX)])
def test_play_over_own_music(home: PretendHome, takes_over: bool, heard: str) -> None:
    """Somebody's own music is replaced only if that is asked for."""
    home.player.person_plays("anna", "box-2", "theirs")
    home.core.by_hand.play("bath", takes_over)
    assert home.player.hears("anna") == heard


def test_play_again_where_somebody_took_over(home: PretendHome) -> None:
    """What was ours and was replaced is ours again, and the visit knows of no loss."""
    arrive(home)
    home.player.person_plays("anna", "box-2", "theirs")
    home.core.by_hand.play("bath", takes_over=True)
    assert home.player.hears("anna") == BATH_MIX
    assert the_visit(home).music is Music.PLAYING


def test_play_brings_the_music_here(home: PretendHome) -> None:
    """Music that plays in another room comes along at once, although somebody is there."""
    arrive(home, "eye")
    home.core.by_hand.play("bath")
    assert home.player.playing["anna"].speaker_id == "box-1"
    assert the_visit(home).room_id == "bath"


def test_play_in_a_room_without_content(home: PretendHome) -> None:
    """It is said what is missing, and no visit opens."""
    home.core.sensors.change_room("bath", content=None)
    decision = home.core.by_hand.play("bath")
    assert (decision.action, decision.reason) == (Action.IGNORE, Reason.NO_CONTENT)
    assert home.core.presence.open_sessions() == ()
    assert home.core.presence.decisions("home")[0].reason is Reason.NO_CONTENT
    with pytest.raises(NotFound):
        home.core.by_hand.play("attic")


def test_stop_lasts_until_the_visit_ends(home: PretendHome) -> None:
    """The music is paused at once, and motion starts none before the next visit."""
    arrive(home)
    decision = home.core.by_hand.stop("bath")
    assert (decision.action, decision.reason) == (Action.COMMAND, Reason.BY_HAND)
    assert home.player.hears("anna") is None
    row = home.core.presence.decisions("home")[0]
    assert (row.event, row.outcome) == ("stop", Reason.PAUSED)
    for _ in range(10):
        home.clock.advance(MINUTE)
        arrive(home)
        home.core.presence.tick()
    assert home.player.hears("anna") is None
    home.clock.advance(6 * MINUTE)
    home.core.presence.tick()
    arrive(home)
    assert home.player.hears("anna") == BATH_MIX


def test_stop_where_nothing_plays(home: PretendHome) -> None:
    """It is journaled, asks nothing of Spotify, and keeps hands off an open visit."""
    home.core.by_hand.stop("bath")
    assert home.core.presence.decisions("home")[0].outcome is Reason.ALREADY_SILENT
    home.core.by_hand.snooze("home", HOUR)
    arrive(home)
    home.core.by_hand.stop("bath")
    assert the_visit(home).silent_reason is Reason.STOPPED_BY_HAND
    assert home.player.calls == []


def test_stop_of_a_song_that_finishes(home: PretendHome) -> None:
    """Music that plays on in an empty room is stopped too."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    arrive(home)
    home.clock.advance(5 * MINUTE)
    home.core.presence.tick()
    assert home.player.hears("anna") == BATH_MIX
    assert home.core.by_hand.stop("bath").session is None
    assert home.player.hears("anna") is None


def test_stop_of_a_start_that_waits(home: PretendHome) -> None:
    """A start that is stopped before its turn starts nothing."""
    home.lanes.held = True
    arrive(home)
    home.core.by_hand.stop("bath")
    home.lanes.run()
    assert home.player.calls == []
    assert the_visit(home).silent_reason is Reason.STOPPED_BY_HAND


@pytest.mark.parametrize("asleep", [False, True])
def test_stop_of_a_start_that_runs(home: PretendHome, asleep: bool) -> None:
    """A start that is stopped while it runs is paused when it is done, and no error makes it try again."""

    def stop(name: str) -> None:
        if name == "play":
            home.player.before = lambda _: None
            home.core.by_hand.stop("bath")
            if asleep:
                home.player.fall_asleep("box-1")

    home.player.before = stop
    home.lanes.held = True
    arrive(home)
    home.lanes.run()
    assert home.player.hears("anna") is None
    assert the_visit(home).silent_reason is Reason.STOPPED_BY_HAND


def test_play_right_after_stop(home: PretendHome) -> None:
    """The later command wins, although both are carried out after it was given."""
    arrive(home)
    home.lanes.held = True
    home.core.by_hand.stop("bath")
    home.core.by_hand.play("bath")
    home.lanes.run()
    assert home.player.hears("anna") == BATH_MIX
    assert the_visit(home).music is Music.PLAYING


def test_stop_while_spotify_is_out_of_reach(home: PretendHome) -> None:
    """The visit stays silent, and the pause is tried again until it succeeds."""
    arrive(home)

    def unreachable(_: str) -> None:
        raise Unavailable("Spotify did not answer.")

    home.player.before = unreachable
    home.core.by_hand.stop("bath")
    assert home.core.presence.decisions("home")[0].outcome is Reason.SPOTIFY_UNAVAILABLE
    assert the_visit(home).silent_reason is Reason.STOPPED_BY_HAND
    home.player.before = lambda _: None
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") is None
    assert home.core.presence.mend() == 0


def test_stop_of_music_of_a_forgotten_visit(home: PretendHome) -> None:
    """Without its visit nobody knows whose music it was: it is left."""
    home.stores.receipts.save(Receipt("anna", "gone", "bath", "box-1", "Bath", BATH_MIX, NOON))
    home.core.by_hand.stop("bath")
    assert home.player.calls == []


def test_snooze_of_the_house_and_of_a_room(home: PretendHome) -> None:
    """Each lasts for its time; ending the house's ends the rooms' too."""
    by_hand, now = home.core.by_hand, home.clock.now()
    assert by_hand.snooze("home", HOUR, "bath") == now + HOUR
    arrive(home)
    assert the_visit(home).silent_reason is Reason.SNOOZED
    assert by_hand.snooze("home", None, "bath") is None
    assert by_hand.snooze("home", HOUR) == now + HOUR
    by_hand.snooze("home", 2 * HOUR, "bath")
    home.clock.advance(MINUTE)
    arrive(home)
    assert the_visit(home).silent_reason is Reason.SNOOZED
    assert by_hand.snooze("home", None) is None
    assert home.core.sensors.room("bath").snoozed_until is None
    home.clock.advance(MINUTE)
    arrive(home)
    assert home.player.hears("anna") == BATH_MIX
    rows = [row for row in home.core.presence.decisions("home") if row.action is Action.COMMAND]
    assert [(row.event, row.room_id) for row in rows] == [
        ("wake", None),
        ("snooze", "bath"),
        ("snooze", None),
        ("wake", "bath"),
        ("snooze", "bath"),
    ]
    assert {row.reason for row in rows} == {Reason.BY_HAND}


@pytest.mark.parametrize("span", [timedelta(0), -HOUR, timedelta(days=7, seconds=1)])
def test_snooze_of_an_impossible_length(home: PretendHome, span: timedelta) -> None:
    """A snooze is no way to switch the house off for good."""
    with pytest.raises(Invalid):
        home.core.by_hand.snooze("home", span)
    assert home.core.presence.decisions("home") == ()


def test_snooze_of_somebody_elses_room(home: PretendHome) -> None:
    """A household commands its own rooms."""
    with pytest.raises(NotFound):
        home.core.by_hand.snooze("others", HOUR, "bath")


def test_everything_off(home: PretendHome) -> None:
    """Every room is stopped, and nobody's motion starts anything for as long as that was asked."""
    home.core.sensors.change_room("kitchen", account="ben")
    arrive(home)
    arrive(home, "door")
    arrive(home, "beam")
    assert home.core.by_hand.everything_off("home", HOUR) == 2
    assert (home.player.hears("anna"), home.player.hears("ben")) == (None, None)
    assert {s.silent_reason for s in home.core.presence.open_sessions()} == {Reason.STOPPED_BY_HAND}
    home.clock.advance(6 * MINUTE)
    home.core.presence.tick()
    arrive(home)
    assert the_visit(home).silent_reason is Reason.SNOOZED
    assert home.core.by_hand.everything_off("home", HOUR) == 0


def test_away_stops_the_music(home: PretendHome) -> None:
    """Whoever leaves the house takes care of its music; guests are let be."""
    arrive(home)
    home.core.by_hand.switch("home", Mode.GUESTS)
    assert home.player.hears("anna") == BATH_MIX
    home.core.by_hand.switch("home", Mode.AWAY)
    assert home.player.hears("anna") is None
    assert home.core.accounts.household("home").mode is Mode.AWAY


def test_race_that_is_lost_is_decided_anew(home: PretendHome) -> None:
    """A motion that is written first is seen, and a race without end is told."""
    save, other, times = home.sessions.save, home.motion("radar"), [1]

    def rival(session: Session, entry: JournalEntry | None = None) -> Session:
        if times[0] > 0:
            times[0] -= 1
            home.core.presence.note_motion(other)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = rival  # type: ignore[method-assign]
    assert home.core.by_hand.play("bath").action is Action.EXTEND

    def always(session: Session, entry: JournalEntry | None = None) -> Session:
        raise Conflict(f"Somebody else was faster: {session.id} {entry}.")

    home.sessions.save = always  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        home.core.by_hand.play("bath")
