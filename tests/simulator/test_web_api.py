"""The Web API's door: who may call, and what else it answers."""

import pytest

from simulator.caller import Caller, refusal
from spottypottysense.simulator.catalogue import tracks_of
from spottypottysense.simulator.demo_world import CLIENT_ID, playlist_uri


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", (401, "No token provided", "")),
        ("Basic abc", (400, "Only valid bearer authentication supported", "")),
        ("Bearer ", (400, "Only valid bearer authentication supported", "")),
        ("Bearer nonsense", (401, "Invalid access token", "")),
    ],
)
def test_bearer(spotify: Caller, header: str, expected: tuple[int, str, str]) -> None:
    """A call needs a bearer token that was given out."""
    headers = {"authorization": header} if header else {}
    assert refusal(spotify.http.request("GET", f"{spotify.base}/v1/me", headers=headers)) == expected


def test_access_tokens_expire(spotify: Caller) -> None:
    """An access token dies by the clock, or when a test says so."""
    expired = (401, "The access token expired", "")
    fresh = spotify.grant("sam")["access_token"]
    spotify.control("POST", "expire_access", account="alex")
    assert refusal(spotify.call("GET", "/v1/me")) == expired
    assert spotify.call("GET", "/v1/me", token=fresh).status == 200
    spotify.control("POST", "clock", advance=3600)
    assert refusal(spotify.call("GET", "/v1/me", token=fresh)) == expired


def test_scopes(spotify: Caller) -> None:
    """Reading and commanding the player are two permissions; who one is needs none."""
    token = spotify.grant(scope="user-read-playback-state")["access_token"]
    assert spotify.call("GET", "/v1/me/player", token=token).status == 204
    assert refusal(spotify.call("PUT", "/v1/me/player/pause", token=token)) == (
        401,
        "Permissions missing",
        "",
    )
    token = spotify.grant(scope="user-modify-playback-state")["access_token"]
    assert refusal(spotify.call("GET", "/v1/me/player/devices", token=token)) == (
        401,
        "Permissions missing",
        "",
    )
    assert spotify.call("GET", "/v1/me", token=token).json()["account_id"]


def test_allowlist(spotify: Caller) -> None:
    """Who is not on the app's allowlist can sign in and then gets plain text."""
    app = {"client_id": CLIENT_ID, "secret": "demo-secret", "redirect_uris": ["http://127.0.0.1/callback"]}
    spotify.control("POST", "apps", **app, allowlist=["sam"])
    granted = spotify.exchange(spotify.code())
    assert granted.status == 200
    reply = spotify.call("GET", "/v1/me", token=granted.json()["access_token"])
    assert (reply.status, reply.headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert reply.data.startswith(b"User not registered in the Developer Dashboard")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404),
        ("POST", "/v1/me/player/play", 405),
        ("GET", "/v1/playlists/unknown", 404),
        ("GET", "/nowhere", 404),
    ],
)
def test_unknown(spotify: Caller, method: str, path: str, status: int) -> None:
    """What there is not is a 404, a wrong method a 405."""
    assert spotify.call(method, path).status == status


def test_playlists(spotify: Caller) -> None:
    """Names are for all, items for the owner, and the old path is gone."""
    own, other = (playlist_uri(name).split(":")[2] for name in ("morning", "sleep"))
    shown = spotify.call("GET", f"/v1/playlists/{own}").json()
    assert shown["name"] == "Morning in the bathroom"
    page = spotify.call("GET", f"/v1/playlists/{own}/items?limit=5&offset=2").json()
    assert page["total"] == shown["items"]["total"]
    assert len(page["items"]) == 5
    assert page["items"][0]["item"]["name"]
    assert spotify.call("GET", f"/v1/playlists/{other}").json()["name"] == "Falling asleep"
    assert spotify.call("GET", f"/v1/playlists/{other}/items").status == 403
    assert spotify.call("GET", f"/v1/playlists/{own}/tracks").status == 403
    assert spotify.call("GET", f"/v1/playlists/{own}/items?limit=51").status == 400


def test_albums(spotify: Caller) -> None:
    """An album tells its number of tracks to everybody; what is no id is not found."""
    name = playlist_uri("morning").split(":")[2]
    album = spotify.call("GET", f"/v1/albums/{name}").json()
    assert album["uri"] == f"spotify:album:{name}"
    assert album["total_tracks"] == len(tracks_of(album["uri"]))
    assert spotify.call("GET", "/v1/albums/short").status == 404
