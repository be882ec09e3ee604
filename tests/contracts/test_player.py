"""What every `Player` keeps its word on: the real one at a pretend Spotify, and the one that tests use."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from contracts.players import KITCHEN, MORNING, OWN, PretendScene, RealScene, Scene
from spottypottysense.errors import NotFound
from spottypottysense.playback.model import PlayerState, SeenSpeaker, Start
from spottypottysense.playback.ports import PlayerControls
from spottypottysense.simulator.demo_world import OWNER, PARTNER
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running

COMMANDS: dict[str, Callable[[PlayerControls, str], None]] = {
    "transfer": lambda player, speaker: player.transfer(OWNER, speaker),
    "hand over": lambda player, speaker: player.transfer(OWNER, speaker, play=True),
    "play": lambda player, speaker: player.play(OWNER, speaker, Start(MORNING)),
    "resume": lambda player, speaker: player.play(OWNER, speaker, None),
    "skip": lambda player, speaker: player.skip(OWNER, speaker),
    "pause": lambda player, speaker: player.pause(OWNER, speaker),
    "volume": lambda player, speaker: player.set_volume(OWNER, speaker, 5),
    "shuffle": lambda player, speaker: player.set_shuffle(OWNER, speaker, on=True),
}


@pytest.fixture(scope="module")
def spotify() -> Iterator[Remote]:
    """A pretend Spotify for the real player."""
    with running() as url:
        yield Remote(url)


@pytest.fixture(params=["spotify", "memory"])
def scene(request: pytest.FixtureRequest, spotify: Remote) -> Scene:
    """One player after the other, with a bathroom and a kitchen where nothing has played yet."""
    return RealScene(spotify) if request.param == "spotify" else PretendScene()


def where(state: PlayerState) -> str | None:
    """Return the id of the speaker that a state shows."""
    return state.speaker.id if state.speaker else None


def listed(scene: Scene, speaker_id: str) -> SeenSpeaker | None:
    """Return what the list shows of a speaker."""
    return next((each for each in scene.player.speakers(OWNER) if each.id == speaker_id), None)


def test_nothing_plays_at_first(scene: Scene) -> None:
    """An idle player shows nothing at all; both speakers are listed, and none is active."""
    assert scene.player.state(OWNER) == PlayerState()
    assert [bool(box and box.is_active) for box in map(listed, [scene] * 2, [scene.bath, scene.kitchen])] == [
        False,
        False,
    ]


def test_what_was_started_is_seen(scene: Scene) -> None:
    """The state shows content, song, place, speaker and its volume; other accounts see nothing of it."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    state = scene.player.state(OWNER)
    assert (state.is_playing, state.content, where(state)) == (True, MORNING, scene.bath)
    assert state.item is not None
    assert state.position is not None
    assert state.length is not None
    assert timedelta(0) <= state.position < state.length
    assert state.speaker is not None
    assert (state.speaker.is_active, state.speaker.volume) == (True, 40)
    box = listed(scene, scene.bath)
    assert box is not None
    assert box.is_active
    assert scene.player.state(PARTNER) == PlayerState()


def test_pause_keeps_what_was_there(scene: Scene) -> None:
    """After a pause the state still shows speaker, content and song; pausing again is success."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    before = scene.player.state(OWNER)
    scene.player.pause(OWNER, scene.bath)
    scene.player.pause(OWNER, scene.bath)
    after = scene.player.state(OWNER)
    assert (after.is_playing, after.content, after.item, where(after)) == (
        False,
        MORNING,
        before.item,
        scene.bath,
    )


def test_resuming_goes_on(scene: Scene) -> None:
    """Without a start the same song goes on, not before the place where it was paused."""
    scene.player.play(OWNER, scene.bath, Start(MORNING, place=2, position=timedelta(seconds=40)))
    scene.player.pause(OWNER, scene.bath)
    paused = scene.player.state(OWNER)
    scene.player.play(OWNER, scene.bath, None)
    state = scene.player.state(OWNER)
    assert (state.is_playing, state.content, state.item) == (True, MORNING, paused.item)
    assert state.position is not None
    assert paused.position is not None
    assert state.position >= paused.position >= timedelta(seconds=40)


def test_a_start_begins_where_it_says(scene: Scene) -> None:
    """By number, or at a song that was heard before and a place in it."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    first = scene.player.state(OWNER).item
    scene.player.play(OWNER, scene.bath, Start(MORNING, place=3))
    fourth = scene.player.state(OWNER).item
    assert fourth not in (None, first)
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.play(OWNER, scene.bath, Start(MORNING, item=fourth, position=timedelta(seconds=50)))
    state = scene.player.state(OWNER)
    assert state.item == fourth
    assert state.position is not None
    assert state.position >= timedelta(seconds=50)


def test_a_skip_goes_to_another_song(scene: Scene) -> None:
    """Of the same content, on the same speaker."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    before = scene.player.state(OWNER)
    scene.player.skip(OWNER, scene.bath)
    after = scene.player.state(OWNER)
    assert after.item not in (None, before.item)
    assert (after.is_playing, after.content, where(after)) == (True, MORNING, scene.bath)


def test_an_account_plays_in_one_place(scene: Scene) -> None:
    """A start elsewhere ends what played before; each account has its own music."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.play(OWNER, scene.kitchen, Start(KITCHEN))
    state = scene.player.state(OWNER)
    assert (where(state), state.content) == (scene.kitchen, KITCHEN)
    scene.person_plays(PARTNER, scene.bath, OWN)
    assert where(scene.player.state(OWNER)) == scene.kitchen
    assert where(scene.player.state(PARTNER)) == scene.bath


def test_a_transfer_without_music_only_makes_active(scene: Scene) -> None:
    """Where nothing ever played there is nothing to be heard."""
    scene.player.transfer(OWNER, scene.bath)
    assert not scene.player.state(OWNER).is_playing
    assert where(scene.player.state(OWNER)) == scene.bath


def test_a_transfer_of_silence_stays_silent(scene: Scene) -> None:
    """What is paused goes along, and nothing starts."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.pause(OWNER, scene.bath)
    scene.player.transfer(OWNER, scene.kitchen)
    state = scene.player.state(OWNER)
    assert (state.is_playing, where(state)) == (False, scene.kitchen)


def test_music_goes_along_with_a_transfer(scene: Scene) -> None:
    """The same song of the same content goes on at the other speaker."""
    scene.player.play(OWNER, scene.bath, Start(MORNING, place=2))
    before = scene.player.state(OWNER)
    scene.player.transfer(OWNER, scene.kitchen, play=True)
    after = scene.player.state(OWNER)
    assert (after.is_playing, where(after)) == (True, scene.kitchen)
    assert (after.content, after.item) == (before.content, before.item)


def test_paused_music_goes_on_with_a_transfer_that_says_so(scene: Scene) -> None:
    """What was silent is heard on the other speaker."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.pause(OWNER, scene.bath)
    scene.player.transfer(OWNER, scene.kitchen, play=True)
    state = scene.player.state(OWNER)
    assert (state.is_playing, state.content, where(state)) == (True, MORNING, scene.kitchen)


def test_a_pause_is_for_one_speaker(scene: Scene) -> None:
    """What plays on another one goes on, and it is no error."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.pause(OWNER, scene.kitchen)
    state = scene.player.state(OWNER)
    assert (state.is_playing, where(state)) == (True, scene.bath)


def test_a_speaker_plays_for_one_account(scene: Scene) -> None:
    """Whoever starts music there ends the music of another account."""
    scene.person_plays(PARTNER, scene.bath, OWN)
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    assert scene.player.state(OWNER).is_playing
    assert not scene.player.state(PARTNER).is_playing


def test_volume_and_shuffle_are_seen(scene: Scene) -> None:
    """In the state, and in the list of speakers."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.player.set_volume(OWNER, scene.bath, 17)
    scene.player.set_shuffle(OWNER, scene.bath, on=True)
    state = scene.player.state(OWNER)
    assert state.speaker is not None
    assert (state.speaker.volume, state.shuffle) == (17, True)
    box = listed(scene, scene.bath)
    assert box is not None
    assert box.volume == 17
    scene.player.set_shuffle(OWNER, scene.bath, on=False)
    assert not scene.player.state(OWNER).shuffle


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_speaker_that_nobody_knows_is_not_found(
    scene: Scene, command: Callable[[PlayerControls, str], None]
) -> None:
    """Every command says so, and nothing is heard."""
    with pytest.raises(NotFound):
        command(scene.player, "0" * 40)
    assert not scene.player.state(OWNER).is_playing


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_speaker_that_sleeps_is_not_found(
    scene: Scene, command: Callable[[PlayerControls, str], None]
) -> None:
    """It leaves the list, and what played on it is not heard any more."""
    scene.player.play(OWNER, scene.bath, Start(MORNING))
    scene.fall_asleep(scene.bath)
    assert listed(scene, scene.bath) is None
    assert not scene.player.state(OWNER).is_playing
    with pytest.raises(NotFound):
        command(scene.player, scene.bath)


def test_what_people_do_is_seen(scene: Scene) -> None:
    """Music that a person starts or pauses shows like any other."""
    scene.person_plays(OWNER, scene.kitchen, OWN)
    state = scene.player.state(OWNER)
    assert (state.is_playing, state.content, where(state)) == (True, OWN, scene.kitchen)
    scene.person_pauses(OWNER)
    state = scene.player.state(OWNER)
    assert (state.is_playing, state.content) == (False, OWN)


def test_lengths(scene: Scene) -> None:
    """An artist has none, whatever else is told."""
    assert scene.player.length(OWNER, MORNING.replace("playlist", "artist")) is None
