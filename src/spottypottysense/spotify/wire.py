"""Spotify's payloads to our values, and back."""

import json
import re
from datetime import timedelta
from typing import Any

from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import Secret, TokenReply
from spottypottysense.playback.model import PlayerState, SeenSpeaker, Start
from spottypottysense.playback.policy.starting import takes_offset

_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}\Z")
_LONGEST_TOKEN_LIFE = timedelta(days=1)
_USUAL_TOKEN_LIFE = timedelta(hours=1)
_LONGEST_ITEM = timedelta(days=2)
_MOST_SONGS = 1_000_000
_LISTED = re.compile(r"spotify:(playlist|album):([0-9A-Za-z]{1,64})\Z")


class Answer:
    """What came back: status, headers by lower-case name, and the body's bytes.

    It has no telling `repr`, because bodies of the token endpoint are secrets.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return f"Answer({self.status})"


def state_from(answer: Answer) -> PlayerState:
    """Return what plays; 204 or an empty body is an idle player. Raises `Unavailable` on a broken body.

    `is_playing` must be there: taking a broken state for silence would start music over somebody's own.
    """
    if answer.status == 204 or not answer.body.strip():
        return PlayerState()
    payload = json_object(answer.body)
    if payload is None or not isinstance(payload.get("is_playing"), bool):
        raise _broken("state of the player")
    item = payload.get("item")
    return PlayerState(
        speaker=_speaker_from(payload.get("device")),
        is_playing=payload["is_playing"],
        content=_uri(payload.get("context")),
        item=_uri(item),
        position=_span(payload.get("progress_ms")),
        length=_span(item.get("duration_ms")) if isinstance(item, dict) else None,
        shuffle=payload.get("shuffle_state") is True,
    )


def speakers_from(answer: Answer) -> tuple[SeenSpeaker, ...]:
    """Return the listed speakers, without entries that are none; raises `Unavailable` on a broken body."""
    if answer.status == 204:
        return ()
    payload = json_object(answer.body)
    devices = payload.get("devices") if payload else None
    if not isinstance(devices, list):
        raise _broken("list of speakers")
    return tuple(speaker for device in devices if (speaker := _speaker_from(device)))


def length_path(content: str) -> str | None:
    """Return where the number of songs of a context URI is told; None where nothing tells it (artists).

    Since February 2026 `/tracks` of playlists is gone, and `/items` is told of own and shared ones only.
    """
    match = _LISTED.match(content)
    if match is None:
        return None
    kind, name = match.groups()
    return f"/v1/playlists/{name}/items?limit=1" if kind == "playlist" else f"/v1/albums/{name}"


def length_from(answer: Answer) -> int | None:
    """Return the number of songs, or None if the answer does not hold one."""
    payload = json_object(answer.body) or {}
    for name in ("total", "total_tracks"):
        songs = payload.get(name)
        if isinstance(songs, int) and not isinstance(songs, bool) and 0 <= songs <= _MOST_SONGS:
            return songs
    return None


def tokens_from(answer: Answer) -> TokenReply:
    """Return the tokens of a successful answer. Raises `Unavailable` if they cannot be used.

    Only what a header can carry counts as a token; a missing lifetime is Spotify's usual hour.
    """
    payload = json_object(answer.body) or {}
    access_token, scope = _secret(payload.get("access_token")), payload.get("scope")
    if access_token is None or not isinstance(scope, str | None):
        raise _broken("token")
    return TokenReply(
        access_token=access_token,
        refresh_token=_secret(payload.get("refresh_token")),
        expires_in=_lifetime(payload.get("expires_in")),
        scope=frozenset((scope or "").split()),
    )


def account_from(answer: Answer) -> str:
    """Return the account's immutable id, or the old `id` where there is none; raises `Unavailable`."""
    payload = json_object(answer.body) or {}
    account = payload.get("account_id") or payload.get("id")
    if not isinstance(account, str):
        raise _broken("profile")
    return account


def play_body(start: Start | None) -> bytes | None:
    """Return the body that starts a context; resuming sends none (an empty object can be refused).

    Spotify lets albums and playlists alone begin at a song of our choice, and a position belongs to a song.
    """
    if start is None:
        return None
    body: dict[str, Any] = {"context_uri": start.content}
    if takes_offset(start.content):
        if start.item is not None:
            body["offset"] = {"uri": start.item}
        elif start.place is not None:
            body["offset"] = {"position": start.place}
        if start.position is not None:
            body["position_ms"] = max(start.position // timedelta(milliseconds=1), 0)
    return json.dumps(body).encode()


def transfer_body(speaker_id: str, play: bool) -> bytes:
    """Return the body that makes the speaker active; without `play` nothing starts."""
    return json.dumps({"device_ids": [speaker_id], "play": play}).encode()


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `body`, or None if there is none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _speaker_from(device: object) -> SeenSpeaker | None:
    """Return the speaker; Spotify knows new types and leaves out ids and volumes, and all of it passes."""
    if not isinstance(device, dict):
        return None
    return SeenSpeaker(
        id=_text(device.get("id")) or None,
        name=_text(device.get("name")) or "",
        type=_text(device.get("type")) or "",
        is_active=device.get("is_active") is True,
        is_restricted=device.get("is_restricted") is True,
        volume=_volume(device.get("volume_percent")),
        supports_volume=device.get("supports_volume") is not False,
    )


def _text(value: object) -> str | None:
    """Return a text that can be stored and sent: JSON may hold half characters (lone surrogates)."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else None


def _uri(value: object) -> str | None:
    """Return the URI of a context or an item; an empty one is none."""
    return _text(value.get("uri")) or None if isinstance(value, dict) else None


def _span(milliseconds: object) -> timedelta | None:
    """Return a time in or of a song, or None if it cannot be one."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    longest = _LONGEST_ITEM / timedelta(milliseconds=1)
    return timedelta(milliseconds=milliseconds) if 0 <= milliseconds <= longest else None


def _volume(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100 else None


def _secret(value: object) -> Secret | None:
    return Secret(value) if isinstance(value, str) and _TOKEN.match(value) else None


def _lifetime(value: object) -> timedelta:
    if value is None:
        return _USUAL_TOKEN_LIFE
    longest = _LONGEST_TOKEN_LIFE.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= longest:
        raise _broken("lifetime of a token")
    return timedelta(seconds=value)


def _broken(what: str) -> Unavailable:
    return Unavailable(f"Spotify answered with a {what} that cannot be read. It should pass by itself.")
