"""The widespread client library takes the simulator for Spotify."""

import spotipy  # type: ignore[import-untyped]
import urllib3
from spotipy.cache_handler import MemoryCacheHandler  # type: ignore[import-untyped]
from spotipy.oauth2 import SpotifyPKCE  # type: ignore[import-untyped]

from simulator.caller import REDIRECT, SCOPE, Caller
from spottypottysense.simulator.demo_world import PKCE_CLIENT_ID, playlist_uri


def test_spotipy_signs_in_and_plays(spotify: Caller) -> None:
    """PKCE sign-in, list of devices, play, state, pause and refresh work unchanged."""

    class Here(SpotifyPKCE):  # type: ignore[misc]
        OAUTH_AUTHORIZE_URL = f"{spotify.base}/authorize"
        OAUTH_TOKEN_URL = f"{spotify.base}/api/token"

    sign_in = Here(
        client_id=PKCE_CLIENT_ID,
        redirect_uri=REDIRECT,
        scope=SCOPE,
        open_browser=False,
        cache_handler=MemoryCacheHandler(),
        requests_timeout=5,
    )
    sent_back = urllib3.request("GET", sign_in.get_authorize_url(), redirect=False).headers["location"]
    sign_in.get_access_token(sign_in.parse_response_code(sent_back), check_cache=False)
    client = spotipy.Spotify(auth_manager=sign_in, retries=0, requests_timeout=5)
    client.prefix = f"{spotify.base}/v1/"

    devices = client.devices()["devices"]
    kitchen = next(each["id"] for each in devices if each["name"] == "Kitchen speaker")
    client.start_playback(device_id=kitchen, context_uri=playlist_uri("kitchen"), offset={"position": 2})
    client.volume(30, device_id=kitchen)
    client.shuffle(state=True)
    playing = client.current_playback()
    assert (playing["is_playing"], playing["device"]["volume_percent"]) == (True, 30)
    client.pause_playback(device_id=kitchen)
    assert not client.current_playback()["is_playing"]
    kept = sign_in.cache_handler.get_cached_token()
    assert sign_in.refresh_access_token(kept["refresh_token"])["refresh_token"] == kept["refresh_token"]
