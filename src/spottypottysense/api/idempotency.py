"""`Idempotency-Key`: a POST that is sent again with the same key is done once, and answered as before.

It holds for every POST of a known caller, without a word in the route. Answers are kept for a day, beyond a
restart. A route whose answer holds what is shown once says `shown_once(request)`; then nothing of it is kept.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spottypottysense.access.model import Caller
from spottypottysense.api.refusals import refused
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, SpottyError

_log = logging.getLogger("spotty.api")

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200
_HEADERS_KEPT = ("content-type", "etag", "location")


@dataclass(frozen=True)
class KeptAnswer:
    """What a request was answered with; `body` is None where it held what is shown once."""

    status: int
    body: bytes | None
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Claim:
    """The request (a digest) that a key was taken for, and its answer unless that is still to come."""

    request: str
    answer: KeptAnswer | None = None


class KeptAnswers(Protocol):
    """Answers by the digest of their key; all raise `Unavailable`."""

    def claim(self, digest: str, request: str, now: datetime, since: datetime) -> Claim | None:
        """Take the key and return None; if it was taken after `since`, return what for, and take nothing.

        Of many who claim a key at once, one gets it. What is older may be forgotten on this occasion.
        """
        ...

    def keep(self, digest: str, answer: KeptAnswer) -> None:
        """Add the answer to a claim."""
        ...

    def release(self, digest: str) -> None:
        """Forget a claim, so that the request may be sent again."""
        ...


def shown_once(request: Request) -> None:
    """Say that the answer to this request holds a secret that must not be kept."""
    request.state.shown_once = True


class Idempotency:
    """Stands before the routes, behind the door: who asks is known, and the body is there whole."""

    def __init__(self, app: ASGIApp, answers: KeptAnswers, clock: Clock) -> None:
        self._app = app
        self._answers = answers
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, perhaps as before."""
        key = None
        if scope["type"] == "http" and scope["method"] == "POST" and "caller" in scope:
            key = Headers(scope=scope).get("idempotency-key")
        if key is None:
            await self._app(scope, receive, send)
            return
        message = await receive()
        try:
            digest = _digest_of(scope["caller"], key)
            earlier = await run_in_threadpool(self._claim, digest, _request(scope, message))
        except SpottyError as error:
            await refused(scope["request_id"], error)(scope, receive, send)
            return
        if earlier is not None:
            await earlier(scope, receive, send)
            return
        await self._work(digest, scope, message, send)

    def _claim(self, digest: str, request: str) -> Response | None:
        """Return the answer to a request that came before; raises `Conflict` where there is none to give."""
        now = self._clock.now()
        claim = self._answers.claim(digest, request, now, now - KEPT_FOR)
        if claim is None:
            return None
        if claim.request != request:
            raise Conflict("This Idempotency-Key came with another request before: take a new key.")
        if claim.answer is None:
            raise Conflict(
                "The request with this Idempotency-Key is being worked on, or was cut off: look what became "
                "of it, then send it with a new key if it was not done."
            )
        if claim.answer.body is None:
            raise Conflict(
                "This was done before, with the same Idempotency-Key. The answer held a secret, which is "
                "shown once and not kept: look at what was made, or make another one with a new key."
            )
        headers = {**claim.answer.headers, "idempotency-replayed": "true"}
        return Response(claim.answer.body, claim.answer.status, headers)

    async def _work(self, digest: str, scope: Scope, body: Message, send: Send) -> None:
        """Let the request in; what became of it is written before the caller hears of it."""
        answer: list[Message] = []
        pending = [body]
        state = scope.setdefault("state", {})

        async def again() -> Message:
            return pending.pop() if pending else {"type": "http.disconnect"}

        async def gather(message: Message) -> None:
            answer.append(message)

        try:
            await self._app(scope, again, gather)
        except Exception:
            await run_in_threadpool(self._settle, digest, None)
            raise
        await run_in_threadpool(self._settle, digest, _kept(answer, secret="shown_once" in state))
        for message in answer:
            await send(message)

    def _settle(self, digest: str, answer: KeptAnswer | None) -> None:
        """Keep an answer; without one the request may come again."""
        try:
            if answer is None:
                self._answers.release(digest)
            else:
                self._answers.keep(digest, answer)
        except SpottyError as error:  # it was done all the same, and the caller shall know
            _log.warning("answer not kept", extra={"error": str(error)})


def _digest_of(caller: Caller, key: str) -> str:
    """Return what the key is known by; whoever may do less, by another token, does not share it."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        message = f"An Idempotency-Key is 1 to {LONGEST_KEY} letters, digits and signs, such as a UUID."
        raise Invalid(message, field="Idempotency-Key")
    owner = " ".join([caller.user_id, *sorted(caller.scopes)])
    return sha256(f"{owner}\0{key}".encode()).hexdigest()


def _request(scope: Scope, body: Message) -> str:
    named = "\0".join([scope["path"], scope["query_string"].decode("latin-1"), ""])
    return sha256(named.encode("utf-8", "surrogatepass") + body.get("body", b"")).hexdigest()


def _kept(answer: list[Message], *, secret: bool) -> KeptAnswer | None:
    """Return what is to be kept of an answer: nothing of a refusal, which changed nothing."""
    start = answer[0]
    status = int(start["status"])
    headers = Headers(raw=start["headers"])
    if not 200 <= status < 300 or "set-cookie" in headers:
        return None
    body = None if secret else b"".join(part.get("body", b"") for part in answer[1:])
    return KeptAnswer(status, body, {name: headers[name] for name in _HEADERS_KEPT if name in headers})
