"""Spotify in process: our own player and client on the simulator's rules, in virtual time, without HTTP."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Protocol
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPResponse
from urllib3 import exceptions as http

from spottypottysense.clock import ManualClock
from spottypottysense.grants.model import Secret
from spottypottysense.simulator.app import App
from spottypottysense.simulator.wire import Reply, Request
from spottypottysense.simulator.world import Grant
from spottypottysense.spotify.client import Call, Client
from spottypottysense.spotify.player import Player

SCOPES = "user-read-playback-state user-modify-playback-state"
CLIENT_ID = "machine"


class Watcher(Protocol):
    """Sees what the house asks of Spotify and what it hears back."""

    def asks(self, request: Request) -> None:
        """Take note of a request that Spotify is about to carry out."""
        ...

    def fails(self, request: Request, wait: timedelta) -> None:
        """Take note of a request whose answer the house does not get; it may be told to wait for `wait`."""
        ...

    def is_told(self, request: Request, reply: Reply, *, heard: bool) -> None:
        """Take note of what Spotify did, and whether the house heard of it."""
        ...


class InProcessClient(Client):
    """The real client with its budgets, cures and gates; only the wire is missing."""

    def __init__(self, app: App, clock: ManualClock, sleep: Callable[[timedelta], object]) -> None:
        def sleep_seconds(seconds: float) -> None:
            sleep(timedelta(seconds=seconds))

        super().__init__(sleep=sleep_seconds, monotonic=lambda: clock.now().timestamp())
        self.watchers: list[Watcher] = []
        self._app = app

    def _exchange(self, call: Call, token: Secret | None, _left: float) -> BaseHTTPResponse:
        """Let the simulator answer, as its HTTP face does; a broken connection may hide what was done."""
        path = urlsplit(call.path)
        headers = {b"authorization": f"Bearer {token.reveal()}".encode()} if token else {}
        request = Request(call.method, path.path, path.query.encode(), headers, call.body or b"")
        self._app._identify(request)
        lost = self._app.faults.take("disconnect", request)
        if lost is not None:
            if lost.settings["after"]:
                self._carry_out(request, heard=False)
            self._fails(request, Reply(502))
            raise http.ProtocolError
        reply = self._app.faults.reply(request, lambda: self._carry_out(request, heard=False))
        if reply is None:
            return _response(self._carry_out(request, heard=True))
        self._fails(request, reply)
        return _response(reply)

    def _carry_out(self, request: Request, *, heard: bool) -> Reply:
        for watcher in self.watchers:
            watcher.asks(request)
        reply = self._app._ruled(request)
        for watcher in self.watchers:
            watcher.is_told(request, reply, heard=heard)
        return reply

    def _fails(self, request: Request, reply: Reply) -> None:
        wait = timedelta(seconds=int(dict(reply.headers).get(b"retry-after", b"0")))
        for watcher in self.watchers:
            watcher.fails(request, wait)


class InProcessPlayer(Player):
    """The real player, for all accounts of the simulator's world; `sleep` turns the clock."""

    def __init__(self, app: App, clock: ManualClock, sleep: Callable[[timedelta], object]) -> None:
        self.client = InProcessClient(app, clock, sleep)
        self._world = app.world
        self._world.add_app(CLIENT_ID)
        self._grants: dict[str, Grant] = {}
        super().__init__(self.client, lambda _account: CLIENT_ID, self._token)

    def _token(self, user_id: str, refused: Secret | None = None) -> Secret:  # noqa: ARG002
        account = user_id
        if account not in self._grants:
            self._grants[account] = self._world.consent(CLIENT_ID, account, SCOPES, pkce=True)
        grant = self._grants[account]
        if not grant.access or grant.access[-1].expires_at <= self._world.now():
            self._world.issue_access(grant)
        return Secret(grant.access[-1].value)


def _response(reply: Reply) -> BaseHTTPResponse:
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return HTTPResponse(BytesIO(reply.body), headers, reply.status, preload_content=False)
