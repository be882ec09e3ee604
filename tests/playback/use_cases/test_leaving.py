"""Ending what is ours, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, BATH_MIX, KITCHEN, MINUTE, NOON, QUIET, SECOND, SOFT
from playback.stage import Stage, failing
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Bookmark, Outcome, Visit
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

FINISHING = replace(BATH, wishes=replace(QUIET, ending=Ending.FINISH_SONG))
FALLING = replace(SOFT, wishes=replace(SOFT.wishes, fades_in=False))
UNWISHED = replace(FALLING, wishes=replace(FALLING.wishes, volume=None))


def playing(stage: Stage, visit: Visit = BATH) -> Stage:
    """Let the visit's music play, and forget how that came."""
    assert stage.arrive(visit).playing
    stage.calls()
    stage.waits.clear()
    stage.player.volumes.clear()
    return stage


def test_pause(stage: Stage) -> None:
    """The state is read, the music is paused, its place is kept, and the volume stays for the next visit."""
    playing(stage)
    stage.clock.advance(MINUTE)
    assert stage.depart() == Outcome(playing=False, reason=Reason.PAUSED)
    assert stage.calls() == ["state", "pause"]
    assert (stage.player.hears("anna"), stage.receipts.receipts()) == (None, ())
    bookmark = Bookmark("bath", "anna", BATH_MIX, f"{BATH_MIX}#0", MINUTE, NOON + MINUTE)
    assert stage.memory.bookmarks.bookmark("bath") == bookmark


def test_place_that_nobody_tells(stage: Stage) -> None:
    """Where Spotify shows no song, there is nothing to go on with."""
    playing(stage)
    stage.player.tells_songs = False
    assert stage.depart().reason is Reason.PAUSED
    assert stage.memory.bookmarks.bookmark("bath") is None


def test_only_the_visit_that_holds_the_music_ends_it(stage: Stage) -> None:
    """Another session's end, and one without music, ask nothing of Spotify."""
    assert stage.depart().reason is Reason.ALREADY_SILENT
    playing(stage)
    assert stage.depart("s2").reason is Reason.ALREADY_SILENT
    assert stage.calls() == []
    assert stage.player.hears("anna") == BATH_MIX


@pytest.mark.parametrize(("box", "content"), [("box-1", "theirs"), ("box-2", BATH_MIX)])
@pytest.mark.parametrize("visit", [BATH, SOFT, FINISHING])
def test_what_a_person_took_over_goes_on(stage: Stage, box: str, content: str, visit: Visit) -> None:
    """Other content, or our content on another speaker, is a person's by now."""
    playing(stage, visit)
    stage.player.person_plays("anna", box, content)
    assert stage.depart().reason is Reason.USER_TOOK_OVER
    assert stage.calls() == ["state"]
    assert (stage.player.hears("anna"), stage.receipts.receipts()) == (content, ())


def test_what_a_person_paused_stays_as_it_is(stage: Stage) -> None:
    """What is paused already is not paused again."""
    playing(stage)
    stage.player.person_pauses("anna")
    assert stage.depart().reason is Reason.USER_PAUSED
    assert stage.calls() == ["state"]
    assert stage.receipts.receipts() == ()


def test_fade_out(stage: Stage) -> None:
    """The music falls, is looked at once more, and is paused; then the volume is what a person had set."""
    playing(stage, SOFT)
    assert stage.depart().reason is Reason.PAUSED
    assert stage.calls() == ["state", "set_volume", "state", "pause", "set_volume"]
    assert stage.player.volumes == [("box-1", 13), ("box-1", 50)]
    assert sum(stage.waits, timedelta(0)) == 2 * SECOND
    assert stage.receipts.receipts() == ()


def test_fade_out_of_a_volume_that_nobody_wished_for(stage: Stage) -> None:
    """A room without a volume of its own falls from what is there, and leaves it so."""
    playing(stage, UNWISHED)
    stage.depart()
    assert stage.player.volumes == [("box-1", 16), ("box-1", 50)]


def test_fade_out_of_what_a_person_turned_up(stage: Stage) -> None:
    """What a person set while the music played is what he finds again."""
    playing(stage, SOFT)
    stage.player.person_turns("box-1", 90)
    stage.depart()
    assert stage.player.volumes == [("box-1", 30), ("box-1", 90)]


@pytest.mark.parametrize(
    "box",
    [
        replace(BATH_BOX, volume=2),
        replace(BATH_BOX, volume=None),
        replace(BATH_BOX, supports_volume=False),
    ],
)
def test_speaker_that_cannot_fall(stage: Stage, box: object) -> None:
    """Where there is no volume to lower, the music is paused at once."""
    assert isinstance(box, type(BATH_BOX))
    playing(stage, UNWISHED)
    stage.player.boxes["box-1"] = box
    assert stage.depart().reason is Reason.PAUSED
    assert stage.calls() == ["state", "pause"]


def test_volume_that_cannot_be_set(stage: Stage) -> None:
    """A fade that fails does not keep the music from ending."""
    playing(stage, SOFT)
    stage.player.before = failing("set_volume", NeedsPerson(Reason.COMMAND_REFUSED))
    assert stage.depart().reason is Reason.PAUSED
    assert stage.player.hears("anna") is None


@pytest.mark.parametrize(
    ("deed", "reason"), [("takes over", Reason.USER_TOOK_OVER), ("pauses", Reason.USER_PAUSED)]
)
def test_person_in_the_middle_of_a_fade(stage: Stage, deed: str, reason: Reason) -> None:
    """Who takes the music into his own hands while it falls keeps it."""
    playing(stage, SOFT)

    def act(name: str) -> None:
        if name == "set_volume" and deed == "pauses":
            stage.player.person_pauses("anna")
        elif name == "set_volume":
            stage.player.person_plays("anna", "box-1", "theirs")

    stage.player.after = act
    assert stage.depart().reason is reason
    assert stage.calls() == ["state", "set_volume", "state"]


def test_person_who_turns_the_volume_while_it_falls(stage: Stage) -> None:
    """The music ends, for the room is empty, but his volume stays."""
    playing(stage, SOFT)

    def act(name: str) -> None:
        if name == "set_volume":
            stage.player.person_turns("box-1", 60)

    stage.player.after = act
    assert stage.depart().reason is Reason.PAUSED
    assert stage.player.boxes["box-1"].volume == 60


def test_somebody_comes_back_while_it_falls(stage: Stage) -> None:
    """The fade ends at once; the next arrival keeps the music and brings its volume back."""
    playing(stage, SOFT)
    looks = iter([False, True])
    outcome = stage.playback.depart("anna", "s1", lambda: next(looks))
    assert outcome == Outcome(playing=True, reason=Reason.ARRIVED)
    assert stage.waits == [SECOND / 2, SECOND / 2]
    assert (stage.receipt().session_id, stage.player.boxes["box-1"].volume) == ("s1", 13)
    again = replace(SOFT, stay=replace(SOFT.stay, session_id="s9"))
    assert stage.arrive(again).reason is Reason.ALREADY_PLAYING
    assert stage.player.boxes["box-1"].volume == 40
    assert stage.depart("s9").reason is Reason.PAUSED
    assert stage.player.boxes["box-1"].volume == 50


def test_volume_that_does_not_come_back(stage: Stage) -> None:
    """Music that is kept a little too low is kept all the same."""
    playing(stage, SOFT)
    stage.playback.depart("anna", "s1", lambda: True)
    stage.player.before = failing("set_volume", Unavailable("No answer."))
    assert stage.arrive(SOFT).playing


@pytest.mark.parametrize("step", ["set_volume", "pause"])
@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize("visit", [SOFT, UNWISHED])
def test_crash_while_it_falls(stage: Stage, visit: Visit, crash: str, step: str) -> None:
    """Wherever the process dies, the next try ends the music, and gives the volume back if it still can."""
    playing(stage, visit)
    setattr(stage.player, crash, failing(step, RuntimeError()))
    with pytest.raises(RuntimeError):
        stage.depart()
    setattr(stage.player, crash, lambda _: None)
    stage.depart()
    assert stage.player.hears("anna") is None
    assert stage.receipts.receipts() == ()
    if (crash, step) != ("after", "pause"):
        assert stage.player.boxes["box-1"].volume == 50


def test_song_may_finish(stage: Stage) -> None:
    """The first call lets it play, a second one waits, and the one at its end pauses."""
    playing(stage, FINISHING)
    stage.clock.advance(MINUTE)
    assert stage.depart() == Outcome(playing=True, reason=Reason.SONG_FINISHES)
    assert stage.receipt().pause_at == NOON + 3 * MINUTE - SECOND
    assert stage.depart().reason is Reason.SONG_FINISHES
    assert stage.calls() == ["state"]
    stage.clock.advance(2 * MINUTE - SECOND)
    assert stage.depart().reason is Reason.PAUSED
    assert stage.calls() == ["state", "pause"]


def test_somebody_comes_back_while_a_song_finishes(stage: Stage) -> None:
    """The music goes on, and the next departure lets another song finish."""
    playing(stage, FINISHING)
    stage.depart()
    assert stage.arrive(FINISHING).reason is Reason.ALREADY_PLAYING
    assert stage.receipt().pause_at is None
    assert stage.depart().reason is Reason.SONG_FINISHES


def test_departure_out_of_reach(stage: Stage) -> None:
    """While Spotify is out of reach the receipt stays, and the next departure pauses."""
    playing(stage)
    stage.player.before = failing("pause", Unavailable("No answer.", reason=Reason.RATE_LIMITED))
    outcome = stage.depart()
    assert (outcome.playing, outcome.reason) == (True, Reason.RATE_LIMITED)
    stage.player.before = lambda _: None
    assert stage.depart().reason is Reason.PAUSED


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NeedsPerson(Reason.RECONNECT), Reason.RECONNECT),
        (NotFound("speaker", "box-1"), Reason.SPEAKER_ASLEEP),
    ],
)
def test_departure_that_can_never_be(stage: Stage, error: SpottyError, reason: Reason) -> None:
    """A speaker that is gone, or a grant that is dead, cannot be paused: the receipt goes."""
    playing(stage)
    stage.player.before = failing("pause", error)
    outcome = stage.depart()
    assert (outcome.playing, outcome.reason) == (False, reason)
    assert stage.receipts.receipts() == ()


def test_pause_that_is_refused(stage: Stage) -> None:
    """Music that Spotify would not pause stays ours, so that it can be tried again."""
    playing(stage)
    stage.player.before = failing("pause", NeedsPerson(Reason.COMMAND_REFUSED))
    outcome = stage.depart()
    assert (outcome.playing, outcome.reason) == (True, Reason.COMMAND_REFUSED)
    stage.player.before = lambda _: None
    assert stage.depart().reason is Reason.PAUSED


def test_receipt_that_is_gone_already(stage: Stage) -> None:
    """Nothing is forgotten twice."""
    playing(stage)

    def forget(name: str) -> None:
        if name == "pause":
            stage.receipts.remove(stage.receipt())
            raise NeedsPerson(Reason.RECONNECT)

    stage.player.before = forget
    assert stage.depart().reason is Reason.RECONNECT


@pytest.mark.parametrize("visit", [BATH, SOFT, FINISHING])
def test_stop_by_hand(stage: Stage, visit: Visit) -> None:
    """Who asks for silence in a room gets it at once, whatever its ending."""
    playing(stage, visit)
    assert stage.playback.stop("anna", "kitchen").reason is Reason.ALREADY_SILENT
    assert stage.playback.stop("anna", "bath").reason is Reason.PAUSED
    assert stage.calls()[:2] == ["state", "pause"]
    assert stage.waits == []
    assert stage.playback.stop("anna", "bath").reason is Reason.ALREADY_SILENT


def test_stop_leaves_a_persons_music(stage: Stage) -> None:
    """By hand, too, only what is ours is ended."""
    playing(stage, KITCHEN)
    stage.player.person_plays("anna", "box-2", "theirs")
    assert stage.playback.stop("anna", "kitchen").reason is Reason.USER_TOOK_OVER
    assert stage.player.hears("anna") == "theirs"
