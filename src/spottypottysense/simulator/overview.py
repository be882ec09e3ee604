"""What `GET /_control/state` shows: everything but tokens and secrets."""

from typing import Any

from spottypottysense.simulator.faults import Fault, Faults
from spottypottysense.simulator.request_log import RequestLog
from spottypottysense.simulator.speakers import Speaker
from spottypottysense.simulator.world import Account, App, Grant, World


def of_speaker(speaker: Speaker) -> dict[str, Any]:
    """Show a speaker, the id it has now included."""
    habits = speaker.quirks
    return {
        "key": speaker.key,
        "id": speaker.id,
        "name": speaker.name,
        "type": speaker.type,
        "volume": speaker.volume,
        "supports_volume": speaker.supports_volume,
        "is_restricted": speaker.is_restricted,
        "awake": speaker.awake,
        "accounts": sorted(speaker.accounts),
        "player": speaker.player or None,
        "quirks": {name: getattr(habits, name) for name in habits.__slots__},
    }


def of_fault(fault: Fault) -> dict[str, Any]:
    """Show a fault that is switched on."""
    return {
        "name": fault.name,
        "account": fault.account,
        "client": fault.client,
        "method": fault.method,
        "path": fault.path,
        "left": fault.left,
        **fault.settings,
    }


def _of_grant(grant: Grant) -> dict[str, Any]:
    return {
        "account": grant.account_id,
        "client_id": grant.client_id,
        "scope": grant.scope,
        "consented_at": grant.consented_at.isoformat(),
        "ends_at": grant.ends_at.isoformat(),
        "pkce": grant.pkce,
        "revoked": grant.revoked,
        "refreshes": grant.refreshes,
        "rotations": len(grant.refresh_tokens),
        "access_expires_at": grant.access[-1].expires_at.isoformat() if grant.access else None,
    }


def _of_app(app: App) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "name": app.name,
        "confidential": app.secret is not None,
        "redirect_uris": list(app.redirect_uris),
        "allowlist": None if app.allowlist is None else sorted(app.allowlist),
    }


def _of_account(account: Account) -> dict[str, Any]:
    playback = account.playback
    item = playback.item
    return {
        "id": account.id,
        "account_id": account.account_id,
        "name": account.name,
        "premium": account.premium,
        "playing": playback.playing,
        "speaker": playback.speaker.key if playback.speaker else None,
        "context_uri": playback.context_uri,
        "item": {"uri": item.uri, "title": item.title, "artist": item.artist} if item else None,
        "position_ms": playback.position_ms,
        "shuffle": playback.shuffle,
        "repeat": playback.repeat,
        "loudest": playback.loudest,
    }


def of(world: World, faults: Faults, log: RequestLog) -> dict[str, Any]:
    """Show the whole world as it is now."""
    for account in world.accounts.values():
        world.settle(account)
    return {
        "now": world.now().isoformat(),
        "apps": [_of_app(app) for app in world.apps.values()],
        "accounts": [_of_account(account) for account in world.accounts.values()],
        "speakers": [of_speaker(speaker) for speaker in world.speakers.values()],
        "playlists": [
            {"id": each.id, "uri": each.uri, "name": each.name, "owner": each.owner}
            for each in world.playlists.values()
        ],
        "grants": [_of_grant(grant) for grant in world.grants],
        "faults": [of_fault(fault) for fault in faults.on],
        "requests": log.last,
    }
