"""How loud music begins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, NOON, QUIET, SOFT
from playback.stage import Stage
from spottypottysense.playback.model import FirstNote, Outcome
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
STARTED = Outcome(playing=True, reason=Reason.STARTED, first_note=FirstNote(NOON, NOON))


@pytest.mark.parametrize("supports", [True, False])
def test_volume_is_left_alone(stage: Stage, supports: bool) -> None:
    """A room without a wish, and a speaker without a control, start without a word about volume."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, supports_volume=supports)
    visit = replace(BATH, wishes=replace(QUIET, volume=None)) if supports else BATH
    assert stage.arrive(visit).playing
    assert "set_volume" not in stage.player.calls
    assert stage.receipt().volume is None


def test_volume_that_shows_only_after_waking(stage: Stage) -> None:
    """Where the ceiling depends on a volume that nobody knows yet, it is looked at before the first note."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)
    stage.player.loud["box-1"] = 12
    visit = replace(BATH, wishes=replace(QUIET, volume=None, ceiling=20))
    assert stage.arrive(visit).playing
    assert stage.player.volumes == [("box-1", 12)]
    assert stage.player.calls[:4] == ["state", "speakers", "transfer", "state"]
    assert (stage.receipt().volume, stage.receipt().volume_before) == (12, 12)


def test_speaker_that_wakes_loud(stage: Stage) -> None:
    """A speaker that plays with a volume of its own is set right as soon as that shows."""
    stage.arrive()
    stage.depart()
    stage.player.loud["box-1"] = 80
    stage.player.volumes.clear()
    stage.arrive()
    assert stage.player.boxes["box-1"].volume == 30
    assert stage.player.volumes == [("box-1", 30)]


def test_fade_in(stage: Stage) -> None:
    """The first note is soft; three volumes make a fade, and the last one is looked at before."""
    assert stage.arrive(SOFT).playing
    assert [volume for _, volume in stage.player.volumes] == [10, 24, 40]
    assert stage.player.calls == [
        *("state", "speakers", "transfer", "set_volume", "play", "state", "set_shuffle"),
        *("set_volume", "state", "set_volume"),
    ]
    assert stage.waits == [timedelta(seconds=2)]
    assert (stage.receipt().volume, stage.receipt().volume_before) == (40, 50)


@pytest.mark.parametrize("deed", ["turns", "pauses"])
def test_fade_in_that_a_person_ends(stage: Stage, deed: str) -> None:
    """Who turns the volume or pauses while it rises is not overruled."""

    def act(name: str) -> None:
        if name == "set_volume" and len(stage.player.volumes) == 2:
            if deed == "turns":
                stage.player.person_turns("box-1", 15)
            else:
                stage.player.person_pauses("anna")

    stage.player.after = act
    assert stage.arrive(SOFT).playing
    assert [volume for _, volume in stage.player.volumes] == [10, 24]


def test_fade_in_of_a_speaker_that_tells_no_volume(stage: Stage) -> None:
    """Where nobody can tell who set it, the volume rises to what is wished for."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)

    def silent(_: str) -> None:
        stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)

    stage.player.after = silent
    stage.arrive(SOFT)
    assert [volume for _, volume in stage.player.volumes] == [10, 24, 40]
