"""What is played: where it begins, and how many songs it has."""

import json
from datetime import timedelta

import pytest

from spotify.scripted import Reply, Script, as_json, player_error
from spottypottysense.errors import Unavailable
from spottypottysense.playback.model import Start
from spottypottysense.spotify.player import Player

ALBUM = "spotify:album:1"


@pytest.mark.parametrize(
    ("start", "body"),
    [
        (Start(ALBUM, place=0), {"context_uri": ALBUM, "offset": {"position": 0}}),
        (Start(ALBUM, place=7), {"context_uri": ALBUM, "offset": {"position": 7}}),
        (
            Start(ALBUM, item="spotify:track:1", position=timedelta(seconds=61.25)),
            {"context_uri": ALBUM, "offset": {"uri": "spotify:track:1"}, "position_ms": 61_250},
        ),
        (Start(ALBUM, skips=True), {"context_uri": ALBUM}),
        (Start(ALBUM, position=timedelta(seconds=-1)), {"context_uri": ALBUM, "position_ms": 0}),
        (
            Start("spotify:artist:1", item="spotify:track:1", position=timedelta(seconds=9)),
            {"context_uri": "spotify:artist:1"},
        ),
    ],
)
def test_a_start_says_where_it_begins(script: Script, player: Player, start: Start, body: object) -> None:
    """By number or by song, and how far into it; an artist has no such place."""
    player.play("ann", "bath", start)
    assert json.loads(script.asked[0].body) == body


@pytest.mark.parametrize(
    ("content", "target", "payload", "songs"),
    [
        ("spotify:playlist:4aB", "/v1/playlists/4aB/items", {"total": 47, "items": []}, 47),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": 12, "tracks": {"total": 12}}, 12),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": 0}, 0),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": None}, None),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": -1}, None),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": True}, None),
        ("spotify:album:4aB", "/v1/albums/4aB", {"total_tracks": 10**40}, None),
        ("spotify:album:4aB", "/v1/albums/4aB", [], None),
    ],
)
def test_the_length_of_playlists_and_albums(
    script: Script, player: Player, content: str, target: str, payload: object, songs: int | None
) -> None:
    """One item is asked for, for the total comes along; what is no number is not known."""
    script.answers(as_json(200, payload))
    assert player.length("ann", content) == songs
    (asked,) = script.asked
    assert (asked.method, asked.path) == ("GET", target)
    assert asked.query == ({"limit": "1"} if "playlist" in content else {})


@pytest.mark.parametrize(
    "reply",
    [
        player_error(403, "Forbidden"),
        player_error(403, "Insufficient client scope"),
        player_error(404, "Resource not found"),
        player_error(400, "Invalid base62 id"),
    ],
)
def test_playlists_of_others_have_no_length(script: Script, player: Player, reply: Reply) -> None:
    """Since February 2026 Spotify shows whose they are not that there is nothing to count."""
    script.answers(reply)
    assert player.length("ann", "spotify:playlist:4aB") is None
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "content", ["spotify:artist:4aB", "spotify:playlist:../me", "spotify:album:", "", "x"]
)
def test_what_has_no_length_is_not_asked_for(script: Script, player: Player, content: str) -> None:
    """Artists are endless, and what is no URI of Spotify's never becomes a path."""
    assert player.length("ann", content) is None
    assert script.asked == []


@pytest.mark.parametrize("reply", [Reply(503), player_error(429, "slow down", Retry_After="1")])
def test_a_length_waits_for_nothing(script: Script, player: Player, reply: Reply) -> None:
    """It is only nice to know, so one try must do."""
    script.answers(reply)
    with pytest.raises(Unavailable):
        player.length("ann", "spotify:playlist:4aB")
    assert len(script.asked) == 1


def test_resuming_sends_no_body_at_all(script: Script, player: Player) -> None:
    """An empty object can cost the queue or a 400, so resuming says nothing but the length 0."""
    player.play("ann", "bath", None)
    assert script.asked[0].body == b""
    assert script.asked[0].headers["content-length"] == "0"
    assert "content-type" not in script.asked[0].headers
