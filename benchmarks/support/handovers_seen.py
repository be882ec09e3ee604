"""What goes wrong when music goes along from the kitchen to the bathroom: the same habits again."""

from collections.abc import Iterator

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker
from spottypottysense.simulator.demo_world import OWNER, PARTNER
from support.scenarios import Scenarios
from support.visits import Visitors

HANDOVERS = Scenarios()


@HANDOVERS.enter("hand-over: the song goes along", "one playback session per account", Reason.HANDED_OVER)
def goes_along(house: Visitors) -> Iterator[None]:
    """The receipt is the bathroom's now; nothing is left to end in the kitchen."""
    kitchen = house.plays_in_the_kitchen()
    yield
    ended = house.playback.depart(OWNER, kitchen.session_id)
    assert ended.reason is Reason.ALREADY_SILENT
    assert house.heard().speaker == "bathroom"


@HANDOVERS.enter(
    "hand-over: the new speaker sleeps",
    "spotifyplus#13",
    Reason.SPEAKER_ASLEEP,
    on="kitchen",
    after="kitchen",
    never=("pause",),
)
def asleep(house: Visitors) -> Iterator[None]:
    """The music stays where it is."""
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    house.plays_in_the_kitchen()
    yield


@HANDOVERS.enter(
    "hand-over: the new speaker would wake if it were addressed",
    "spotcast#378",
    Reason.SPEAKER_ASLEEP,
    on="kitchen",
    after="kitchen",
    never=("transfer", "transfer(404)", "pause"),
)
def would_wake(house: Visitors) -> Iterator[None]:
    """A transfer brings along what plays, heard or not: the music stays, and is the kitchen's to pause."""
    house.has_habits("bathroom", wakes_on_transfer=2)
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    kitchen = house.plays_in_the_kitchen()
    yield
    yield
    ended = house.playback.depart(OWNER, kitchen.session_id)
    assert ended.reason is Reason.PAUSED


@HANDOVERS.enter(
    "hand-over: the new speaker is restricted",
    "spotifyplus#28",
    Reason.SPEAKER_RESTRICTED,
    on="kitchen",
    after="kitchen",
    never=("transfer", "pause"),
)
def restricted(house: Visitors) -> Iterator[None]:
    """The music stays where it is."""
    house.spotify.post("speakers", name="Sonos", is_restricted=True)
    house.plays_in_the_kitchen()
    house.wants(speaker=Speaker("Sonos", "Speaker"))
    yield


@HANDOVERS.enter(
    "hand-over: another account plays on the new speaker",
    "one account at a time per speaker",
    Reason.SPEAKER_TAKEN,
    on="kitchen",
    after="kitchen",
    never=("transfer", "pause"),
)
def taken(house: Visitors) -> Iterator[None]:
    """Neither music is touched."""
    house.plays_in_the_kitchen()
    house.others = (PARTNER,)
    house.somebody("play", PARTNER, speaker="bathroom")
    yield
    assert house.heard(PARTNER).speaker == "bathroom"


@HANDOVERS.enter("hand-over: the music comes 2 s later", "web-api#631", Reason.HANDED_OVER, calls=14)
def late(house: Visitors) -> Iterator[None]:
    """The state is asked again before anything is told."""
    house.has_habits("bathroom", late=2)
    house.plays_in_the_kitchen()
    yield


@HANDOVERS.enter(
    "hand-over: the connection breaks, and the music went along",
    "web-api#515",
    Reason.HANDED_OVER,
    calls=14,
)
def broken_off(house: Visitors) -> Iterator[None]:
    """Moving once more changes nothing."""
    house.happens_to("bathroom", "volume", percent=30)
    house.plays_in_the_kitchen()
    house.goes_wrong("disconnect", after=True, method="PUT", path="/v1/me/player", count=1)
    yield


@HANDOVERS.enter(
    "hand-over: the new speaker wakes at a volume of its own", "spotcast#135", Reason.HANDED_OVER, volume=None
)
def volume_blast(house: Visitors) -> Iterator[None]:
    """It is set right as soon as it is heard."""
    house.has_habits("bathroom", wake_volume=90)
    house.plays_in_the_kitchen()
    yield
    assert house.heard().volume == 30


@HANDOVERS.enter(
    "hand-over: no volume before the speaker is active", "spotcast#413", Reason.HANDED_OVER, volume=None
)
def volume_404(house: Visitors) -> Iterator[None]:
    """Set once more where it plays."""
    house.has_habits("bathroom", inactive_volume_404=True)
    house.plays_in_the_kitchen()
    yield
    assert house.heard().volume == 30
