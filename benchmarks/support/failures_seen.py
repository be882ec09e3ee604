"""What goes wrong in houses with music by remote control: each one as it was met in earnest."""

from collections.abc import Iterator
from datetime import timedelta

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending, Speaker
from spottypottysense.simulator.catalogue import tracks_of
from spottypottysense.simulator.demo_world import OWNER, PARTNER
from support.scenarios import PATIENT, Scenarios
from support.visits import MORNING, Visitors

PLAY = "/v1/me/player/play"
FAILURES = Scenarios()


@FAILURES.enter("works when tested, silent in the morning", "home-assistant/core#69306, spotcast#536")
def in_the_morning(house: Visitors) -> Iterator[None]:
    """Played by hand in the evening; nothing is active after the night."""
    house.lived_in()
    house.somebody("play", speaker="bathroom")
    house.somebody("pause")
    house.let_pass(timedelta(hours=9))
    yield


@FAILURES.enter(
    "asleep for good: only its own app or the network at home can wake it",
    "spotifyplus#13, spotcast#338",
    arrival=Reason.SPEAKER_ASLEEP,
)
def asleep(house: Visitors) -> Iterator[None]:
    """Known from earlier visits, so it sleeps; the cloud has no way to wake it."""
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@FAILURES.enter("asleep, wakes under a new id", "web-api#1059, spotcast#378", calls=PATIENT)
def wakes_anew(house: Visitors) -> Iterator[None]:
    """The transfer to the old id wakes it; the list tells the new one."""
    house.has_habits("bathroom", wakes_on_transfer=1, wakes_after=1, unstable_id=True)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@FAILURES.enter(
    "a transfer is accepted (202), the speaker comes up 2 s later", "spotify-web-api-node#385", calls=PATIENT
)
def accepted_and_wakes(house: Visitors) -> Iterator[None]:
    """The list is asked until it is there."""
    house.has_habits("bathroom", accepts_asleep=True, wakes_on_transfer=1, wakes_after=2)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@FAILURES.enter("the volume shows only while the speaker is active", "Web API reference")
def volume_unknown(house: Visitors) -> Iterator[None]:
    """It is set before the first note all the same."""
    house.has_habits("bathroom", null_volume=True, wake_volume=80)
    yield


@FAILURES.enter(
    "never seen: switched off, renamed or another account's",
    "spotcast#384",
    arrival=Reason.SPEAKER_MISSING,
    never=("play",),
)
def never_seen(house: Visitors) -> Iterator[None]:
    """Told apart from one that sleeps."""
    house.wants(speaker=Speaker("Attic speaker", "Speaker"))
    yield


@FAILURES.enter(
    "a receiver at home vanishes after a long pause", "raspotify#574", arrival=Reason.SPEAKER_ASLEEP
)
def idled_out(house: Visitors) -> Iterator[None]:
    """Its session has ended; only somebody at its app brings it back."""
    house.has_habits("bathroom", sleeps_after=1800)
    house.lived_in()
    house.let_pass(timedelta(hours=2))
    yield


@FAILURES.enter("an Echo: listed, the first play is not found", "spotifyplus#98, spotcast#403", calls=PATIENT)
def echo(house: Visitors) -> Iterator[None]:
    """The second try works."""
    house.has_habits("bathroom", first_play_404=True)
    yield


@FAILURES.enter("a Cast: listed, and never found", "spotcast#542, #543", arrival=Reason.SPEAKER_ASLEEP)
def cast(house: Visitors) -> Iterator[None]:
    """Nothing is promised: it ends in the honest reason."""
    house.has_habits("bathroom", cast_404=True)
    yield


@FAILURES.enter(
    "Sonos: not even listed",
    "home-assistant.io#27169, spotify-tui#426",
    arrival=Reason.SPEAKER_MISSING,
)
def unlisted(house: Visitors) -> Iterator[None]:
    """Only its maker's app can play there."""
    house.spotify.post("speakers", name="Sonos", is_restricted=True, quirks={"unlisted": True})
    house.wants(speaker=Speaker("Sonos", "Speaker"))
    yield


@FAILURES.enter("a single 502", "web-api#515")
def stumble(house: Visitors) -> Iterator[None]:
    """A read is asked again at once."""
    house.goes_wrong("server_error", status=502, count=1)
    yield


@FAILURES.enter("a burst of 503 that lasts", "web-api#670, #689", arrival=Reason.SPOTIFY_UNAVAILABLE)
def burst(house: Visitors) -> Iterator[None]:
    """A few tries, then time has to heal it."""
    house.goes_wrong("server_error")
    yield


@FAILURES.enter(
    "a 502 that hid a start",
    "Mincka/spotcast#54",
    arrival=Reason.SPOTIFY_UNAVAILABLE,
    departure=Reason.PAUSED,
    on="bathroom",
)
def hidden_start(house: Visitors) -> Iterator[None]:
    """Nobody asks twice; the next motion sees that the music is ours, and it is paused in the end."""
    house.goes_wrong("server_error", status=502, after=True, path=PLAY, count=1)
    yield
    again = house.playback.arrive(house.visits[-1])
    assert again.reason is Reason.ALREADY_PLAYING


@FAILURES.enter(
    "a burst of 503 when the room is empty",
    "web-api#670, #689",
    departure=Reason.SPOTIFY_UNAVAILABLE,
    after="bathroom",
    calls=14,
)
def burst_at_the_end(house: Visitors) -> Iterator[None]:
    """The receipt stays, so that the pause can be tried again."""
    yield
    house.goes_wrong("server_error")


@FAILURES.enter("the connection breaks while the pause is carried out", "web-api#515", calls=14)
def hidden_pause(house: Visitors) -> Iterator[None]:
    """To pause what is paused already is success."""
    yield
    house.goes_wrong("disconnect", after=True, path="/v1/me/player/pause", count=1)


@FAILURES.enter(
    "claimed by another account: listed for the partner only",
    "spotcast#384",
    arrival=Reason.SPEAKER_MISSING,
    never=("play", "transfer"),
)
def of_another_account(house: Visitors) -> Iterator[None]:
    """Spotify shows each account the speakers that are tied to it now."""
    house.spotify.post("speakers", name="Attic speaker", accounts=[PARTNER])
    house.wants(speaker=Speaker("Attic speaker", "Speaker"))
    yield


@FAILURES.enter(
    "listed without an id", "Web API reference", arrival=Reason.SPEAKER_MISSING, never=("play", "transfer")
)
def without_id(house: Visitors) -> Iterator[None]:
    """No command can name it."""
    house.has_habits("bathroom", null_id=True)
    yield


@FAILURES.enter(
    "the wrong speaker would play: the right one is missing, others are listed",
    "rivafarabi/deckboard#945, essentials-for-spotify#12",
    arrival=Reason.SPEAKER_ASLEEP,
)
def not_any(house: Visitors) -> Iterator[None]:
    """Never the first in the list, never the active one."""
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    house.somebody("play", speaker="kitchen")
    house.somebody("pause")
    yield


@FAILURES.enter(
    "two speakers of one name",
    "openhab-addons#5434",
    arrival=Reason.SPEAKER_AMBIGUOUS,
    never=("play", "transfer"),
)
def namesakes(house: Visitors) -> Iterator[None]:
    """Nobody guesses which one is meant."""
    house.spotify.post("speakers", name="Bathroom speaker", key="twin")
    yield


@FAILURES.enter("starting a context clears shuffle", "web-api#605, home-assistant/core#31933")
def shuffle_cleared(house: Visitors) -> Iterator[None]:
    """Shuffle is set after the start."""
    house.has_habits("bathroom", forgets_shuffle=True)
    yield
    assert house.heard().shuffle


@FAILURES.enter("always the same first song", "home-assistant/core#10423, homebridge-spotify-speaker#51")
def first_song(house: Visitors) -> Iterator[None]:
    """It begins somewhere in the playlist, whose length is known from the first visit."""
    house.lived_in()
    house.let_pass(timedelta(hours=1))
    yield
    songs = tracks_of(MORNING)
    assert house.first_item == songs[len(songs) // 2].uri


@FAILURES.enter("an artist has no length, and no place to begin at", "Web API reference")
def unknown_length(house: Visitors) -> Iterator[None]:
    """Shuffle and the next song, for a place cannot be chosen."""
    house.wants(content=MORNING.replace("playlist", "artist"))
    yield


@FAILURES.enter("it wakes at a volume of its own", "spotcast#135, sonn-audio/core#287, raspotify#56")
def volume_blast(house: Visitors) -> Iterator[None]:
    """Made active in silence, turned down, and only then played."""
    house.has_habits("bathroom", wake_volume=90)
    house.lived_in()
    house.let_pass(timedelta(hours=1))
    yield


@FAILURES.enter("the volume is not found before the speaker is active", "spotcast#413")
def volume_404(house: Visitors) -> Iterator[None]:
    """First active, then the volume."""
    house.has_habits("bathroom", inactive_volume_404=True)
    yield


@FAILURES.enter("a transfer that must be silent starts music", "spotifyplus#157", volume=None)
def loud_transfer(house: Visitors) -> Iterator[None]:
    """What was heard last sounds for a moment; then the room's music plays at its volume."""
    house.has_habits("bathroom", plays_on_transfer=True)
    house.somebody("play", speaker="iphone")
    house.somebody("pause")
    house.let_pass(timedelta(minutes=10))
    yield


@FAILURES.enter("the old song is heard for a moment before the new one", "spotifyplus#138", calls=PATIENT)
def old_song_first(house: Visitors) -> Iterator[None]:
    """Nothing is confirmed before it is the room's own music that plays."""
    house.somebody("volume", speaker="bathroom", percent=30)
    house.somebody("play", speaker="bathroom")
    house.somebody("pause")
    house.has_habits("bathroom", late=2)
    yield


@FAILURES.enter("fades: it wakes at a volume of its own", "spotcast#135", calls=18)
def fades(house: Visitors) -> Iterator[None]:
    """It rises from below; in the end the speaker is as loud as its people had it before."""
    house.has_habits("bathroom", wake_volume=90)
    house.wants(fades_in=True, ending=Ending.FADE)
    yield
    yield
    assert house.volume_of("bathroom") == 40


@FAILURES.enter("the grant's account plays nothing and has no session at all", "spotifyplus#66")
def first_ever(house: Visitors) -> Iterator[None]:
    """A transfer without session only makes the speaker active; a play with content follows."""
    assert house.heard(OWNER).content is None
    yield
