"""What a player command may say: its query and its body, checked as strictly as Spotify does."""

import json
from dataclasses import dataclass
from typing import Any

from spottypottysense.simulator.catalogue import Track, is_context, is_item, track, tracks_of
from spottypottysense.simulator.wire import MALFORMED_JSON, RESTRICTION, Refused, Request, api_refusal

_PLAY_FIELDS = {"context_uri", "uris", "offset", "position_ms"}
_MOST_URIS = 500


@dataclass(frozen=True, slots=True)
class Music:
    """New music to take up: from which context, which tracks, and which of them comes first."""

    context_uri: str | None
    tracks: tuple[Track, ...]
    first: int


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """A play command; `music` None means resume, `position_ms` None means where it stands."""

    music: Music | None
    position_ms: int | None


def bad(message: str) -> Refused:
    """Return a 400 that can be raised."""
    return Refused(api_refusal(400, message))


def json_object(body: bytes) -> dict[str, Any]:
    """Return the body's JSON object; anything else, and an empty one, is malformed to Spotify."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED_JSON) from None
    if not isinstance(value, dict) or not value:
        raise Refused(MALFORMED_JSON)
    return value


def is_count(value: Any) -> bool:
    """Say whether `value` is a whole number from zero up."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def play_order(request: Request) -> PlayOrder:
    """Read a play command; no body at all means resume."""
    if not request.body:
        return PlayOrder(None, None)
    body = json_object(request.body)
    unknown = body.keys() - _PLAY_FIELDS
    if unknown:
        raise bad(f"Unknown field: {min(unknown)[:40]}")
    position_ms = body.get("position_ms")
    if position_ms is not None and not is_count(position_ms):
        raise bad("position_ms must be a positive number")
    return PlayOrder(_music(body), position_ms)


def _music(body: dict[str, Any]) -> Music | None:
    context_uri, uris, offset = body.get("context_uri"), body.get("uris"), body.get("offset")
    if context_uri is not None and uris is not None:
        raise bad("Can't have both context_uri and uris")
    if context_uri is not None:
        if not isinstance(context_uri, str) or not is_context(context_uri):
            raise bad("Unsupported context uri")
        tracks = tracks_of(context_uri)
        return Music(context_uri, tracks, _first(context_uri, tracks, offset))
    if offset is not None:
        raise bad("Can't have offset without context")
    if uris is None:
        return None
    if not isinstance(uris, list) or not 0 < len(uris) <= _MOST_URIS:
        raise bad(f"uris must be a list of 1 to {_MOST_URIS} track uris")
    for uri in uris:
        if not isinstance(uri, str) or not is_item(uri):
            raise bad("Invalid track uri")
    return Music(None, tuple(track(uri) for uri in uris), 0)


def _first(context_uri: str, tracks: tuple[Track, ...], offset: Any) -> int:
    if offset is None:
        return 0
    if context_uri.startswith("spotify:artist:"):
        raise bad("Can't have offset for context type: ARTIST")
    if not isinstance(offset, dict) or len(offset) != 1 or not offset.keys() <= {"position", "uri"}:
        raise bad("offset must have either position or uri")
    if "position" in offset:
        place = offset["position"]
        if not is_count(place):
            raise bad("offset position must be a positive number")
    else:
        places = [place for place, each in enumerate(tracks) if each.uri == offset["uri"]]
        place = places[0] if places else len(tracks)
    if place >= len(tracks):
        raise Refused(RESTRICTION)
    return int(place)


def transfer_order(request: Request) -> tuple[str, bool]:
    """Read a transfer: to which device id, and whether it must play there."""
    body = json_object(request.body)
    ids, play = body.get("device_ids"), body.get("play", False)
    if not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], str) or not ids[0]:
        raise bad("device_ids must contain exactly one device id")
    if not isinstance(play, bool) or body.keys() - {"device_ids", "play"}:
        raise bad("play must be true or false, and nothing else may be given")
    return ids[0], play


def choice(request: Request, name: str, allowed: tuple[str, ...]) -> str:
    """Return a query parameter that must be one of a few words, in lower case."""
    value = request.query.get(name, "")
    if value not in allowed:
        raise bad(f"{name} must be one of {', '.join(allowed)}")
    return value


def percent(request: Request) -> int:
    """Return the query's `volume_percent`, a whole number from 0 to 100."""
    text = request.query.get("volume_percent", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise bad("volume_percent must be a number between 0 and 100")
    return int(text)
