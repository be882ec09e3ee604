"""Beginning music over a player that behaves as people's speakers do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, BATH_MIX, NOON, QUIET
from playback.stage import Stage, failing
from spottypottysense.errors import NeedsPerson, Unavailable
from spottypottysense.playback.model import FirstNote, Outcome, Visit
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning, Speaker

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
STARTED = Outcome(playing=True, reason=Reason.STARTED, first_note=FirstNote(NOON, NOON))


def test_cold_start(stage: Stage) -> None:
    """The speaker is made active and set low before the first note, and the music is confirmed."""
    assert stage.arrive() == STARTED
    cold = ["state", "speakers", "transfer", "set_volume", "play", "state", "set_shuffle"]
    assert stage.player.calls == cold
    assert stage.player.hears("anna") == BATH_MIX
    receipt = stage.receipt()
    assert (receipt.session_id, receipt.room_id, receipt.speaker_id) == ("s1", "bath", "box-1")
    assert (receipt.confirmed, receipt.item) == (True, f"{BATH_MIX}#0")
    assert (receipt.volume, receipt.volume_before) == (30, 50)
    assert stage.playback.receipts() == (receipt,)


def test_warm_start(stage: Stage) -> None:
    """A speaker that is active under its known id, with volume and shuffle right, is asked three times."""
    stage.arrive()
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.calls()
    assert stage.arrive().reason is Reason.STARTED
    assert stage.calls() == ["state", "play", "state"]


def test_shuffle_that_a_start_resets(stage: Stage) -> None:
    """Shuffle that was on and is found off is switched on once more."""
    stage.arrive()
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.calls()

    def reset(name: str) -> None:
        if name == "play":
            stage.player.shuffle["anna"] = False

    stage.player.after = reset
    stage.arrive()
    assert stage.calls() == ["state", "play", "state", "set_shuffle"]


def test_nothing_is_shuffled_before_our_music_is_heard(stage: Stage) -> None:
    """A command that follows a start without effect would hit what a person plays."""
    stage.player.person_plays("anna", "box-1", "theirs")
    stage.player.person_pauses("anna")
    stage.player.lag = 1
    stage.arrive()
    assert stage.player.calls[-3:] == ["state", "state", "set_shuffle"]


def test_twins_are_told_apart_by_the_list(stage: Stage) -> None:
    """An active speaker of the right name spares the list only under the id that is known."""
    stage.player.boxes["twin"] = replace(BATH_BOX, id="twin")
    stage.player.person_plays("anna", "twin", "theirs")
    stage.player.person_pauses("anna")
    outcome = stage.arrive()
    assert outcome.reason is Reason.SPEAKER_AMBIGUOUS
    assert "play" not in stage.player.calls
    first = replace(BATH, wishes=replace(QUIET, speaker=Speaker("Bath", last_id="box-1")))
    assert stage.arrive(first).playing
    assert stage.receipt().speaker_id == "box-1"


def test_receipt_comes_before_the_music(stage: Stage) -> None:
    """When anything is asked of the speaker its receipt is stored, with the volume that it will have."""
    seen = []
    stage.player.before = lambda name: seen.append((name, stage.receipts.receipt("anna")))
    stage.arrive()
    written = dict(reversed(seen))
    assert written["speakers"] is None
    for step in ("transfer", "set_volume", "play"):
        receipt = written[step]
        assert receipt is not None
        assert (receipt.confirmed, receipt.speaker_id, receipt.volume) == (False, "box-1", 30)


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (replace(BATH, account=None), Reason.NO_ACCOUNT),
        (replace(BATH, wishes=replace(QUIET, speaker=None)), Reason.NO_SPEAKER),
        (replace(BATH, wishes=replace(QUIET, content=None)), Reason.NO_CONTENT),
    ],
)
def test_unfinished_room(stage: Stage, visit: Visit, reason: Reason) -> None:
    """A wish that was taken back meanwhile is an outcome with its reason."""
    outcome = stage.arrive(visit)
    assert (outcome.playing, outcome.reason) == (False, reason)
    assert "play" not in stage.player.calls


@pytest.mark.parametrize("step", ["transfer", "set_volume", "play"])
def test_refused_command_leaves_no_receipt(stage: Stage, step: str) -> None:
    """What Spotify refused did not start: there is nothing to prove."""
    stage.player.before = failing(step, NeedsPerson(Reason.PREMIUM_REQUIRED))
    assert stage.arrive().reason is Reason.PREMIUM_REQUIRED
    assert stage.receipts.receipts() == ()
    assert stage.player.hears("anna") is None


@pytest.mark.parametrize("step", ["play", "state"])
def test_answer_that_is_lost(stage: Stage, step: str) -> None:
    """A command whose answer never came may have worked: the receipt stays, and the music is ours."""

    def lose(name: str) -> None:
        if name == step and "play" in stage.player.calls:
            raise Unavailable("No answer.")

    stage.player.after = lose
    outcome = stage.arrive()
    assert (outcome.playing, outcome.reason) == (False, Reason.SPOTIFY_UNAVAILABLE)
    stage.player.after = lambda _: None
    assert stage.arrive().reason is Reason.ALREADY_PLAYING
    assert stage.depart().reason is Reason.PAUSED


@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize("step", ["transfer", "set_volume", "play", "set_shuffle"])
def test_crash_while_it_starts(stage: Stage, crash: str, step: str) -> None:
    """Wherever the process dies, music that plays has a receipt, and the visit's end pauses it."""
    setattr(stage.player, crash, failing(step, Crash()))
    with pytest.raises(Crash):
        stage.arrive()
    setattr(stage.player, crash, lambda _: None)
    assert stage.receipt().session_id == "s1"
    stage.depart()
    assert stage.player.hears("anna") is None
    assert stage.receipts.receipts() == ()


class Crash(Exception):
    """The process dies here."""
