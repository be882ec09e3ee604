import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from spotify.scripted import ACCESS, RENEWED, Reply, Script, Tokens, as_json, player_error
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.playback.model import PlayerState, SeenSpeaker, Start
from spottypottysense.playback.ports import PlayerControls, PlayerView
from spottypottysense.reasons import Reason
from spottypottysense.spotify.player import Player

ALBUM = "spotify:album:1"
DEVICE = {
    "id": "bath",
    "name": "Bathroom",
    "type": "Speaker",
    "is_active": True,
    "is_private_session": False,
    "is_restricted": False,
    "volume_percent": 40,
    "supports_volume": True,
}
BATHROOM = SeenSpeaker("bath", "Bathroom", "Speaker", is_active=True, volume=40)
RESTRICTION = player_error(403, "Player command failed: Restriction violated", "UNKNOWN")
EXPIRED = player_error(401, "The access token expired")

COMMANDS: dict[str, Callable[[Player], None]] = {
    "transfer": lambda player: player.transfer("ann", "bath"),
    "play": lambda player: player.play("ann", "bath", Start(ALBUM)),
    "skip": lambda player: player.skip("ann", "bath"),
    "pause": lambda player: player.pause("ann", "bath"),
    "volume": lambda player: player.set_volume("ann", "bath", 30),
    "shuffle": lambda player: player.set_shuffle("ann", "bath", on=True),
}


def playing(device: str = "bath", content: str | None = ALBUM, is_playing: bool = True) -> Reply:
    """Return a state as Spotify answers it."""
    context = None if content is None else {"uri": content}
    return as_json(200, {"is_playing": is_playing, "device": DEVICE | {"id": device}, "context": context})


def test_player_fits_the_ports_of_playback(player: Player) -> None:
    """The one class serves both ports; mypy checks the shapes."""
    view: PlayerView = player
    controls: PlayerControls = player
    assert callable(view.state)
    assert callable(controls.play)


def test_state_tells_speaker_content_song_and_whether_it_plays(script: Script, player: Player) -> None:
    """A full state is read, podcasts included, with the account's token."""
    song = {"uri": "spotify:track:1", "duration_ms": 200_500}
    fields = {"item": song, "progress_ms": 1500, "shuffle_state": True}
    script.answers(as_json(200, json.loads(playing().body) | fields))
    assert player.state("ann") == PlayerState(
        BATHROOM,
        is_playing=True,
        content=ALBUM,
        item="spotify:track:1",
        position=timedelta(seconds=1.5),
        length=timedelta(seconds=200.5),
        shuffle=True,
    )
    (asked,) = script.asked
    assert (asked.method, asked.path) == ("GET", "/v1/me/player")
    assert asked.query == {"additional_types": "track,episode"}
    assert asked.headers["authorization"] == f"Bearer {ACCESS}"


@pytest.mark.parametrize("reply", [Reply(204), Reply(200), Reply(200, b" \n")])
def test_no_answer_body_is_an_idle_player(script: Script, player: Player, reply: Reply) -> None:
    """204 and an empty body mean that nothing is active."""
    script.answers(reply)
    assert player.state("ann") == PlayerState()


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        ({"is_playing": False}, PlayerState()),
        ({"is_playing": True, "device": None, "context": None, "item": None}, PlayerState(is_playing=True)),
        ({"is_playing": True, "device": 7, "context": "x"}, PlayerState(is_playing=True)),
        ({"is_playing": True, "context": {"uri": None}}, PlayerState(is_playing=True)),
        ({"is_playing": True, "item": {"uri": "", "duration_ms": -1}}, PlayerState(is_playing=True)),
        (
            {"is_playing": True, "item": {"duration_ms": True}, "progress_ms": "7"},
            PlayerState(is_playing=True),
        ),
        (
            {"is_playing": True, "item": {"duration_ms": 10**30}, "progress_ms": -3},
            PlayerState(is_playing=True),
        ),
        ({"is_playing": True, "progress_ms": 1e300, "shuffle_state": 1}, PlayerState(is_playing=True)),
        ({"is_playing": True, "progress_ms": float("nan"), "item": "x"}, PlayerState(is_playing=True)),
        (
            {"is_playing": False, "device": {"id": None, "name": "TV", "type": "Hologram"}},
            PlayerState(SeenSpeaker(None, "TV", "Hologram")),
        ),
    ],
)
def test_state_bears_what_spotify_leaves_out(
    script: Script, player: Player, payload: object, state: PlayerState
) -> None:
    """Null ids, missing devices, unknown types and null contexts are ordinary."""
    script.answers(as_json(200, payload))
    assert player.state("ann") == state


@pytest.mark.parametrize("body", [b"<html>", b"{", b"[]", b"null", b"{}", b'{"is_playing": 1}', b"\xff"])
def test_a_broken_state_is_not_taken_for_silence(script: Script, player: Player, body: bytes) -> None:
    """A 200 that cannot be read heals with time; it never looks like an idle player."""
    script.answers(Reply(200, body))
    with pytest.raises(Unavailable, match="cannot be read"):
        player.state("ann")


def test_speakers_are_listed_with_all_their_gaps(script: Script, player: Player) -> None:
    """Ids and volumes may be null, sound entries stay when others are nonsense."""
    phone = {
        "id": "p",
        "name": "Phone",
        "type": "Smartphone",
        "volume_percent": None,
        "supports_volume": False,
    }
    sonos = {"id": None, "name": "Den", "type": "Speaker", "is_restricted": True, "volume_percent": 400}
    script.answers(as_json(200, {"devices": [DEVICE, phone, 3, None, sonos]}))
    assert player.speakers("ann") == (
        BATHROOM,
        SeenSpeaker("p", "Phone", "Smartphone", supports_volume=False),
        SeenSpeaker(None, "Den", "Speaker", is_restricted=True),
    )
    assert script.asked[0].path == "/v1/me/player/devices"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"devices": {}}', b"<html>"])
def test_a_broken_list_of_speakers_is_not_an_empty_one(script: Script, player: Player, body: bytes) -> None:
    """A list that cannot be read must not look like a speaker that is missing."""
    script.answers(Reply(200, body))
    with pytest.raises(Unavailable):
        player.speakers("ann")


def test_commands_look_as_spotify_wants_them(script: Script, player: Player) -> None:
    """Every command names its speaker; only transfer and a start of something carry a body."""
    for command in COMMANDS.values():
        command(player)
    player.set_shuffle("ann", "a b&c", on=False)
    player.transfer("ann", "bath", play=True)
    seen = [(asked.method, asked.path, asked.query) for asked in script.asked]
    assert seen == [
        ("PUT", "/v1/me/player", {}),
        ("PUT", "/v1/me/player/play", {"device_id": "bath"}),
        ("POST", "/v1/me/player/next", {"device_id": "bath"}),
        ("PUT", "/v1/me/player/pause", {"device_id": "bath"}),
        ("PUT", "/v1/me/player/volume", {"volume_percent": "30", "device_id": "bath"}),
        ("PUT", "/v1/me/player/shuffle", {"state": "true", "device_id": "bath"}),
        ("PUT", "/v1/me/player/shuffle", {"state": "false", "device_id": "a b&c"}),
        ("PUT", "/v1/me/player", {}),
    ]
    bodies = [asked.body for asked in script.asked]
    assert json.loads(bodies[0]) == {"device_ids": ["bath"], "play": False}
    assert json.loads(bodies[1]) == {"context_uri": ALBUM}
    assert json.loads(bodies[7]) == {"device_ids": ["bath"], "play": True}
    assert bodies[2:7] == [b""] * 5


@pytest.mark.parametrize("reply", [Reply(200, b"opaque"), Reply(202), Reply(204), Reply(299, b"{")])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_any_2xx_is_a_command_accepted(
    script: Script, player: Player, command: Callable[[Player], None], reply: Reply
) -> None:
    """Bodies of accepted commands are never read for meaning."""
    script.answers(reply)
    command(player)
    assert len(script.asked) == 1


@pytest.mark.parametrize("reply", [player_error(404, "Device not found"), Reply(404, b"Not found.")])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_unknown_speaker_is_named_and_not_asked_again(
    script: Script, player: Player, command: Callable[[Player], None], reply: Reply
) -> None:
    """404 is about the speaker; finding it anew is for the caller."""
    script.answers(reply)
    with pytest.raises(NotFound) as caught:
        command(player)
    assert (caught.value.thing, caught.value.key, len(script.asked)) == ("speaker", "bath", 1)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("pause", playing(is_playing=False)),
        ("pause", Reply(204)),
        ("pause", playing(device="kitchen")),
        ("play", playing()),
    ],
)
def test_a_refusal_is_success_if_the_wanted_state_is_there(
    script: Script, player: Player, name: str, after: Reply
) -> None:
    """Spotify refuses to pause what is paused and to play what plays."""
    script.answers(RESTRICTION, after)
    COMMANDS[name](player)
    assert [asked.method for asked in script.asked] == ["PUT", "GET"]


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("pause", playing()),
        ("pause", as_json(200, {"is_playing": True, "device": None})),
        ("pause", as_json(200, {"is_playing": True, "device": DEVICE | {"id": None}})),
        ("play", playing(is_playing=False)),
        ("play", playing(device="kitchen")),
        ("play", playing(content="spotify:album:2")),
        ("play", as_json(200, {"is_playing": True, "device": None})),
        ("volume", playing()),
        ("shuffle", playing()),
        ("transfer", playing()),
        ("skip", playing()),
    ],
)
def test_a_refusal_stays_one_if_the_wanted_state_is_not_there(
    script: Script, player: Player, name: str, after: Reply
) -> None:
    """An unplayable track or a restricted speaker is told to the caller."""
    script.answers(RESTRICTION, after)
    with pytest.raises(NeedsPerson) as caught:
        COMMANDS[name](player)
    assert caught.value.reason is Reason.COMMAND_REFUSED


def test_resuming_what_plays_already_is_success(script: Script, player: Player) -> None:
    """Without wished content, any music on the speaker will do."""
    script.answers(RESTRICTION, playing(content=None))
    player.play("ann", "bath", None)


def test_volume_is_skipped_where_nobody_may_set_it(script: Script, player: Player) -> None:
    """Phones keep their own volume, and that is no reason to give up."""
    script.answers(player_error(403, "Cannot control device volume", "VOLUME_CONTROL_DISALLOW"))
    player.set_volume("ann", "bath", 30)
    assert len(script.asked) == 1


@pytest.mark.parametrize("name", ["state", *COMMANDS])
def test_an_expired_token_is_renewed_once(script: Script, player: Player, tokens: Tokens, name: str) -> None:
    """After a 401 the refused token is shown to whoever renews it, and the call is made again."""
    script.answers(EXPIRED, Reply(204))
    COMMANDS[name](player) if name in COMMANDS else player.state("ann")
    assert tokens.asked == [("ann", None), ("ann", Secret(ACCESS))]
    sent = [asked.headers["authorization"] for asked in script.asked]
    assert sent == [f"Bearer {ACCESS}", f"Bearer {RENEWED}"]


def test_a_renewed_token_that_is_refused_too_ends_it(script: Script, player: Player, tokens: Tokens) -> None:
    """The token endpoint has just accepted the grant, so nobody is sent to sign in: it is Spotify's fault."""
    script.answers(EXPIRED)
    with pytest.raises(Unavailable):
        player.state("ann")
    assert (len(script.asked), len(tokens.asked)) == (2, 2)


def test_whoever_has_no_token_never_reaches_spotify(script: Script, player: Player) -> None:
    """What the grants raise goes to the caller as it is."""

    def refuse(*_: object, **__: object) -> Secret:
        raise NeedsPerson(Reason.RECONNECT)

    without = Player(player._client, lambda _: "app", refuse)
    with pytest.raises(NeedsPerson):
        without.state("ann")
    assert script.asked == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (player_error(403, "Premium required", "PREMIUM_REQUIRED"), NeedsPerson),
        (player_error(401, "Access token missing"), Unavailable),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_a_glitch_before_gets_a_second_chance(
    script: Script, player: Player, name: str, reply: Reply, error: type[SpottyError]
) -> None:
    """These two vanished on the next try in July 2026; if they stay, they are true."""
    script.answers(reply, Reply(204))
    COMMANDS[name](player)
    script.answers(reply)
    with pytest.raises(error):
        COMMANDS[name](player)
    assert len(script.asked) == 2
