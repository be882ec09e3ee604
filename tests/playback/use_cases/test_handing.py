"""Music that goes along from room to room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_MIX, KITCHEN, KITCHEN_BOX, NOON, SOFT
from playback.stage import Stage, failing
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import FirstNote, Loss, Outcome, Visit
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

LATER = NOON + timedelta(seconds=30)
BATH_LEFT = replace(BATH.stay, seen_at=NOON - timedelta(seconds=10))
WALKED = replace(KITCHEN, elsewhere=(BATH_LEFT,))
LOUD_KITCHEN = replace(WALKED, wishes=replace(KITCHEN.wishes, volume=70, ending=Ending.FADE))


@pytest.fixture
def walk(stage: Stage) -> Stage:
    """Music plays in the bath for half a minute, and somebody is in the kitchen by now."""
    return walking(stage, BATH)


def walking(stage: Stage, visit: Visit) -> Stage:
    """Let the bath's music play for half a minute."""
    assert stage.arrive(visit).playing
    stage.clock.at = LATER
    stage.calls()
    stage.player.volumes.clear()
    return stage


def test_music_comes_along(walk: Stage) -> None:
    """One transfer moves it, the song goes on where it is, and the receipt is the new room's."""
    outcome = walk.arrive(WALKED)
    loss = Loss("s1", Reason.WENT_ALONG)
    note = FirstNote(LATER, LATER)
    assert outcome == Outcome(True, Reason.HANDED_OVER, losses=(loss,), first_note=note)
    assert walk.calls() == ["state", "speakers", "transfer", "state"]
    state = walk.player.state("anna")
    assert (state.content, state.position) == (BATH_MIX, LATER - NOON)
    assert state.speaker is not None
    assert state.speaker.id == "box-2"
    receipt = walk.receipt()
    assert (receipt.session_id, receipt.room_id, receipt.speaker_name) == ("s2", "kitchen", "Kitchen")
    assert walk.depart("s1").reason is Reason.ALREADY_SILENT
    assert walk.depart("s2").reason is Reason.PAUSED


def test_room_that_was_left_for_good(walk: Stage) -> None:
    """Where no visit is open any more, nobody loses anything."""
    outcome = walk.arrive(KITCHEN)
    assert (outcome.reason, outcome.losses) == (Reason.HANDED_OVER, ())


def test_volume_of_the_new_room(walk: Stage) -> None:
    """The new speaker is set before the music comes, and given back when it is over."""
    walk.arrive(LOUD_KITCHEN)
    assert walk.calls() == ["state", "speakers", "set_volume", "transfer", "state"]
    assert walk.player.volumes == [("box-2", 70)]
    assert (walk.receipt().volume, walk.receipt().volume_before) == (70, 50)
    walk.depart("s2")
    assert walk.player.boxes["box-2"].volume == 50


def test_speaker_that_takes_no_volume_before(walk: Stage) -> None:
    """What cannot be set on a speaker that rests is set as soon as it plays."""

    def refuse(name: str) -> None:
        if name == "set_volume" and "transfer" not in walk.player.calls:
            raise NotFound("speaker", "box-2")

    walk.player.before = refuse
    assert walk.arrive(LOUD_KITCHEN).playing
    assert walk.player.volumes == [("box-2", 70)]


def test_wrong_volume_is_no_failure(walk: Stage) -> None:
    """A volume that cannot be set right afterwards does not end the music."""
    walk.player.loud["box-2"] = 90

    def refuse(name: str) -> None:
        if name == "set_volume" and "transfer" in walk.player.calls:
            raise Unavailable("No answer.")

    walk.player.before = refuse
    assert walk.arrive(LOUD_KITCHEN).playing


def test_fade_that_was_interrupted(stage: Stage) -> None:
    """Music that was falling goes along, and the speaker that it leaves gets its volume back."""
    walking(stage, SOFT)
    stage.playback.depart("anna", "s1", lambda: True)
    assert stage.arrive(KITCHEN).reason is Reason.HANDED_OVER
    assert stage.player.boxes["box-1"].volume == 50


def test_song_that_was_finishing(stage: Stage) -> None:
    """Music that goes along has no end any more."""
    walking(stage, replace(BATH, wishes=replace(BATH.wishes, ending=Ending.FINISH_SONG)))
    assert stage.depart().reason is Reason.SONG_FINISHES
    assert stage.arrive(KITCHEN).playing
    assert (stage.receipt().pause_at, stage.receipt().ending) == (None, Ending.STOP)


def test_two_people(walk: Stage) -> None:
    """While somebody is in the bath, the kitchen stays silent."""
    there = replace(BATH_LEFT, seen_at=LATER)
    outcome = walk.arrive(replace(KITCHEN, elsewhere=(there,)))
    assert outcome == Outcome(playing=False, reason=Reason.BUSY_ELSEWHERE)
    assert walk.calls() == ["state"]
    assert walk.depart("s2").reason is Reason.ALREADY_SILENT
    assert walk.player.hears("anna") == BATH_MIX


def test_room_that_does_not_follow(walk: Stage) -> None:
    """Such a room's own music starts, after ours elsewhere was paused and its place was kept."""
    stay = replace(KITCHEN.stay, follows=False)
    there = replace(BATH_LEFT, seen_at=LATER)
    outcome = walk.arrive(replace(KITCHEN, stay=stay, elsewhere=(there,), latest_wins=True))
    assert (outcome.playing, outcome.reason) == (True, Reason.STARTED)
    assert outcome.losses == (Loss("s1", Reason.BUSY_ELSEWHERE),)
    assert walk.calls() == ["state", "speakers", "pause", "transfer", "play", "state", "set_shuffle"]
    assert walk.player.hears("anna") == KITCHEN.wishes.content
    assert walk.memory.bookmarks.bookmark("bath") is not None


def test_room_without_a_speaker(walk: Stage) -> None:
    """Where there is no speaker the music stays where it is."""
    outcome = walk.arrive(replace(WALKED, wishes=replace(KITCHEN.wishes, speaker=None)))
    assert (outcome.reason, outcome.losses) == (Reason.NO_SPEAKER, ())
    assert walk.receipt().session_id == "s1"


def test_speaker_of_somebody_else(walk: Stage) -> None:
    """Music does not come along to a speaker that plays another account's."""
    walk.player.person_plays("ben", "box-2", "theirs")
    outcome = walk.arrive(replace(WALKED, others=("ben",)))
    assert (outcome.reason, outcome.detail, outcome.losses) == (Reason.SPEAKER_TAKEN, "ben", ())
    assert walk.receipt().session_id == "s1"


def test_second_try(walk: Stage) -> None:
    """A speaker that is not found at first is asked once more after a moment."""
    walk.player.before = once("transfer", NotFound("speaker", "box-2"))
    assert walk.arrive(WALKED).playing
    assert walk.calls() == ["state", "speakers", "transfer", "transfer", "state"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFound("speaker", "box-2"), Reason.SPEAKER_ASLEEP),
        (NeedsPerson(Reason.COMMAND_REFUSED), Reason.COMMAND_REFUSED),
    ],
)
def test_transfer_that_fails(walk: Stage, error: SpottyError, reason: Reason) -> None:
    """The music goes on where it was, and belongs to whom it did."""
    before = walk.receipt()
    walk.player.before = failing("transfer", error)
    outcome = walk.arrive(WALKED)
    assert (outcome.playing, outcome.reason, outcome.losses) == (False, reason, ())
    assert walk.receipt() == replace(before, version=before.version + 2)
    assert walk.player.hears("anna") == BATH_MIX


@pytest.mark.parametrize("moved", [True, False])
def test_answer_that_is_lost(walk: Stage, moved: bool) -> None:
    """When nobody knows whether it moved, the old visit's end pauses it wherever it is."""
    hook = failing("transfer", Unavailable("No answer."))
    setattr(walk.player, "after" if moved else "before", hook)
    outcome = walk.arrive(WALKED)
    assert (outcome.playing, outcome.reason) == (False, Reason.SPOTIFY_UNAVAILABLE)
    walk.player.after = walk.player.before = lambda _: None
    assert walk.depart("s1").reason is Reason.PAUSED
    assert [paused.speaker_id for paused in walk.player.paused] == ["box-2" if moved else "box-1"]
    assert walk.player.hears("anna") is None


@pytest.mark.parametrize("then", ["the old visit ends", "the new one asks again"])
@pytest.mark.parametrize(
    ("crash", "step"), [("before", "transfer"), ("after", "transfer"), ("after", "set_volume")]
)
def test_crash_on_the_way(walk: Stage, crash: str, step: str, then: str) -> None:
    """Before and after the transfer, the music has a receipt that fits it wherever it is."""
    setattr(walk.player, crash, failing(step, RuntimeError()))
    with pytest.raises(RuntimeError):
        walk.arrive(LOUD_KITCHEN)
    walk.player.before = walk.player.after = lambda _: None
    if then == "the old visit ends":
        assert walk.depart("s1").reason is Reason.PAUSED
    else:
        assert walk.arrive(LOUD_KITCHEN).reason is Reason.HANDED_OVER
        assert walk.depart("s2").reason is Reason.PAUSED
    assert walk.player.hears("anna") is None
    assert walk.receipts.receipts() == ()


@pytest.mark.parametrize("lag", [1, 3])
def test_move_that_takes_its_time(walk: Stage, lag: int) -> None:
    """It is read again until the music is there."""
    walk.player.lag = lag
    outcome = walk.arrive(WALKED)
    assert outcome.playing
    assert outcome.first_note is not None
    assert outcome.first_note.confirmed_at == walk.clock.now()


def test_move_that_does_not_happen(walk: Stage) -> None:
    """A speaker that takes the transfer and does not play leaves the music to the old visit."""
    walk.player.mute.add("box-2")
    outcome = walk.arrive(WALKED)
    assert (outcome.playing, outcome.reason, outcome.losses) == (False, Reason.NOT_CONFIRMED, ())
    assert walk.receipt().session_id == "s1"


def test_speaker_that_sleeps(walk: Stage) -> None:
    """Music is not dragged to a speaker that does not show itself: it goes on where it is."""
    walk.playback.speakers("anna")
    walk.player.fall_asleep("box-2")
    walk.calls()
    assert walk.arrive(WALKED).reason is Reason.SPEAKER_ASLEEP
    assert "transfer" not in walk.calls()
    assert walk.depart("s1").reason is Reason.PAUSED


@pytest.mark.parametrize("deed", ["pauses", "nothing"])
def test_speaker_that_shows_up_late(walk: Stage, deed: str) -> None:
    """Who waited for a speaker looks once more before anything moves."""
    walk.playback.speakers("anna")
    walk.player.fall_asleep("box-2")

    def act(name: str) -> None:
        if name == "speakers" and walk.waits:
            walk.player.asleep.clear()
            if deed == "pauses":
                walk.player.person_pauses("anna")

    walk.player.after = act
    walk.calls()
    reason = Reason.USER_PAUSED if deed == "pauses" else Reason.HANDED_OVER
    assert walk.arrive(WALKED).reason is reason
    assert ("transfer" in walk.calls()) is (deed == "nothing")


def test_two_of_a_name(walk: Stage) -> None:
    """Music is handed to no speaker that is merely the first of its name."""
    walk.player.boxes["twin"] = replace(KITCHEN_BOX, id="twin")
    assert walk.arrive(WALKED).reason is Reason.SPEAKER_AMBIGUOUS
    assert walk.player.hears("anna") == BATH_MIX


def once(step: str, error: SpottyError) -> Callable[[str], None]:
    """Return a hook that raises the first time."""
    errors = [error]

    def fail(name: str) -> None:
        if name == step and errors:
            raise errors.pop()

    return fail
