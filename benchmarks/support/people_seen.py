"""What people do with their own hands before, during and after a visit."""

from collections.abc import Iterator
from datetime import timedelta

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending
from spottypottysense.simulator.demo_world import PARTNER, playlist_uri
from support.scenarios import Scenarios
from support.visits import MORNING, Visitors

PEOPLE = Scenarios()


@PEOPLE.enter(
    "would steal the music from a phone",
    "one playback session per account",
    arrival=Reason.OWN_MUSIC,
    on="iphone",
    after="iphone",
    calls=2,
)
def own_music(house: Visitors) -> Iterator[None]:
    """Somebody's own music is left alone."""
    house.somebody("play", speaker="iphone")
    yield


@PEOPLE.enter(
    "another account plays on the speaker",
    "one account at a time per speaker",
    arrival=Reason.SPEAKER_TAKEN,
    calls=6,
    never=("play", "transfer"),
)
def taken(house: Visitors) -> Iterator[None]:
    """The partner's music is left alone too."""
    house.others = (PARTNER,)
    house.somebody("play", PARTNER, speaker="bathroom")
    yield


@PEOPLE.enter("comes back before Spotify has forgotten the song", "web-api#1373", Reason.RESUMED)
def back_at_once(house: Visitors) -> Iterator[None]:
    """The player still holds it: it goes on."""
    song = house.was_here(timedelta(minutes=1))
    yield
    assert house.first_item == song


@PEOPLE.enter("comes back after Spotify has forgotten the song", "web-api#1373", Reason.RESUMED)
def back_later(house: Visitors) -> Iterator[None]:
    """A silent session is forgotten after two minutes; the bookmark knows song and place."""
    song = house.was_here(timedelta(minutes=5))
    yield
    assert house.first_item == song


@PEOPLE.enter("comes back to an artist after Spotify has forgotten the song", "Web API reference")
def back_to_an_artist(house: Visitors) -> Iterator[None]:
    """There is no place to go on at, and nobody says that there was."""
    house.wants(content=MORNING.replace("playlist", "artist"))
    house.was_here(timedelta(minutes=5))
    yield


@PEOPLE.enter(
    "somebody plays his own music during the visit",
    "one playback session per account",
    departure=Reason.USER_TOOK_OVER,
    after="iphone",
    never=("pause",),
)
def taken_over(house: Visitors) -> Iterator[None]:
    """It is not paused when the visit ends."""
    yield
    house.somebody("play", speaker="iphone", context_uri=playlist_uri("evening"))


@PEOPLE.enter(
    "somebody takes the music along to another speaker",
    "one playback session per account",
    departure=Reason.USER_TOOK_OVER,
    after="living-room",
    never=("pause",),
)
def taken_along(house: Visitors) -> Iterator[None]:
    """Music that a person moved is his."""
    yield
    house.somebody("transfer", speaker="living-room")


@PEOPLE.enter("somebody skips songs and turns the volume", "people")
def still_ours(house: Visitors) -> Iterator[None]:
    """It is still what we started, and is paused; the volume stays as the person likes it."""
    yield
    house.somebody("skip")
    house.somebody("volume", percent=45)
    yield
    assert house.volume_of("bathroom") == 45


@PEOPLE.enter("fades: somebody turns it up meanwhile", "people", volume=None, calls=18)
def turned_up(house: Visitors) -> Iterator[None]:
    """What a person set is what he finds."""
    house.wants(fades_in=True, ending=Ending.FADE)
    yield
    house.somebody("volume", percent=45)
    yield
    assert house.volume_of("bathroom") == 45


@PEOPLE.enter(
    "the partner's music ousts ours",
    "one account at a time per speaker",
    departure=Reason.ALREADY_SILENT,
    never=("pause",),
)
def ousted(house: Visitors) -> Iterator[None]:
    """Nothing of ours is left to pause."""
    yield
    house.somebody("play", PARTNER, speaker="bathroom")
