"""What a visit asks of Spotify: many rooms share one quota."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_MIX, NOON, QUIET
from playback.stage import Stage
from spottypottysense.playback.model import ContentLength, Visit
from spottypottysense.sensors.model import Beginning, Ending

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
SOFT = replace(ANYWHERE, wishes=replace(ANYWHERE.wishes, fades_in=True, ending=Ending.FADE))


@pytest.mark.parametrize(
    ("visit", "resets_shuffle", "cold", "warm"),
    [(ANYWHERE, False, 9, 5), (ANYWHERE, True, 9, 6), (SOFT, False, 15, 12)],
)
def test_calls_of_a_visit(stage: Stage, visit: Visit, resets_shuffle: bool, cold: int, warm: int) -> None:
    """A warm visit takes at most six calls and a cold one nine; coming and going softly takes six more."""

    def reset(name: str) -> None:
        if name == "play" and resets_shuffle:
            stage.player.shuffle["anna"] = False

    stage.player.after = reset
    stage.memory.lengths.keep(ContentLength(BATH_MIX, 40, NOON))
    assert _calls(stage, visit) == cold
    stage.clock.advance(timedelta(hours=1))
    assert _calls(stage, visit) == warm


def _calls(stage: Stage, visit: Visit) -> int:
    assert stage.arrive(visit).playing
    stage.clock.advance(timedelta(minutes=5))
    assert not stage.depart().playing
    return len(stage.calls())
