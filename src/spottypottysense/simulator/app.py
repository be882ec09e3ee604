"""The simulator's HTTP face: one plain ASGI callable, able to hold hundreds of slow calls."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from spottypottysense.simulator import demo_world, oauth, web_api
from spottypottysense.simulator.control import Control
from spottypottysense.simulator.faults import Faults
from spottypottysense.simulator.request_log import RequestLog
from spottypottysense.simulator.wire import TEXT, Refused, Reply, Request
from spottypottysense.simulator.world import World

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HANG_UP = "simulator.hang_up"
"""The ASGI extension by which the server lets the app drop its connection."""

_MOST_BODY = 1_000_000
_TOO_LARGE = Reply(413, b"Payload too large", TEXT)
_NO_SUCH_PAGE = Reply(404, b"Not found", TEXT)


class App:
    """Serves one world with its faults; everything happens on the event loop's one thread."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or demo_world.furnish(World())
        self.faults = Faults()
        self.log = RequestLog()
        self.control = Control(self.world, self.faults, self.log)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI request."""
        if scope["type"] != "http":
            return
        request = Request(scope["method"], scope["path"], scope["query_string"], dict(scope["headers"]))
        body = await _body(receive)
        if body is None:
            await _send(send, _TOO_LARGE)
        elif request.path.startswith("/_control/"):
            request.body = body
            await _send(send, self.control.serve(request))
        else:
            request.body = body
            await self._spotify(request, scope, receive, send)

    async def _spotify(self, request: Request, scope: Message, receive: Receive, send: Send) -> None:
        row = self.log.arrived(request)
        self._identify(request)
        self.log.answered(row, request, 0)
        try:
            if self.faults.on and await self._lost(request, scope, receive):
                return
        except asyncio.CancelledError:
            # The simulator stops: a caller that waits sees its connection break, as it would in earnest.
            scope["extensions"][HANG_UP]()
            raise
        reply = self._answer(request)
        self.log.answered(row, request, reply.status)
        await _send(send, reply)

    def _identify(self, request: Request) -> None:
        if request.path.startswith("/v1/"):
            web_api.identify(self.world, request)
        elif request.path == "/api/token":
            oauth.identify_token(self.world, request)
        elif request.path == "/authorize":
            oauth.identify_authorize(self.world, request)

    async def _lost(self, request: Request, scope: Message, receive: Receive) -> bool:
        """Apply what is wrong with time and connection; say whether nobody will hear an answer."""
        slow = self.faults.take("latency", request)
        if slow is not None:
            await asyncio.sleep(slow.settings["seconds"])
        lost = self.faults.take("hang", request) or self.faults.take("disconnect", request)
        if lost is None:
            return False
        if lost.settings["after"]:
            self._answer(request)
        if lost.name == "disconnect":
            scope["extensions"][HANG_UP]()
        while (await receive())["type"] != "http.disconnect":
            pass
        return True

    def _answer(self, request: Request) -> Reply:
        struck = self.faults.reply(request, lambda: self._ruled(request)) if self.faults.on else None
        if struck is not None:
            return struck
        reply = self._ruled(request)
        if reply.status == 204 and request.method in ("PUT", "POST"):
            opaque = self.faults.take("opaque_2xx", request)
            if opaque is not None:
                return Reply(opaque.settings["status"], b"AHoxNzYzODI", TEXT)
        return reply

    def _ruled(self, request: Request) -> Reply:
        try:
            return self._rule(request)
        except Refused as refused:
            return refused.reply

    def _rule(self, request: Request) -> Reply:
        if request.path.startswith("/v1/"):
            return web_api.serve(self.world, request)
        if request.path == "/api/token":
            return oauth.token(self.world, self.faults, request)
        if request.path == "/authorize" and request.method == "GET":
            return oauth.authorize(self.world, self.faults, request)
        return _NO_SUCH_PAGE


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None if it is too large."""
    message = await receive()
    body = bytes(message.get("body", b""))
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _MOST_BODY:
            return None
    return body


async def _send(send: Send, reply: Reply) -> None:
    headers = [*reply.headers]
    if reply.body:
        headers.append((b"content-type", reply.content_type.encode()))
    if reply.status != 204:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
