"""Answers with which Spotify refuses, or only seems to accept, a command: as met in earnest."""

from collections.abc import Iterator
from datetime import timedelta

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker
from spottypottysense.simulator.catalogue import tracks_of
from spottypottysense.simulator.demo_world import OWNER, playlist_uri
from support.scenarios import PATIENT, Scenarios
from support.visits import MORNING, Visitors

PLAY = "/v1/me/player/play"
REFUSALS = Scenarios()


@REFUSALS.enter("no active device: nothing played for hours", "web-api#924, home-assistant/core#69306")
def nothing_active(house: Visitors) -> Iterator[None]:
    """Every command names its speaker, so that none needs an active one."""
    house.lived_in()
    house.let_pass(timedelta(hours=9))
    yield


@REFUSALS.enter("device not found: its id has changed", "web-api#1059, spotcast#509")
def another_id(house: Visitors) -> Iterator[None]:
    """The name finds it; the new id is kept."""
    house.has_habits("bathroom", unstable_id=True)
    house.lived_in()
    house.happens_to("bathroom", "reboot")
    yield


@REFUSALS.enter("device not found: asleep, wakes on the second transfer", "spotcast#378", calls=PATIENT)
def second_transfer(house: Visitors) -> Iterator[None]:
    """One transfer is not always enough."""
    house.has_habits("bathroom", wakes_on_transfer=2)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@REFUSALS.enter("device not found: listed some seconds after the transfer", "spotifyplus#98", calls=PATIENT)
def wakes_slowly(house: Visitors) -> Iterator[None]:
    """The list is asked again for a few seconds."""
    house.has_habits("bathroom", wakes_on_transfer=1, wakes_after=3)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@REFUSALS.enter(
    "restriction violated: a person has paused already",
    "web-api#1433",
    departure=Reason.USER_PAUSED,
    never=("pause(403)",),
)
def paused_already(house: Visitors) -> Iterator[None]:
    """What is silent is not paused again."""
    house.lived_in()
    yield
    house.somebody("pause")


@REFUSALS.enter(
    "restriction violated: an unplayable song", "web-api#1433, spotifyplus#99", arrival=Reason.COMMAND_REFUSED
)
def unplayable(house: Visitors) -> Iterator[None]:
    """The refusal stands if the music does not play after it."""
    house.goes_wrong("restriction", path=PLAY)
    yield


@REFUSALS.enter("premium required: a free account", "web-api#1219", arrival=Reason.PREMIUM_REQUIRED)
def free(house: Visitors) -> Iterator[None]:
    """Asked twice, for it may be a glitch."""
    house.goes_wrong("premium_transient")
    yield


@REFUSALS.enter("premium required: a glitch that is gone on retry", "spotifyplus#237")
def premium_glitch(house: Visitors) -> Iterator[None]:
    """Asked once more, it works."""
    house.goes_wrong("premium_transient", count=1)
    yield


@REFUSALS.enter(
    "cannot control device volume: a phone",
    "Flow.Launcher.Plugin.SpotifyPremium#16, nocturne-ui#25",
    on="iphone",
    volume=None,
    never=("volume", "volume(403)"),
)
def phone(house: Visitors) -> Iterator[None]:
    """It plays at the volume that it has."""
    house.wants(speaker=Speaker("Alex's iPhone", "Smartphone"))
    yield


@REFUSALS.enter(
    "restricted device: Sonos, listed",
    "spotifyplus#28",
    arrival=Reason.SPEAKER_RESTRICTED,
    never=("play", "play(403)"),
)
def restricted(house: Visitors) -> Iterator[None]:
    """Told as what it is, without a try."""
    house.spotify.post("speakers", name="Sonos", is_restricted=True)
    house.wants(speaker=Speaker("Sonos", "Speaker"))
    yield


@REFUSALS.enter("access token expired", "web-api#672")
def expired(house: Visitors) -> Iterator[None]:
    """A new one is taken and the call made again, once."""
    house.lived_in()
    house.spotify.post("expire_access", account=OWNER)
    yield


@REFUSALS.enter(
    "permissions missing: consented without playback", "spotipy#684", arrival=Reason.SCOPE_MISSING
)
def no_scope(house: Visitors) -> Iterator[None]:
    """Only a new consent helps."""
    house.scope = "user-read-playback-state"
    yield


@REFUSALS.enter("access token missing: a glitch", "spotifyplus#237")
def overlooked(house: Visitors) -> Iterator[None]:
    """A valid header was overlooked; the retry works."""
    house.goes_wrong("access_token_missing", count=1)
    yield


@REFUSALS.enter("forbidden: a playlist of somebody else has no length", "cliamp#54")
def not_told(house: Visitors) -> Iterator[None]:
    """It begins with shuffle, and one song on: not always the same first one."""
    house.wants(content=playlist_uri("sleep"))
    yield
    assert house.heard().item != tracks_of(playlist_uri("sleep"))[0].uri


@REFUSALS.enter("malformed json", "spotify-dart#185", arrival=Reason.COMMAND_REFUSED)
def malformed(house: Visitors) -> Iterator[None]:
    """Told as a refusal, and nothing is left behind."""
    house.goes_wrong("malformed_json", path=PLAY)
    yield


@REFUSALS.enter("accepted, with text where nothing should be", "spotify-web-api-ts-sdk#127")
def opaque(house: Visitors) -> Iterator[None]:
    """Any 2xx is a command accepted."""
    house.goes_wrong("opaque_2xx")
    yield


@REFUSALS.enter(
    "accepted for a sleeping device, in vain (202)",
    "spotify-web-api-node#385, #309",
    arrival=Reason.SPEAKER_ASLEEP,
)
def accepted_asleep(house: Visitors) -> Iterator[None]:
    """Only the state proves that music plays."""
    house.has_habits("bathroom", accepts_asleep=True)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    yield


@REFUSALS.enter("accepted, without effect", "web-api#631", arrival=Reason.NOT_CONFIRMED, calls=26)
def no_effect(house: Visitors) -> Iterator[None]:
    """204, and silence."""
    house.goes_wrong("no_effect", path=PLAY)
    yield


@REFUSALS.enter("accepted, the effect comes 2 s later", "web-api#631", calls=PATIENT)
def late(house: Visitors) -> Iterator[None]:
    """The state is asked again before the command is doubted."""
    house.has_habits("bathroom", late=2)
    yield


@REFUSALS.enter("slow down (429)", "spoton#155", arrival=Reason.RATE_LIMITED, calls=2)
def rate_limited(house: Visitors) -> Iterator[None]:
    """A command that comes late does harm: nobody waits, nobody asks again."""
    house.goes_wrong("rate_limited", retry_after=30)
    yield


@REFUSALS.enter(
    "already playing: somebody comes back before the room was empty",
    "web-api#1433",
    arrival=Reason.ALREADY_PLAYING,
    calls=3,
    never=("play", "play(403)"),
)
def playing_already(house: Visitors) -> Iterator[None]:
    """Our own music goes on."""
    house.playback.arrive(house.visit())
    assert house.heard().content == MORNING
    yield
