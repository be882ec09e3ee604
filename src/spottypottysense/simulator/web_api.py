"""The Web API's door: bearer, allowlist, scopes and routes, as api.spotify.com has them."""

from collections.abc import Callable
from typing import Any

from spottypottysense.simulator import player
from spottypottysense.simulator.catalogue import Playlist, is_context, tracks_of
from spottypottysense.simulator.wire import NOT_REGISTERED, Refused, Reply, Request, answer, api_refusal
from spottypottysense.simulator.world import Account, World

Rule = Callable[[World, Account, Request], Reply]
_READ = "user-read-playback-state"
_MODIFY = "user-modify-playback-state"
_PLAYLISTS = "/v1/playlists/"
_ALBUMS = "/v1/albums/"
_MOST_ITEMS = 50


def me(_: World, account: Account, __: Request) -> Reply:
    """Answer GET /me; `account_id` is what never changes."""
    return answer(
        {
            "id": account.id,
            "account_id": account.account_id,
            "display_name": account.name,
            "type": "user",
            "uri": f"spotify:user:{account.id}",
            "images": [],
        }
    )


_ROUTES: dict[str, dict[str, tuple[str, Rule]]] = {
    "/v1/me": {"GET": ("", me)},
    "/v1/me/player": {"GET": (_READ, player.state), "PUT": (_MODIFY, player.transfer)},
    "/v1/me/player/devices": {"GET": (_READ, player.devices)},
    "/v1/me/player/play": {"PUT": (_MODIFY, player.play)},
    "/v1/me/player/pause": {"PUT": (_MODIFY, player.pause)},
    "/v1/me/player/next": {"POST": (_MODIFY, player.following)},
    "/v1/me/player/previous": {"POST": (_MODIFY, player.previous)},
    "/v1/me/player/volume": {"PUT": (_MODIFY, player.volume)},
    "/v1/me/player/shuffle": {"PUT": (_MODIFY, player.shuffle)},
    "/v1/me/player/repeat": {"PUT": (_MODIFY, player.repeat)},
}


def identify(world: World, request: Request) -> None:
    """Note whose token this is and which device is meant."""
    kind, _, value = request.header(b"authorization").partition(" ")
    if kind.lower() == "bearer":
        request.token = world.access_tokens.get(value)
    if request.token is not None:
        request.client = request.token.grant.client_id
        request.account = request.token.grant.account_id
    if request.raw_query:
        request.device = request.query.get("device_id", "")


def _account(world: World, request: Request) -> Account:
    if request.token is None:
        kind, _, value = request.header(b"authorization").partition(" ")
        if not kind:
            raise Refused(api_refusal(401, "No token provided"))
        if kind.lower() != "bearer" or not value:
            raise Refused(api_refusal(400, "Only valid bearer authentication supported"))
        raise Refused(api_refusal(401, "Invalid access token"))
    if request.token.expires_at <= world.now():
        raise Refused(api_refusal(401, "The access token expired"))
    allowlist = world.apps[request.client].allowlist
    if allowlist is not None and request.account not in allowlist:
        raise Refused(NOT_REGISTERED)
    return world.accounts[request.account]


def serve(world: World, request: Request) -> Reply:
    """Answer one call under /v1."""
    account = _account(world, request)
    if request.path.startswith(_PLAYLISTS):
        return _playlist(world, account, request)
    if request.path.startswith(_ALBUMS):
        return _album(request)
    methods = _ROUTES.get(request.path)
    if methods is None:
        return api_refusal(404, "Service not found")
    if request.method not in methods:
        return api_refusal(405, "Method not allowed")
    scope, rule = methods[request.method]
    if scope and request.token is not None and scope not in request.token.grant.scope.split():
        return api_refusal(401, "Permissions missing")
    return rule(world, account, request)


def _album(request: Request) -> Reply:
    """Answer for an album: any well-formed id is one, for everybody."""
    uri = f"spotify:album:{request.path.removeprefix(_ALBUMS)}"
    if request.method != "GET" or not is_context(uri):
        return api_refusal(404, "Resource not found")
    tracks = tracks_of(uri)
    shape = {
        "id": uri.rpartition(":")[2],
        "uri": uri,
        "type": "album",
        "album_type": "album",
        "name": tracks[0].album,
        "artists": [{"name": tracks[0].artist, "type": "artist"}],
        "images": [],
        "total_tracks": len(tracks),
    }
    return answer(shape)


def _playlist(world: World, account: Account, request: Request) -> Reply:
    """Answer for playlists; items of one's own only, `/tracks` is gone (changes of February 2026)."""
    name, _, part = request.path.removeprefix(_PLAYLISTS).partition("/")
    if request.method != "GET" or part not in ("", "items", "tracks"):
        return api_refusal(404, "Service not found")
    playlist = world.playlists.get(name)
    if playlist is None:
        return api_refusal(404, "Resource not found")
    own = playlist.owner == account.id
    if part == "tracks" or (part == "items" and not own):
        return api_refusal(403, "Forbidden")
    if part == "items":
        return _items(playlist, request)
    shape = _playlist_shape(playlist)
    if own:
        shape["items"] = {"total": len(tracks_of(playlist.uri))}
    return answer(shape)


def _playlist_shape(playlist: Playlist) -> dict[str, Any]:
    owner = {"id": playlist.owner, "type": "user", "uri": f"spotify:user:{playlist.owner}"}
    return {
        "id": playlist.id,
        "name": playlist.name,
        "uri": playlist.uri,
        "type": "playlist",
        "owner": owner,
        "images": [],
        "collaborative": False,
        "public": True,
    }


def _items(playlist: Playlist, request: Request) -> Reply:
    limit, offset = _number(request, "limit", 20), _number(request, "offset", 0)
    if not 1 <= limit <= _MOST_ITEMS:
        return api_refusal(400, "Invalid limit")
    tracks = tracks_of(playlist.uri)
    page = [
        {"item": player.track_shape(track), "is_local": False} for track in tracks[offset : offset + limit]
    ]
    more = offset + limit < len(tracks)
    base = f"https://api.spotify.com{request.path}"
    following = f"{base}?offset={offset + limit}&limit={limit}" if more else None
    return answer({"items": page, "total": len(tracks), "limit": limit, "offset": offset, "next": following})


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Refused(api_refusal(400, f"Invalid {name}"))
    return int(text)
