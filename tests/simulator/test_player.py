"""Playing by remote control follows Spotify's rules, and its speakers have their bad habits."""

from typing import Any

import pytest

from simulator.caller import ARTIST, PLAYLIST, Caller, refusal
from spottypottysense.simulator.catalogue import tracks_of

RESTRICTION = (403, "Player command failed: Restriction violated", "UNKNOWN")
NO_ACTIVE = (404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
NOT_FOUND = (404, "Device not found", "")
PREMIUM = (403, "Player command failed: Premium required", "PREMIUM_REQUIRED")
TRACK = tracks_of(PLAYLIST)[3].uri
COMMANDS = ["play", "pause", "volume?volume_percent=5", "shuffle?state=true", "repeat?state=off"]


def test_nothing_active_is_204(spotify: Caller) -> None:
    """An account that does not play has no state."""
    reply = spotify.call("GET", "/v1/me/player")
    assert (reply.status, reply.data) == (204, b"")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_device(spotify: Caller, command: str) -> None:
    """Without device_id and active device there is nothing to command; an unknown id is not found."""
    assert refusal(spotify.call("PUT", f"/v1/me/player/{command}")) == NO_ACTIVE
    joint = "&" if "?" in command else "?"
    assert refusal(spotify.call("PUT", f"/v1/me/player/{command}{joint}device_id={'0' * 40}")) == NOT_FOUND


@pytest.mark.parametrize("command", COMMANDS)
def test_free_accounts_have_no_remote_control(spotify: Caller, command: str) -> None:
    """Every command needs Premium."""
    spotify.control("POST", "accounts", id="free", premium=False)
    token = spotify.grant("free")["access_token"]
    assert refusal(spotify.call("PUT", f"/v1/me/player/{command}", token=token)) == PREMIUM


def test_play_shows_in_state(spotify: Caller) -> None:
    """What plays, where and from which context can be read back."""
    reply = spotify.play("kitchen", context_uri=PLAYLIST, offset={"position": 3}, position_ms=1000)
    assert (reply.status, reply.data) == (204, b"")
    state = spotify.call("GET", "/v1/me/player").json()
    assert state["is_playing"]
    assert state["device"]["name"] == "Kitchen speaker"
    assert state["device"]["is_active"]
    assert state["context"]["uri"] == PLAYLIST
    assert state["item"]["uri"] == TRACK
    assert 1000 <= state["progress_ms"] < 10_000
    assert state["actions"] == {"disallows": {"resuming": True}}


def test_pause_and_resume(spotify: Caller) -> None:
    """Pausing what is silent and resuming what plays violate a restriction."""
    spotify.play()
    assert refusal(spotify.call("PUT", "/v1/me/player/play")) == RESTRICTION
    assert spotify.call("PUT", "/v1/me/player/pause").status == 204
    assert refusal(spotify.call("PUT", "/v1/me/player/pause")) == RESTRICTION
    assert spotify.call("PUT", "/v1/me/player/play").status == 204
    elsewhere = spotify.speaker("bedroom")["id"]
    assert refusal(spotify.call("PUT", f"/v1/me/player/pause?device_id={elsewhere}")) == RESTRICTION


def test_nothing_to_resume(spotify: Caller) -> None:
    """A first play must say what."""
    device = spotify.speaker("kitchen")["id"]
    assert refusal(spotify.call("PUT", f"/v1/me/player/play?device_id={device}")) == RESTRICTION


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{}", 400, "Malformed json"),
        (b"false", 400, "Malformed json"),
        (b"[1]", 400, "Malformed json"),
        (b"{", 400, "Malformed json"),
        ({"context_uri": PLAYLIST, "uris": [TRACK]}, 400, "Can't have both context_uri and uris"),
        ({"context_uri": PLAYLIST + "?si=abc"}, 400, "Unsupported context uri"),
        ({"context_uri": TRACK}, 400, "Unsupported context uri"),
        (
            {"context_uri": ARTIST, "offset": {"position": 0}},
            400,
            "Can't have offset for context type: ARTIST",
        ),
        ({"uris": [TRACK], "offset": {"position": 0}}, 400, "Can't have offset without context"),
        ({"uris": []}, 400, "uris must be a list of 1 to 500 track uris"),
        ({"uris": [PLAYLIST]}, 400, "Invalid track uri"),
        (
            {"context_uri": PLAYLIST, "offset": {"position": -1}},
            400,
            "offset position must be a positive number",
        ),
        (
            {"context_uri": PLAYLIST, "offset": {"position": 1, "uri": TRACK}},
            400,
            "offset must have either position or uri",
        ),
        ({"context_uri": PLAYLIST, "position_ms": True}, 400, "position_ms must be a positive number"),
        ({"contextUri": PLAYLIST}, 400, "Unknown field: contextUri"),
        ({"context_uri": PLAYLIST, "offset": {"position": 50}}, 403, RESTRICTION[1]),
        ({"context_uri": PLAYLIST, "offset": {"uri": TRACK}}, 204, ""),
        ({"context_uri": ARTIST}, 204, ""),
        ({"uris": [TRACK]}, 204, ""),
    ],
)
def test_play_bodies(spotify: Caller, body: Any, status: int, words: str) -> None:
    """The body of a play command is read strictly."""
    path = f"/v1/me/player/play?device_id={spotify.speaker('kitchen')['id']}"
    sent = {"body": body} if isinstance(body, bytes) else {"json": body}
    reply = spotify.call("PUT", path, **sent)
    assert reply.status == status
    if words:
        assert refusal(reply)[1] == words


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"device_ids": []}),
        ("", {"device_ids": ["a", "b"]}),
        ("", {"device_ids": "a"}),
        ("", {"device_ids": ["a"], "play": "true"}),
        ("/volume", None),
        ("/volume?volume_percent=101", None),
        ("/volume?volume_percent=-1", None),
        ("/volume?volume_percent=5.5", None),
        ("/shuffle?state=True", None),
        ("/shuffle", None),
        ("/repeat?state=on", None),
    ],
)
def test_bad_parameters(spotify: Caller, path: str, body: Any) -> None:
    """Numbers out of range, words in the wrong case and lists of the wrong length are a 400."""
    spotify.play()
    parts = {"json": body} if body else {}
    assert refusal(spotify.call("PUT", f"/v1/me/player{path}", **parts))[0] == 400


def test_settings_of_the_player(spotify: Caller) -> None:
    """Volume, shuffle and repeat take effect."""
    spotify.play()
    for command in ("volume?volume_percent=17", "shuffle?state=true", "repeat?state=context"):
        assert spotify.call("PUT", f"/v1/me/player/{command}").status == 204
    state = spotify.call("GET", "/v1/me/player").json()
    assert (state["device"]["volume_percent"], state["shuffle_state"], state["repeat_state"]) == (
        17,
        True,
        "context",
    )


def test_a_phone_keeps_its_volume(spotify: Caller) -> None:
    """A device without remote volume says so."""
    device = spotify.speaker("iphone")["id"]
    reply = spotify.call("PUT", f"/v1/me/player/volume?volume_percent=5&device_id={device}")
    assert refusal(reply)[::2] == (403, "VOLUME_CONTROL_DISALLOW")


def test_transfer(spotify: Caller) -> None:
    """A transfer without session only activates; with one it moves the music and leaves the rest alone."""
    bath, bed = spotify.speaker("bathroom")["id"], spotify.speaker("bedroom")["id"]
    assert spotify.call("PUT", "/v1/me/player", json={"device_ids": [bath], "play": True}).status == 204
    state = spotify.call("GET", "/v1/me/player").json()
    assert (state["device"]["id"], state["item"], state["context"], state["is_playing"]) == (
        bath,
        None,
        None,
        False,
    )
    spotify.play("bathroom")
    spotify.call("PUT", "/v1/me/player", json={"device_ids": [bed]})
    state = spotify.call("GET", "/v1/me/player").json()
    assert (state["device"]["id"], state["is_playing"]) == (bed, True)


def test_one_session_per_account_and_one_account_per_speaker(spotify: Caller) -> None:
    """Playing elsewhere moves the session; another account ousts whoever plays on a speaker."""
    spotify.play("kitchen")
    spotify.play("bedroom")
    assert spotify.speaker("kitchen")["player"] is None
    assert spotify.account()["speaker"] == "bedroom"
    spotify.control("POST", "accounts/sam/act", do="play", speaker="bedroom")
    assert spotify.call("GET", "/v1/me/player").status == 204
    assert spotify.speaker("bedroom")["player"] == "sam"


def test_time_passes(spotify: Caller) -> None:
    """Tracks follow each other by the clock, to the end of the context; a silent session is forgotten."""
    tracks = tracks_of(PLAYLIST)
    spotify.play()
    spotify.later(tracks[0].duration_ms / 1000 + 1)
    assert spotify.call("GET", "/v1/me/player").json()["item"]["uri"] == tracks[1].uri
    spotify.later(sum(track.duration_ms for track in tracks) / 1000)
    assert not spotify.call("GET", "/v1/me/player").json()["is_playing"]
    spotify.later(121)
    assert spotify.call("GET", "/v1/me/player").status == 204


@pytest.mark.parametrize(("repeat", "still"), [("track", 0), ("context", 2)])
def test_repeat(spotify: Caller, repeat: str, still: int) -> None:
    """Repeating goes on for ever, with the track or with the context."""
    tracks = tracks_of(PLAYLIST)
    spotify.play()
    spotify.call("PUT", f"/v1/me/player/repeat?state={repeat}")
    rounds = 1000 * sum(track.duration_ms for track in tracks)
    spotify.later((rounds + tracks[0].duration_ms + tracks[1].duration_ms) / 1000)
    state = spotify.call("GET", "/v1/me/player").json()
    assert state["is_playing"]
    assert state["item"]["uri"] == tracks[still].uri


def test_shuffle_mixes_what_comes_after(spotify: Caller) -> None:
    """A context begins at its first item even with shuffle; the rest comes in another order."""
    spotify.play()
    spotify.call("PUT", "/v1/me/player/shuffle?state=true")
    spotify.play()
    heard = []
    for _ in range(6):
        heard.append(spotify.account()["item"]["uri"])
        spotify.control("POST", "accounts/alex/act", do="skip")
    expected = [track.uri for track in tracks_of(PLAYLIST)[:6]]
    assert heard[0] == expected[0]
    assert heard != expected


def test_next_and_previous(spotify: Caller) -> None:
    """They step through the context, from the beginning of each track; the first one has none before it."""
    tracks = [track.uri for track in tracks_of(PLAYLIST)]
    spotify.play(context_uri=PLAYLIST, position_ms=60_000)
    kitchen, bedroom = (spotify.speaker(key)["id"] for key in ("kitchen", "bedroom"))
    assert spotify.call("POST", f"/v1/me/player/next?device_id={kitchen}").status == 204
    state = spotify.call("GET", "/v1/me/player").json()
    assert (state["item"]["uri"], state["is_playing"]) == (tracks[1], True)
    assert state["progress_ms"] < 60_000
    assert spotify.call("POST", "/v1/me/player/previous").status == 204
    assert spotify.account()["item"]["uri"] == tracks[0]
    assert refusal(spotify.call("POST", "/v1/me/player/previous")) == RESTRICTION
    assert refusal(spotify.call("POST", f"/v1/me/player/next?device_id={bedroom}")) == RESTRICTION
    assert spotify.call("PUT", "/v1/me/player/next").status == 405


def test_people_use_their_phones(spotify: Caller) -> None:
    """What a person does by hand shows in the state and asks no rule."""
    spotify.control("POST", "accounts/alex/act", do="play")
    assert spotify.account()["speaker"] == "iphone"
    spotify.control("POST", "accounts/alex/act", do="transfer", speaker="living-room")
    spotify.control("POST", "accounts/alex/act", do="volume", percent=9)
    assert spotify.call("GET", "/v1/me/player").json()["device"]["volume_percent"] == 9
    spotify.control("POST", "accounts/alex/act", do="pause")
    assert not spotify.account()["playing"]


def test_what_a_person_started_on_a_restricted_speaker_is_shown_but_not_commanded(spotify: Caller) -> None:
    """A restricted speaker can be active, and every command to it is refused."""
    spotify.control("POST", "speakers", name="Sonos", is_restricted=True)
    spotify.control("POST", "accounts/alex/act", do="play", speaker="sonos")
    assert spotify.call("GET", "/v1/me/player").json()["device"]["is_restricted"]
    assert refusal(spotify.call("PUT", "/v1/me/player/pause")) == (403, "Restricted device", "")


def test_shuffle_off_brings_the_order_back(spotify: Caller) -> None:
    """Without shuffle the present track is followed by its successor; a seek is a play with a position."""
    tracks = [track.uri for track in tracks_of(PLAYLIST)]
    spotify.play(context_uri=PLAYLIST, offset={"position": 4})
    spotify.call("PUT", "/v1/me/player/shuffle?state=true")
    spotify.call("PUT", "/v1/me/player/shuffle?state=false")
    spotify.call("PUT", "/v1/me/player/play", json={"position_ms": 60_000})
    assert spotify.call("GET", "/v1/me/player").json()["progress_ms"] >= 60_000
    spotify.control("POST", "accounts/alex/act", do="skip")
    assert spotify.account()["item"]["uri"] == tracks[5]
