"""Where in its content music begins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_MIX, MINUTE, NOON, QUIET
from playback.stage import Stage, failing
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Bookmark, ContentLength, FirstNote, Outcome, Start
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
STARTED = Outcome(playing=True, reason=Reason.STARTED, first_note=FirstNote(NOON, NOON))


def test_music_goes_on(stage: Stage) -> None:
    """Who comes back soon hears the song go on where it was."""
    stage.arrive()
    stage.clock.advance(MINUTE)
    stage.depart()
    stage.clock.advance(5 * MINUTE)
    assert stage.arrive().reason is Reason.RESUMED
    assert stage.player.starts[-1] is None
    assert stage.player.state("anna").position == MINUTE


def test_music_goes_on_in_another_player(stage: Stage) -> None:
    """Where Spotify has forgotten what was paused, the bookmark remembers."""
    stage.arrive()
    stage.clock.advance(MINUTE)
    stage.depart()
    stage.player.forget("anna")
    assert stage.arrive().reason is Reason.RESUMED
    assert stage.player.starts[-1] == Start(BATH_MIX, item=f"{BATH_MIX}#0", position=MINUTE)


def test_any_song(stage: Stage) -> None:
    """The first time one song is skipped, and the length is learnt; then chance chooses."""
    stage.player.lengths[BATH_MIX] = 40
    stage.arrive(ANYWHERE)
    assert stage.player.starts == [Start(BATH_MIX, skips=True)]
    assert stage.player.calls[-5:] == ["play", "state", "set_shuffle", "skip", "length"]
    assert stage.receipt().item == f"{BATH_MIX}#0"
    assert stage.memory.lengths.length(BATH_MIX) == ContentLength(BATH_MIX, 40, NOON)
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.arrive(ANYWHERE)
    assert stage.player.starts[-1] == Start(BATH_MIX, place=20)
    assert stage.player.calls.count("length") == 1
    stage.depart()
    stage.clock.advance(timedelta(days=1))
    stage.arrive(ANYWHERE)
    assert stage.player.calls.count("length") == 2


def test_length_that_nobody_tells(stage: Stage) -> None:
    """A question that fails is no failure of the start, and is not asked again before tomorrow."""
    stage.player.before = failing("length", Unavailable("No answer."))
    assert stage.arrive(ANYWHERE).playing
    assert stage.memory.lengths.length(BATH_MIX) == ContentLength(BATH_MIX, None, NOON)
    stage.memory.lengths.keep(ContentLength(BATH_MIX, 40, NOON - timedelta(days=2)))
    stage.depart()
    stage.clock.advance(MINUTE)
    assert stage.arrive(ANYWHERE).playing
    length = stage.memory.lengths.length(BATH_MIX)
    assert length == ContentLength(BATH_MIX, 40, NOON + MINUTE)


def test_song_that_is_not_there_any_more(stage: Stage) -> None:
    """A place that Spotify refuses is given up, and the content begins at its top."""
    stage.memory.lengths.keep(ContentLength(BATH_MIX, 40, NOON))
    stage.player.refuses_offsets = True
    assert stage.arrive(ANYWHERE).reason is Reason.STARTED
    assert stage.player.starts == [Start(BATH_MIX, place=20), Start(BATH_MIX)]
    assert stage.player.calls[4:8] == ["play", "state", "play", "state"]


def test_refused_place_that_plays_all_the_same(stage: Stage) -> None:
    """A refusal of what plays already starts nothing a second time."""
    stage.memory.bookmarks.keep(Bookmark("bath", "anna", BATH_MIX, f"{BATH_MIX}#3", MINUTE, NOON))
    stage.player.after = failing("play", NeedsPerson(Reason.COMMAND_REFUSED))
    assert stage.arrive().playing
    assert stage.player.calls.count("play") == 1


def test_content_that_is_refused(stage: Stage) -> None:
    """What Spotify refuses as such is not asked for twice, and leaves no receipt."""
    stage.player.before = failing("play", NeedsPerson(Reason.COMMAND_REFUSED))
    assert stage.arrive().reason is Reason.COMMAND_REFUSED
    assert stage.player.calls.count("play") == 1
    assert stage.receipts.receipts() == ()


@pytest.mark.parametrize(
    "error", [NeedsPerson(Reason.COMMAND_REFUSED), NotFound("speaker", "box-1"), Unavailable("No answer.")]
)
@pytest.mark.parametrize("step", ["set_shuffle", "skip"])
def test_order_of_the_songs_is_not_worth_the_receipt(stage: Stage, error: SpottyError, step: str) -> None:
    """When shuffle or skip fail the music plays all the same, and is paused in the end."""
    stage.player.before = failing(step, error)
    assert stage.arrive(ANYWHERE).playing
    assert stage.arrive(BATH).playing
    assert stage.depart().reason is Reason.PAUSED
