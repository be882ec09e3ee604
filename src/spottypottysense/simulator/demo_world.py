"""A home to begin with: two people, four speakers, a phone, some playlists and one app in two shapes."""

from datetime import datetime

from spottypottysense.simulator.catalogue import Playlist, spotify_id
from spottypottysense.simulator.speakers import Quirks, Speaker
from spottypottysense.simulator.world import World

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"  # noqa: S105  opens the pretend Spotify only
PKCE_CLIENT_ID = "demo-pkce"
OWNER, PARTNER = "alex", "sam"
REDIRECT_URIS = ("http://127.0.0.1/callback", "http://127.0.0.1/spotify/callback", "http://[::1]/callback")
PLAYLISTS = {
    "morning": ("Morning in the bathroom", OWNER),
    "kitchen": ("Cooking together", OWNER),
    "evening": ("Evening on the sofa", OWNER),
    "sleep": ("Falling asleep", PARTNER),
    "focus": ("Deep focus", PARTNER),
}


def playlist_uri(name: str) -> str:
    """Return the uri of one of `PLAYLISTS`, for example of "morning"."""
    return f"spotify:playlist:{spotify_id(f'demo playlist {name}')}"


def _speaker(key: str, name: str, accounts: set[str], now: datetime) -> Speaker:
    return Speaker(key, name, "Speaker", 40, now, accounts)


def furnish(world: World) -> World:
    """Put the demo's people and things into an empty world and return it."""
    world.add_account(OWNER, name="Alex Demo")
    world.add_account(PARTNER, name="Sam Demo")
    world.add_app(CLIENT_ID, name="SpottyPottySense demo", secret=CLIENT_SECRET, redirect_uris=REDIRECT_URIS)
    world.add_app(PKCE_CLIENT_ID, name="SpottyPottySense demo (PKCE)", redirect_uris=REDIRECT_URIS)
    now = world.now()
    both = {OWNER, PARTNER}
    for key in ("bathroom", "kitchen", "living-room", "bedroom"):
        name = f"{key.replace('-', ' ').capitalize()} speaker"
        world.add_speaker(_speaker(key, name, set(both), now))
    phone = Speaker("iphone", "Alex's iPhone", "Smartphone", 60, now, {OWNER})
    phone.supports_volume = False
    phone.quirks = Quirks(unstable_id=True)
    world.add_speaker(phone)
    for key, (name, owner) in PLAYLISTS.items():
        world.add_playlist(Playlist(spotify_id(f"demo playlist {key}"), name, owner))
    return world
