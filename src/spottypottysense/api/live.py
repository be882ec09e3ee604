"""Live events: decisions and outcomes, told as they happen (server-sent events)."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from spottypottysense.api.asking import Ask, Listen, Reads
from spottypottysense.api.decisions import shaped
from spottypottysense.api.identity import Identify
from spottypottysense.api.refusals import documented
from spottypottysense.errors import NotFound, NotSignedIn, SpottyError
from spottypottysense.presence.model import JournalEntry

router = APIRouter(tags=["events"])

HEARTBEAT = 15.0
"""Seconds after which a listener who heard nothing is told that the line still stands."""

GLANCE = 0.5
"""Seconds after which it is noticed that the house stops."""

MOST_WAITING = 100
"""How many events wait for a slow listener before it is sent away."""


class Listener:
    """Hears of one household on the feed's threads, and hands on what it heard in its own event loop."""

    def __init__(self, household_id: str, most: int = MOST_WAITING) -> None:
        self.is_behind = False
        self._household_id = household_id
        self._most = most
        self._waiting: deque[JournalEntry] = deque()
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()

    def hear(self, entry: JournalEntry) -> None:
        """Take note of an entry; called by whoever decided it, and at once back."""
        if entry.household_id == self._household_id:
            with suppress(RuntimeError):  # the loop has ended, and with it the line
                self._loop.call_soon_threadsafe(self._put, entry)

    async def heard(self, patience: float) -> list[JournalEntry]:
        """Return what was heard, waiting for up to `patience` seconds; none then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._woken.wait()
        self._woken.clear()
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def _put(self, entry: JournalEntry) -> None:
        if len(self._waiting) < self._most:
            self._waiting.append(entry)
        else:
            self.is_behind = True
        self._woken.set()


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Events without end.", "content": {"text/event-stream": {}}},
        **documented({404: "There are no live events here: ask for /state every few seconds."}),
    },
)
async def events(ask: Reads) -> StreamingResponse:
    """Tell the household's decisions as they happen: `decision`, and `outcome` once it is known.

    The line ends when the sign-in does (`signed_out`). Whoever is too slow is sent away (`reload`): load
    /state and /decisions anew, then listen again. Every 15 s of silence there is a comment.
    """
    if ask.front.listen is None:
        raise NotFound("live event", "", "There are no live events here: ask for /state every few seconds.")
    lines = told(ask, ask.front.listen)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def told(ask: Ask, listen: Listen, heartbeat: float = HEARTBEAT) -> AsyncIterator[bytes]:
    """Yield what is sent down the line, until the caller is signed out or too slow."""
    listener = Listener(ask.caller.household_id)
    stop = listen(listener.hear)
    try:
        yield b": you hear of everything from now on\n\n"
        while (entries := await _heard(ask.request, listener, heartbeat)) is not None:
            if not await _is_signed_in(ask.request):
                yield _event("signed_out", {"message": "You are signed out: sign in and listen again."})
                return
            if listener.is_behind:
                yield _event("reload", {"message": "You missed something: load the page anew."})
                return
            yield await run_in_threadpool(_told, ask, entries) if entries else b": still here\n\n"
    finally:
        stop()


async def _heard(request: Request, listener: Listener, heartbeat: float) -> list[JournalEntry] | None:
    """Return what was heard, nothing after a heartbeat of silence, or None when the house stops."""
    left = heartbeat
    while not request.app.state.closing:
        patience = min(left, GLANCE)
        entries = await listener.heard(patience)
        left -= patience
        if entries or left <= 0:
            return entries
    return None


async def _is_signed_in(request: Request) -> bool:
    identify: Identify = request.app.state.identify
    try:
        await run_in_threadpool(identify, request.headers)
    except NotSignedIn:
        return False
    except SpottyError:  # the store does not answer; that ends no sign-in
        return True
    return True


def _told(ask: Ask, entries: list[JournalEntry]) -> bytes:
    names = {room.id: room.name for room in ask.core.sensors.rooms(ask.caller.household_id)}
    return b"".join(
        _event("decision" if entry.outcome is None else "outcome", shaped(entry, names)) for entry in entries
    )


def _event(kind: str, data: Mapping[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
