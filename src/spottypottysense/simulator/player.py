"""The rules of playing by remote control: what is done under /v1/me/player."""

from collections.abc import Callable
from typing import Any

from spottypottysense.simulator import commands
from spottypottysense.simulator.catalogue import Track
from spottypottysense.simulator.playback import Playback
from spottypottysense.simulator.speakers import Speaker
from spottypottysense.simulator.wire import (
    DEVICE_NOT_FOUND,
    NO_ACTIVE_DEVICE,
    NO_CONTENT,
    PREMIUM_REQUIRED,
    RESTRICTION,
    Refused,
    Reply,
    Request,
    answer,
    api_refusal,
    player_refusal,
)
from spottypottysense.simulator.world import Account, World

_RESTRICTED = api_refusal(403, "Restricted device")
_ACCEPTED_IN_VAIN = Reply(202)
_VOLUME_FIXED = player_refusal(403, "Cannot control device volume", "VOLUME_CONTROL_DISALLOW")


def device_shape(speaker: Speaker, account: Account) -> dict[str, Any]:
    """Return a speaker as the Web API shows it to one account."""
    active = account.playback.speaker is speaker
    return {
        "id": None if speaker.quirks.null_id else speaker.id,
        "is_active": active,
        "is_private_session": False,
        "is_restricted": speaker.is_restricted,
        "name": speaker.name,
        "type": speaker.type,
        "volume_percent": None if speaker.quirks.null_volume and not active else speaker.volume,
        "supports_volume": speaker.supports_volume,
    }


def track_shape(item: Track) -> dict[str, Any]:
    """Return a track as the Web API shows it, without what nobody asks for."""
    kind, _, name = item.uri.removeprefix("spotify:").partition(":")
    return {
        "id": name,
        "uri": item.uri,
        "type": kind,
        "name": item.title,
        "artists": [{"name": item.artist, "type": "artist"}],
        "album": {"name": item.album, "type": "album", "images": []},
        "duration_ms": item.duration_ms,
        "is_local": False,
    }


def _context_shape(uri: str) -> dict[str, Any]:
    _, kind, name = uri.split(":")
    href = f"https://api.spotify.com/v1/{kind}s/{name}"
    external = {"spotify": f"https://open.spotify.com/{kind}/{name}"}
    return {"type": kind, "href": href, "external_urls": external, "uri": uri}


def state_shape(world: World, account: Account, speaker: Speaker) -> dict[str, Any]:
    """Return what GET /me/player shows while `speaker` is the active one."""
    playback = account.playback
    item = playback.item
    return {
        "device": device_shape(speaker, account),
        "repeat_state": playback.repeat,
        "shuffle_state": playback.shuffle,
        "smart_shuffle": False,
        "timestamp": int(world.now().timestamp() * 1000),
        "context": _context_shape(playback.context_uri) if playback.context_uri else None,
        "progress_ms": playback.position_ms if item else None,
        "item": track_shape(item) if item else None,
        "currently_playing_type": "track" if item else "unknown",
        "actions": {"disallows": {"resuming": True} if playback.playing else {"pausing": True}},
        "is_playing": playback.playing,
    }


def state(world: World, account: Account, _: Request) -> Reply:
    """Answer GET /me/player: 204 when nothing is active."""
    world.settle(account)
    speaker = account.playback.speaker
    return NO_CONTENT if speaker is None else answer(state_shape(world, account, speaker))


def devices(world: World, account: Account, _: Request) -> Reply:
    """Answer GET /me/player/devices: those that are awake, but for models that never appear there."""
    world.settle(account)
    listed = [each for each in account.speakers if each.awake and not each.quirks.unlisted]
    return answer({"devices": [device_shape(each, account) for each in listed]})


def _found(account: Account, device_id: str) -> Speaker:
    for speaker in account.speakers:
        if speaker.id == device_id and not speaker.quirks.null_id:
            return _commandable(speaker)
    raise Refused(DEVICE_NOT_FOUND)


def _commandable(speaker: Speaker) -> Speaker:
    """Return a speaker that may be commanded, whether it hears or not."""
    if speaker.is_restricted:
        raise Refused(_RESTRICTED)
    return speaker


def _unheard(speaker: Speaker) -> Refused:
    """Return what a command gets that its speaker does not hear: a 404, or a 202 that comes to nothing."""
    vain = speaker.quirks.accepts_asleep and not speaker.awake
    return Refused(_ACCEPTED_IN_VAIN if vain else DEVICE_NOT_FOUND)


def _addressed(account: Account, request: Request) -> Speaker:
    """Return the speaker that the query names, else the active one."""
    if request.device:
        return _found(account, request.device)
    active = account.playback.speaker
    if active is None:
        raise Refused(NO_ACTIVE_DEVICE)
    return _commandable(active)


def _awake(account: Account, request: Request) -> Speaker:
    speaker = _addressed(account, request)
    if not speaker.awake or speaker.quirks.cast_404:
        raise _unheard(speaker)
    return speaker


def _may_command(world: World, account: Account) -> Playback:
    if not account.premium:
        raise Refused(PREMIUM_REQUIRED)
    world.settle(account)
    return account.playback


def _happens(world: World, account: Account, speaker: Speaker, effect: Callable[[], None]) -> Reply:
    """Accept a command; its effect comes now, or later where that is the speaker's habit."""
    world.when(account, speaker.quirks.late, effect)
    return NO_CONTENT


def transfer(world: World, account: Account, request: Request) -> Reply:
    """Move playback; without a session this only makes the device the active one (no music)."""
    request.device, play = commands.transfer_order(request)
    playback = _may_command(world, account)
    speaker = _found(account, request.device)
    if not speaker.answers_transfer(world.now()):
        raise _unheard(speaker)

    def move() -> None:
        if play or playback.playing or speaker.quirks.plays_on_transfer:
            world.start(account, speaker)
        else:
            playback.aim(speaker, world.now())

    return _happens(world, account, speaker, move)


def play(world: World, account: Account, request: Request) -> Reply:
    """Take up new music, or resume what there is; resuming what plays violates a restriction."""
    order = commands.play_order(request)
    playback = _may_command(world, account)
    speaker = _addressed(account, request)
    if not speaker.answers_play():
        raise _unheard(speaker)
    here = playback.playing and playback.speaker is speaker
    if order.music is None and (not playback.tracks or (here and order.position_ms is None)):
        raise Refused(RESTRICTION)
    return _happens(world, account, speaker, lambda: _take_up(world, account, speaker, order))


def _take_up(world: World, account: Account, speaker: Speaker, order: commands.PlayOrder) -> None:
    playback, music = account.playback, order.music
    if music is None:
        playback.position_ms = playback.position_ms if order.position_ms is None else order.position_ms
    else:
        playback.shuffle = playback.shuffle and not speaker.quirks.forgets_shuffle
        playback.load(music.context_uri, music.tracks, music.first, order.position_ms or 0)
    world.start(account, speaker)


def pause(world: World, account: Account, request: Request) -> Reply:
    """Fall silent; pausing what is silent, or plays elsewhere, violates a restriction."""
    playback = _may_command(world, account)
    speaker = _awake(account, request)
    if not playback.playing or playback.speaker is not speaker:
        raise Refused(RESTRICTION)
    return _happens(world, account, speaker, lambda: playback.silence(world.now()))


def following(world: World, account: Account, request: Request) -> Reply:
    """Go to the next track of what is active on the speaker."""
    return _step(world, account, request, 1)


def previous(world: World, account: Account, request: Request) -> Reply:
    """Go to the track before; the first one has none."""
    return _step(world, account, request, -1)


def _step(world: World, account: Account, request: Request, by: int) -> Reply:
    playback = _may_command(world, account)
    speaker = _awake(account, request)
    if playback.speaker is not speaker or not playback.tracks or playback.place + by < 0:
        raise Refused(RESTRICTION)
    return _happens(world, account, speaker, lambda: playback.skip(by))


def volume(world: World, account: Account, request: Request) -> Reply:
    """Set a speaker's volume."""
    level = commands.percent(request)
    playback = _may_command(world, account)
    speaker = _awake(account, request)
    if not speaker.supports_volume:
        raise Refused(_VOLUME_FIXED)
    if speaker.quirks.inactive_volume_404 and playback.speaker is not speaker:
        raise Refused(DEVICE_NOT_FOUND)
    return _happens(world, account, speaker, lambda: world.turn(speaker, level))


def shuffle(world: World, account: Account, request: Request) -> Reply:
    """Switch shuffle; it mixes the tracks that come after the present one."""
    wanted = commands.choice(request, "state", ("true", "false")) == "true"
    playback = _may_command(world, account)
    speaker = _awake(account, request)
    return _happens(world, account, speaker, lambda: playback.set_shuffle(wanted))


def repeat(world: World, account: Account, request: Request) -> Reply:
    """Switch what is repeated: the track, the context, or nothing."""
    wanted = commands.choice(request, "state", ("track", "context", "off"))
    playback = _may_command(world, account)
    speaker = _awake(account, request)
    return _happens(world, account, speaker, lambda: playback.set_repeat(wanted))
