"""The `/_control/...` API: how tests, benchmarks and the demo set the stage and look behind it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from spottypottysense.simulator import demo_world, overview, people
from spottypottysense.simulator.catalogue import Playlist, spotify_id
from spottypottysense.simulator.control_fields import Fields, Wrong
from spottypottysense.simulator.faults import Faults
from spottypottysense.simulator.request_log import RequestLog
from spottypottysense.simulator.speakers import Speaker
from spottypottysense.simulator.wire import Reply, Request, answer
from spottypottysense.simulator.world import Account, App, Grant, World

_ALL_SCOPES = "user-read-playback-state user-modify-playback-state"
_PREFIX = "/_control/"


class Control:
    """Answers control requests; a wrong one is a 400 with a sentence."""

    def __init__(self, world: World, faults: Faults, log: RequestLog) -> None:
        self.world = world
        self.faults = faults
        self.log = log
        self._routes: dict[tuple[str, str], Callable[[Fields], Any]] = {
            ("POST", "apps"): self._add_app,
            ("POST", "accounts"): self._add_accounts,
            ("POST", "speakers"): self._add_speaker,
            ("POST", "playlists"): self._add_playlist,
            ("POST", "grants"): self._add_grants,
            ("POST", "faults"): self._add_fault,
            ("POST", "revoke"): self._revoke,
            ("POST", "expire_access"): self._expire_access,
            ("POST", "clock"): self._turn_clock,
            ("POST", "reset"): self._reset,
            ("GET", "state"): lambda _: overview.of(self.world, self.faults, self.log),
        }

    def serve(self, request: Request) -> Reply:
        """Carry out one control request."""
        try:
            return answer(self._serve(request))
        except (Wrong, ValueError) as wrong:
            return answer({"error": str(wrong)}, 400)

    def _serve(self, request: Request) -> Any:
        steps = request.path.removeprefix(_PREFIX).split("/")
        if steps == ["requests"]:
            return self._requests(request)
        if request.method == "DELETE" and steps == ["faults"]:
            self.faults.clear(request.query.get("name", ""))
            return {}
        fields = Fields(request.body)
        route = self._routes.get((request.method, "/".join(steps)))
        if route is not None:
            return self._done(route, fields)
        match request.method, steps:
            case "POST", ["accounts", name, "act"]:
                people.act(self.world, self._account(name), fields)
                return {}
            case "POST", ["speakers", key]:
                people.handle(self.world, self._speaker(key), fields)
                return overview.of_speaker(self._speaker(key))
        raise Wrong(f"There is no control request {request.method} {request.path[:200]}.")

    def _done(self, route: Callable[[Fields], Any], fields: Fields) -> Any:
        result = route(fields)
        fields.done()
        return result

    def _requests(self, request: Request) -> Any:
        if request.method == "DELETE":
            self.log.clear()
            return {"last": self.log.last}
        query = request.query
        since, limit = query.get("since", "0"), query.get("limit", "200000")
        if not (since.isdecimal() and limit.isdecimal()):
            raise Wrong("since and limit must be whole numbers.")
        return {"last": self.log.last, "requests": self.log.since(int(since), int(limit))}

    def _account(self, name: str) -> Account:
        if name not in self.world.accounts:
            raise Wrong(f"There is no account {name!r}.")
        return self.world.accounts[name]

    def _app(self, client_id: str) -> App:
        if client_id not in self.world.apps:
            raise Wrong(f"There is no app {client_id!r}.")
        return self.world.apps[client_id]

    def _speaker(self, key: str) -> Speaker:
        if key not in self.world.speakers:
            raise Wrong(f"There is no speaker {key!r}; there are {', '.join(self.world.speakers)}.")
        return self.world.speakers[key]

    def _add_app(self, fields: Fields) -> Any:
        """Register an app, or change one; an unsafe redirect URI may stand here but /authorize refuses it."""
        allowlist = set(fields.texts("allowlist", [])) if "allowlist" in fields else None
        app = self.world.add_app(
            fields.text("client_id"),
            name=fields.text("name", ""),
            secret=fields.text("secret", "") or None,
            redirect_uris=tuple(fields.texts("redirect_uris", [])),
            allowlist=allowlist,
        )
        return {"client_id": app.client_id}

    def _add_accounts(self, fields: Fields) -> Any:
        """Sign up one account, or `count` of them named id-1, id-2, and so on."""
        first, name = fields.text("id"), fields.text("name", "")
        premium, count = fields.flag("premium", default=True), fields.whole("count", 0, 100_000)
        ids = [f"{first}-{number}" for number in range(1, count + 1)] if count else [first]
        taken = [each for each in ids if each in self.world.accounts]
        if taken:
            raise Wrong(f"There is an account {taken[0]!r} already.")
        accounts = [self.world.add_account(each, name=name, premium=premium) for each in ids]
        return {"accounts": [{"id": each.id, "account_id": each.account_id} for each in accounts]}

    def _add_speaker(self, fields: Fields) -> Any:
        """Put up a speaker, for all accounts unless some are named."""
        name = fields.text("name")
        key = fields.text("key", "") or name.lower().replace(" ", "-")
        owners = set(fields.texts("accounts", list(self.world.accounts)))
        if key in self.world.speakers:
            raise Wrong(f"There is a speaker {key!r} already.")
        speaker = Speaker(
            key=key,
            name=name,
            type=fields.text("type", "Speaker"),
            volume=fields.whole("volume", 50, 100),
            used_at=self.world.now(),
            accounts={self._account(each).id for each in owners},
            supports_volume=fields.flag("supports_volume", default=True),
            is_restricted=fields.flag("is_restricted", default=False),
            quirks=people.quirks(fields.inner("quirks")),
            awake=fields.flag("awake", default=True),
        )
        return overview.of_speaker(self.world.add_speaker(speaker))

    def _add_playlist(self, fields: Fields) -> Any:
        name, owner = fields.text("name"), self._account(fields.text("owner")).id
        playlist = self.world.add_playlist(Playlist(spotify_id(f"{owner}/{name}"), name, owner))
        return {"id": playlist.id, "uri": playlist.uri}

    def _add_grants(self, fields: Fields) -> Any:
        """Give out grants without the browser's round trip: for benchmarks that begin connected."""
        app = self._app(fields.text("client_id"))
        accounts = [self._account(each) for each in fields.texts("accounts", [])]
        scope = fields.text("scope", _ALL_SCOPES)
        pkce = app.secret is None
        grants = [self.world.consent(app.client_id, each.id, scope, pkce=pkce) for each in accounts]
        return {"grants": [self._new_grant(grant) for grant in grants]}

    def _new_grant(self, grant: Grant) -> dict[str, Any]:
        return {
            "account": grant.account_id,
            "access_token": self.world.issue_access(grant).value,
            "refresh_token": grant.refresh_token,
            "expires_in": round(self.world.access_life.total_seconds()),
            "scope": grant.scope,
        }

    def _add_fault(self, fields: Fields) -> Any:
        """Switch a fault on; `for` nobody in particular unless account, client, method or path say so."""
        name = fields.text("name")
        account, client = fields.text("account", ""), fields.text("client", "")
        method, path = fields.text("method", ""), fields.text("path", "")
        count = fields.whole("count", 1, 1_000_000) if "count" in fields else None
        if count == 0:
            raise Wrong("count must be at least 1; leave it out for 'until cleared'.")
        fault = self.faults.add(
            name,
            account=account,
            client=client,
            method=method,
            path=path,
            count=count,
            settings=fields.rest(),
        )
        return overview.of_fault(fault)

    def _matching(self, fields: Fields) -> list[Grant]:
        account, client = fields.text("account", ""), fields.text("client_id", "")
        return [
            grant
            for grant in self.world.grants
            if account in ("", grant.account_id) and client in ("", grant.client_id)
        ]

    def _revoke(self, fields: Fields) -> Any:
        grants = [grant for grant in self._matching(fields) if not grant.revoked]
        for grant in grants:
            self.world.revoke(grant)
        return {"revoked": len(grants)}

    def _expire_access(self, fields: Fields) -> Any:
        tokens = [token for grant in self._matching(fields) for token in grant.access]
        now = self.world.now()
        for token in tokens:
            token.expires_at = min(token.expires_at, now)
        return {"expired": len(tokens)}

    def _turn_clock(self, fields: Fields) -> Any:
        """Turn the world's clock forward, and say how long access tokens live from now on."""
        self.world.skew += timedelta(seconds=fields.number("advance", 0))
        life = fields.number("access_life", self.world.access_life.total_seconds())
        self.world.access_life = timedelta(seconds=life)
        return {"now": self.world.now().isoformat()}

    def _reset(self, fields: Fields) -> Any:
        """Begin again, with the demo's home or with nothing."""
        kind = fields.text("world", "demo")
        if kind not in ("demo", "empty"):
            raise Wrong("world must be demo or empty.")
        fields.done()
        self.world.reset()
        self.faults.clear()
        self.log.clear()
        if kind == "demo":
            demo_world.furnish(self.world)
        return {}
