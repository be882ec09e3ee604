"""Trying a speaker, and what is known of all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, BATH_MIX, KITCHEN_BOX, KITCHEN_MIX
from playback.stage import Stage, failing
from spottypottysense.errors import NeedsPerson, Unavailable
from spottypottysense.playback.model import Outcome
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


def trial(stage: Stage) -> Outcome:
    """Try the bath's speaker."""
    return stage.playback.test("anna", Speaker("Bath"), KITCHEN_MIX)


def test_quiet_trial(stage: Stage) -> None:
    """It is heard softly for some seconds, and everything is as it was before."""
    outcome = trial(stage)
    assert (outcome.playing, outcome.reason) == (True, Reason.STARTED)
    assert stage.player.volumes == [("box-1", 20), ("box-1", 6), ("box-1", 50)]
    assert sum(stage.waits, timedelta(0)) == timedelta(seconds=7)
    assert stage.player.hears("anna") is None
    assert "set_shuffle" not in stage.player.calls
    assert stage.receipts.receipts() == ()
    assert stage.memory.bookmarks.bookmark("") is None


def test_trial_of_a_speaker_that_is_low_already(stage: Stage) -> None:
    """A test is never louder than the speaker was."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, volume=8)
    assert trial(stage).playing
    assert max(volume for _, volume in stage.player.volumes) == 8


def test_nothing_is_tried_while_music_plays(stage: Stage) -> None:
    """Whoever's music it is, it goes on."""
    stage.player.person_plays("anna", "box-2", "theirs")
    assert trial(stage).reason is Reason.OWN_MUSIC
    assert stage.player.calls == ["state"]


def test_trial_leaves_a_visit_its_receipt(stage: Stage) -> None:
    """What was known of a visit whose music a person paused is known afterwards."""
    stage.arrive()
    stage.player.person_pauses("anna")
    before = stage.receipt()
    assert trial(stage).playing
    assert stage.receipt() == replace(before, version=1)
    assert stage.arrive().reason is Reason.USER_PAUSED


@pytest.mark.parametrize("heard", [True, False])
def test_trial_that_cannot_be_ended(stage: Stage, heard: bool) -> None:
    """A test whose end never reached Spotify keeps its own receipt, so that it can be ended later."""
    stage.arrive()
    stage.player.person_pauses("anna")
    step = "pause" if heard else "state"
    hook = failing(step, Unavailable("No answer."))
    stage.calls()
    stage.player.before = lambda name: hook(name) if "play" in stage.player.calls else None
    assert trial(stage).playing is heard
    stage.player.before = lambda _: None
    assert stage.receipt().session_id == "test"
    assert stage.depart("test").reason is Reason.PAUSED
    assert stage.player.hears("anna") is None


def test_trial_of_what_is_not_there(stage: Stage) -> None:
    """A test says what stands in the way, and leaves no trace."""
    stage.player.fall_asleep("box-1")
    assert trial(stage).reason is Reason.SPEAKER_MISSING
    stage.player.before = failing("state", NeedsPerson(Reason.RECONNECT))
    assert trial(stage).reason is Reason.RECONNECT
    assert stage.receipts.receipts() == ()


def test_trial_that_is_refused(stage: Stage) -> None:
    """A refusal is told, and nothing is left to be ended."""
    stage.player.before = failing("play", NeedsPerson(Reason.COMMAND_REFUSED))
    assert trial(stage).reason is Reason.COMMAND_REFUSED
    assert stage.receipts.receipts() == ()


def test_trial_that_is_silent(stage: Stage) -> None:
    """A speaker that takes commands and keeps silent is told so at once."""
    stage.player.mute.add("box-1")
    outcome = trial(stage)
    assert (outcome.playing, outcome.reason) == (False, Reason.NOT_CONFIRMED)
    assert stage.receipts.receipts() == ()


def test_visit_after_a_trial(stage: Stage) -> None:
    """A room's own start does not go on with what was tried."""
    trial(stage)
    assert stage.arrive(BATH).reason is Reason.STARTED
    assert stage.player.hears("anna") == BATH_MIX


def test_what_is_known_of_speakers(stage: Stage) -> None:
    """The list names what is there and what is remembered, heals ids, and warns of names that are shared."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.player.boxes["box-2"] = replace(KITCHEN_BOX, is_restricted=True)
    for twin in ("hall-1", "hall-2"):
        stage.player.boxes[twin] = replace(KITCHEN_BOX, id=twin, name="Hall")
    sights = stage.playback.speakers("anna")
    names = [(one.seen or one.known).name for one in sights if one.seen or one.known]  # type: ignore[union-attr]
    assert names == ["Bath", "Hall", "Hall", "Kitchen"]
    bath, hall, _, kitchen = sights
    assert bath.seen is None
    assert bath.known == stage.memory.speakers.known("anna", Speaker("Bath"))
    assert (hall.shares_name, hall.known) == (True, None)
    assert kitchen.known is not None
    assert (kitchen.known.is_restricted, kitchen.known.last_id) == (True, "box-2")
